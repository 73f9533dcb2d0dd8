// Pointer and keyboard.

/** How long an answer took stands on the root, and tests hold it to a frame. */
function mjTimed(at, action) {
  const start = performance.now();
  action();
  at.root.dataset.pointerMs = (performance.now() - start).toFixed(2);
  at.painted();
}

// what needs the arrow keys itself
const MJ_FIELDS = [
  "input, textarea, select, [contenteditable=''], [contenteditable=true]",
  "[role=slider], [role=radio], [role=tab], canvas.mj-atlas",
].join(", ");

function mjKey(at, event) {
  const inField = event.composedPath().some((node) => node.matches?.(MJ_FIELDS));
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !at.root.isConnected) return;
  if (event.key === "Escape" && (!inField || at.root.contains(event.target)) && at.state.word !== null) {
    at.pointed = null;
    return at.set({ word: null });
  }
  if (inField || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
  event.preventDefault();
  mjTimed(at, () => at.set({ step: mjNextStep(at, event.key === "ArrowLeft" ? -1 : 1) }));
}

function mjListen(at) {
  const { signal } = at.abort, { slider } = at.parts;
  document.addEventListener("keydown", (event) => mjKey(at, event), { signal });
  slider.addEventListener("input", () => at.set({ step: mjSteps(at)[Number(slider.value) - 1] ?? null }), { signal });
  mjListenToAtlas(at, at.parts.atlas, signal);
  at.resize = new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - at.width) < 1) return;
    at.width = entry.contentRect.width;
    mjPlaceLabels(at);
    mjDraw(at);
  });
  at.resize.observe(at.root);
}

function mjListenToAtlas(at, atlas, signal) {
  const place = (event) => mjAtlasHit(at.atlas.plan, event.offsetX, event.offsetY);
  const leave = (event) => event.pointerType !== "touch" && mjTimed(at, () => mjPointAtlas(at, null));
  atlas.addEventListener("pointermove", (event) => mjTimed(at, () => mjPointAtlas(at, place(event))), { signal });
  atlas.addEventListener("pointerleave", leave, { signal });
  atlas.addEventListener("click", (event) => mjClickAtlas(at, place(event), event.pointerType === "touch"), { signal });
  atlas.addEventListener("keydown", (event) => mjTimed(at, () => mjAtlasKey(at, event)), { signal });
}
