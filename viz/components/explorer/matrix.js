// Matrix: one head as a Plotly heatmap. The figure comes from Python (viz/figures/matrix.py); numbers, ticks and title are put in here.
// Plotly is fetched when the view is first shown, from this server; it is 1.5 MB that the other views never need.

let mjPlotly = null;

/** Streamlit serves .js as text/plain and forbids guessing, so the text is wrapped in a Blob that says what it is. */
function mjLoadPlotly() {
  mjPlotly = mjPlotly || (async () => {
    const answer = await fetch(new URL("app/static/plotly-cartesian.min.js", document.baseURI));
    if (!answer.ok) throw new Error(String(answer.status));
    const address = URL.createObjectURL(new Blob([await answer.text()], { type: "text/javascript" }));
    await import(address);
    URL.revokeObjectURL(address);
    return window.Plotly;
  })();
  mjPlotly.catch(() => { mjPlotly = null; });
  return mjPlotly;
}

/** Plotly reads a little HTML in labels; a token must stay a token. */
function mjEscape(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

async function mjDrawMatrix(at) {
  const { matrix } = at.parts, turn = (at.matrixTurn = (at.matrixTurn || 0) + 1);
  if (!window.Plotly) matrix.dataset.waiting = mjText(at, "matrix_waiting");
  try {
    const plotly = await mjLoadPlotly();
    if (turn !== at.matrixTurn || at.state.view !== "matrix") return;
    delete matrix.dataset.waiting;
    const start = performance.now(), { traces, layout } = mjMatrixFigure(at);
    await plotly.react(matrix, traces, layout, { displaylogo: false, responsive: false, doubleClick: "reset", modeBarButtons: [["zoom2d", "resetScale2d"]] });
    at.root.dataset.paintMs = (performance.now() - start).toFixed(2);
    at.painted();
  } catch {
    matrix.dataset.waiting = mjText(at, "matrix_failed");
  }
}

function mjMatrixFigure(at) {
  const map = at.map(at.state.part, at.state.unit), { layer, heads: [head] } = at.chosen(at.state.part), { hide } = at.state;
  const rows = mjShown(map.queries, hide), columns = mjShown(map.keys, hide), base = structuredClone(at.data.figure);
  const value = (row, column) => (map.mask[row * map.keys.length + column] ? null : Number(mjWeight(map, layer, head, row, column).toFixed(5)));
  const label = (row, column) => mjEscape(`${map.queries[row].text} → ${map.keys[column].text}`);
  const trace = base.data[0], z = rows.map((row) => columns.map((column) => value(row, column)));
  Object.assign(trace, {
    z, customdata: rows.map((row) => columns.map((column) => label(row, column))), zmin: 0, zmax: 1, colorscale: at.theme.scale,
    hovertemplate: `%{customdata}<br>%{z:.${at.data.bits === 8 ? 2 : 3}f}<extra></extra>`,
  });
  trace.colorbar.title.text = mjEscape(mjQuantity(at));
  return { traces: columns.length <= 16 && mjCell(at, columns) >= 36 ? [trace, mjMatrixNumbers(at, z)] : [trace], layout: mjMatrixLayout(at, base.layout, map, rows, columns, mjMatrixTitle(at, map, layer, head)) };
}

/** The larger weights in figures. A heatmap's own text takes one colour, and would be grey on lavender in the dark. */
function mjMatrixNumbers({ theme }, z) {
  const [dark, light] = theme.dark ? [theme.paper, theme.ink] : [theme.ink, theme.paper], numbers = { x: [], y: [], text: [] }, colours = [];
  z.forEach((row, y) => row.forEach((weight, x) => {
    if (weight === null || weight < 0.095) return;
    for (const [key, value] of Object.entries({ x, y, text: weight.toFixed(2) })) numbers[key].push(value);
    colours.push(mjLightness(theme.scale[Math.round(weight * (theme.scale.length - 1))][1]) > 0.48 ? dark : light);
  }));
  return { type: "scatter", mode: "text", ...numbers, textfont: { color: colours, size: 15 }, hoverinfo: "skip", showlegend: false };
}

/** Width of a cell; narrower than this the map scrolls in its own box. */
function mjCell(at, columns) {
  return Math.max(22, Math.min(48, (at.parts.matrixBox.clientWidth - 220) / columns.length));
}

function mjMatrixTitle(at, map, layer, head) {
  const values = { kind: mjText(at, `kind_${map.kind || "softmax"}`), layer: layer + 1, head: head + 1 };
  if (at.shown.meaning !== "weights") return [mjText(at, `matrix_title_${at.shown.meaning}`, values), mjScaleText(at)];
  return [mjText(at, at.state.hide ? "matrix_title_hidden" : "matrix_title", values)];
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

function mjMatrixLayout(at, layout, map, rows, columns, title) {
  const { theme } = at, cell = mjCell(at, columns), width = Math.max(480, Math.round(cell * columns.length + 220)), lines = mjTitleLines(title, width - 90);
  const longest = Math.max(1, ...columns.map((place) => map.keys[place].text.length)), top = 30 + 22 * lines.length + Math.min(120, longest * 7);
  const ticks = (items, places) => ({ tickvals: places.map((_, place) => place), ticktext: places.map((place) => mjEscape(items[place].text)), color: theme.ink, linecolor: theme.line });
  Object.assign(layout.xaxis, ticks(map.keys, columns), { range: [-0.5, columns.length - 0.5] });
  Object.assign(layout.yaxis, ticks(map.queries, rows), { range: [rows.length - 0.5, -0.5] });
  layout.title.text = lines.map(mjEscape).join("<br>");
  if (lines.length > 1) layout.title.pad.t += 13; // several lines lose the shift by which a single one hangs from its top
  return Object.assign(layout, {
    width, height: Math.round(Math.min(cell, mjRowHeight(rows.length)) * rows.length + top + 8), margin: { ...layout.margin, t: top }, paper_bgcolor: theme.paper,
    plot_bgcolor: map.causal ? theme.maskedHex : theme.paper, font: { family: theme.font, size: 16, color: theme.ink },
    hoverlabel: { bgcolor: theme.ink, font: { family: theme.font, size: 18, color: theme.paper } },
  });
}
