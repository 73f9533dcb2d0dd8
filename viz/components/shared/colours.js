// Colours as numbers.

/** "#3F37C9" → [63, 55, 201]. */
function mjChannels(colour) {
  return [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
}

/** A colour as ImageData keeps it: 32 bits, little-endian ABGR. */
function mjAsPixel([red, green, blue]) {
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}
