// Atlas: where each head's map lies, which colour each of its pixels has, and what lies under a pointer.

const MJ_SMALLEST_TILE = 46; // px; below that the map scrolls in its own box

/** Where everything lies, in CSS pixels. room: width and height of what it has to fit in; marked: whether heads bear marks. */
function mjAtlasPlan(map, rows, columns, room, marked) {
  const margin = { left: 44, top: marked ? 52 : 34 }, gap = 12, below = marked ? 22 : gap;
  const shape = Math.min(1.4, Math.max(0.6, rows.length / Math.max(1, columns.length)));
  const tallest = Math.max(MJ_SMALLEST_TILE, (0.48 * room.height / map.layers - below) / shape);
  const widest = (room.width - margin.left) / map.heads - gap;
  const width = Math.floor(Math.max(MJ_SMALLEST_TILE, Math.min(widest, tallest, 168))), height = Math.floor(width * shape);
  return {
    margin, gap, below, width, height, rows, columns, layers: map.layers, heads: map.heads,
    full: { width: margin.left + map.heads * (width + gap), height: margin.top + map.layers * (height + below) },
    x: (head) => margin.left + head * (width + gap), y: (layer) => margin.top + layer * (height + below),
  };
}

/** Fills the pixels of one head, size: their width and height. A pixel that covers several cells takes the largest, so a single
 * strong link cannot fall between pixels; where all are masked it is hatched. */
function mjPaintTile(pixels, size, map, plan, layer, head, { table, masked, hatch }, stripe) {
  const [left, right] = mjSpans(size.width, plan.columns), [top, bottom] = mjSpans(size.height, plan.rows);
  const count = map.keys.length, start = (layer * map.heads + head) * map.queries.length * count;
  for (let y = 0, place = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1, place += 1) {
      let weight = -1;
      for (let i = top[y]; i <= bottom[y]; i += 1) {
        for (let j = left[x], row = plan.rows[i] * count; j <= right[x]; j += 1) {
          const cell = row + plan.columns[j], value = map.weights[start + cell];
          if (value > weight && map.mask[cell] === 0) weight = value;
        }
      }
      if (weight >= 0) pixels[place] = table[Math.min(MJ_STEPS, (weight * MJ_STEPS + 0.5) | 0)];
      else pixels[place] = (((x + y) / stripe) | 0) % 3 === 0 ? hatch : masked;
    }
  }
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

/** Pointer position → {layer, head, row, column}, positions among what is drawn; null outside the maps. */
function mjAtlasHit(plan, x, y) {
  const head = Math.floor((x - plan.margin.left) / (plan.width + plan.gap));
  const layer = Math.floor((y - plan.margin.top) / (plan.height + plan.below));
  const inX = x - plan.x(head), inY = y - plan.y(layer);
  if (head < 0 || head >= plan.heads || layer < 0 || layer >= plan.layers || inX >= plan.width || inY >= plan.height) return null;
  const row = Math.floor((inY / plan.height) * plan.rows.length), column = Math.floor((inX / plan.width) * plan.columns.length);
  return { layer, head, row, column };
}

const MJ_ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** The head an arrow key leads to; the first arrow only shows where one is. */
function mjAtlasNext(plan, here, chosen, [down, right]) {
  const bound = (value, count) => Math.min(count - 1, Math.max(0, value));
  if (!here) return { layer: bound(chosen.layer, plan.layers), head: bound(chosen.heads[0], plan.heads) };
  return { layer: bound(here.layer + down, plan.layers), head: bound(here.head + right, plan.heads) };
}

/** A square in the colour of its group and the group's letter, above each head that has a role: [{x, y, colour, letter}]. */
function mjRoleMarks(plan, roles, groups, colours) {
  const places = (roles || []).map(([, group], place) => [group, Math.floor(place / plan.heads), place % plan.heads]);
  const mark = ([group, layer, head]) => ({
    x: plan.x(head), y: plan.y(layer) - 16, colour: colours[group], letter: groups[group][1],
  });
  return places.filter(([group]) => groups[group]).map(mark);
}

/** Neighbours of one colour joined: [{from, to, pixel}], to being the first that is another. */
function mjRuns(columns, pixelOf) {
  const runs = [];
  for (let from = 0, to = 0; from < columns.length; from = to) {
    const pixel = pixelOf(columns[from]);
    to = from + 1;
    while (to < columns.length && pixelOf(columns[to]) === pixel) to += 1;
    runs.push({ from, to, pixel });
  }
  return runs;
}
