// The sentence on its way: one stage at a time, its vectors as strips, drawn from bytes that came once.

// px: height of a row of a strip; of all rows together, and over a wide diagram
const MD_ROW = { most: 18, least: 4, all: 300, wide: 190 };

function mdDrawStage(at) {
  const start = performance.now(), stage = mdStage(at), side = mdSide(stage);
  const tokens = mdTokens(stage, side, at.data.steps.tokens);
  mdDrawTransport(at, stage);
  mdDrawWritten(at, stage, side);
  mdDrawChips(at, stage, tokens);
  mdDrawStrip(at, stage, tokens);
  mdDrawNext(at, stage);
  mdMarkStage(at, stage, side);
  mdDrawWeights(at, stage, side);
  at.root.dataset.paintMs = (performance.now() - start).toFixed(2);
  at.root.dataset.stage = String(at.stage + 1);
}

/** Where the sentence is: on the slider, in numbers, and in words. */
function mdDrawTransport(at, stage) {
  const { parts } = at, { steps, what } = at.data.strings, total = mdStages(at).length;
  const title = mdBlockTitle(at.data, stage.block);
  parts.slider.value = at.stage + 1;
  parts.slider.style.setProperty("--md-share", `${(100 * at.stage) / Math.max(total - 1, 1)}%`);
  parts.slider.setAttribute("aria-valuetext", mjFilled(steps.stage, { title, step: at.stage + 1, steps: total }));
  parts.title.textContent = title;
  parts.count.textContent = `${at.stage + 1} / ${total}`;
  parts.what.textContent = what[at.data.steps.kinds[stage.block] || stage.block] || "";
}

/** What is written so far; the decoder goes round once for every word. */
function mdDrawWritten(at, stage, side) {
  const { target } = at.data.steps.tokens, { steps } = at.data.strings, row = side === "target" ? stage.row : -1;
  at.parts.written.hidden = side !== "target";
  const done = target.slice(0, Math.max(row, 0)), now = stage.block === "softmax" ? target[row] : "…";
  const count = mjFilled(steps.writing, { word: row + 1, words: target.length });
  at.parts.written.replaceChildren(
    mjNode("span", { class: "md-muted" }, [`${count} · ${steps.written}: `]),
    mjNode("span", { dir: "auto" }, [done.join(" "), done.length ? " " : "", mjNode("strong", {}, [now])]),
  );
}

/** Before there are vectors there are tokens, each with its number in the vocabulary. */
function mdDrawChips(at, stage, tokens) {
  const shown = stage.block === "source" || stage.block === "target", { ids } = at.data.steps;
  const number = (row) => String(ids[stage.block === "source" ? "source" : "target"][row]);
  const chip = (token, row) => mjNode("span", { class: row === stage.row ? "md-chip md-on" : "md-chip" }, [
    mjNode("span", { dir: "auto" }, [token]), mjNode("small", {}, [number(row)]),
  ]);
  at.parts.chips.hidden = !shown;
  at.parts.chips.replaceChildren(...(shown ? tokens.slice(0, stage.rows).map(chip) : []));
}

function mdRowHeight(at, rows) {
  return Math.max(MD_ROW.least, Math.min(MD_ROW.most, Math.floor((at.data.wide ? MD_ROW.wide : MD_ROW.all) / rows)));
}

function mdDrawStrip(at, stage, tokens) {
  const strip = at.data.strips[stage.strip], { parts } = at;
  parts.stripBox.hidden = parts.legend.hidden = !strip;
  if (!strip) return;
  const one = strip.rows === 1, high = one ? 2 * MD_ROW.most : mdRowHeight(at, strip.rows), { canvas } = parts;
  const image = new ImageData(strip.columns, strip.rows);
  canvas.width = strip.columns;
  canvas.height = strip.rows;
  canvas.style.height = `${strip.rows * high}px`;
  mdPaintStrip(image.data, at.codes, strip, stage, at.theme);
  canvas.getContext("2d").putImageData(image, 0, 0);
  const labels = one ? [] : tokens.slice(0, strip.rows);
  parts.labels.replaceChildren(...labels.map((token, row) => mdRowLabel(token, row, stage, high)));
  parts.mark.hidden = stage.row === null || one;
  parts.mark.style.cssText = `top:${(stage.row || 0) * high}px;height:${high}px`;
  mdDrawLegend(at, strip);
}

/** What the full colours stand for, and how many numbers of each vector are drawn. */
function mdDrawLegend({ parts, data }, strip) {
  const { steps } = data.strings, full = Number(strip.full.toPrecision(3)), facts = [steps.row, mjFilled(steps.full, { full })];
  if (strip.columns < strip.width) facts.push(mjFilled(steps.beyond, { count: strip.columns, width: strip.width }));
  parts.legendText.textContent = facts.join(" · ");
  parts.low.textContent = `−${full}`;
  parts.high.textContent = `+${full}`;
}

/** Labels stand beside rows that are high enough; the row at work has its label always. */
function mdRowLabel(token, row, stage, high) {
  const now = row === stage.row, shown = high >= 12 || now, later = row >= stage.rows;
  const style = `height:${high}px;line-height:${high}px;font-size:${Math.max(Math.min(high, 15), 12)}px`;
  return mjNode("span", { class: now ? "md-on" : later ? "md-later" : "", style, dir: "auto" }, [shown ? token : ""]);
}

/** The softmax: the three likeliest words, with the one that is written in bold. */
function mdDrawNext(at, stage) {
  const { tokens, alternatives } = at.data.steps, shown = stage.block === "softmax", written = tokens.target[stage.row];
  at.parts.next.hidden = !shown;
  at.parts.next.replaceChildren(...(shown ? alternatives[stage.row].map((each) => mdBar(each, written)) : []));
}

function mdBar([text, probability], written) {
  const share = 100 * probability;
  return mjNode("div", { class: text === written ? "md-bar md-on" : "md-bar" }, [
    mjNode("span", { dir: "auto" }, [text]),
    mjNode("span", { class: "md-track" }, [mjNode("i", { style: `width:${share}%` })]),
    mjNode("span", {}, [`${share.toFixed(1)} %`]),
  ]);
}

/* The diagram at a stage */

/** Lights the block and the token in the diagram. A folded stack shows the layer that is at work. */
function mdMarkStage(at, stage, side) {
  const [stack, layer, box] = stage.block.split(".").length === 3 ? stage.block.split(".") : [];
  mdLight(at, ".mj-now", "mj-now", mdAtWork(at, stage, stack, box));
  const named = layer ? at.svg.querySelectorAll(`[data-layer-of="${stack}"]`) : [];
  for (const each of named) each.textContent = mjFilled(at.data.strings.labels.layer, { layer });
  const name = stage.block === "softmax" ? "written" : side;
  const word = stage.row === null ? null : at.svg.querySelector(`[data-token="${name}-${stage.row}"]`);
  mdLight(at, ".mj-token.mj-on", "mj-on", word ? [word] : []);
}

/** Takes a class from those that have it and gives it to others. */
function mdLight(at, lit, name, nodes) {
  at.svg.querySelectorAll(lit).forEach((each) => each.classList.remove(name));
  nodes.forEach((each) => each.classList.add(name));
}

/** The boxes of a stage; of a block drawn as a row of cells only the cell that is at work. */
function mdAtWork(at, stage, stack, box) {
  const exact = at.svg.querySelectorAll(`[data-block="${stage.block}"]`);
  const folded = `[data-block^="${stack}."][data-block$=".${box}"]`;
  const nodes = [...(exact.length || !stack ? exact : at.svg.querySelectorAll(folded))];
  const cells = nodes.filter((each) => each.dataset.cell);
  if (!cells.length || stage.row === null) return nodes;
  return cells.filter((each) => mdCellAtWork(each.dataset.cell, stage.row, at.data.steps.tokens.source.length));
}

/** The lines of an additive attention are those of the word that is being written; in the encoder there are none yet. */
function mdDrawWeights(at, stage, side) {
  const { weights } = at.data.steps, row = weights && side === "target" && stage.block !== "target" ? weights[stage.row] : null;
  for (const line of at.svg.querySelectorAll("[data-weight]")) mdDrawWeight(line, row);
  const link = at.svg.querySelector("[data-weight-to]");
  const cell = row && at.svg.querySelector(`[data-cell="t${stage.row + 1}"] rect`);
  if (link) link.style.display = cell ? "" : "none";
  if (!link || !cell) return;
  const middle = Number(cell.getAttribute("x")) + cell.getAttribute("width") / 2;
  link.setAttribute("transform", `translate(${middle - link.dataset.weightTo} 0)`);
}

/** A line, or the number on it. */
function mdDrawWeight(line, row) {
  const weight = row ? row[Number(line.dataset.weight)] : 0;
  if (line.tagName === "text") line.textContent = weight >= 0.05 ? weight.toFixed(2) : "";
  else {
    line.setAttribute("stroke-width", 1 + 11 * weight);
    line.setAttribute("stroke-opacity", row ? 0.15 + 0.85 * weight : 0.1);
  }
}
