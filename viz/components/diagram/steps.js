// The sentence on its way: one stage at a time, its vectors as strips, drawn from bytes that came once.
// `at` is the record both files share: {root, data, stage, parts, theme, codes, svg}.

const MD_ROW = { most: 18, least: 4, all: 300, wide: 190 }; // px: height of a row of a strip; of all rows together, and over a wide diagram

/* What is at work */

function mdStages(at) {
  return at.data.steps ? at.data.steps.stages : [];
}

function mdStage(at) {
  const [block, strip, row, rows] = mdStages(at)[at.stage];
  return { block, strip: at.data.strips.findIndex((each) => each.block === strip), row, rows };
}

/** Which side's words a stage is about. */
function mdSide({ block }) {
  return /^(source|encoder|summary|bridge)/.test(block) ? "source" : "target";
}

/** "Self-attention, encoder, layer 2". */
function mdBlockTitle(at, block) {
  const parts = block.split("."), { labels, steps } = at.data.strings, kind = at.data.steps.kinds[block] || block;
  const words = steps[block] || labels[kind] || block, values = { block: words.replace(/^\+ /, ""), side: labels[parts[0]], layer: parts[1] };
  if (parts.length === 3) return mdFill(steps.layer_of, values);
  return parts.length === 2 && !parts[1].endsWith("states") ? mdFill(steps.of_side, values) : values.block;
}

/* Drawing */

function mdDrawStage(at) {
  const start = performance.now(), { parts } = at, { steps } = at.data.strings, stage = mdStage(at), total = mdStages(at).length;
  const { source, target } = at.data.steps.tokens, side = mdSide(stage), read = ["<s>", ...target.slice(0, -1)];
  const tokens = side === "source" ? source : stage.block === "softmax" ? target : read;
  parts.slider.value = at.stage + 1;
  parts.slider.style.setProperty("--md-share", `${(100 * at.stage) / Math.max(total - 1, 1)}%`);
  const title = mdBlockTitle(at, stage.block);
  parts.slider.setAttribute("aria-valuetext", mdFill(steps.stage, { title, step: at.stage + 1, steps: total }));
  parts.title.textContent = title;
  parts.count.textContent = `${at.stage + 1} / ${total}`;
  parts.what.textContent = at.data.strings.what[at.data.steps.kinds[stage.block] || stage.block] || "";
  mdDrawWritten(at, stage, side);
  mdDrawChips(at, stage, tokens);
  mdDrawStrip(at, stage, tokens);
  mdDrawNext(at, stage);
  mdMarkStage(at, stage, side);
  mdDrawWeights(at, stage, side);
  at.root.dataset.paintMs = (performance.now() - start).toFixed(2);
  at.root.dataset.stage = String(at.stage + 1);
}

/** What is written so far; the decoder goes round once for every word. */
function mdDrawWritten(at, stage, side) {
  const { target } = at.data.steps.tokens, { steps } = at.data.strings, row = side === "target" ? stage.row : -1;
  at.parts.written.hidden = side !== "target";
  const done = target.slice(0, Math.max(row, 0)), now = stage.block === "softmax" ? target[row] : "…";
  at.parts.written.replaceChildren(
    mdNode("span", { class: "md-muted" }, [`${mdFill(steps.writing, { word: row + 1, words: target.length })} · ${steps.written}: `]),
    mdNode("span", { dir: "auto" }, [done.join(" "), done.length ? " " : "", mdNode("strong", {}, [now])]),
  );
}

/** Before there are vectors there are tokens, each with its number in the vocabulary. */
function mdDrawChips(at, stage, tokens) {
  const shown = stage.block === "source" || stage.block === "target", ids = at.data.steps.ids[stage.block === "source" ? "source" : "target"];
  at.parts.chips.hidden = !shown;
  if (!shown) return at.parts.chips.replaceChildren();
  at.parts.chips.replaceChildren(...tokens.slice(0, stage.rows).map((token, row) => mdNode("span", { class: row === stage.row ? "md-chip md-on" : "md-chip" }, [
    mdNode("span", { dir: "auto" }, [token]), mdNode("small", {}, [String(ids[row])]),
  ])));
}

function mdRowHeight(at, rows) {
  return Math.max(MD_ROW.least, Math.min(MD_ROW.most, Math.floor((at.data.wide ? MD_ROW.wide : MD_ROW.all) / rows)));
}

function mdDrawStrip(at, stage, tokens) {
  const strip = at.data.strips[stage.strip], { parts } = at, { steps } = at.data.strings;
  parts.stripBox.hidden = parts.legend.hidden = !strip;
  if (!strip) return;
  const one = strip.rows === 1, high = one ? 2 * MD_ROW.most : mdRowHeight(at, strip.rows), { canvas } = parts;
  canvas.width = strip.columns;
  canvas.height = strip.rows;
  canvas.style.height = `${strip.rows * high}px`;
  canvas.getContext("2d").putImageData(mdImage(at, strip, stage), 0, 0);
  parts.labels.replaceChildren(...(one ? [] : tokens.slice(0, strip.rows).map((token, row) => mdRowLabel(token, row, stage, high))));
  parts.mark.hidden = stage.row === null || one;
  parts.mark.style.cssText = `top:${(stage.row || 0) * high}px;height:${high}px`;
  const full = strip.full.toPrecision(3), facts = [steps.row, mdFill(steps.full, { full: Number(full) })];
  if (strip.columns < strip.width) facts.push(mdFill(steps.beyond, { count: strip.columns, width: strip.width }));
  parts.legendText.textContent = facts.join(" · ");
  parts.low.textContent = `−${Number(full)}`;
  parts.high.textContent = `+${Number(full)}`;
}

/** Labels stand beside rows that are high enough; the row at work has its label always. */
function mdRowLabel(token, row, stage, high) {
  const now = row === stage.row, shown = high >= 12 || now, later = row >= stage.rows;
  return mdNode("span", { class: now ? "md-on" : later ? "md-later" : "", style: `height:${high}px;line-height:${high}px;font-size:${Math.max(Math.min(high, 15), 12)}px`, dir: "auto" }, [shown ? token : ""]);
}

/** Grey below zero, paper at zero, indigo above; rows that are not there yet stay empty. */
function mdImage(at, strip, stage) {
  const image = new ImageData(strip.columns, strip.rows), { data } = image, { paper, plus, minus } = at.theme, half = strip.columns / 2;
  for (let row = 0; row < strip.rows; row += 1) for (let column = 0; column < strip.columns; column += 1) {
    if (!mdThere(at, strip, stage, row, column)) continue;
    const place = row * strip.columns + column, value = at.codes[strip.at + place] / 127, end = value > 0 ? plus : minus, share = Math.abs(value);
    for (let channel = 0; channel < 3; channel += 1) data[4 * place + channel] = paper[channel] + (end[channel] - paper[channel]) * share;
    data[4 * place + 3] = 255;
  }
  return image;
}

/** The recurrent encoder fills up from both ends: the first half of a state reads forward, the second backward. */
function mdThere(at, strip, stage, row, column) {
  if (strip.rows === 1) return true;
  if (strip.block !== "encoder.states") return row < stage.rows;
  return column < strip.columns / 2 ? row < stage.rows : row >= strip.rows - stage.rows;
}

/** The softmax: the three likeliest words, with the one that is written in bold. */
function mdDrawNext(at, stage) {
  const { parts } = at, shown = stage.block === "softmax";
  parts.next.hidden = !shown;
  if (!shown) return parts.next.replaceChildren();
  const written = at.data.steps.tokens.target[stage.row], rows = at.data.steps.alternatives[stage.row];
  parts.next.replaceChildren(...rows.map(([text, probability]) => mdNode("div", { class: text === written ? "md-bar md-on" : "md-bar" }, [
    mdNode("span", { dir: "auto" }, [text]), mdNode("span", { class: "md-track" }, [mdNode("i", { style: `width:${100 * probability}%` })]), mdNode("span", {}, [`${(100 * probability).toFixed(1)} %`]),
  ])));
}

/** Lights the block and the token in the diagram. A folded stack shows the layer that is at work. */
function mdMarkStage(at, stage, side) {
  const parts = stage.block.split("."), layer = parts.length === 3 ? parts[1] : null;
  const exact = at.svg.querySelectorAll(`[data-block="${stage.block}"]`);
  const folded = exact.length || !layer ? exact : at.svg.querySelectorAll(`[data-block^="${parts[0]}."][data-block$=".${parts[2]}"]`);
  const cells = [...folded].filter((each) => each.dataset.cell);
  at.svg.querySelectorAll(".mj-now").forEach((each) => each.classList.remove("mj-now"));
  if (!cells.length || stage.row === null) folded.forEach((each) => each.classList.add("mj-now"));
  else cells.filter((each) => mdCellAtWork(each.dataset.cell, stage, at)).forEach((each) => each.classList.add("mj-now"));
  if (layer) at.svg.querySelectorAll(`[data-layer-of="${parts[0]}"]`).forEach((each) => { each.textContent = mdFill(at.data.strings.labels.layer, { layer }); });
  at.svg.querySelectorAll(".mj-token.mj-on").forEach((each) => each.classList.remove("mj-on"));
  const name = stage.block === "softmax" ? "written" : side, word = stage.row === null ? null : at.svg.querySelector(`[data-token="${name}-${stage.row}"]`);
  if (word) word.classList.add("mj-on");
}

/** The lines of an additive attention are those of the word that is being written; in the encoder there are none yet. */
function mdDrawWeights(at, stage, side) {
  const { weights } = at.data.steps, row = weights && side === "target" && stage.block !== "target" ? weights[stage.row] : null;
  for (const line of at.svg.querySelectorAll("[data-weight]")) {
    const weight = row ? row[Number(line.dataset.weight)] : 0;
    if (line.tagName === "text") line.textContent = weight >= 0.05 ? weight.toFixed(2) : "";
    else { line.setAttribute("stroke-width", 1 + 11 * weight); line.setAttribute("stroke-opacity", row ? 0.15 + 0.85 * weight : 0.1); }
  }
  const link = at.svg.querySelector("[data-weight-to]"), cell = row && at.svg.querySelector(`[data-cell="t${stage.row + 1}"] rect`);
  if (link) link.style.display = cell ? "" : "none";
  if (link && cell) link.setAttribute("transform", `translate(${Number(cell.getAttribute("x")) + cell.getAttribute("width") / 2 - link.dataset.weightTo} 0)`);
}

function mdCellAtWork(cell, stage, at) {
  const place = Number(cell.slice(1)) - 1;
  return place === (cell[0] === "b" ? at.data.steps.tokens.source.length - 1 - stage.row : stage.row);
}

/* Moving */

function mdGo(at, stage) {
  at.stage = Math.max(0, Math.min(mdStages(at).length - 1, stage));
  mdDrawStage(at);
  mdAddressSoon(at);
}

/** Browsers refuse a page that rewrites its address too often, and a slider would. */
function mdAddressSoon(at) {
  clearTimeout(at.addressTimer);
  at.addressTimer = setTimeout(() => {
    const address = new URL(window.location.href);
    if (at.stage) address.searchParams.set("stage", at.stage + 1);
    else address.searchParams.delete("stage");
    if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address.href.replace(/%2C/g, ","));
  }, 150);
}

function mdStill() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Plays on by itself; where the system asks for less motion there is no such button, and this stops. */
function mdPlay(at, on) {
  clearInterval(at.player);
  at.player = null;
  if (on && !mdStill()) {
    if (at.stage >= mdStages(at).length - 1) mdGo(at, 0);
    at.player = setInterval(() => {
      if (at.stage >= mdStages(at).length - 1 || mdStill() || !at.root.isConnected) return mdPlay(at, false);
      mdGo(at, at.stage + 1);
    }, 900);
  }
  at.parts.play.textContent = at.data.strings.steps[at.player ? "pause" : "play"];
  at.parts.play.setAttribute("aria-pressed", String(Boolean(at.player)));
}

function mdBuildSteps(at) {
  const { parts } = at, { steps } = at.data.strings, make = (name, tag, attributes, children) => (parts[name] = mdNode(tag, attributes, children));
  const move = (by) => () => { mdPlay(at, false); mdGo(at, at.stage + by); };
  parts.steps.replaceChildren(
    mdNode("div", { class: "md-transport" }, [
      mdNode("button", { type: "button", class: "md-arrow", "aria-label": steps.back, "data-move": "-1", onclick: move(-1) }, ["‹"]),
      make("slider", "input", { type: "range", class: "md-slider", min: 1, max: mdStages(at).length, step: 1, "aria-label": steps.slider, oninput: (event) => { mdPlay(at, false); mdGo(at, Number(event.target.value) - 1); } }),
      mdNode("button", { type: "button", class: "md-arrow", "aria-label": steps.forward, "data-move": "1", onclick: move(1) }, ["›"]),
      make("play", "button", { type: "button", class: "md-play", hidden: mdStill(), onclick: () => mdPlay(at, !at.player) }, [steps.play]),
      make("count", "span", { class: "md-count" }),
    ]),
    make("title", "p", { class: "md-title", "aria-live": "polite" }), make("what", "p", { class: "md-what" }), make("written", "p", { class: "md-written" }),
    make("chips", "div", { class: "md-chips" }), make("next", "div", { class: "md-next" }),
    make("stripBox", "div", { class: "md-strip" }, [
      make("labels", "div", { class: "md-labels" }), mdNode("div", { class: "md-canvas" }, [make("canvas", "canvas", { role: "img" }), make("mark", "i", { class: "md-mark" })]),
    ]),
    make("legend", "div", { class: "md-legend" }, [
      mdNode("span", { class: "md-ends" }, [make("low", "span"), mdNode("i", { class: "md-ramp" }), make("high", "span")]), make("legendText", "span"),
    ]),
  );
}
