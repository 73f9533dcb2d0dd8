// Atlas: every layer (row) and head (column) at once, painted pixel by pixel; nothing is stretched to fit the data.
// What answers a pointer are marks above the canvas.

function mjDrawAtlas(at) {
  const map = at.map(at.state.part, at.state.unit), { hide } = at.state, { atlas, atlasBox } = at.parts;
  const room = { width: atlasBox.clientWidth, height: window.innerHeight };
  const plan = mjAtlasPlan(map, mjShown(map.queries, hide), mjShown(map.keys, hide), room, Boolean(mjRoles(at)));
  at.atlas = { map, plan };
  const ratio = window.devicePixelRatio || 1;
  atlas.width = Math.round(plan.full.width * ratio);
  atlas.height = Math.round(plan.full.height * ratio);
  Object.assign(atlas.style, { width: `${plan.full.width}px`, height: `${plan.full.height}px` });
  const paper = atlas.getContext("2d");
  for (const layer of mjRange(map.layers)) for (const head of mjRange(map.heads)) {
    const tile = mjTile(at, map, plan, layer, head, ratio);
    paper.putImageData(tile, Math.round(plan.x(head) * ratio), Math.round(plan.y(layer) * ratio));
  }
  paper.scale(ratio, ratio);
  mjAtlasMarks(at, paper, map, plan);
  mjPointAtlas(at, at.atlasPlace);
}

function mjTile(at, map, plan, layer, head, ratio) {
  const image = new ImageData(Math.round(plan.width * ratio), Math.round(plan.height * ratio));
  const pixels = new Uint32Array(image.data.buffer), stripe = Math.max(2, Math.round(2.5 * ratio));
  mjPaintTile(pixels, image, map, plan, layer, head, at.theme, stripe);
  return image;
}

/** Numbers along both sides, a frame round each map, the pinned row in every map, the chosen heads, the marks of roles. */
function mjAtlasMarks(at, paper, map, plan) {
  plan.marks = { map, rows: plan.rows, columns: plan.columns };
  paper.font = `600 15px ${at.theme.font}`;
  paper.textBaseline = "middle";
  mjAtlasFrames(at, paper, map, plan);
  paper.fillStyle = at.theme.ink;
  paper.textAlign = "center";
  for (const head of mjRange(map.heads)) paper.fillText(mjColumnName(at, head), plan.x(head) + plan.width / 2, 24);
  for (const layer of mjRange(map.layers)) paper.fillText(String(layer + 1), 34, plan.y(layer) + plan.height / 2);
  mjAtlasTitles(at, paper, plan);
  paper.font = `600 13px ${at.theme.font}`;
  for (const { x, y, colour, letter } of mjRoleMarks(plan, mjRoles(at), at.data.groups, at.theme.groups)) {
    paper.fillStyle = colour;
    paper.fillRect(x, y, 11, 11);
    paper.fillStyle = at.theme.ink;
    paper.fillText(letter, x + 15, y + 6);
  }
}

function mjAtlasFrames(at, paper, map, plan) {
  const { theme, state } = at, { layer, heads } = at.chosen(state.part), pinned = mjFocusPlaces(plan.marks, mjPinned(at));
  for (const one of mjRange(map.layers)) for (const two of mjRange(map.heads)) {
    const x = plan.x(two), y = plan.y(one), on = one === layer && heads.length < map.heads && heads.includes(two);
    paper.lineWidth = on ? 3 : 1;
    paper.strokeStyle = on ? theme.ink : theme.line;
    paper.strokeRect(x - (on ? 2 : 0.5), y - (on ? 2 : 0.5), plan.width + (on ? 4 : 1), plan.height + (on ? 4 : 1));
    mjMarkRows(paper, plan, pinned, x, y, theme);
  }
}

/** Rollout has one map a layer: that of all heads together. */
function mjColumnName(at, head) {
  return at.shown.meaning === "rollout" ? mjText(at, "all") : String(head + 1);
}

function mjMarkRows(paper, plan, places, x, y, theme) {
  paper.fillStyle = theme.ink;
  for (const place of places) {
    const middle = y + ((place + 0.5) * plan.height) / plan.rows.length;
    for (const [edge, out] of [[x - 1, -5], [x + plan.width + 1, 5]]) {
      paper.beginPath();
      paper.moveTo(edge, middle);
      paper.lineTo(edge + out, middle - 4);
      paper.lineTo(edge + out, middle + 4);
      paper.fill();
    }
  }
}

function mjAtlasTitles(at, paper, plan) {
  paper.font = `13px ${at.theme.font}`;
  paper.fillStyle = at.theme.muted;
  paper.textAlign = "left";
  paper.fillText(mjText(at, "heads_axis"), plan.margin.left, 7);
  paper.save();
  paper.translate(10, plan.margin.top);
  paper.rotate(-Math.PI / 2);
  paper.textAlign = "right";
  paper.fillText(mjText(at, "layers_axis"), 0, 0);
  paper.restore();
}

/** Marks lie above the canvas, so that pointing repaints nothing. Without a cell the whole head is described. */
function mjPointAtlas(at, place) {
  if (at.state.view !== "atlas") return; // a map was opened: the pointer leaves a canvas that is gone
  const { tileMark, cellMark } = at.parts, { map, plan } = at.atlas;
  const valid = place && place.layer < plan.layers && place.head < plan.heads;
  at.atlasPlace = valid ? place : null;
  tileMark.hidden = !valid;
  cellMark.hidden = !valid || place.row === undefined || place.row >= plan.rows.length || place.column >= plan.columns.length;
  if (!valid) return mjSayNothing(at, map, plan);
  mjPut(tileMark, plan.x(place.head), plan.y(place.layer), plan.width, plan.height);
  if (!cellMark.hidden) {
    const width = plan.width / plan.columns.length, height = plan.height / plan.rows.length;
    mjPut(cellMark, plan.x(place.head) + place.column * width, plan.y(place.layer) + place.row * height, width, height);
  }
  mjSayAtlas(at, map, plan, place, cellMark.hidden);
}

function mjPut(node, left, top, width, height) {
  Object.assign(node.style, { transform: `translate(${left}px,${top}px)`, width: `${width}px`, height: `${height}px` });
}

function mjSayNothing(at, map, plan) {
  const words = mjFocusPlaces(plan.marks, mjPinned(at)).map((place) => map.queries[plan.rows[place]].text);
  mjFill(at, at.parts.say, words.length ? "say_atlas_pinned" : "say_atlas", { word: mjStrong(words.join("·")) });
}

function mjSayAtlas(at, map, plan, { layer, head, row, column }, whole) {
  if (!whole) return mjSayLink(at, "say_cell", map, layer, head, { row: plan.rows[row], column: plan.columns[column] });
  const pinned = mjFocusPlaces(plan.marks, mjPinned(at)).map((place) => plan.rows[place]);
  const [link] = mjStrongest(map, layer, [head], pinned.length ? pinned : plan.rows, plan.columns);
  if (link) mjSayLink(at, "say_head", map, layer, head, link);
}

function mjOpenHead(at, { layer, head }) {
  at.set({ layer: layer + 1, view: "lines", ...(at.shown.meaning === "rollout" ? {} : { heads: [head + 1] }) });
}

/** A finger cannot point without pressing: its first tap on a head points, the second opens. */
function mjClickAtlas(at, hit, touch) {
  const here = at.atlasPlace, again = hit && here && hit.layer === here.layer && hit.head === here.head;
  if (hit && (again || !touch)) mjOpenHead(at, hit);
  else mjTimed(at, () => mjPointAtlas(at, hit));
}

function mjAtlasKey(at, event) {
  const { plan } = at.atlas, here = at.atlasPlace, step = MJ_ARROWS[event.key];
  if (event.key === "Enter" && here) { event.preventDefault(); return mjOpenHead(at, here); }
  if (!step) return;
  event.preventDefault();
  mjPointAtlas(at, mjAtlasNext(plan, here, at.chosen(at.state.part), step));
  at.parts.tileMark.scrollIntoView({ block: "nearest", inline: "nearest" });
}
