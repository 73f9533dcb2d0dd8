// The diagram: what was drawn on the server, made to answer pointer and keyboard. This file comes last and exports.
// `at` is the record all files share: {root, data, codes, stage, parts, theme, svg, send}.

const mdMounted = new WeakMap();

/** Plain numbers for the canvas. */
function mdTheme(at) {
  const [paper, plus, minus] = ["--mj-paper", "--mj-accent", "--mj-grey"].map((name) => mjResolve(at.root, name));
  at.theme = { paper, plus, minus };
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
  if (at.data.steps) mdLight(at, ".mj-open", "mj-open", []); // the stage says which word
}

/** A block of one box is filled; of one that is drawn as a row of cells each cell gets an edge. */
function mdMarkChosen(at, block) {
  const nodes = [...at.svg.querySelectorAll("[data-block]")].filter((each) => each.dataset.block === block);
  mdLight(at, ".mj-chosen", "mj-chosen", nodes.filter((each) => !each.dataset.cell));
  mdLight(at, ".mj-picked", "mj-picked", nodes.filter((each) => each.dataset.cell));
}

function mdName(node) {
  const { block, fold, word, cell } = node.dataset;
  return [block, fold, word, cell].join("|");
}

function mdMount(root) {
  const at = { root, parts: {}, abort: new AbortController(), acts: 0, stage: 0, player: null }, { signal } = at.abort;
  at.parts.figure = mjNode("div", { class: "md-figure" });
  at.parts.steps = mjNode("div", { class: "md-steps" });
  root.replaceChildren(mjNode("div", { class: "md-inner" }, [at.parts.figure, at.parts.steps]));
  at.parts.figure.addEventListener("click", (event) => mdClick(at, event), { signal });
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
