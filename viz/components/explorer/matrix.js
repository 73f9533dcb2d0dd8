// Matrix: one head, every number, drawn by Plotly.
// Plotly is fetched when the view is first shown, from this server; it is 1.5 MB that the other views never need.

const MJ_PLOTLY = "app/static/plotly-cartesian.min.js"; // from the page's own address
let mjPlotly = null;

/** Streamlit serves .js as text/plain and forbids guessing, so the text is wrapped in a Blob that says what it is. */
function mjLoadPlotly() {
  mjPlotly = mjPlotly || (async () => {
    const answer = await fetch(new URL(MJ_PLOTLY, document.baseURI));
    if (!answer.ok) throw new Error(String(answer.status));
    const address = URL.createObjectURL(new Blob([await answer.text()], { type: "text/javascript" }));
    await import(address);
    URL.revokeObjectURL(address);
    return window.Plotly;
  })();
  mjPlotly.catch(() => { mjPlotly = null; });
  return mjPlotly;
}

const MJ_PLOTLY_OPTIONS = {
  displaylogo: false, responsive: false, doubleClick: "reset", modeBarButtons: [["zoom2d", "resetScale2d"]],
};

async function mjDrawMatrix(at) {
  const { matrix } = at.parts, turn = (at.matrixTurn = (at.matrixTurn || 0) + 1);
  if (!window.Plotly) matrix.dataset.waiting = mjText(at, "matrix_waiting");
  try {
    const plotly = await mjLoadPlotly();
    if (turn !== at.matrixTurn || at.state.view !== "matrix") return;
    delete matrix.dataset.waiting;
    const start = performance.now(), { traces, layout } = mjMatrixFigure(at);
    await plotly.react(matrix, traces, layout, MJ_PLOTLY_OPTIONS);
    at.root.dataset.paintMs = (performance.now() - start).toFixed(2);
    at.painted();
  } catch {
    matrix.dataset.waiting = mjText(at, "matrix_failed");
  }
}

function mjMatrixFigure(at) {
  const map = at.map(at.state.part, at.state.unit), { layer, heads: [head] } = at.chosen(at.state.part), { hide } = at.state;
  const shown = { map, layer, head, rows: mjShown(map.queries, hide), columns: mjShown(map.keys, hide) };
  const { data: [base], layout } = structuredClone(at.data.figure), { theme } = at, count = shown.columns.length;
  const trace = mjMatrixTrace(base, shown, { scale: theme.scale, bits: at.data.bits, quantity: mjQuantity(at) });
  const cell = mjCell(count, at.parts.matrixBox.clientWidth), high = mjRowHeight(shown.rows.length, window.innerHeight);
  return {
    traces: count <= 16 && cell >= 36 ? [trace, mjMatrixNumbers(theme, trace.z)] : [trace],
    layout: mjMatrixLayout(layout, shown, mjMatrixTitle(at, map, layer, head), theme, { cell, high }),
  };
}

function mjMatrixTitle(at, map, layer, head) {
  const values = { kind: mjText(at, `kind_${map.kind || "softmax"}`), layer: layer + 1, head: head + 1 };
  if (at.shown.meaning !== "weights") return [mjText(at, `matrix_title_${at.shown.meaning}`, values), mjScaleText(at)];
  return [mjText(at, at.state.hide ? "matrix_title_hidden" : "matrix_title", values)];
}

function mjSayMatrix(at) {
  const map = at.map(at.state.part, at.state.unit), { layer, heads: [head] } = at.chosen(at.state.part), { hide } = at.state;
  const [link] = mjStrongest(map, layer, [head], mjShown(map.queries, hide), mjShown(map.keys, hide));
  if (link) mjSayLink(at, "say_head", map, layer, head, link);
}
