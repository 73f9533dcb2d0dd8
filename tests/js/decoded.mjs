// What a component makes of the bytes it is sent, as JSON: node decoded.mjs COMPONENT < bytes. For tests written in Python.

import { readFileSync } from "node:fs";
import { load } from "./load.mjs";

const range = (count) => [...Array(count).keys()];

/** The run with the weights of every part, and a stack that came along with its numbers, a map for each of its words. */
function explorer(bytes) {
  const { mjUnpack, mjStackNames, mjStore } = load("shared/wire.js", "explorer/decode.js");
  const { codes, ...data } = mjUnpack(bytes), { stack } = data, order = stack?.parts ? mjStackNames(stack) : [];
  const map = mjStore({ ...data, codes }, new Map(order.map((name) => [name, { ...stack, order }])));
  const numbers = (part, quantity) => {
    const { weights, largest, layers, heads, queries, keys } = map(part, "tokens", quantity);
    return { shape: [layers, heads, queries.length, keys.length], numbers: Array.from(weights, (weight) => weight * largest) };
  };
  const weights = Object.fromEntries(Object.keys(codes).map((part) => [part, numbers(part, "weights")]));
  for (const [part, about] of Object.entries(stack?.parts || {})) {
    Object.assign(about, { codes: undefined, maps: order.map((name) => numbers(part, name)) });
  }
  return { ...data, weights };
}

/** The records, and of every strip its numbers as shares of its full colour. */
function diagram(bytes) {
  const { mdUnpack, mdShare } = load("shared/wire.js", "diagram/decode.js"), { data, codes } = mdUnpack(bytes);
  for (const strip of data.strips) {
    const row = (place) => range(strip.columns).map((column) => mdShare(codes, strip, place, column));
    strip.shares = range(strip.rows).map(row);
  }
  return data;
}

/** Of every part the colours of its maps in the light, head after head. */
function headgrid(bytes) {
  const { headPixels, mjHex } = load("shared/colours.js", "explorer/palette.js", "headgrid/decode.js");
  const { parts, palettes } = JSON.parse(new TextDecoder().decode(bytes));
  return parts.map((part) => headPixels(part, palettes.light).map((pixels) => Array.from(pixels, mjHex)));
}

const make = { explorer, diagram, headgrid }[process.argv[2]];
process.stdout.write(JSON.stringify(make(new Uint8Array(readFileSync(0)))));
