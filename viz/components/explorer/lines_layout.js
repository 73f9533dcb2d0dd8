// Lines: where each curve runs, how thick and how strong it is, and which words are in focus.

/** Rows share what the sentence leaves of the window while 18 px type still fits: on a projector a sentence is seen whole. */
function mjRowHeight(rows, windowHeight) {
  return Math.round(Math.min(34, Math.max(26, (0.43 * windowHeight) / rows)));
}

/** Curves for (i, j) positions on screen, the weakest first. Each head leaves from its own height, so that heads lie side by
 * side, not on top. model: map, layer, heads, rows, columns, width and high. Returns [{head, weight, path, width, opacity}]. */
function mjCurves(model, links, threshold, focused = false) {
  const { map, layer, heads, rows, columns, width, high } = model, curves = [];
  const gap = Math.min(4, (high - 8) / heads.length), widest = heads.length === 1 ? 9 : Math.max(3, 12 / Math.sqrt(heads.length));
  for (const [i, j] of links) {
    heads.forEach((head, order) => {
      const weight = mjWeight(map, layer, head, rows[i], columns[j]);
      if (weight < threshold || weight === 0) return;
      const shift = (order - (heads.length - 1) / 2) * gap;
      const path = mjCurve(width, high * (i + 0.5) + shift, high * (j + 0.5) + shift);
      curves.push({ head, weight, path, width: 0.75 + widest * weight, opacity: mjOpacity(weight, heads.length, focused) });
    });
  }
  return curves.sort((one, other) => one.weight - other.weight);
}

function mjCurve(width, start, end) {
  const [from, to] = [start.toFixed(1), end.toFixed(1)];
  return `M0 ${from}C${(width * 0.45).toFixed(1)} ${from} ${(width * 0.55).toFixed(1)} ${to} ${width} ${to}`;
}

/** A weight of 1 is always 0.95. With several heads on, the weak lines step back, never the strong one. */
function mjOpacity(weight, heads, focused) {
  return 0.95 * weight ** (focused ? 1 : 1.5 - 0.5 / heads);
}

/** What is pointed at; else the pinned word; else, with queries from the translation, the word at the step. */
function mjFocus({ pointed, state }) {
  return pointed || mjPinned({ state });
}

function mjPinned({ state }) {
  const word = state.word !== null || state.part === "encoder" ? state.word : state.step;
  return word === null ? null : { side: "left", word };
}

/** Positions on screen of the focused items: one, or all tokens of a word. */
function mjFocusPlaces({ map, rows, columns }, focus) {
  if (!focus) return [];
  const [items, drawn] = focus.side === "left" ? [map.queries, rows] : [map.keys, columns];
  const focused = (item) => (focus.word === undefined ? item === focus.item : items[item].word === focus.word);
  return mjRange(drawn.length).filter((place) => focused(drawn[place]));
}

/** The weight of each chosen head between the focused places and one place across; the mean over a word's tokens. */
function mjPlaceWeights({ map, layer, heads, rows, columns }, places, other, toKey) {
  const pairs = places.map((place) => (toKey ? [rows[place], columns[other]] : [rows[other], columns[place]]));
  if (pairs.every(([row, column]) => mjMasked(map, row, column))) return "masked";
  const sum = (head) => pairs.reduce((total, [row, column]) => total + mjWeight(map, layer, head, row, column), 0);
  return heads.map((head) => sum(head) / pairs.length);
}
