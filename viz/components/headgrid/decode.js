// Codes to pixels. A cell of a map is one byte: 127 is 0, and what lies on either side of it the root of what lies there.

/** The map of each head in order, as pixels of its colours. part: what Python packed; palette: the colour of every code. */
function headPixels({ layers, heads, rows, columns, codes }, palette) {
  const bytes = Uint8Array.from(atob(codes), (letter) => letter.charCodeAt(0)), size = rows * columns;
  const colours = palette.map((colour) => mjAsPixel(mjChannels(colour)));
  const map = (place) => Uint32Array.from(bytes.subarray(place * size, (place + 1) * size), (code) => colours[code]);
  return [...Array(layers * heads).keys()].map(map);
}

/** Like "encoder.2.4": part, layer and head, from 1. */
function idOf(part, layer, head) {
  return `${part}.${layer + 1}.${head + 1}`;
}

function joined(chosen) {
  return [...chosen].sort().join();
}

/** Some heads: off if any of them is on, else on again. */
function toggled(chosen, ids) {
  const off = ids.some((id) => !chosen.has(id)), next = new Set(chosen);
  for (const id of ids) next[off ? "add" : "delete"](id);
  return next;
}

/** Where an arrow key leads among heads in rows; -1 past an edge. */
function neighbour(key, here, heads) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -heads, ArrowDown: heads }[key];
  const wraps = Math.abs(step) === 1 && Math.floor(here / heads) !== Math.floor((here + step) / heads);
  return wraps ? -1 : here + step;
}

/** Whether a page of this colour is dark; what is no such colour is not. */
function isDark(paper) {
  const channels = mjChannels(paper);
  return channels.every(Number.isFinite) && channels[0] + channels[1] + channels[2] < 300;
}
