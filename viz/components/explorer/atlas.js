// Atlas: every layer (row) and head (column) at once, painted pixel by pixel through a table of 1,024 colours.
// Weight to colour is a straight line of lightness in OKLab (viz/figures/colours.py); nothing is stretched to fit the data.

const MJ_STEPS = 1024;
const MJ_SMALLEST_TILE = 46; // px; below that the map scrolls in its own box

/** Colours as 32-bit pixels, little-endian ABGR as ImageData keeps them. */
function mjPixels(stops) {
  const table = new Uint32Array(MJ_STEPS + 1), rgb = stops.map(([, colour]) => [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16)));
  for (let step = 0; step <= MJ_STEPS; step += 1) {
    const exact = (step / MJ_STEPS) * (rgb.length - 1), low = Math.min(Math.floor(exact), rgb.length - 2), share = exact - low;
    const [red, green, blue] = [0, 1, 2].map((channel) => Math.round(rgb[low][channel] + (rgb[low + 1][channel] - rgb[low][channel]) * share));
    table[step] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return table;
}

function mjPixel(colour) {
  return mjPixels([[0, colour], [1, colour]])[0];
}

/** Where everything lies, in CSS pixels. */
function mjAtlasPlan(at, map, rows, columns) {
  const margin = { left: 44, top: mjRoles(at) ? 52 : 34 }, gap = 12, room = at.parts.atlasBox.clientWidth - margin.left, below = mjRoles(at) ? 22 : gap;
  const shape = Math.min(1.4, Math.max(0.6, rows.length / Math.max(1, columns.length)));
  const tallest = Math.max(MJ_SMALLEST_TILE, (0.48 * window.innerHeight / map.layers - below) / shape);
  const width = Math.floor(Math.max(MJ_SMALLEST_TILE, Math.min(room / map.heads - gap, tallest, 168)));
  const height = Math.floor(width * shape);
  return {
    margin, gap, below, width, height, rows, columns, layers: map.layers, heads: map.heads,
    full: { width: margin.left + map.heads * (width + gap), height: margin.top + map.layers * (height + below) },
    x: (head) => margin.left + head * (width + gap), y: (layer) => margin.top + layer * (height + below),
  };
}

function mjDrawAtlas(at) {
  const map = at.map(at.state.part, at.state.unit), { hide } = at.state, { atlas } = at.parts;
  const plan = mjAtlasPlan(at, map, mjShown(map.queries, hide), mjShown(map.keys, hide));
  at.atlas = { map, plan };
  const ratio = window.devicePixelRatio || 1;
  atlas.width = Math.round(plan.full.width * ratio);
  atlas.height = Math.round(plan.full.height * ratio);
  Object.assign(atlas.style, { width: `${plan.full.width}px`, height: `${plan.full.height}px` });
  const paper = atlas.getContext("2d");
  for (let layer = 0; layer < map.layers; layer += 1) {
    for (let head = 0; head < map.heads; head += 1) paper.putImageData(mjTile(at, map, plan, layer, head, ratio), Math.round(plan.x(head) * ratio), Math.round(plan.y(layer) * ratio));
  }
  paper.scale(ratio, ratio);
  mjAtlasMarks(at, paper, map, plan);
  mjPointAtlas(at, at.atlasPlace);
}

/** One head. A pixel that covers several cells takes the largest, so a single strong link cannot fall between pixels. */
function mjTile(at, map, plan, layer, head, ratio) {
  const width = Math.round(plan.width * ratio), height = Math.round(plan.height * ratio), image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer), { table, masked, hatch } = at.theme, count = map.keys.length;
  const [left, right] = mjSpans(width, plan.columns), [top, bottom] = mjSpans(height, plan.rows);
  const start = (layer * map.heads + head) * map.queries.length * count, stripe = Math.max(2, Math.round(2.5 * ratio));
  for (let y = 0, place = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, place += 1) {
      let weight = -1;
      for (let i = top[y]; i <= bottom[y]; i += 1) {
        for (let j = left[x], row = plan.rows[i] * count; j <= right[x]; j += 1) {
          const cell = row + plan.columns[j], value = map.weights[start + cell];
          if (value > weight && map.mask[cell] === 0) weight = value;
        }
      }
      pixels[place] = weight >= 0 ? table[Math.min(MJ_STEPS, (weight * MJ_STEPS + 0.5) | 0)] : (((x + y) / stripe) | 0) % 3 === 0 ? hatch : masked;
    }
  }
  return image;
}

/** For each pixel the first and the last item under it. */
function mjSpans(pixels, { length }) {
  const first = new Int32Array(pixels), last = new Int32Array(pixels);
  for (let place = 0; place < pixels; place += 1) {
    first[place] = Math.floor((place * length) / pixels);
    last[place] = length > pixels ? Math.ceil(((place + 1) * length) / pixels) - 1 : first[place];
  }
  return [first, last];
}

/** The roles of the heads of this part, [name, group] in order of layers; null where they are not known or heads are not told apart. */
function mjRoles(at) {
  return at.shown.meaning === "rollout" ? null : at.data.roles?.[at.state.part] || null;
}

function mjRole(at, layer, head) {
  return mjRoles(at)?.[layer * at.data.run.maps[at.state.part].heads + head];
}

/** "4", or "4 (coreference)" where it is known what the head does. */
function mjHeadName(at, layer, head) {
  const role = mjRole(at, layer, head);
  return role ? mjText(at, "head_role", { head: head + 1, role: role[0] }) : String(head + 1);
}

/** A square in the colour of its group and the group's letter, above each head that has a role: [{x, y, colour, letter}]. */
function mjRoleMarks(at, plan) {
  const { groups } = at.data, places = (mjRoles(at) || []).map(([, group], place) => [group, Math.floor(place / plan.heads), place % plan.heads]);
  return places.filter(([group]) => groups[group]).map(([group, layer, head]) => ({ x: plan.x(head), y: plan.y(layer) - 16, colour: at.theme.groups[group], letter: groups[group][1] }));
}

/** Numbers along both sides, a frame round each map, the pinned row in every map, the chosen heads, the marks of roles. */
function mjAtlasMarks(at, paper, map, plan) {
  const { theme, state } = at, { layer, heads } = at.chosen(state.part), focus = mjFocusPlaces(plan.marks = { map, rows: plan.rows, columns: plan.columns }, mjPinned(at));
  paper.font = `600 15px ${theme.font}`;
  paper.textBaseline = "middle";
  for (let one = 0; one < map.layers; one += 1) {
    for (let two = 0; two < map.heads; two += 1) {
      const x = plan.x(two), y = plan.y(one), on = one === layer && heads.length < map.heads && heads.includes(two);
      paper.lineWidth = on ? 3 : 1;
      paper.strokeStyle = on ? theme.ink : theme.line;
      paper.strokeRect(x - (on ? 2 : 0.5), y - (on ? 2 : 0.5), plan.width + (on ? 4 : 1), plan.height + (on ? 4 : 1));
      mjMarkRows(paper, plan, focus, x, y, theme);
    }
  }
  paper.fillStyle = theme.ink;
  paper.textAlign = "center";
  for (let head = 0; head < map.heads; head += 1) paper.fillText(mjColumnName(at, head), plan.x(head) + plan.width / 2, 24);
  for (let one = 0; one < map.layers; one += 1) paper.fillText(String(one + 1), 34, plan.y(one) + plan.height / 2);
  mjAtlasTitles(at, paper, plan);
  paper.font = `600 13px ${theme.font}`;
  for (const { x, y, colour, letter } of mjRoleMarks(at, plan)) {
    paper.fillStyle = colour;
    paper.fillRect(x, y, 11, 11);
    paper.fillStyle = theme.ink;
    paper.fillText(letter, x + 15, y + 6);
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

function mjPinned(at) {
  return mjFocus({ ...at, pointed: null });
}

/** Pointer position → {layer, head, row, column}, positions among what is drawn; null outside the maps. */
function mjAtlasHit(at, x, y) {
  const { plan } = at.atlas, head = Math.floor((x - plan.margin.left) / (plan.width + plan.gap)), layer = Math.floor((y - plan.margin.top) / (plan.height + plan.below));
  const inX = x - plan.x(head), inY = y - plan.y(layer);
  if (head < 0 || head >= plan.heads || layer < 0 || layer >= plan.layers || inX >= plan.width || inY >= plan.height) return null;
  return { layer, head, row: Math.floor((inY / plan.height) * plan.rows.length), column: Math.floor((inX / plan.width) * plan.columns.length) };
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

function mjSayNothing(at, map, plan) {
  const words = mjFocusPlaces(plan.marks, mjPinned(at)).map((place) => map.queries[plan.rows[place]].text);
  mjFill(at, at.parts.say, words.length ? "say_atlas_pinned" : "say_atlas", { word: mjStrong(words.join("·")) });
}

function mjPut(node, left, top, width, height) {
  Object.assign(node.style, { transform: `translate(${left}px,${top}px)`, width: `${width}px`, height: `${height}px` });
}

function mjSayAtlas(at, map, plan, { layer, head, row, column }, whole) {
  const pinned = mjFocusPlaces(plan.marks, mjPinned(at)).map((place) => plan.rows[place]);
  const [link] = whole ? mjStrongest(map, layer, [head], pinned.length ? pinned : plan.rows, plan.columns) : [{ row: plan.rows[row], column: plan.columns[column] }];
  if (!link) return;
  const masked = map.mask[link.row * map.keys.length + link.column] === 1;
  const weight = masked ? mjText(at, "masked") : mjNumber(mjWeight(map, layer, head, link.row, link.column), at.data.bits);
  mjFill(at, at.parts.say, mjMeant(at, whole ? "say_head" : "say_cell"), { layer: layer + 1, head: mjHeadName(at, layer, head), output: mjOutputText(at), query: mjStrong(map.queries[link.row].text), key: mjStrong(map.keys[link.column].text), weight });
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

const MJ_ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function mjAtlasKey(at, event) {
  const { plan } = at.atlas, here = at.atlasPlace, step = MJ_ARROWS[event.key];
  if (event.key === "Enter" && here) { event.preventDefault(); return mjOpenHead(at, here); }
  if (!step) return;
  event.preventDefault();
  const { layer, heads } = at.chosen(at.state.part), start = here || { layer, head: heads[0] };
  const move = here ? step : [0, 0], bound = (value, count) => Math.min(count - 1, Math.max(0, value));
  mjPointAtlas(at, { layer: bound(start.layer + move[0], plan.layers), head: bound(start.head + move[1], plan.heads) });
  at.parts.tileMark.scrollIntoView({ block: "nearest", inline: "nearest" });
}
