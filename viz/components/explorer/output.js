// What leaves the view: its address, a copy of it, saved files, and the ways on to other pages.

function mjWriteAddress(at) {
  mjReplaceAddress(mjAddress(window.location.href, at));
}

/** Browsers refuse a page that rewrites its address too often (Safari: 100 times in 30 s), and a slider would. */
function mjAddressSoon(at) {
  clearTimeout(at.addressTimer);
  at.addressTimer = setTimeout(() => mjWriteAddress(at), 120);
}

function mjDrawActions(at) {
  const button = (attributes, text) => mjNode("button", { type: "button", ...attributes }, [text]);
  const save = (format) => button({ "data-save": format, onclick: () => mjSave(at, format) }, format.toUpperCase());
  at.parts.copy = button({ "data-copy": true, onclick: () => mjCopy(at) }, mjText(at, "copy_link"));
  at.parts.actions.replaceChildren(mjGroupName(mjText(at, "save")), save("csv"), save("svg"), save("png"), at.parts.copy);
}

async function mjCopy(at) {
  clearTimeout(at.addressTimer);
  mjWriteAddress(at);
  try { await navigator.clipboard.writeText(window.location.href); } catch { return; }
  at.parts.copy.textContent = mjText(at, "copied");
  setTimeout(() => { at.parts.copy.textContent = mjText(at, "copy_link"); }, 1500);
}

/** Ways on from here, for the chosen head, or for all heads where several are chosen. */
function mjDrawWays(at) {
  const { part } = at.state, { layer, heads } = at.chosen(part, true), one = at.state.view === "matrix" || heads.length === 1;
  const head = one ? { part, layer: layer + 1, heads: heads[0] + 1 } : null, ways = mjWays(at.data.ways, part, one);
  const name = mjText(at, "way_of_head", { layer: layer + 1, head: heads[0] + 1 });
  const link = (way) => mjNode("a", {
    "data-way": way, href: mjWayAddress(window.location.href, way, head), target: "_self",
  }, [mjText(at, one ? `way_${way}` : "way_all")]);
  at.parts.ways.replaceChildren(...(one && ways.length ? [mjGroupName(name)] : []), ...ways.map(link));
}
