// What is at work at a stage, and where a choice or an arrow leads.

function mdStages(at) {
  return at.data.steps ? at.data.steps.stages : [];
}

function mdStage(at) {
  const [block, strip, row, rows] = mdStages(at)[at.stage];
  return { block, strip: at.data.strips.findIndex((each) => each.block === strip), row, rows };
}

/** The stage a chosen block, or one cell of it, stands for: the next after this one, else the first; -1 if there is none. */
function mdStageOf(stages, now, block, cell) {
  const row = cell ? Number(cell.slice(1)) - 1 : null, places = stages.map((_, place) => place);
  const here = places.filter((place) => stages[place][0] === block);
  return here.find((place) => (row === null ? place > now : stages[place][2] === row)) ?? here[0] ?? -1;
}

/** Which side's words a stage is about. */
function mdSide({ block }) {
  return /^(source|encoder|summary|bridge)/.test(block) ? "source" : "target";
}

/** The tokens that the rows of a strip belong to: the decoder reads what it has written so far. */
function mdTokens({ block }, side, { source, target }) {
  if (side === "source") return source;
  return block === "softmax" ? target : ["<s>", ...target.slice(0, -1)];
}

/** "Self-attention, encoder, layer 2". */
function mdBlockTitle({ strings, steps: { kinds } }, block) {
  const parts = block.split("."), { labels, steps } = strings, words = steps[block] || labels[kinds[block] || block] || block;
  const values = { block: words.replace(/^\+ /, ""), side: labels[parts[0]], layer: parts[1] };
  if (parts.length === 3) return mjFilled(steps.layer_of, values);
  return parts.length === 2 && !parts[1].endsWith("states") ? mjFilled(steps.of_side, values) : values.block;
}

/** Whether a cell like "f3" is at work; "b3" is of the encoder that reads backward. */
function mdCellAtWork(cell, row, sourceLength) {
  return Number(cell.slice(1)) - 1 === (cell[0] === "b" ? sourceLength - 1 - row : row);
}

/** The nearest place in a direction, of {x, y}; what lies aside counts three times, so that a column is followed before it is
 * left. -1 if there is none. */
function mdNearest(places, from, [dx, dy]) {
  const here = places[from];
  let best = -1, least = Infinity;
  places.forEach(({ x, y }, place) => {
    const along = (x - here.x) * dx + (y - here.y) * dy, aside = Math.abs((x - here.x) * dy) + Math.abs((y - here.y) * dx);
    const cost = along + 3 * aside;
    if (place !== from && along > 1 && cost < least) [best, least] = [place, cost];
  });
  return best;
}
