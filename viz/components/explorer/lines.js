// Lines: queries left, keys right, a curve for each weight at or above the threshold.
// The overview is drawn once and hidden while something is pointed at, so a pointer only ever draws one word's lines.

function mjLinesModel(at) {
  const map = at.map(at.state.part, at.state.unit), { hide } = at.state;
  return { map, ...at.chosen(at.state.part), rows: mjShown(map.queries, hide), columns: mjShown(map.keys, hide) };
}

function mjDrawLines(at) {
  const model = mjLinesModel(at), { svg } = at.parts;
  at.model = model;
  model.high = mjRowHeight(Math.max(model.rows.length, model.columns.length), window.innerHeight);
  at.root.style.setProperty("--mj-row", `${model.high}px`);
  mjDrawColumns(at, model);
  const height = model.high * Math.max(model.rows.length, model.columns.length);
  model.width = Math.max(60, at.parts.wires.clientWidth);
  svg.setAttribute("viewBox", `0 0 ${model.width} ${height}`);
  svg.style.height = `${height}px`;
  svg.replaceChildren(mjSvg("g", { class: "mj-overview" }), mjSvg("g", { class: "mj-focus" }));
  const links = model.rows.flatMap((_, i) => model.columns.map((__, j) => [i, j]));
  svg.firstChild.replaceChildren(...mjCurveNodes(at, links));
  mjDrawFocus(at);
}

function mjCurveNodes(at, links, focused = false) {
  const alone = at.model.heads.length === 1;
  return mjCurves(at.model, links, at.state.threshold, focused).map(({ head, path, width, opacity }) => mjSvg("path", {
    d: path, stroke: mjHeadColour(at, head, alone), "stroke-width": width.toFixed(2), "stroke-opacity": opacity.toFixed(3),
  }));
}

/** The words stay the same nodes while layer, head or threshold change, so that keyboard focus stays on its word. */
function mjDrawColumns(at, { map, rows, columns }) {
  const signature = [at.run, at.state.part, at.state.unit, at.state.hide].join();
  if (signature === at.columns) return;
  Object.assign(at, { columns: signature, pointed: null });
  at.parts.left.replaceChildren(...rows.map((row) => mjLineWord(at, "left", row, map.queries[row])));
  at.parts.right.replaceChildren(...columns.map((column) => mjLineWord(at, "right", column, map.keys[column])));
}

function mjLineWord(at, side, item, { text, word, kind }) {
  const pin = side === "left" ? () => at.set({ word: at.state.word === word ? null : word }) : () => {};
  return mjNode("button", {
    class: `mj-item mj-${kind}`, type: "button", "data-word": word, "data-item": item,
    onpointerenter: () => at.point({ side, item }), onpointerleave: () => at.point(null),
    onfocus: () => at.point({ side, item }), onblur: () => at.point(null), onclick: pin,
  }, [
    mjNode("span", { class: "mj-text", dir: "auto" }, [text]),
    mjNode("span", { class: "mj-squares" }), mjNode("span", { class: "mj-number" }),
  ]);
}

function mjDrawFocus(at) {
  const { model } = at, { left, right, svg } = at.parts;
  const focus = mjFocus(at), places = mjFocusPlaces(model, focus), fromLeft = !focus || focus.side === "left";
  const across = fromLeft ? model.columns : model.rows;
  const links = places.flatMap((place) => across.map((_, other) => (fromLeft ? [place, other] : [other, place])));
  svg.firstChild.style.display = places.length ? "none" : "";
  svg.lastChild.replaceChildren(...mjCurveNodes(at, links, true));
  mjMarkSide(at, fromLeft ? left : right, places, true);
  mjMarkSide(at, fromLeft ? right : left, places, false);
  mjSayLines(at, model, places, fromLeft);
}

/** One column of words: the focused ones are marked, the others carry their weight in numbers and one square a head. */
function mjMarkSide(at, column, places, chosen) {
  const pinned = at.state.word;
  [...column.children].forEach((node, place) => {
    const isLeft = column === at.parts.left, focused = chosen && places.includes(place);
    node.classList.toggle("mj-chosen", focused);
    node.classList.toggle("mj-pinned", isLeft && pinned === Number(node.dataset.word));
    node.classList.toggle("mj-quiet", places.length > 0 && chosen && !focused);
    if (isLeft) node.setAttribute("aria-pressed", String(pinned === Number(node.dataset.word)));
    mjMarkWeight(at, node, chosen || !places.length ? null : mjPlaceWeights(at.model, places, place, !isLeft));
  });
}

function mjMarkWeight(at, node, weights) {
  const [, squares, number] = node.children, masked = weights === "masked", values = Array.isArray(weights) ? weights : [];
  const mean = values.length ? values.reduce((sum, each) => sum + each, 0) / values.length : 0;
  const strong = values.some((each) => each >= at.state.threshold && each > 0);
  node.style.setProperty("--mj-weight", mean.toFixed(4));
  node.classList.toggle("mj-strong", strong);
  node.classList.toggle("mj-weak", values.length > 0 && !strong);
  node.classList.toggle("mj-masked", masked);
  number.textContent = values.length ? mjNumber(mean, at.data.bits) : masked ? mjText(at, "masked") : "";
  squares.replaceChildren(...(values.length > 1 ? values.map((each, order) => mjSquare(at, at.model.heads[order], each)) : []));
}

function mjSquare(at, head, weight) {
  return mjNode("i", { style: `background:${mjHeadColour(at, head)};opacity:${(0.06 + 0.94 * weight).toFixed(3)}` });
}

function mjSayLines(at, model, places, fromLeft) {
  const { map, layer, heads, rows, columns } = model, near = places.map((place) => (fromLeft ? rows : columns)[place]);
  const where = { layer: layer + 1, heads: mjHeadsText(at, heads, map.heads, layer), output: mjOutputText(at) };
  const from = fromLeft && near.length ? near : rows, to = !fromLeft && near.length ? near : columns;
  const links = mjStrongest(map, layer, heads, from, to), { bits } = at.data;
  const both = (link) => `${map.queries[link.row].text} → ${map.keys[link.column].text}`;
  const text = (link) => (near.length ? (fromLeft ? map.keys[link.column] : map.queries[link.row]).text : both(link));
  const said = (link) => mjText(at, "word_weight", { word: text(link), weight: mjNumber(link.weight, bits) });
  const word = near.length ? mjStrong(near.map((item) => (fromLeft ? map.queries : map.keys)[item].text).join("·")) : "";
  const key = mjMeant(at, near.length ? (fromLeft ? "say_query" : "say_key") : "say_all");
  mjFill(at, at.parts.say, key, { ...where, word, links: mjStrongFirst(at, links.map(said)) });
}
