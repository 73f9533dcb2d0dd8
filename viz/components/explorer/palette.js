// Weight to colour: a straight line of lightness in OKLab (viz/figures/colours.py), looked up in a table of 1,024 steps.

const MJ_STEPS = 1024;

/** Colours as pixels, one for every step between the first stop and the last. */
function mjPixels(stops) {
  const table = new Uint32Array(MJ_STEPS + 1), colours = stops.map(([, colour]) => mjChannels(colour));
  for (let step = 0; step <= MJ_STEPS; step += 1) {
    const exact = (step / MJ_STEPS) * (colours.length - 1), low = Math.min(Math.floor(exact), colours.length - 2);
    const between = (channel) => colours[low][channel] + (colours[low + 1][channel] - colours[low][channel]) * (exact - low);
    table[step] = mjAsPixel([0, 1, 2].map((channel) => Math.round(between(channel))));
  }
  return table;
}

function mjPixel(colour) {
  return mjPixels([[0, colour], [1, colour]])[0];
}

/** "#3f37c9" of a pixel. */
function mjHex(pixel) {
  return `#${[0, 8, 16].map((shift) => ((pixel >>> shift) & 255).toString(16).padStart(2, "0")).join("")}`;
}

/** Between 0, black, and 1, white. */
function mjLightness(colour) {
  const [red, green, blue] = /^#/.test(colour) ? mjChannels(colour) : colour.match(/[\d.]+/g).map(Number);
  return (0.3 * red + 0.59 * green + 0.11 * blue) / 255;
}
