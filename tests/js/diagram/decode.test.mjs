// Strips: which numbers are there at a stage, and in which colours.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";

const { mdShare, mdPaintStrip, mdThere } = load("shared/wire.js", "diagram/decode.js");
const strip = { block: "encoder.1.attention", rows: 3, columns: 2, at: 5 };
const codes = Int8Array.of(9, 9, 9, 9, 9, 127, -127, 0, 64, 1, 1);
const theme = { paper: [250, 250, 250], plus: [50, 40, 200], minus: [100, 100, 100] };

function painted(about, stage) {
  const bytes = new Uint8ClampedArray(4 * about.rows * about.columns);
  mdPaintStrip(bytes, codes, about, stage, theme);
  return Array.from({ length: about.rows * about.columns }, (_, cell) => [...bytes.slice(4 * cell, 4 * cell + 4)]);
}

test("numbers are shares of the full colour, from where the strip begins", () => {
  assert.deepEqual([mdShare(codes, strip, 0, 0), mdShare(codes, strip, 0, 1), mdShare(codes, strip, 1, 0)], [1, -1, 0]);
});

test("indigo is above zero, grey below, paper at zero, and what is not there yet is empty", () => {
  const cells = painted(strip, { rows: 2 });
  assert.deepEqual(cells.slice(0, 3), [[50, 40, 200, 255], [100, 100, 100, 255], [250, 250, 250, 255]]);
  assert.deepEqual(cells.slice(4), [[0, 0, 0, 0], [0, 0, 0, 0]]);
});

test("a vector alone is there from the start", () => {
  assert.ok(mdThere({ ...strip, rows: 1 }, { rows: 0 }, 0, 1));
});

test("states read forward fill up from the top, those read backward from the bottom", () => {
  const states = { block: "encoder.states", rows: 5, columns: 4 };
  const there = (column) => [0, 1, 2, 3, 4].map((row) => mdThere(states, { rows: 2 }, row, column));
  assert.deepEqual(there(1), [true, true, false, false, false]);
  assert.deepEqual(there(2), [false, false, false, true, true]);
});
