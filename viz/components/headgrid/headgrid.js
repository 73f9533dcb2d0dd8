// Small maps of all heads. A click is answered here at once; Python hears of it and later sends back what it made of it.
// `at` is the one record: {root, data, chosen (a Set of "encoder.2.4"), sent (what Python has yet to send back), cells}.

const mounted = new WeakMap(), PATIENCE_MS = 5000;

/** A sentence with its placeholders filled; text only. */
function say(at, key, values = {}) {
  return mjFilled(at.data.strings[key] ?? key, values);
}

function build(at) {
  at.cells = new Map();
  at.root.replaceChildren(...at.data.parts.map((part) => buildPart(at, part)));
}

function buildPart(at, { part, title, layers, heads }) {
  const rows = [...Array(layers).keys()].flatMap((layer) => buildRow(at, part, layer, heads));
  const grid = mjNode("div", {
    class: "heads", role: "group", "aria-label": title, "data-opens": String(at.data.opens), style: `--heads:${heads}`,
    onkeydown: (event) => move(event, heads),
  }, rows);
  return mjNode("section", {}, [mjNode("h3", {}, [title]), grid]);
}

function buildRow(at, part, layer, heads) {
  const places = [...Array(heads).keys()], all = places.map((head) => idOf(part, layer, head));
  return [buildLayer(at, layer, all), ...places.map((head) => buildCell(at, part, layer, head))];
}

/** The layer's number; where heads are switched off it switches all of them. */
function buildLayer(at, layer, ids) {
  const number = String(layer + 1);
  if (at.data.opens) return mjNode("span", { class: "layer", title: say(at, "layer", { layer: number }) }, [number]);
  const label = say(at, "toggle_layer", { layer: number }), onclick = () => toggle(at, ids);
  return mjNode("button", { class: "layer", type: "button", title: label, "aria-label": label, onclick }, [number]);
}

function buildCell(at, part, layer, head) {
  const id = idOf(part, layer, head), onclick = () => (at.data.opens ? open(at, id) : toggle(at, [id]));
  const cell = mjNode("button", { class: "head", type: "button", "data-head": id, tabindex: layer + head ? -1 : 0, onclick }, [
    mjNode("span", { class: "map", "aria-hidden": "true" }, [
      mjNode("canvas"), mjNode("span", { class: "name" }, [String(head + 1)]),
    ]),
    mjNode("span", { class: "number", "aria-hidden": "true" }),
  ]);
  at.cells.set(id, cell);
  return cell;
}

function toggle(at, ids) {
  at.chosen = toggled(at.chosen, ids);
  tell(at);
}

function open(at, id) {
  at.chosen = new Set([id]);
  tell(at);
}

function tell(at) {
  const heads = [...at.chosen].sort();
  at.sent = { heads: heads.join(), at: Date.now() };
  mark(at);
  at.setStateValue("chosen", { heads, at: at.sent.at }); // the time, because the same set may be clicked together twice
}

/** Arrow keys move between the heads of one part, layer labels left out. */
function move(event, heads) {
  const cells = [...event.currentTarget.querySelectorAll(".head")], here = cells.indexOf(event.target);
  if (!/^Arrow(Left|Right|Up|Down)$/.test(event.key) || here < 0) return;
  event.preventDefault();
  event.stopPropagation();
  const next = cells[neighbour(event.key, here, heads)];
  if (!next) return;
  for (const cell of cells) cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

/** What is chosen, on every cell: never by colour alone. */
function mark(at) {
  for (const [id, cell] of at.cells) {
    const on = at.chosen.has(id), [part, layer, head] = id.split(".");
    const number = cell.querySelector(".number").textContent;
    const title = at.data.parts.find((each) => each.part === part).title;
    cell.classList.toggle(at.data.opens ? "open" : "off", on);
    cell.setAttribute("aria-pressed", String(on));
    const label = say(at, at.data.opens ? "head" : on ? "head_off" : "head_on", { part: title, layer, head, number });
    cell.setAttribute("aria-label", label);
    cell.title = label;
  }
  at.root.dataset.chosen = joined(at.chosen);
}

function paint(at) {
  const paper = getComputedStyle(at.root).getPropertyValue("--st-background-color").trim();
  const palette = at.data.palettes[isDark(paper) ? "dark" : "light"];
  for (const part of at.data.parts) {
    headPixels(part, palette).forEach((pixels, place) => {
      const id = idOf(part.part, Math.floor(place / part.heads), place % part.heads);
      paintCell(at.cells.get(id), part, pixels, part.numbers[place]);
    });
  }
}

function paintCell(cell, { rows, columns }, pixels, number) {
  const canvas = cell.querySelector("canvas"), image = new ImageData(columns, rows);
  canvas.width = columns;
  canvas.height = rows;
  new Uint32Array(image.data.buffer).set(pixels);
  canvas.getContext("2d").putImageData(image, 0, 0);
  cell.querySelector(".number").textContent = number ?? "";
}

function receive(at, data, setStateValue) {
  const parts = data.parts.map(({ part, title, layers, heads }) => [part, title, layers, heads]);
  const shape = JSON.stringify([parts, data.opens, data.strings]);
  Object.assign(at, { data, setStateValue });
  if (at.shape !== shape) build(at);
  at.shape = shape;
  const back = joined(new Set(data.chosen));
  const waiting = at.sent && at.sent.heads !== back && Date.now() - at.sent.at < PATIENCE_MS;
  if (!waiting) { at.chosen = new Set(data.chosen); at.sent = null; }
  paint(at);
  mark(at);
}

export default function headgrid({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".grid");
  if (!mounted.has(root)) mounted.set(root, { root, chosen: new Set(), sent: null });
  receive(mounted.get(root), data, setStateValue);
  return () => mounted.delete(root);
}
