// What is drawn, as numbers: which layers, heads, rows and columns are on screen, and a file of them.

function mjDrawnHeads(at) {
  const { view } = at.state, map = at.map(at.state.part, at.state.unit), { layer, heads } = at.chosen(at.state.part);
  if (view === "atlas") return { map, layers: mjRange(map.layers), heads: mjRange(map.heads) };
  return { map, layers: [layer], heads: view === "matrix" ? heads.slice(0, 1) : heads };
}

/** The layers and heads, rows and columns that are on screen, and the least weight among them. */
function mjDrawn(at) {
  const { state } = at, { map, layers, heads } = mjDrawnHeads(at);
  const rows = mjShown(map.queries, state.hide), columns = mjShown(map.keys, state.hide);
  if (state.view !== "lines") return { map, layers, heads, rows, columns, least: 0 };
  const places = mjFocusPlaces(at.model, mjFocus(at)), left = !places.length || mjFocus(at).side === "left";
  const picked = (items, on) => (places.length && on ? places.map((place) => items[place]) : items);
  return { map, layers, heads, rows: picked(rows, left), columns: picked(columns, !left), least: state.threshold };
}

// What a column of numbers is called where it has left the page, with its unit. A drawn share of the largest is saved as the
// number itself.
const MJ_COLUMNS = {
  weights: "weight", moved: "moved_length", rollout: "rollout_share", gradient: "gradient_x_weight_nats",
};

/** One line a weight; masked cells are left out, and so is what lies under the threshold in the lines view. */
function mjCsv(at) {
  const { map, layers, heads, rows, columns, least } = mjDrawn(at), { meaning, word } = at.shown;
  const quote = (text) => `"${text.replace(/"/g, '""')}"`, name = (head) => (meaning === "rollout" ? "all" : head + 1);
  const output = meaning === "gradient" ? [quote(at.data.run.target.words[word].text)] : [], { part } = at.state;
  const titles = ["part", "layer", "head", "query_position", "query", "key_position", "key", MJ_COLUMNS[meaning]];
  const lines = [[...titles, ...(output.length ? ["output_word"] : [])].join(",")];
  for (const layer of layers) for (const head of heads) for (const row of rows) for (const column of columns) {
    const weight = mjWeight(map, layer, head, row, column);
    if (mjMasked(map, row, column) || weight < least) continue;
    const query = [row + 1, quote(map.queries[row].text)], key = [column + 1, quote(map.keys[column].text)];
    lines.push([part, layer + 1, name(head), ...query, ...key, (weight * map.largest).toFixed(5), ...output].join(","));
  }
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function mjSaveName(at, ending) {
  const { view, part, heads: some } = at.state, { layer, heads } = at.chosen(part), all = ["all"];
  const counted = view === "matrix" ? [heads[0] + 1] : some.length ? heads.map((head) => head + 1) : all;
  const drawn = at.shown.meaning === "rollout" ? all : counted;
  const which = view === "atlas" ? "atlas" : `${view}-layer${layer + 1}-head-${drawn.join("+")}`;
  const what = at.shown.name === "weights" ? "" : `-${at.shown.name.replace(" ", "-word")}`;
  return `monojog-${part}-${which}${what}.${ending}`;
}
