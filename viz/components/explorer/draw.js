// The order in which things are drawn.

function mjDraw(at) {
  const start = performance.now(), { state, root } = at;
  mjChooseShown(at);
  Object.assign(root.dataset, { showing: state.view, meaning: at.shown.meaning, waiting: String(at.waiting) });
  mjDrawControls(at);
  mjMarkControls(at);
  mjDrawTexts(at);
  mjDrawWays(at);
  mjDrawStep(at);
  if (state.view === "lines") mjDrawLines(at);
  else if (state.view === "atlas") mjDrawAtlas(at);
  else { mjSayMatrix(at); mjDrawMatrix(at); }
  root.dataset.paintMs = (performance.now() - start).toFixed(2);
  at.painted();
}

/** What stands above, beside and under the picture. */
function mjDrawTexts(at) {
  const { state, parts } = at, { meaning } = at.shown;
  const read = mjText(at, `read_${state.view}`, { quantity: mjQuantity(at) });
  const caveat = mjText(at, meaning === "weights" ? `caveat_${state.view}` : `tells_${meaning}`);
  parts.read.textContent = `${mjText(at, `part_${state.part}`)} ${read}`;
  parts.caveat.textContent = [caveat, state.hide && mjText(at, "tells_hidden")].filter(Boolean).join(" ");
  parts.foot.textContent = mjFootText(at);
  parts.leftHead.textContent = mjText(at, `queries_${state.part}`);
  parts.rightHead.textContent = mjText(at, `keys_${state.part}`);
  parts.atlas.setAttribute("aria-label", mjText(at, "atlas_label"));
}
