// Matrix: one head as a Plotly figure. The figure comes from Python (viz/figures/matrix.py); numbers, ticks and title go in here.

/** Plotly reads a little HTML in labels; a token must stay a token. */
function mjEscape(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Width of a cell; narrower than this the map scrolls in its own box. */
function mjCell(columns, room) {
  return Math.max(22, Math.min(48, (room - 220) / columns));
}

/** base: the trace from Python, filled in place. quantity: what its numbers are. */
function mjMatrixTrace(base, { map, layer, head, rows, columns }, { scale, bits, quantity }) {
  const weight = (row, column) => Number(mjWeight(map, layer, head, row, column).toFixed(5));
  const value = (row, column) => (mjMasked(map, row, column) ? null : weight(row, column));
  const label = (row, column) => mjEscape(`${map.queries[row].text} → ${map.keys[column].text}`);
  const table = (cell) => rows.map((row) => columns.map((column) => cell(row, column)));
  base.colorbar.title.text = mjEscape(quantity);
  return Object.assign(base, {
    z: table(value), customdata: table(label), zmin: 0, zmax: 1, colorscale: scale,
    hovertemplate: `%{customdata}<br>%{z:.${bits === 8 ? 2 : 3}f}<extra></extra>`,
  });
}

/** The larger weights in figures. A heatmap's own text takes one colour, and would be grey on lavender in the dark. */
function mjMatrixNumbers(theme, z) {
  const [dark, light] = theme.dark ? [theme.paper, theme.ink] : [theme.ink, theme.paper];
  const numbers = { x: [], y: [], text: [] }, colours = [];
  z.forEach((row, y) => row.forEach((weight, x) => {
    if (weight === null || weight < 0.095) return;
    for (const [key, value] of Object.entries({ x, y, text: weight.toFixed(2) })) numbers[key].push(value);
    colours.push(mjLightness(theme.scale[Math.round(weight * (theme.scale.length - 1))][1]) > 0.48 ? dark : light);
  }));
  const textfont = { color: colours, size: 15 };
  return { type: "scatter", mode: "text", ...numbers, textfont, hoverinfo: "skip", showlegend: false };
}

/** A title over lines no wider than the figure. Plotly cuts off what is longer. */
function mjTitleLines(sentences, width) {
  const room = Math.floor(width / 8), lines = [];
  for (const sentence of sentences) {
    lines.push("");
    for (const word of sentence.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (longer.length <= room || !lines.at(-1)) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
  }
  return lines;
}

/** base: the layout from Python, filled in place. title: sentences; sizes: of a cell, its width and greatest height, in px. */
function mjMatrixLayout(base, { map, rows, columns }, title, theme, { cell, high }) {
  const width = Math.max(480, Math.round(cell * columns.length + 220)), lines = mjTitleLines(title, width - 90);
  const longest = Math.max(1, ...columns.map((place) => map.keys[place].text.length));
  const top = 30 + 22 * lines.length + Math.min(120, longest * 7);
  Object.assign(base.xaxis, mjTicks(map.keys, columns, theme), { range: [-0.5, columns.length - 0.5] });
  Object.assign(base.yaxis, mjTicks(map.queries, rows, theme), { range: [rows.length - 0.5, -0.5] });
  base.title.text = lines.map(mjEscape).join("<br>");
  if (lines.length > 1) base.title.pad.t += 13; // several lines lose the shift by which a single one hangs from its top
  return Object.assign(base, {
    width, height: Math.round(Math.min(cell, high) * rows.length + top + 8), margin: { ...base.margin, t: top },
    paper_bgcolor: theme.paper, plot_bgcolor: map.causal ? theme.maskedHex : theme.paper,
    font: { family: theme.font, size: 16, color: theme.ink },
    hoverlabel: { bgcolor: theme.ink, font: { family: theme.font, size: 18, color: theme.paper } },
  });
}

/** Positions on the axis, words as labels: a word that comes twice keeps its own place. */
function mjTicks(items, places, theme) {
  const ticktext = places.map((place) => mjEscape(items[place].text));
  return { tickvals: mjRange(places.length), ticktext, color: theme.ink, linecolor: theme.line };
}
