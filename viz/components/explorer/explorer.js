// The explorer: state, address, controls, and the order in which things are drawn. This file comes last and exports.
// `at` is the one record the other files share: {root, data, state, parts, theme, map(part, unit), chosen(part), set, point}.
// What the colour means is in at.shown, {name, meaning, word}: what is drawn. state.meaning may be ahead of it while the numbers come.

const MJ_PARTS = ["encoder", "decoder", "cross"], MJ_VIEWS = ["lines", "atlas", "matrix"];
const MJ_SHOWN = { name: "weights", meaning: "weights", word: null };
const mjMounted = new WeakMap();

/* Nodes and sentences. Text goes in as text only: a token may look like markup. */

function mjNode(name, attributes = {}, children = []) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node[key] = value;
    else if (value !== false && value !== null) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function mjSvg(name, attributes = {}) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function mjText(at, key, values = {}) {
  return String(at.data.strings[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name].textContent ?? values[name]) : whole));
}

/** A sentence whose placeholders may be nodes. */
function mjFill(at, node, key, values) {
  const pieces = String(at.data.strings[key] ?? key).split(/\{(\w+)\}/);
  node.replaceChildren(...pieces.map((piece, place) => (place % 2 ? values[piece] ?? "" : piece)));
}

function mjStrong(text) {
  return mjNode("strong", { dir: "auto" }, [text]);
}

/** A list in words whose first and strongest item is in bold. */
function mjStrongFirst(at, items) {
  const list = mjNode("span"), [first = "", ...rest] = items;
  list.append(mjStrong(first), rest.map((item) => mjText(at, "separator") + item).join(""));
  return list;
}

/** layer: where the heads are of one layer, so that a single one can be named by its role. */
function mjHeadsText(at, heads, all, layer = null) {
  if (heads.length === 1) return mjText(at, "one_head", { head: layer === null ? heads[0] + 1 : mjHeadName(at, layer, heads[0]) });
  return mjText(at, heads.length === all ? "mean_all_heads" : "mean_heads", { count: heads.length, heads: heads.map((head) => head + 1).join(", ") });
}

/* What the colour means. */

/** The sentence of this name for what is drawn. */
function mjMeant(at, key) {
  return at.shown.meaning === "weights" ? key : `${key}_${at.shown.meaning}`;
}

function mjQuantity(at) {
  return mjText(at, mjMeant(at, "colourbar"));
}

/** The word of the translation that gradient × weight speaks of. */
function mjOutputText(at) {
  return at.shown.meaning === "gradient" ? at.data.run.target.words[at.shown.word].text : "";
}

/** What 1 stands for, and what a row sums to. */
function mjScaleText(at) {
  const { largest } = at.map(at.state.part, at.state.unit), key = at.shown.meaning === "rollout" && at.state.part !== "encoder" ? "scale_rollout_shared" : mjMeant(at, "scale");
  return mjText(at, key, { largest: Number(largest.toPrecision(3)), part: mjText(at, at.state.part), output: mjOutputText(at) });
}

/** Draws what is asked for if it is here, and asks the server for it if it is not; until it comes, the picture stays what it was. */
function mjChooseShown(at) {
  const { meaning, step } = at.state, word = meaning === "gradient" ? step ?? at.usual : null, name = word === null ? meaning : `${meaning} ${word}`;
  at.waiting = meaning !== "weights" && !at.stacks.has(name);
  if (!at.waiting) at.shown = { name, meaning, word };
  else if (at.asked !== name) {
    at.asked = name;
    clearTimeout(at.addressTimer);
    mjWriteAddress(at);
    at.echo = mjSameChoice(at, at.state);
    at.ask({ run: at.data.run.id, meaning, word, at: Date.now() });
  }
}

/** A stack has come. One that could not be made leaves its sentence, and the picture goes back to weights. */
function mjTakeStack(at, stack) {
  at.failed = stack.failed || "";
  if (at.failed) return Object.assign(at, { asked: null, state: { ...at.state, meaning: "weights" } });
  const order = mjStackNames(stack);
  for (const name of order) if (!at.stacks.has(name)) at.stacks.set(name, { ...stack, order });
  if (stack.meaning !== "gradient") return;
  at.usual = at.usual ?? stack.word;
  if (at.state.meaning === "gradient") at.state = { ...at.state, step: at.state.step ?? at.usual };
}

/** The parts of a choice that the server can send back, to be compared as text. */
function mjSameChoice(at, choice) {
  return JSON.stringify(Object.keys(at.data.choice).map((key) => choice[key]));
}

/** Groups that some head of the part on screen belongs to. */
function mjGroupsDrawn(at) {
  const drawn = new Set((mjRoles(at) || []).map(([, group]) => group));
  return Object.keys(at.data.groups || {}).filter((group) => drawn.has(group));
}

/** Colour tells heads apart; one head alone needs no telling and takes the ink of the page's own accent. */
function mjHeadColour(at, head, alone = false) {
  return alone ? at.theme.accent : at.theme.heads[head % at.theme.heads.length];
}

/* State. Layer, heads and the pinned word are kept for each part, because layer 4 of the encoder says nothing about the decoder. */

function mjAdopt(choice, data, kept = {}) {
  const parts = MJ_PARTS.filter((part) => data.run.maps[part]), part = parts.includes(choice.part) ? choice.part : parts[0];
  const byPart = { ...data.suggested, ...kept, [part]: { layer: choice.layer, heads: choice.heads || [], word: choice.word ?? null } };
  return mjClamp({ ...choice, part, byPart }, data);
}

/** In another sentence the same layers and heads are of interest, but not the word in the same place. */
function mjUnpinned(at, data) {
  const kept = Object.entries(at.state?.byPart || {}).filter(([part]) => data.suggested[part]);
  return Object.fromEntries(kept.map(([part, chosen]) => [part, { ...chosen, word: data.suggested[part].word }]));
}

/** Whatever came in by an address or from another sentence is made to fit this run. */
function mjClamp(state, data) {
  const part = data.run.maps[state.part] ? state.part : MJ_PARTS.find((each) => data.run.maps[each]), map = data.run.maps[part];
  const { layer, heads, word } = state.byPart[part] || { layer: map.layers, heads: [], word: null };
  const within = (value, count) => (Number.isInteger(value) && value >= 0 && value < count ? value : null);
  const fitting = [...new Set((heads || []).filter((head) => head >= 1 && head <= map.heads))].sort((one, other) => one - other);
  const fitted = {
    layer: Math.min(map.layers, Math.max(1, Math.round(layer) || map.layers)), heads: fitting.length === map.heads ? [] : fitting, word: within(word, map.query.words.length),
  };
  return {
    ...state, ...fitted, part, view: MJ_VIEWS.includes(state.view) ? state.view : "lines", unit: state.unit === "words" ? "words" : "tokens",
    meaning: (data.meanings || []).includes(state.meaning) ? state.meaning : "weights",
    threshold: Math.min(1, Math.max(0, Number(state.threshold) || 0)), hide: Boolean(state.hide), step: within(state.step, data.run.target.words.length),
    byPart: { ...state.byPart, [part]: fitted },
  };
}

function mjChange(state, change, data) {
  const next = { ...state, ...change };
  if (change.part && change.part !== state.part) return mjClamp(next, data);
  next.byPart = { ...state.byPart, [next.part]: { layer: next.layer, heads: next.heads, word: next.word } };
  return mjClamp(next, data);
}

/* Address: only our own parameters, and only those that differ from their defaults. */

function mjAddressValue(key, value) {
  if (key === "heads") return value.length ? value.join(",") : "all";
  if (key === "hide") return value ? "1" : "0";
  if (value === null || value === undefined) return "none";
  return String(key === "word" || key === "step" ? value + 1 : value); // people count from one
}

function mjWriteAddress(at) {
  const address = new URL(window.location.href);
  for (const [key, usual] of Object.entries({ ...at.data.defaults, ...at.data.suggested[at.state.part] })) {
    const value = mjAddressValue(key, at.state[key]);
    if (value === mjAddressValue(key, usual)) address.searchParams.delete(key);
    else address.searchParams.set(key, value);
  }
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address.href.replace(/%2C/g, ","));
}

/** Browsers refuse a page that rewrites its address too often (Safari: 100 times in 30 s), and a slider would. */
function mjAddressSoon(at) {
  clearTimeout(at.addressTimer);
  at.addressTimer = setTimeout(() => mjWriteAddress(at), 120);
}

/* Theme: read from Streamlit's variables whenever they may have changed. */

function mjTheme(at) {
  const style = getComputedStyle(at.root), read = (name, usual) => style.getPropertyValue(name).trim() || usual;
  const paper = read("--st-background-color", "#FCFBF8"), dark = mjLightness(paper) < 0.4, colours = at.data.colours[dark ? "dark" : "light"];
  at.root.classList.toggle("mj-dark", dark);
  const scale = colours.scale, resolve = (name) => mjResolve(at.root, name);
  return {
    dark, paper, ink: read("--st-text-color", "#1B1B1F"), accent: read("--st-primary-color", "#3F37C9"), font: style.fontFamily, heads: colours.heads, groups: colours.groups || {}, scale,
    line: resolve("--mj-line"), muted: resolve("--mj-muted"), table: mjPixels(scale), masked: mjPixel(colours.masked), hatch: mjPixel(colours.hatch), maskedHex: colours.masked,
  };
}

/** A variable made of color-mix() is only a plain colour once an element wears it. */
function mjResolve(root, name) {
  const probe = mjNode("i", { style: `color:var(${name});position:absolute` });
  root.append(probe);
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  context.fillStyle = getComputedStyle(probe).color;
  context.fillRect(0, 0, 1, 1);
  probe.remove();
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

function mjLightness(colour) {
  const [red, green, blue] = /^#/.test(colour) ? [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16)) : colour.match(/[\d.]+/g).map(Number);
  return (0.3 * red + 0.59 * green + 0.11 * blue) / 255;
}

/* The frame of the page, built once. */

function mjBuild(at) {
  const node = mjNode, parts = {};
  const make = (name, tag, attributes, children) => (parts[name] = node(tag, attributes, children));
  const step = (by) => () => mjStepBy(at, by);
  at.root.replaceChildren(
    node("div", { class: "mj-sentences" }, [
      make("target", "div", { class: "mj-target", lang: "fr", dir: "auto", role: "group" }), node("div", { class: "mj-stepper" }, [
        make("back", "button", { type: "button", class: "mj-arrow", onclick: step(-1) }, ["‹"]),
        make("slider", "input", { type: "range", min: 0, max: 1, step: 1, value: 0, class: "mj-slider" }),
        make("forward", "button", { type: "button", class: "mj-arrow", onclick: step(1) }, ["›"]), make("stepText", "p", { class: "mj-step-text", "aria-live": "polite" }),
      ]),
      make("source", "div", { class: "mj-source", lang: "en", dir: "auto", role: "group" }),
    ]),
    make("choices", "div", { class: "mj-choices" }), make("say", "p", { class: "mj-say", "aria-live": "polite" }),
    node("div", { class: "mj-stage" }, [
      node("div", { class: "mj-picture" }, [
        mjBuildLines(make), mjBuildAtlas(make), make("matrixBox", "div", { class: "mj-scroll mj-only-matrix" }, [make("matrix", "div", { class: "mj-matrix" })]),
      ]),
      make("controls", "div", { class: "mj-controls" }),
    ]),
    make("caveat", "p", { class: "mj-caveat" }), make("ways", "nav", { class: "mj-actions mj-ways" }), make("actions", "div", { class: "mj-actions" }), make("foot", "p", { class: "mj-foot" }), make("tip", "div", { class: "mj-tip", role: "tooltip", hidden: true }),
  );
  return parts;
}

function mjBuildLines(make) {
  make("svg", "i");
  const lines = make("lines", "div", { class: "mj-lines mj-only-lines" }, [
    make("leftHead", "div", { class: "mj-side mj-side-left" }), mjNode("div"), make("rightHead", "div", { class: "mj-side" }),
    make("left", "div", { class: "mj-left" }), make("wires", "div", { class: "mj-wires" }), make("right", "div", { class: "mj-right" }),
  ]);
  return lines;
}

function mjBuildAtlas(make) {
  return make("atlasBox", "div", { class: "mj-scroll mj-only-atlas" }, [
    make("atlasFrame", "div", { class: "mj-atlas-frame" }, [
      make("atlas", "canvas", { class: "mj-atlas", tabindex: 0, role: "img" }), make("tileMark", "div", { class: "mj-tile-mark", hidden: true }), make("cellMark", "div", { class: "mj-cell-mark", hidden: true }),
    ]),
  ]);
}

/* Controls. They are rebuilt only when another part or run changes how many there are, so that focus stays where it was. */

function mjButton(at, name, value, text, onclick, more = {}) {
  return mjNode("button", { type: "button", [`data-${name}`]: value, onclick, ...more }, [text]);
}

function mjGroup(at, name, children) {
  return mjNode("div", { class: `mj-group mj-group-${name}`, role: "group", "aria-label": mjText(at, name) }, [mjNode("span", { class: "mj-group-name" }, [mjText(at, name)]), ...children]);
}

function mjSegments(at, name, values) {
  const buttons = values.map((value) => mjButton(at, name, value, mjText(at, value), () => at.set({ [name]: value })));
  return mjNode("div", { class: "mj-segments", role: "group", "aria-label": mjText(at, name) }, buttons);
}

/** Rows of equal length: eight heads are four and four, twelve are six and six. */
function mjChips(buttons) {
  const across = buttons.length % 6 && buttons.length > 6 ? 4 : 6;
  return mjNode("div", { class: "mj-chips", style: `--mj-across:${across}` }, buttons);
}

/** What the colours and letters of atlas and matrix mean. */
function mjLegend(at, map) {
  const scale = mjNode("div", { class: "mj-ends" }, [mjNode("span", {}, ["0"]), mjNode("span", { class: "mj-ramp" }), mjNode("span", {}, ["1"])]);
  const masked = map.causal ? [mjNode("div", { class: "mj-ends" }, [mjNode("span", { class: "mj-swatch" }), mjNode("span", {}, [mjText(at, "masked_legend")])])] : [];
  const groups = mjGroupsDrawn(at).map((group) => mjNode("div", { class: `mj-ends mj-role-group mj-group-of-${group}` }, [mjNode("i"), mjNode("b", {}, [at.data.groups[group][1]]), mjNode("span", {}, [at.data.groups[group][0]])]));
  const unmarked = mjRoles(at) ? [mjNode("div", { class: "mj-ends mj-role-group" }, [mjText(at, "no_role_legend")])] : [];
  return mjNode("div", { class: "mj-legend" }, [mjNode("span", { class: "mj-group-name" }, [mjQuantity(at)]), scale, ...masked, ...groups, ...unmarked]);
}

function mjDrawControls(at) {
  const maps = at.data.run.maps, map = maps[at.state.part], numbers = (count) => [...Array(count).keys()].map((place) => place + 1);
  const signature = JSON.stringify([at.data.strings, at.state.part, map.layers, map.heads, Object.keys(maps), at.data.meanings, at.data.roles]);
  if (signature === at.signature) return;
  at.signature = signature;
  const chip = (head) => mjButton(at, "head", head, String(head), (event) => mjToggleHead(at, head, event.shiftKey), {
    class: "mj-chip", style: `--mj-chip:var(--mj-head-${((head - 1) % 8) + 1})`, "aria-label": mjText(at, "one_head", { head }), ondblclick: () => at.set({ heads: [head] }),
  });
  at.parts.choices.replaceChildren(mjSegments(at, "part", MJ_PARTS.filter((part) => maps[part])), mjSegments(at, "view", MJ_VIEWS), (at.parts.read = mjNode("p", { class: "mj-read" })));
  at.parts.controls.replaceChildren(
    mjGroup(at, "layer", [mjChips(numbers(map.layers).map((layer) => mjButton(at, "layer", layer, String(layer), () => at.set({ layer }), { class: "mj-chip" })))]),
    mjGroup(at, "heads", [mjButton(at, "head", "all", mjText(at, "all"), () => at.set({ heads: [] }), { class: "mj-chip mj-all" }), mjChips(numbers(map.heads).map(chip))]),
    mjMeaningControls(at), ...mjFineControls(at), (at.parts.legend = mjNode("div")),
  );
}

function mjFineControls(at) {
  const oninput = (event) => at.set({ threshold: Number(event.target.value) });
  return [
    mjNode("label", { class: "mj-group mj-threshold" }, [(at.parts.thresholdName = mjNode("span", { class: "mj-group-name" })), (at.parts.threshold = mjNode("input", { type: "range", class: "mj-slider", min: 0, max: 1, step: 0.01, oninput })), (at.parts.thresholdText = mjNode("output"))]),
    mjSegments(at, "unit", ["words", "tokens"]),
  ];
}

/** One switch for what every map shows, and whether the places where heads rest are among it. */
function mjMeaningControls(at) {
  const options = (at.data.meanings || []).map((meaning) => mjNode("option", { value: meaning }, [mjText(at, `meaning_${meaning}`)]));
  const choose = mjNode("select", { class: "mj-select", "aria-label": mjText(at, "meaning"), onchange: (event) => at.set({ meaning: event.target.value }) }, options);
  return mjNode("div", { class: "mj-meaning" }, [
    ...(options.length > 1 ? [mjNode("span", { class: "mj-group-name" }, [mjText(at, "meaning")]), (at.parts.meaning = choose)] : []),
    (at.parts.scale = mjNode("p", { class: "mj-scale", "aria-live": "polite" })),
    mjNode("label", { class: "mj-hide" }, [(at.parts.hide = mjNode("input", { type: "checkbox", onchange: (event) => at.set({ hide: event.target.checked }) })), mjNode("span", {}, [mjText(at, "hide")])]),
    (at.parts.mass = mjNode("p", { class: "mj-mass" })),
  ]);
}

/** A matrix shows one head, so there a click chooses; elsewhere it switches one head on or off. The last one stays on. */
function mjToggleHead(at, head, solo) {
  const all = at.data.run.maps[at.state.part].heads, on = at.state.heads.length ? at.state.heads : [...Array(all).keys()].map((place) => place + 1);
  if (solo || at.state.view === "matrix") return at.set({ heads: [head] });
  const next = on.includes(head) ? on.filter((each) => each !== head) : [...on, head];
  if (next.length) at.set({ heads: next });
}

function mjMarkControls(at) {
  const { state, parts } = at, pressed = { part: state.part, view: state.view, unit: state.unit, layer: String(state.layer) };
  for (const node of at.root.querySelectorAll(".mj-choices button, .mj-controls button")) {
    const [[name, value]] = Object.entries(node.dataset);
    const heads = value === "all" ? !state.heads.length && state.view !== "matrix" : at.state.view === "matrix" ? Number(value) === (state.heads[0] || 1) : !state.heads.length || state.heads.includes(Number(value));
    node.setAttribute("aria-pressed", String(name === "head" ? heads : pressed[name] === value));
  }
  parts.threshold.value = state.threshold;
  parts.threshold.style.setProperty("--mj-share", `${100 * state.threshold}%`);
  parts.thresholdText.textContent = state.threshold.toFixed(2);
  parts.controls.dataset.heads = at.state.view === "matrix" || state.heads.length === 1 ? "one" : "several";
  parts.hide.checked = state.hide;
  if (parts.meaning) parts.meaning.value = state.meaning;
  parts.scale.textContent = at.failed || (at.waiting ? mjText(at, "meaning_waiting") : mjScaleText(at));
  parts.thresholdName.textContent = mjText(at, at.shown.meaning === "weights" ? "threshold" : "threshold_other");
  parts.mass.textContent = state.hide ? mjMass(at) : "";
}

/** What the hidden columns hold: of the pinned row where lines show one, else on the average of the rows. */
function mjMass(at) {
  const { map, layers, heads } = mjDrawnHeads(at), rows = mjShown(map.queries, true), columns = mjShown(map.keys, true);
  const focus = at.state.view === "lines" && mjFocus({ ...at, pointed: null }), pinned = focus ? rows.filter((row) => map.queries[row].word === focus.word) : [];
  const share = mjHiddenMass(map, layers, heads, pinned.length ? pinned : rows, columns), percent = mjText(at, "percent", { number: Math.round(100 * share) });
  return mjText(at, mjMeant(at, pinned.length ? "hidden_mass_row" : "hidden_mass"), { percent, word: pinned.map((row) => map.queries[row].text).join("·") });
}

function mjDrawnHeads(at) {
  const map = at.map(at.state.part, at.state.unit), { layer, heads } = at.chosen(at.state.part), count = (number) => [...Array(number).keys()];
  if (at.state.view === "atlas") return { map, layers: count(map.layers), heads: count(map.heads) };
  return { map, layers: [layer], heads: at.state.view === "matrix" ? heads.slice(0, 1) : heads };
}

/* Drawing. */

function mjDrawFrame(at) {
  const { parts, data } = at;
  for (const [name, key] of [["target", "translation"], ["source", "sentence"]]) {
    parts[name].dataset.label = mjText(at, key);
    parts[name].setAttribute("aria-label", mjText(at, key));
  }
  for (const [name, key] of [["slider", "step_slider"], ["back", "step_back"], ["forward", "step_forward"]]) parts[name].setAttribute("aria-label", mjText(at, key));
  const save = (format) => mjNode("button", { type: "button", "data-save": format, onclick: () => mjSave(at, format) }, [format.toUpperCase()]);
  parts.actions.replaceChildren(mjNode("span", { class: "mj-group-name" }, [mjText(at, "save")]), save("csv"), save("svg"), save("png"), (parts.copy = mjNode("button", { type: "button", "data-copy": true, onclick: () => mjCopy(at) }, [mjText(at, "copy_link")])));
}

/** Ways on from here: what the chosen head does, its arithmetic, the same head beside another sentence (its encoder's), the
 * sentence without it. For several heads, what heads do. */
function mjDrawWays(at) {
  const { part } = at.state, { layer, heads } = at.chosen(part, true), one = at.state.view === "matrix" || heads.length === 1;
  const place = { part, layer: layer + 1, heads: heads[0] + 1 }, kept = ["text", "model", "lang", "beams"], { searchParams } = new URL(window.location.href);
  const address = (way) => {
    const chosen = !one ? {} : way === "switch-off" ? { off: Object.values(place).join(".") } : place;
    return `${way}?${new URLSearchParams({ ...Object.fromEntries([...searchParams].filter(([name]) => kept.includes(name))), ...chosen })}${one && way === "heads" ? "#card" : ""}`;
  };
  const ways = (at.data.ways || []).filter((way) => way === "heads" || (one && (way !== "pair" || part === "encoder"))), name = mjText(at, "way_of_head", { layer: layer + 1, head: heads[0] + 1 });
  const link = (way) => mjNode("a", { "data-way": way, href: address(way), target: "_self" }, [mjText(at, one ? `way_${way}` : "way_all")]);
  at.parts.ways.replaceChildren(...(one && ways.length ? [mjNode("span", { class: "mj-group-name" }, [name])] : []), ...ways.map(link));
}

/** Where the numbers come from. */
function mjFoot(at) {
  const { run, bits } = at.data, own = at.shown.meaning === "weights";
  const facts = [run.model, run.device, run.recorded && mjText(at, "recorded"), run.method && mjText(at, `method_${run.method}`), mjText(at, "one_scale"), mjText(at, own ? "coding" : "coding_other", { bits }), mjText(at, mjMeant(at, "recomputed"))];
  return facts.filter(Boolean).join(" · ");
}

async function mjCopy(at) {
  clearTimeout(at.addressTimer);
  mjWriteAddress(at);
  try { await navigator.clipboard.writeText(window.location.href); } catch { return; }
  at.parts.copy.textContent = mjText(at, "copied");
  setTimeout(() => { at.parts.copy.textContent = mjText(at, "copy_link"); }, 1500);
}

function mjDraw(at) {
  const start = performance.now(), { state, parts, root } = at;
  mjChooseShown(at);
  Object.assign(root.dataset, { showing: state.view, meaning: at.shown.meaning, waiting: String(at.waiting) });
  mjDrawControls(at);
  mjMarkControls(at);
  const legend = mjLegend(at, at.data.run.maps[state.part]);
  parts.legend.replaceWith(legend);
  parts.legend = legend;
  parts.read.textContent = `${mjText(at, `part_${state.part}`)} ${mjText(at, `read_${state.view}`, { quantity: mjQuantity(at) })}`;
  parts.caveat.textContent = [mjText(at, at.shown.meaning === "weights" ? `caveat_${state.view}` : `tells_${at.shown.meaning}`), state.hide && mjText(at, "tells_hidden")].filter(Boolean).join(" ");
  parts.foot.textContent = mjFoot(at);
  mjDrawWays(at);
  parts.leftHead.textContent = mjText(at, `queries_${state.part}`);
  parts.rightHead.textContent = mjText(at, `keys_${state.part}`);
  parts.atlas.setAttribute("aria-label", mjText(at, "atlas_label"));
  mjDrawStep(at);
  if (state.view === "lines") mjDrawLines(at);
  else if (state.view === "atlas") mjDrawAtlas(at);
  else { mjSayMatrix(at); mjDrawMatrix(at); }
  root.dataset.paintMs = (performance.now() - start).toFixed(2);
  at.painted();
}

function mjSayMatrix(at) {
  const map = at.map(at.state.part, at.state.unit), { layer, heads: [head] } = at.chosen(at.state.part);
  const [link] = mjStrongest(map, layer, [head], mjShown(map.queries, at.state.hide), mjShown(map.keys, at.state.hide));
  if (!link) return;
  mjFill(at, at.parts.say, mjMeant(at, "say_head"), { layer: layer + 1, head: mjHeadName(at, layer, head), output: mjOutputText(at), query: mjStrong(map.queries[link.row].text), key: mjStrong(map.keys[link.column].text), weight: mjNumber(link.weight, at.data.bits) });
}

/* Pointer and keyboard. */

function mjTimed(at, action) {
  const start = performance.now();
  action();
  at.root.dataset.pointerMs = (performance.now() - start).toFixed(2);
  at.painted();
}

function mjStepBy(at, by) {
  const steps = mjSteps(at), here = steps.indexOf(at.state.step), next = Math.min(steps.length - 1, here + by);
  at.set({ step: next < 0 ? null : steps[next] });
}

function mjKey(at, event) {
  const inField = event.composedPath().some((node) => node.matches?.("input, textarea, select, [contenteditable=''], [contenteditable=true], [role=slider], [role=radio], [role=tab], canvas.mj-atlas"));
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !at.root.isConnected) return;
  if (event.key === "Escape" && (!inField || at.root.contains(event.target)) && at.state.word !== null) { at.pointed = null; return at.set({ word: null }); }
  if (inField || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
  event.preventDefault();
  mjTimed(at, () => mjStepBy(at, event.key === "ArrowLeft" ? -1 : 1));
}

function mjListen(at) {
  const { signal } = at.abort, { atlas, slider } = at.parts, place = (event) => mjAtlasHit(at, event.offsetX, event.offsetY);
  document.addEventListener("keydown", (event) => mjKey(at, event), { signal });
  slider.addEventListener("input", () => at.set({ step: mjSteps(at)[Number(slider.value) - 1] ?? null }), { signal });
  atlas.addEventListener("pointermove", (event) => mjTimed(at, () => mjPointAtlas(at, place(event))), { signal });
  atlas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && mjTimed(at, () => mjPointAtlas(at, null)), { signal });
  atlas.addEventListener("click", (event) => mjClickAtlas(at, place(event), event.pointerType === "touch"), { signal });
  atlas.addEventListener("keydown", (event) => mjTimed(at, () => mjAtlasKey(at, event)), { signal });
  at.resize = new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - at.width) < 1) return;
    at.width = entry.contentRect.width;
    mjPlaceLabels(at);
    mjDraw(at);
  });
  at.resize.observe(at.root);
}

function mjMount(root, data) {
  const at = { root, data, abort: new AbortController(), pointed: null, width: root.clientWidth, seq: 0 };
  at.chosen = (part, own = false) => {
    const { layer, heads } = at.state.byPart[part] || {}, map = at.data.run.maps[part];
    if (!map) return { layer: 0, heads: [0] };
    if (!own && at.shown.meaning === "rollout") return { layer: Math.min(map.layers, layer || map.layers) - 1, heads: [0] };
    const all = [...Array(map.heads).keys()], some = (heads || []).map((head) => head - 1).filter((head) => head < map.heads);
    return { layer: Math.min(map.layers, layer || map.layers) - 1, heads: some.length ? some : all };
  };
  at.painted = () => requestAnimationFrame(() => { at.seq += 1; root.dataset.seq = String(at.seq); });
  at.weights = (part, unit) => at.store(part, unit);
  at.map = (part, unit) => at.store(part, unit, at.shown.name);
  at.set = (change) => {
    const { hide } = at.state;
    at.failed = "";
    at.state = mjChange(at.state, change, at.data);
    if (hide !== at.state.hide) mjDrawSentence(at);
    mjDraw(at);
    mjAddressSoon(at);
  };
  at.point = (focus) => { at.pointed = focus; if (at.state.view === "lines") mjTimed(at, () => mjDrawFocus(at)); };
  at.parts = mjBuild(at);
  at.parts.svg = mjSvg("svg", { class: "mj-svg", preserveAspectRatio: "none", "aria-hidden": "true" });
  at.parts.wires.append(at.parts.svg);
  mjListen(at);
  return at;
}

function mjWearTheme({ root, theme, data }) {
  const wear = (name, value) => root.style.setProperty(`--mj-${name}`, value), { masked, hatch } = data.colours[theme.dark ? "dark" : "light"];
  theme.heads.forEach((colour, place) => wear(`head-${place + 1}`, colour));
  for (const [group, colour] of Object.entries(theme.groups)) wear(`group-${group}`, colour);
  wear("ramp", `linear-gradient(to right, ${theme.scale.map(([, colour]) => colour).join()})`);
  wear("masked", masked);
  wear("hatch", hatch);
}

/** Streamlit calls this again with every change of data and of theme, without a cleanup in between. */
function mjReceive(at, data) {
  const choice = JSON.stringify(data.choice), { stack } = data;
  at.data = data;
  const fresh = at.choice !== choice && at.echo !== mjSameChoice(at, data.choice); // an echo of what was chosen here is older than what was chosen since
  if (!fresh) at.echo = null;
  if (at.run !== data.run.id) {
    const stacks = new Map();
    Object.assign(at, { stacks, store: mjStore(data, stacks), shown: MJ_SHOWN, usual: null, asked: null, failed: "", pointed: null });
  }
  at.state = fresh ? mjAdopt(data.choice, data, at.run === data.run.id ? at.state?.byPart : mjUnpinned(at, data)) : mjClamp(at.state, data);
  Object.assign(at, { choice, run: data.run.id });
  if (stack?.run === data.run.id) mjTakeStack(at, stack);
  at.theme = mjTheme(at);
  mjWearTheme(at);
  mjDrawFrame(at);
  mjDrawSentence(at);
  mjDraw(at);
  if (!fresh) mjAddressSoon(at); // what did not fit the new run has left the state
}

export default function explorer({ data: packed, parentElement, setStateValue }) {
  const data = mjUnpack(packed);
  const root = parentElement.querySelector(".mj-root");
  if (!mjMounted.has(root)) mjMounted.set(root, mjMount(root, data));
  const at = mjMounted.get(root);
  at.ask = (what) => setStateValue("wanted", what);
  mjReceive(at, data);
  return () => {
    at.abort.abort();
    at.resize.disconnect();
    clearTimeout(at.addressTimer);
    mjMounted.delete(root);
  };
}
