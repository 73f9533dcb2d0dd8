// Weight to colour.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";

const { mjPixels, mjPixel, mjHex, mjLightness, MJ_STEPS } = load("shared/colours.js", "explorer/palette.js");
const table = mjPixels([[0, "#FCFBF8"], [0.5, "#9080D0"], [1, "#3F37C9"]]);

test("the ends of the scale are the ends of the table", () => {
  assert.deepEqual([table.length, mjHex(table[0]), mjHex(table[MJ_STEPS])], [1025, "#fcfbf8", "#3f37c9"]);
  assert.equal(mjHex(table[MJ_STEPS / 2]), "#9080d0");
});

test("between two stops a colour lies on the straight line", () => {
  // a quarter of the way from #FC to #90 and so on: 252 - 54, 251 - 61.5, 248 - 20
  assert.equal(mjHex(table[MJ_STEPS / 4]), "#c6bee4");
});

test("one colour is one pixel", () => {
  assert.equal(mjPixel("#010203") >>> 0, 0xff030201);
});

test("lightness is known of both ways to write a colour", () => {
  assert.equal(mjLightness("#FFFFFF"), 1);
  assert.equal(mjLightness("rgb(0, 255, 0)"), 0.59);
  assert.ok(mjLightness("#14151A") < 0.4 && mjLightness("#FCFBF8") > 0.4);
});
