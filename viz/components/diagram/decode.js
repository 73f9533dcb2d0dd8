// Bytes to strips: the vectors of a sentence, a row a token, each number a signed byte, ±127 at the strip's full colour.

/** Two records, then the bytes of the strips: {data, codes}; every strip knows where its own begin. */
function mdUnpack(packed) {
  const reader = mjReader(packed), data = { ...reader.record(), ...reader.record() };
  let count = 0;
  for (const strip of data.strips) { strip.at = count; count += strip.rows * strip.columns; }
  return { data, codes: reader.numbers(count, Int8Array) };
}

/** One number of a strip as a share of its full colour, between -1 and 1. */
function mdShare(codes, strip, row, column) {
  return codes[strip.at + row * strip.columns + column] / 127;
}

/** The colours of a strip as bytes, red, green, blue, opacity. Grey below zero, paper at zero, indigo above; rows that are not
 * there yet stay empty. */
function mdPaintStrip(bytes, codes, strip, stage, { paper, plus, minus }) {
  for (let row = 0; row < strip.rows; row += 1) for (let column = 0; column < strip.columns; column += 1) {
    if (!mdThere(strip, stage, row, column)) continue;
    const share = mdShare(codes, strip, row, column), end = share > 0 ? plus : minus;
    const place = 4 * (row * strip.columns + column);
    for (let channel = 0; channel < 3; channel += 1) {
      bytes[place + channel] = paper[channel] + (end[channel] - paper[channel]) * Math.abs(share);
    }
    bytes[place + 3] = 255;
  }
}

/** The recurrent encoder fills up from both ends: the first half of a state reads forward, the second backward. */
function mdThere(strip, stage, row, column) {
  if (strip.rows === 1) return true;
  if (strip.block !== "encoder.states") return row < stage.rows;
  return column < strip.columns / 2 ? row < stage.rows : row >= strip.rows - stage.rows;
}
