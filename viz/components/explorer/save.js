// Save what is drawn: numbers as CSV, the picture as SVG or PNG. A saved file has left the theme, so its colours are written out.

const MJ_LEGEND = 760; // px; room for the line that says what the colours mean

function mjDownload(name, content, type) {
  const link = document.createElement("a"), isAddress = typeof content === "string" && content.startsWith("data:");
  const blob = () => (content instanceof Blob ? content : new Blob([content], { type }));
  link.href = isAddress ? content : URL.createObjectURL(blob());
  link.download = name;
  link.click();
  if (link.href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

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
  const box = { width, height, viewBox: `0 0 ${width} ${height}` };
  const sheet = mjSvg("svg", { xmlns: "http://www.w3.org/2000/svg", ...box, "font-family": at.theme.font });
  sheet.append(mjSvg("rect", { width, height, fill: at.theme.paper }), ...nodes);
  return new XMLSerializer().serializeToString(sheet);
}

/* Lines */

function mjLinesSvg(at) {
  const { svg, left, right, say } = at.parts, wires = svg.viewBox.baseVal, side = 240, top = 56, fill = at.theme.muted;
  const group = mjSvg("g", { transform: `translate(${side} ${top})`, fill: "none", "stroke-linecap": "round" });
  for (const each of svg.children) if (each.style.display !== "none") group.append(...each.cloneNode(true).childNodes);
  return mjSheet(at, wires.width + 2 * side, wires.height + top + 40, [
    mjWritten("text", { x: 16, y: 28, "font-size": 17, fill }, say.textContent),
    mjWritten("text", { x: 16, y: wires.height + top + 26, "font-size": 14, fill }, mjLegendText(at)),
    group,
    ...mjSavedWords(at, left.children, "end", side - 10, top),
    ...mjSavedWords(at, right.children, "start", side + wires.width + 10, top),
  ]);
}

/** A column of words with their numbers, the number on the side of the lines' other end. */
function mjSavedWords(at, nodes, anchor, x, top) {
  return [...nodes].map((node, place) => {
    const [text, , number] = node.children, words = [text.textContent, number.textContent];
    const has = (name) => node.classList.contains(name);
    return mjWritten("text", {
      x, y: top + at.model.high * (place + 0.5), "dominant-baseline": "central", "text-anchor": anchor, "font-size": 19,
      fill: has("mj-weak") || has("mj-quiet") ? at.theme.muted : at.theme.ink,
      "font-weight": has("mj-chosen") || has("mj-strong") ? 700 : 400,
    }, (anchor === "end" ? words.reverse() : words).filter(Boolean).join("\u2003"));
  });
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

/* Atlas */

function mjAtlasSvg(at) {
  const { map, plan } = at.atlas, { theme } = at, legend = { x: plan.margin.left, y: plan.full.height + 14 };
  const tiles = mjRange(map.layers).flatMap((layer) => mjRange(map.heads).flatMap((head) => mjSavedTile(at, layer, head)));
  const label = (text, x, y) => mjWritten("text", {
    x, y, "font-size": 15, fill: theme.ink, "text-anchor": "middle", "dominant-baseline": "central",
  }, String(text));
  const axis = (key, place) => mjWritten("text", { "font-size": 13, fill: theme.muted, ...place }, mjText(at, key));
  return mjSheet(at, Math.max(plan.full.width, MJ_LEGEND), plan.full.height + 28, [
    ...tiles, ...mjSavedMarks(at),
    mjWritten("text", { ...legend, "font-size": 14, fill: theme.muted }, mjLegendText(at)),
    ...mjRange(map.heads).map((head) => label(mjColumnName(at, head), plan.x(head) + plan.width / 2, 24)),
    ...mjRange(map.layers).map((layer) => label(layer + 1, 34, plan.y(layer) + plan.height / 2)),
    axis("heads_axis", { x: plan.margin.left, y: 11 }),
    axis("layers_axis", { transform: `translate(14 ${plan.margin.top}) rotate(-90)`, "text-anchor": "end" }),
  ]);
}

/** Rectangles, with runs of one colour joined, in 64 steps of it; paper itself is not drawn. */
function mjSavedTile(at, layer, head) {
  const { map, plan } = at.atlas, { table, masked } = at.theme, x = plan.x(head), y = plan.y(layer);
  const wide = plan.width / plan.columns.length, high = plan.height / plan.rows.length;
  const step = (row, column) => Math.round(mjWeight(map, layer, head, row, column) * 64) * (MJ_STEPS / 64);
  const pixel = (row, column) => (mjMasked(map, row, column) ? masked : table[step(row, column)]);
  const rectangle = (i, run) => mjSvg("rect", {
    x: (x + run.from * wide).toFixed(2), y: (y + i * high).toFixed(2),
    width: ((run.to - run.from) * wide).toFixed(2), height: high.toFixed(2), fill: mjHex(run.pixel),
  });
  const runs = (row) => mjRuns(plan.columns, (column) => pixel(row, column)).filter((run) => run.pixel !== table[0]);
  const cells = plan.rows.flatMap((row, i) => runs(row).map((run) => rectangle(i, run)));
  return [...cells, mjSvg("rect", { x, y, width: plan.width, height: plan.height, fill: "none", stroke: at.theme.line })];
}

function mjSavedMarks(at) {
  const style = { "font-size": 13, "font-weight": 600, fill: at.theme.ink };
  const marks = mjRoleMarks(at.atlas.plan, mjRoles(at), at.data.groups, at.theme.groups);
  return marks.flatMap(({ x, y, colour, letter }) => [
    mjSvg("rect", { x, y, width: 11, height: 11, fill: colour }), mjWritten("text", { x: x + 15, y: y + 10, ...style }, letter),
  ]);
}

/** The atlas as it stands on screen, on paper instead of on nothing, and under it what its colours mean. */
function mjAtlasPng(at) {
  const { atlas } = at.parts, canvas = document.createElement("canvas"), paper = canvas.getContext("2d");
  const { full, margin } = at.atlas.plan, ratio = atlas.width / full.width;
  canvas.width = Math.max(atlas.width, MJ_LEGEND * ratio);
  canvas.height = atlas.height + 28 * ratio;
  paper.fillStyle = at.theme.paper;
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(atlas, 0, 0);
  Object.assign(paper, { fillStyle: at.theme.muted, font: `${14 * ratio}px ${at.theme.font}` });
  paper.fillText(mjLegendText(at), margin.left * ratio, atlas.height + 14 * ratio);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

async function mjSave(at, format) {
  const { view } = at.state, name = mjSaveName(at, format);
  if (format === "csv") return mjDownload(name, mjCsv(at), "text/csv;charset=utf-8");
  if (view === "matrix") {
    const { width, height } = at.parts.matrix._fullLayout, scale = format === "png" ? 2 : 1;
    return mjDownload(name, await window.Plotly.toImage(at.parts.matrix, { format, width, height, scale }));
  }
  if (format === "svg") return mjDownload(name, view === "atlas" ? mjAtlasSvg(at) : mjLinesSvg(at), "image/svg+xml");
  return mjDownload(name, await (view === "atlas" ? mjAtlasPng(at) : mjSvgToPng(mjLinesSvg(at))));
}
