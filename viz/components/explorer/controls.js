// Controls: a function that builds each, and one that marks what is chosen.
// They are rebuilt only when another part or run changes how many there are, so that focus stays where it was.

function mjDrawControls(at) {
  const { maps } = at.data.run, map = maps[at.state.part], { strings, meanings, roles } = at.data;
  const signature = JSON.stringify([strings, at.state.part, map.layers, map.heads, Object.keys(maps), meanings, roles]);
  if (signature === at.signature) return;
  at.signature = signature;
  at.parts.choices.replaceChildren(mjPartControl(at), mjViewControl(at), mjReadText(at));
  at.parts.controls.replaceChildren(
    mjLayerControl(at, map), mjHeadsControl(at, map), mjMeaningBox(at),
    mjThresholdControl(at), mjUnitControl(at), mjLegendBox(at),
  );
}

/* What several controls are made of */

function mjButton(at, name, value, text, onclick, more = {}) {
  return mjNode("button", { type: "button", [`data-${name}`]: value, onclick, ...more }, [text]);
}

function mjGroupName(text) {
  return mjNode("span", { class: "mj-group-name" }, text === undefined ? [] : [text]);
}

function mjGroup(at, name, children) {
  const label = mjText(at, name), about = { class: `mj-group mj-group-${name}`, role: "group", "aria-label": label };
  return mjNode("div", about, [mjGroupName(label), ...children]);
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

/* The controls */

function mjPartControl(at) {
  return mjSegments(at, "part", MJ_PARTS.filter((part) => at.data.run.maps[part]));
}

function mjViewControl(at) {
  return mjSegments(at, "view", MJ_VIEWS);
}

function mjReadText(at) {
  return (at.parts.read = mjNode("p", { class: "mj-read" }));
}

function mjLayerControl(at, map) {
  const chip = (layer) => mjButton(at, "layer", layer, String(layer), () => at.set({ layer }), { class: "mj-chip" });
  return mjGroup(at, "layer", [mjChips(mjRange(map.layers).map((layer) => chip(layer + 1)))]);
}

function mjHeadsControl(at, map) {
  const all = mjButton(at, "head", "all", mjText(at, "all"), () => at.set({ heads: [] }), { class: "mj-chip mj-all" });
  return mjGroup(at, "heads", [all, mjChips(mjRange(map.heads).map((head) => mjHeadChip(at, head + 1)))]);
}

function mjHeadChip(at, head) {
  return mjButton(at, "head", head, String(head), (event) => mjToggleHead(at, head, event.shiftKey), {
    class: "mj-chip", style: `--mj-chip:var(--mj-head-${((head - 1) % 8) + 1})`, "aria-label": mjText(at, "one_head", { head }),
    ondblclick: () => at.set({ heads: [head] }),
  });
}

function mjToggleHead(at, head, solo) {
  const heads = mjToggled(at.state, head, solo, at.data.run.maps[at.state.part].heads);
  if (heads) at.set({ heads });
}

/** One switch for what every map shows, and whether the places where heads rest are among it. */
function mjMeaningBox(at) {
  return mjNode("div", { class: "mj-meaning" }, [
    ...((at.data.meanings || []).length > 1 ? mjMeaningControl(at) : []),
    (at.parts.scale = mjNode("p", { class: "mj-scale", "aria-live": "polite" })),
    mjHideControl(at),
    (at.parts.mass = mjNode("p", { class: "mj-mass" })),
  ]);
}

function mjMeaningControl(at) {
  const label = mjText(at, "meaning"), onchange = (event) => at.set({ meaning: event.target.value });
  const option = (meaning) => mjNode("option", { value: meaning }, [mjText(at, `meaning_${meaning}`)]);
  at.parts.meaning = mjNode("select", { class: "mj-select", "aria-label": label, onchange }, at.data.meanings.map(option));
  return [mjGroupName(label), at.parts.meaning];
}

function mjHideControl(at) {
  at.parts.hide = mjNode("input", { type: "checkbox", onchange: (event) => at.set({ hide: event.target.checked }) });
  return mjNode("label", { class: "mj-hide" }, [at.parts.hide, mjNode("span", {}, [mjText(at, "hide")])]);
}

function mjThresholdControl(at) {
  const oninput = (event) => at.set({ threshold: Number(event.target.value) }), { parts } = at;
  parts.thresholdName = mjGroupName();
  parts.threshold = mjNode("input", { type: "range", class: "mj-slider", min: 0, max: 1, step: 0.01, oninput });
  parts.thresholdText = mjNode("output");
  return mjNode("label", { class: "mj-group mj-threshold" }, [parts.thresholdName, parts.threshold, parts.thresholdText]);
}

function mjUnitControl(at) {
  return mjSegments(at, "unit", ["words", "tokens"]);
}

function mjLegendBox(at) {
  return (at.parts.legend = mjNode("div"));
}

/* What is chosen */

function mjMarkControls(at) {
  mjMarkButtons(at);
  mjMarkThreshold(at);
  mjMarkMeaning(at);
  mjMarkLegend(at);
}

function mjMarkButtons(at) {
  const { state } = at, pressed = { part: state.part, view: state.view, unit: state.unit, layer: String(state.layer) };
  for (const node of at.root.querySelectorAll(".mj-choices button, .mj-controls button")) {
    const [[name, value]] = Object.entries(node.dataset);
    node.setAttribute("aria-pressed", String(name === "head" ? mjHeadIsOn(state, value) : pressed[name] === value));
  }
  at.parts.controls.dataset.heads = state.view === "matrix" || state.heads.length === 1 ? "one" : "several";
}

function mjMarkThreshold(at) {
  const { threshold } = at.state, { parts } = at;
  parts.threshold.value = threshold;
  parts.threshold.style.setProperty("--mj-share", `${100 * threshold}%`);
  parts.thresholdText.textContent = threshold.toFixed(2);
  parts.thresholdName.textContent = mjText(at, at.shown.meaning === "weights" ? "threshold" : "threshold_other");
}

function mjMarkMeaning(at) {
  const { state, parts } = at;
  parts.hide.checked = state.hide;
  if (parts.meaning) parts.meaning.value = state.meaning;
  parts.scale.textContent = at.failed || (at.waiting ? mjText(at, "meaning_waiting") : mjScaleText(at));
  parts.mass.textContent = state.hide ? mjMass(at) : "";
}

function mjMarkLegend(at) {
  const legend = mjLegend(at, at.data.run.maps[at.state.part]);
  at.parts.legend.replaceWith(legend);
  at.parts.legend = legend;
}

/** What the colours and letters of atlas and matrix mean. */
function mjLegend(at, map) {
  const words = (text) => mjNode("span", {}, [text]);
  const ends = (children, kind = "") => mjNode("div", { class: `mj-ends${kind}` }, children);
  const scale = ends([words("0"), mjNode("span", { class: "mj-ramp" }), words("1")]);
  const masked = map.causal ? [ends([mjNode("span", { class: "mj-swatch" }), words(mjText(at, "masked_legend"))])] : [];
  const group = (name, [title, letter]) => ends(
    [mjNode("i"), mjNode("b", {}, [letter]), words(title)], ` mj-role-group mj-group-of-${name}`,
  );
  const groups = mjGroupsDrawn(at).map((name) => group(name, at.data.groups[name]));
  const unmarked = mjRoles(at) ? [ends([mjText(at, "no_role_legend")], " mj-role-group")] : [];
  return mjNode("div", { class: "mj-legend" }, [mjGroupName(mjQuantity(at)), scale, ...masked, ...groups, ...unmarked]);
}
