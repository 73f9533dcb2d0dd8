// Save what is drawn: numbers as CSV, the picture as SVG or PNG. A saved file has left the theme, so its colours are written out.

function mjSaveName(at, ending) {
  const { state } = at, { layer, heads } = at.chosen(state.part);
  const one = at.shown.meaning === "rollout", drawn = one ? ["all"] : state.view === "matrix" ? [heads[0] + 1] : state.heads.length ? heads.map((head) => head + 1) : ["all"];
  const which = state.view === "atlas" ? "atlas" : `${state.view}-layer${layer + 1}-head-${drawn.join("+")}`, what = at.shown.name === "weights" ? "" : `-${at.shown.name.replace(" ", "-word")}`;
  return `monojog-${state.part}-${which}${what}.${ending}`;
}

function mjDownload(name, content, type) {
  const link = document.createElement("a");
  link.href = typeof content === "string" && content.startsWith("data:") ? content : URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  if (link.href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The layers and heads, rows and columns that are on screen. */
function mjDrawn(at) {
  const { state } = at, map = at.map(state.part, state.unit), { layer, heads } = at.chosen(state.part), count = (number) => [...Array(number).keys()];
  const rows = mjShown(map.queries, state.hide), columns = mjShown(map.keys, state.hide);
  if (state.view === "atlas") return { map, layers: count(map.layers), heads: count(map.heads), rows, columns, least: 0 };
  if (state.view === "matrix") return { map, layers: [layer], heads: heads.slice(0, 1), rows, columns, least: 0 };
  const places = mjFocusPlaces(at.model, mjFocus(at)), left = !places.length || mjFocus(at).side === "left";
  const picked = (items, on) => (places.length && on ? places.map((place) => items[place]) : items);
  return { map, layers: [layer], heads, rows: picked(rows, left), columns: picked(columns, !left), least: state.threshold };
}

// What a column of numbers is called where it has left the page, with its unit. A drawn share of the largest is saved as the number itself.
const MJ_COLUMNS = { weights: "weight", moved: "moved_length", rollout: "rollout_share", gradient: "gradient_x_weight_nats" };

/** One line a weight; masked cells are left out, and so is what lies under the threshold in the lines view. */
function mjCsv(at) {
  const { map, layers, heads, rows, columns, least } = mjDrawn(at), quote = (text) => `"${text.replace(/"/g, '""')}"`, { meaning, word } = at.shown;
  const output = meaning === "gradient" ? [quote(at.data.run.target.words[word].text)] : [], head = (number) => (meaning === "rollout" ? "all" : number + 1);
  const lines = [`part,layer,head,query_position,query,key_position,key,${MJ_COLUMNS[meaning]}${output.length ? ",output_word" : ""}`];
  for (const layer of layers) for (const one of heads) for (const row of rows) for (const column of columns) {
    const weight = mjWeight(map, layer, one, row, column);
    if (map.mask[row * map.keys.length + column] || weight < least) continue;
    lines.push([at.state.part, layer + 1, head(one), row + 1, quote(map.queries[row].text), column + 1, quote(map.keys[column].text), (weight * map.largest).toFixed(5), ...output].join(","));
  }
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

const MJ_LEGEND = 760; // px; room for the line that says what the colours mean

/** What the colours of a saved picture mean. */
function mjLegendText(at) {
  const groups = at.state.view === "atlas" ? mjGroupsDrawn(at).map((group) => at.data.groups[group]) : [];
  return [`${mjQuantity(at)}: ${mjScaleText(at)}`, ...groups.map(([name, letter]) => `${letter} ${name}`)].join(" · ");
}

function mjWritten(name, attributes, text = "") {
  const node = mjSvg(name, attributes);
  node.textContent = text;
  return node;
}

function mjSheet(at, width, height, nodes) {
  const sheet = mjSvg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": at.theme.font });
  sheet.append(mjSvg("rect", { width, height, fill: at.theme.paper }), ...nodes);
  return new XMLSerializer().serializeToString(sheet);
}

function mjLinesSvg(at) {
  const { svg, left, right, say } = at.parts, wires = svg.viewBox.baseVal, side = 240, top = 56;
  const column = (nodes, anchor) => [...nodes].map((node, place) => {
    const [text, , number] = node.children, words = anchor === "end" ? [number.textContent, text.textContent] : [text.textContent, number.textContent];
    return mjWritten("text", {
      x: anchor === "end" ? side - 10 : side + wires.width + 10, y: top + at.model.high * (place + 0.5), "dominant-baseline": "central", "text-anchor": anchor, "font-size": 19,
      fill: node.classList.contains("mj-weak") || node.classList.contains("mj-quiet") ? at.theme.muted : at.theme.ink,
      "font-weight": node.classList.contains("mj-chosen") || node.classList.contains("mj-strong") ? 700 : 400,
    }, words.filter(Boolean).join("\u2003"));
  });
  const group = mjSvg("g", { transform: `translate(${side} ${top})`, fill: "none", "stroke-linecap": "round" });
  for (const each of svg.children) if (each.style.display !== "none") group.append(...each.cloneNode(true).childNodes);
  const title = mjWritten("text", { x: 16, y: 28, "font-size": 17, fill: at.theme.muted }, say.textContent);
  const scale = mjWritten("text", { x: 16, y: wires.height + top + 26, "font-size": 14, fill: at.theme.muted }, mjLegendText(at));
  return mjSheet(at, wires.width + 2 * side, wires.height + top + 40, [title, scale, group, ...column(left.children, "end"), ...column(right.children, "start")]);
}

/** Rectangles, with runs of one colour joined; paper itself is not drawn. */
function mjAtlasSvg(at) {
  const { map, plan } = at.atlas, nodes = [], colour = (pixel) => `#${[0, 8, 16].map((shift) => ((pixel >>> shift) & 255).toString(16).padStart(2, "0")).join("")}`;
  const wide = plan.width / plan.columns.length, high = plan.height / plan.rows.length, { table, masked } = at.theme;
  const cell = (layer, head, row, column) => (map.mask[row * map.keys.length + column] ? masked : table[Math.round(mjWeight(map, layer, head, row, column) * 64) * (MJ_STEPS / 64)]);
  for (let layer = 0; layer < map.layers; layer += 1) for (let head = 0; head < map.heads; head += 1) {
    const x = plan.x(head), y = plan.y(layer);
    plan.rows.forEach((row, i) => {
      for (let j = 0, end = 0; j < plan.columns.length; j = end) {
        const pixel = cell(layer, head, row, plan.columns[j]);
        end = j + 1;
        while (end < plan.columns.length && cell(layer, head, row, plan.columns[end]) === pixel) end += 1;
        if (pixel !== table[0]) nodes.push(mjSvg("rect", { x: (x + j * wide).toFixed(2), y: (y + i * high).toFixed(2), width: ((end - j) * wide).toFixed(2), height: high.toFixed(2), fill: colour(pixel) }));
      }
    });
    nodes.push(mjSvg("rect", { x, y, width: plan.width, height: plan.height, fill: "none", stroke: at.theme.line }));
  }
  const label = (text, x, y) => mjWritten("text", { x, y, "font-size": 15, fill: at.theme.ink, "text-anchor": "middle", "dominant-baseline": "central" }, String(text));
  for (const { x, y, colour, letter } of mjRoleMarks(at, plan)) {
    nodes.push(mjSvg("rect", { x, y, width: 11, height: 11, fill: colour }), mjWritten("text", { x: x + 15, y: y + 10, "font-size": 13, "font-weight": 600, fill: at.theme.ink }, letter));
  }
  nodes.push(mjWritten("text", { x: plan.margin.left, y: plan.full.height + 14, "font-size": 14, fill: at.theme.muted }, mjLegendText(at)));
  for (let head = 0; head < map.heads; head += 1) nodes.push(label(mjColumnName(at, head), plan.x(head) + plan.width / 2, 24));
  for (let layer = 0; layer < map.layers; layer += 1) nodes.push(label(layer + 1, 34, plan.y(layer) + plan.height / 2));
  const axis = (key, place) => mjWritten("text", { "font-size": 13, fill: at.theme.muted, ...place }, mjText(at, key));
  nodes.push(axis("heads_axis", { x: plan.margin.left, y: 11 }), axis("layers_axis", { transform: `translate(14 ${plan.margin.top}) rotate(-90)`, "text-anchor": "end" }));
  return mjSheet(at, Math.max(plan.full.width, MJ_LEGEND), plan.full.height + 28, nodes);
}

/** SVG text to a PNG of twice its size. */
async function mjSvgToPng(text) {
  const image = new Image(), address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.width;
  canvas.height = 2 * image.height;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** The atlas as it stands on screen, on paper instead of on nothing, and under it what its colours mean. */
function mjAtlasPng(at) {
  const { atlas } = at.parts, canvas = document.createElement("canvas"), paper = canvas.getContext("2d"), ratio = atlas.width / at.atlas.plan.full.width;
  canvas.width = Math.max(atlas.width, MJ_LEGEND * ratio);
  canvas.height = atlas.height + 28 * ratio;
  paper.fillStyle = at.theme.paper;
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(atlas, 0, 0);
  Object.assign(paper, { fillStyle: at.theme.muted, font: `${14 * ratio}px ${at.theme.font}` });
  paper.fillText(mjLegendText(at), at.atlas.plan.margin.left * ratio, atlas.height + 14 * ratio);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

async function mjSave(at, format) {
  const { view } = at.state, name = mjSaveName(at, format);
  if (format === "csv") return mjDownload(name, mjCsv(at), "text/csv;charset=utf-8");
  if (view === "matrix") {
    const { width, height } = at.parts.matrix._fullLayout;
    return mjDownload(name, await window.Plotly.toImage(at.parts.matrix, { format, width, height, scale: format === "png" ? 2 : 1 }));
  }
  if (format === "svg") return mjDownload(name, view === "atlas" ? mjAtlasSvg(at) : mjLinesSvg(at), "image/svg+xml");
  return mjDownload(name, await (view === "atlas" ? mjAtlasPng(at) : mjSvgToPng(mjLinesSvg(at))));
}
