// Choosing by pointer and keyboard. One block has the focus, arrows go to the nearest in their direction.

const MD_CHOICES = "[data-block], [data-fold], [data-word]";
const MD_ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const MD_FIELDS = "input, textarea, select, [role=radio], [role=slider], [role=tab], [role=radiogroup]"; // need the arrows

/** Says what was chosen. The number makes every act a new one, so that the same block can be chosen twice. */
function mdAct(at, act) {
  at.acts += 1;
  at.send("act", { ...act, number: Date.now() + at.acts });
}

function mdChoose(at, node) {
  const { block, fold, word, cell } = node.dataset;
  if (fold) return mdAct(at, { fold });
  if (word) return mdAct(at, { word });
  if (at.data.steps) return mdJump(at, block, cell);
  mdMarkChosen(at, block);
  return mdAct(at, cell ? { block, cell } : { block });
}

/** In the steps a block that is chosen is where the sentence goes next. */
function mdJump(at, block, cell) {
  const stage = mdStageOf(mdStages(at), at.stage, block, cell);
  if (stage >= 0) { mdPlay(at, false); mdGo(at, stage); }
}

function mdFocusable(at) {
  return [...at.svg.querySelectorAll(MD_CHOICES)];
}

function mdRove(at, node, focus = true) {
  mdFocusable(at).forEach((each) => each.setAttribute("tabindex", each === node ? "0" : "-1"));
  if (focus) { node.focus({ preventScroll: true }); node.scrollIntoView({ block: "nearest", inline: "nearest" }); }
}

function mdMiddle(node) {
  const box = node.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function mdMove(at, node, direction) {
  const nodes = mdFocusable(at), next = mdNearest(nodes.map(mdMiddle), nodes.indexOf(node), direction);
  if (next >= 0) mdRove(at, nodes[next]);
}

function mdClick(at, event) {
  const node = event.target.closest(MD_CHOICES);
  if (node) { mdRove(at, node); mdChoose(at, node); }
}

function mdKey(at, event) {
  const node = event.target.closest(MD_CHOICES);
  if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in MD_ARROWS) mdMove(at, node, MD_ARROWS[event.key]);
  else if (event.key === "Enter" || event.key === " ") mdChoose(at, node);
  else if (event.key === "Escape" && !at.data.steps) mdAct(at, { block: "" });
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Left and right step the sentence on, wherever the focus is, unless something else needs the arrows. */
function mdStepKey(at, event) {
  if (!at.data.steps || !at.root.isConnected) return;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.composedPath().some((node) => node.matches?.(MD_FIELDS))) return;
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  event.preventDefault();
  mdPlay(at, false);
  mdGo(at, at.stage + (event.key === "ArrowLeft" ? -1 : 1));
}
