// Small maps of all heads. A click is answered here at once; Python hears of it and later sends back what it made of it.
// `at` is the one record: {root, data, chosen (a Set of "encoder.2.4"), sent (what Python has yet to send back), cells}.

const mounted = new WeakMap(), PATIENCE_MS = 5000;

function node(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** A sentence with its placeholders filled; text only. */
function say(at, key, values = {}) {
  return String(at.data.strings[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const idOf = (part, layer, head) => `${part}.${layer + 1}.${head + 1}`;
const joined = (chosen) => [...chosen].sort().join();

function isDark(root) {
  const probe = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const channels = [1, 3, 5].map((place) => parseInt(probe.slice(place, place + 2), 16));
  return channels.every(Number.isFinite) && channels[0] + channels[1] + channels[2] < 300;
}

function build(at) {
  at.cells = new Map();
  at.root.replaceChildren(...at.data.parts.map((part) => buildPart(at, part)));
}

function buildPart(at, { part, title, layers, heads }) {
  const rows = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const whole = [...Array(heads).keys()].map((head) => idOf(part, layer, head));
    const name = say(at, "layer", { layer: layer + 1 });
    rows.push(at.data.opens ? node("span", { class: "layer", title: name }, [String(layer + 1)])
      : node("button", { class: "layer", type: "button", title: say(at, "toggle_layer", { layer: layer + 1 }), "aria-label": say(at, "toggle_layer", { layer: layer + 1 }), onclick: () => toggle(at, whole) }, [String(layer + 1)]));
    for (let head = 0; head < heads; head += 1) rows.push(buildCell(at, part, layer, head));
  }
  const grid = node("div", { class: "heads", role: "group", "aria-label": title, "data-opens": String(at.data.opens), style: `--heads:${heads}`, onkeydown: (event) => move(at, event, layers, heads) }, rows);
  return node("section", {}, [node("h3", {}, [title]), grid]);
}

function buildCell(at, part, layer, head) {
  const id = idOf(part, layer, head);
  const cell = node("button", { class: "head", type: "button", "data-head": id, tabindex: layer + head ? -1 : 0, onclick: () => (at.data.opens ? open(at, id) : toggle(at, [id])) }, [
    node("span", { class: "map", "aria-hidden": "true" }, [node("canvas"), node("span", { class: "name" }, [String(head + 1)])]), node("span", { class: "number", "aria-hidden": "true" }),
  ]);
  at.cells.set(id, cell);
  return cell;
}

/** Some heads: off if any of them is on, else on again. */
function toggle(at, ids) {
  const off = ids.some((id) => !at.chosen.has(id));
  for (const id of ids) at.chosen[off ? "add" : "delete"](id);
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
function move(at, event, layers, heads) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -heads, ArrowDown: heads }[event.key];
  const cells = [...event.currentTarget.querySelectorAll(".head")], here = cells.indexOf(event.target), next = cells[here + step];
  if (!step || here < 0) return;
  event.preventDefault();
  event.stopPropagation();
  const wraps = Math.abs(step) === 1 && Math.floor(here / heads) !== Math.floor((here + step) / heads);
  if (!next || wraps) return;
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
  const palette = at.data.palettes[isDark(at.root) ? "dark" : "light"].map((colour) => {
    const [red, green, blue] = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
    return (255 << 24) | (blue << 16) | (green << 8) | red;
  });
  for (const { part, layers, heads, rows, columns, codes, numbers } of at.data.parts) {
    const bytes = Uint8Array.from(atob(codes), (letter) => letter.charCodeAt(0)), size = rows * columns;
    for (let place = 0; place < layers * heads; place += 1) {
      const cell = at.cells.get(idOf(part, Math.floor(place / heads), place % heads)), canvas = cell.querySelector("canvas");
      canvas.width = columns;
      canvas.height = rows;
      const image = new ImageData(columns, rows), pixels = new Uint32Array(image.data.buffer);
      for (let pixel = 0; pixel < size; pixel += 1) pixels[pixel] = palette[bytes[place * size + pixel]];
      canvas.getContext("2d").putImageData(image, 0, 0);
      cell.querySelector(".number").textContent = numbers[place] ?? "";
    }
  }
}

function receive(at, data, setStateValue) {
  const shape = JSON.stringify([data.parts.map(({ part, title, layers, heads }) => [part, title, layers, heads]), data.opens, data.strings]);
  Object.assign(at, { data, setStateValue });
  if (at.shape !== shape) build(at);
  at.shape = shape;
  const back = joined(new Set(data.chosen)), waiting = at.sent && at.sent.heads !== back && Date.now() - at.sent.at < PATIENCE_MS;
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
