// The grid of heads: pixels, what a click switches, where an arrow leads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";

const { headPixels, toggled, neighbour, isDark, idOf, joined } = load("shared/colours.js", "headgrid/decode.js");

test("every head has its own cells, a colour for every code", () => {
  const codes = Uint8Array.from(Array(2 * 3 * 5 * 7).keys());
  const palette = Array.from({ length: 255 }, (_, code) => `#0000${code.toString(16).padStart(2, "0")}`);
  const part = { layers: 2, heads: 3, rows: 5, columns: 7, codes: btoa(String.fromCharCode(...codes)) };
  const maps = headPixels(part, palette);
  assert.deepEqual(maps.map((pixels) => pixels.length), Array(6).fill(35));
  assert.equal(maps[4][6], (0xff000000 | ((4 * 35 + 6) << 16)) >>> 0);
});

test("a layer goes off if any of its heads is on, else on again", () => {
  const layer = ["cross.1.1", "cross.1.2"];
  assert.deepEqual(toggled(new Set(["cross.1.2"]), layer), new Set(["cross.1.2", "cross.1.1"]));
  assert.deepEqual(toggled(new Set([...layer, "encoder.1.1"]), layer), new Set(["encoder.1.1"]));
});

test("what was chosen before stays as it was", () => {
  const chosen = new Set();
  toggled(chosen, ["cross.1.1"]);
  assert.equal(chosen.size, 0);
});

test("arrows stay within the grid", () => {
  const go = (here) => ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => neighbour(key, here, 3));
  assert.deepEqual(go(4), [3, 5, 1, 7]);
  assert.deepEqual(go(3), [-1, 4, 0, 6]); // the first of its row
  assert.equal(neighbour("ArrowRight", 5, 3), -1); // the last
});

test("heads are named from 1 and kept in order", () => {
  assert.equal(idOf("encoder", 1, 3), "encoder.2.4");
  assert.equal(joined(new Set(["b", "a"])), "a,b");
});

test("a page is dark if its paper is; of nothing one cannot say", () => {
  assert.deepEqual([isDark("#14151A"), isDark("#FCFBF8"), isDark(""), isDark("red")], [true, false, false, false]);
});
