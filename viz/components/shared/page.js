// What is asked of the page around a component: a colour of its style, and its address.

/** The channels of a variable. One made of color-mix() is only a plain colour once an element wears it. */
function mjResolve(root, name) {
  const probe = mjNode("i", { style: `color:var(${name});position:absolute` });
  root.append(probe);
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  context.fillStyle = getComputedStyle(probe).color;
  context.fillRect(0, 0, 1, 1);
  probe.remove();
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

/** Commas stay commas, because people read addresses. */
function mjReplaceAddress(address) {
  if (address.href === window.location.href) return;
  window.history.replaceState(window.history.state, "", address.href.replace(/%2C/g, ","));
}
