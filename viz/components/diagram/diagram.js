// The diagram: what was drawn on the server, made to answer pointer and keyboard. This file comes last and exports.

const mdMounted = new WeakMap();
const MD_CHOICES = "[data-block], [data-fold], [data-word]";

function mdNode(name, attributes = {}, children = []) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node[key] = value;
    else if (value !== false && value !== null) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function mdFill(words, values) {
  return String(words).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** JSON behind its length, twice, then the bytes of the strips. */
function mdUnpack(packed) {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength), data = {};
  let place = 0;
  for (let record = 0; record < 2; record += 1) {
    const length = view.getUint32(place, true);
    Object.assign(data, JSON.parse(new TextDecoder().decode(packed.subarray(place + 4, place + 4 + length))));
    place += 4 + length;
  }
  let at = 0;
  for (const strip of data.strips) { strip.at = at; at += strip.rows * strip.columns; }
  return { data, codes: new Int8Array(packed.slice(place, place + at).buffer) };
}

/* Choosing */

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
  const stages = mdStages(at), row = cell ? Number(cell.slice(1)) - 1 : null, here = stages.map((stage, place) => [stage, place]).filter(([stage]) => stage[0] === block);
  const after = here.find(([stage, place]) => (row === null ? place > at.stage : stage[2] === row)) || here[0];
  if (after) { mdPlay(at, false); mdGo(at, after[1]); }
}

/* Keyboard: one block has the focus, arrows go to the nearest in their direction. */

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

/** The nearest block in a direction; what lies aside counts three times, so that a column is followed before it is left. */
function mdNearest(at, from, [dx, dy]) {
  const here = mdMiddle(from);
  let best = null, least = Infinity;
  for (const node of mdFocusable(at)) {
    const { x, y } = mdMiddle(node), along = (x - here.x) * dx + (y - here.y) * dy, aside = Math.abs((x - here.x) * dy) + Math.abs((y - here.y) * dx);
    const cost = along + 3 * aside;
    if (node !== from && along > 1 && cost < least) [best, least] = [node, cost];
  }
  return best;
}

const MD_ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function mdKey(at, event) {
  const node = event.target.closest(MD_CHOICES);
  if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in MD_ARROWS) { const next = mdNearest(at, node, MD_ARROWS[event.key]); if (next) mdRove(at, next); }
  else if (event.key === "Enter" || event.key === " ") mdChoose(at, node);
  else if (event.key === "Escape" && !at.data.steps) mdAct(at, { block: "" });
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Left and right step the sentence on, wherever the focus is, unless something else needs the arrows. */
function mdStepKey(at, event) {
  if (!at.data.steps || !at.root.isConnected || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.composedPath().some((node) => node.matches?.("input, textarea, select, [role=radio], [role=slider], [role=tab], [role=radiogroup]"))) return;
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  event.preventDefault();
  mdPlay(at, false);
  mdGo(at, at.stage + (event.key === "ArrowLeft" ? -1 : 1));
}

/* Mounting */

/** Plain numbers for the canvas; a variable is only a colour once an element wears it. */
function mdTheme(at) {
  const resolve = (name) => {
    const probe = mdNode("i", { style: `color:var(${name});position:absolute` }), context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    at.root.append(probe);
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    probe.remove();
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  at.theme = { paper: resolve("--mj-paper"), plus: resolve("--mj-accent"), minus: resolve("--mj-grey") };
}

/** Parsed as XML and not as HTML: a token that looks like markup stays a text. */
function mdDrawSvg(at) {
  if (at.drawn !== at.data.svg) {
    const held = at.svg?.contains(document.activeElement) ? mdName(document.activeElement) : null;
    at.svg = document.importNode(new DOMParser().parseFromString(at.data.svg, "image/svg+xml").documentElement, true);
    at.parts.figure.replaceChildren(at.svg);
    at.drawn = at.data.svg;
    at.svg.style.setProperty("--md-width", `${at.svg.getAttribute("width")}px`);
    const first = mdFocusable(at), again = held && first.find((node) => mdName(node) === held);
    if (first.length) mdRove(at, again || at.svg.querySelector(".mj-chosen") || first[0], Boolean(again));
  }
  mdMarkChosen(at, at.data.steps ? "" : at.data.block);
  if (at.data.steps) at.svg.querySelectorAll(".mj-open").forEach((each) => each.classList.remove("mj-open")); // the stage says which word
}

/** A block of one box is filled; of one that is drawn as a row of cells each cell gets an edge. */
function mdMarkChosen(at, block) {
  at.svg.querySelectorAll(".mj-chosen, .mj-picked").forEach((each) => each.classList.remove("mj-chosen", "mj-picked"));
  for (const each of at.svg.querySelectorAll("[data-block]")) if (each.dataset.block === block) each.classList.add(each.dataset.cell ? "mj-picked" : "mj-chosen");
}

function mdName(node) {
  const { block, fold, word, cell } = node.dataset;
  return [block, fold, word, cell].join("|");
}

function mdMount(root) {
  const at = { root, parts: {}, abort: new AbortController(), acts: 0, stage: 0, player: null }, { signal } = at.abort;
  at.parts.figure = mdNode("div", { class: "md-figure" });
  at.parts.steps = mdNode("div", { class: "md-steps" });
  root.replaceChildren(mdNode("div", { class: "md-inner" }, [at.parts.figure, at.parts.steps]));
  at.parts.figure.addEventListener("click", (event) => { const node = event.target.closest(MD_CHOICES); if (node) { mdRove(at, node); mdChoose(at, node); } }, { signal });
  at.parts.figure.addEventListener("keydown", (event) => mdKey(at, event), { signal });
  document.addEventListener("keydown", (event) => mdStepKey(at, event), { signal });
  return at;
}

/** Streamlit calls this again with every change of data and of theme, without a cleanup in between. */
function mdReceive(at, { data, codes }) {
  const fresh = at.given !== `${data.id}|${data.stage}`;
  Object.assign(at, { data, codes, given: `${data.id}|${data.stage}` });
  at.root.classList.toggle("md-wide", Boolean(data.wide));
  at.root.classList.toggle("md-with-steps", Boolean(data.steps));
  at.parts.steps.hidden = !data.steps;
  at.parts.figure.setAttribute("aria-description", data.strings.labels.hint_keys);
  mdTheme(at);
  mdDrawSvg(at);
  if (!data.steps) clearInterval(at.player);
  else {
    if (fresh) at.stage = Math.min(data.stage, data.steps.stages.length) - 1;
    mdBuildSteps(at);
    mdGo(at, at.stage);
  }
  at.root.dataset.seq = String(Number(at.root.dataset.seq || 0) + 1);
}

export default function diagram({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".md-root");
  if (!mdMounted.has(root)) mdMounted.set(root, mdMount(root));
  const at = mdMounted.get(root);
  at.send = setStateValue;
  mdReceive(at, mdUnpack(data));
  return () => {
    at.abort.abort();
    clearInterval(at.player);
    clearTimeout(at.addressTimer);
    mdMounted.delete(root);
  };
}
