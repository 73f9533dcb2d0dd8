// Lines: queries left, keys right, a curve for each weight at or above the threshold.
// The overview is drawn once and hidden while something is pointed at, so a pointer only ever draws one word's lines.

function mjLinesModel(at) {
  const map = at.map(at.state.part, at.state.unit), { hide } = at.state;
  return { map, ...at.chosen(at.state.part), rows: mjShown(map.queries, hide), columns: mjShown(map.keys, hide) };
}

function mjDrawLines(at) {
  const model = mjLinesModel(at), { svg } = at.parts;
  at.model = model;
  model.high = mjRowHeight(Math.max(model.rows.length, model.columns.length));
  at.root.style.setProperty("--mj-row", `${model.high}px`);
  mjDrawColumns(at, model);
  const height = model.high * Math.max(model.rows.length, model.columns.length);
  model.width = Math.max(60, at.parts.wires.clientWidth);
  svg.setAttribute("viewBox", `0 0 ${model.width} ${height}`);
  svg.style.height = `${height}px`;
  svg.replaceChildren(mjSvg("g", { class: "mj-overview" }), mjSvg("g", { class: "mj-focus" }));
  const links = model.rows.flatMap((_, i) => model.columns.map((__, j) => [i, j]));
  svg.firstChild.replaceChildren(...mjCurves(at, model, links));
  mjDrawFocus(at);
}

/** The words stay the same nodes while layer, head or threshold change, so that keyboard focus stays on its word. */
function mjDrawColumns(at, { map, rows, columns }) {
  const signature = [at.run, at.state.part, at.state.unit, at.state.hide].join();
  if (signature === at.columns) return;
  Object.assign(at, { columns: signature, pointed: null });
  at.parts.left.replaceChildren(...rows.map((row) => mjLineWord(at, "left", row, map.queries[row])));
  at.parts.right.replaceChildren(...columns.map((column) => mjLineWord(at, "right", column, map.keys[column])));
}

/** Rows share what the sentence leaves of the window while 18 px type still fits: on a projector a sentence is seen whole. */
function mjRowHeight(rows) {
  return Math.round(Math.min(34, Math.max(26, (0.43 * window.innerHeight) / rows)));
}

function mjLineWord(at, side, item, { text, word, kind }) {
  const pin = side === "left" ? () => at.set({ word: at.state.word === word ? null : word }) : () => {};
  return mjNode("button", {
    class: `mj-item mj-${kind}`, type: "button", "data-word": word, "data-item": item,
    onpointerenter: () => at.point({ side, item }), onpointerleave: () => at.point(null),
    onfocus: () => at.point({ side, item }), onblur: () => at.point(null), onclick: pin,
  }, [mjNode("span", { class: "mj-text", dir: "auto" }, [text]), mjNode("span", { class: "mj-squares" }), mjNode("span", { class: "mj-number" })]);
}

/** Curves for (i, j) positions on screen. Each head leaves from its own height, so that heads lie side by side, not on top. */
function mjCurves(at, model, links, focused = false) {
  const { map, layer, heads, rows, columns, width, high } = model, { threshold } = at.state, curves = [];
  const gap = Math.min(4, (high - 8) / heads.length), widest = heads.length === 1 ? 9 : Math.max(3, 12 / Math.sqrt(heads.length));
  for (const [i, j] of links) {
    heads.forEach((head, order) => {
      const weight = mjWeight(map, layer, head, rows[i], columns[j]);
      if (weight < threshold || weight === 0) return;
      const shift = (order - (heads.length - 1) / 2) * gap;
      curves.push({ weight, node: mjSvg("path", {
        d: mjCurve(width, high * (i + 0.5) + shift, high * (j + 0.5) + shift),
        stroke: mjHeadColour(at, head, heads.length === 1), "stroke-width": (0.75 + widest * weight).toFixed(2), "stroke-opacity": mjOpacity(weight, heads.length, focused).toFixed(3),
      }) });
    });
  }
  return curves.sort((one, other) => one.weight - other.weight).map((curve) => curve.node);
}

function mjCurve(width, start, end) {
  return `M0 ${start.toFixed(1)}C${(width * 0.45).toFixed(1)} ${start.toFixed(1)} ${(width * 0.55).toFixed(1)} ${end.toFixed(1)} ${width} ${end.toFixed(1)}`;
}

/** A weight of 1 is always 0.95. With several heads on, the weak lines step back, never the strong one. */
function mjOpacity(weight, heads, focused) {
  return 0.95 * weight ** (focused ? 1 : 1.5 - 0.5 / heads);
}

/** What is pointed at; else the pinned word; else, with queries from the translation, the word at the step. */
function mjFocus(at) {
  if (at.pointed) return at.pointed;
  const word = at.state.word !== null || at.state.part === "encoder" ? at.state.word : at.state.step;
  return word === null ? null : { side: "left", word };
}

/** Positions on screen of the focused items: one, or all tokens of a word. */
function mjFocusPlaces({ map, rows, columns }, focus) {
  if (!focus) return [];
  const [items, drawn] = focus.side === "left" ? [map.queries, rows] : [map.keys, columns];
  return drawn.map((item, place) => place).filter((place) => (focus.word === undefined ? drawn[place] === focus.item : items[drawn[place]].word === focus.word));
}

function mjDrawFocus(at) {
  const { model } = at, { left, right, svg } = at.parts;
  const focus = mjFocus(at), places = mjFocusPlaces(model, focus), fromLeft = !focus || focus.side === "left";
  const across = fromLeft ? model.columns : model.rows;
  const links = places.flatMap((place) => across.map((_, other) => (fromLeft ? [place, other] : [other, place])));
  svg.firstChild.style.display = places.length ? "none" : "";
  svg.lastChild.replaceChildren(...mjCurves(at, model, links, true));
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
    mjMarkWeight(at, node, chosen || !places.length ? null : mjPlaceWeights(at, places, place, !isLeft));
  });
}

/** The weight of each chosen head between the focused places and one place across; the mean over a word's tokens. */
function mjPlaceWeights(at, places, other, toKey) {
  const { map, layer, heads, rows, columns } = at.model;
  const pairs = places.map((place) => (toKey ? [rows[place], columns[other]] : [rows[other], columns[place]]));
  if (pairs.every(([row, column]) => map.mask[row * map.keys.length + column])) return "masked";
  return heads.map((head) => pairs.reduce((sum, [row, column]) => sum + mjWeight(map, layer, head, row, column), 0) / pairs.length);
}

function mjMarkWeight(at, node, weights) {
  const [, squares, number] = node.children, masked = weights === "masked";
  const values = Array.isArray(weights) ? weights : [], mean = values.length ? values.reduce((sum, each) => sum + each, 0) / values.length : 0;
  const strong = values.some((each) => each >= at.state.threshold && each > 0);
  node.style.setProperty("--mj-weight", mean.toFixed(4));
  node.classList.toggle("mj-strong", strong);
  node.classList.toggle("mj-weak", values.length > 0 && !strong);
  node.classList.toggle("mj-masked", masked);
  number.textContent = values.length ? mjNumber(mean, at.data.bits) : masked ? mjText(at, "masked") : "";
  squares.replaceChildren(...(values.length > 1 ? values.map((each, order) => mjNode("i", { style: `background:${mjHeadColour(at, at.model.heads[order])};opacity:${(0.06 + 0.94 * each).toFixed(3)}` })) : []));
}

function mjSayLines(at, model, places, fromLeft) {
  const { map, layer, heads, rows, columns } = model, where = { layer: layer + 1, heads: mjHeadsText(at, heads, map.heads, layer), output: mjOutputText(at) };
  const near = places.map((place) => (fromLeft ? rows : columns)[place]);
  const links = mjStrongest(map, layer, heads, fromLeft && near.length ? near : rows, !fromLeft && near.length ? near : columns);
  const text = (link) => (near.length ? (fromLeft ? map.keys[link.column] : map.queries[link.row]).text : `${map.queries[link.row].text} → ${map.keys[link.column].text}`);
  const list = mjStrongFirst(at, links.map((link) => mjText(at, "word_weight", { word: text(link), weight: mjNumber(link.weight, at.data.bits) })));
  const word = near.length ? mjStrong(near.map((item) => (fromLeft ? map.queries : map.keys)[item].text).join("·")) : "";
  mjFill(at, at.parts.say, mjMeant(at, near.length ? (fromLeft ? "say_query" : "say_key") : "say_all"), { ...where, word, links: list });
}
