// One weight, a mean, the strongest links, what is hidden.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";
import { ABOUT, coded, near, rows } from "./data.mjs";

const js = load("explorer/decode.js", "explorer/measure.js");
const { mjWeight, mjMean, mjShown, mjHiddenMass, mjStrongest, mjNumber, mjMasked, mjWordProbabilities, mjStepShares } = js;
const weights = rows(30, 7), map = js.mjMap(coded(weights), ABOUT, 16, "tokens");

test("a weight is where layer, head, query and key meet", () => {
  assert.ok(near(mjWeight(map, 1, 2, 3, 5), weights[((1 * 3 + 2) * 5 + 3) * 7 + 5]));
});

test("the mean is over heads", () => {
  assert.ok(near(mjMean(map, 1, [0, 2], 3, 5), (mjWeight(map, 1, 0, 3, 5) + mjWeight(map, 1, 2, 3, 5)) / 2));
});

test("hiding leaves out what is no word", () => {
  assert.deepEqual(mjShown(map.keys, false), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(mjShown(map.keys, true), [0, 1, 2, 3, 4, 5]);
});

test("what is hidden and what is drawn are all there is", () => {
  const [layers, heads, places] = [[0, 1], [0, 1, 2], [0, 1, 2, 3, 4]];
  const without = (columns) => mjHiddenMass(map, layers, heads, places, columns);
  assert.ok(near(without([0, 1, 2]) + without([3, 4, 5, 6]), 1));
  assert.equal(mjHiddenMass(map, [], heads, places, []), 0);
});

test("the strongest come first, three at most, and never a zero", () => {
  const links = mjStrongest(map, 0, [1], [2], [0, 1, 2, 3, 4, 5, 6]).map((link) => link.weight);
  assert.equal(links.length, 3);
  assert.deepEqual(links, [...links].sort((one, other) => other - one));
  const nothing = { ...map, weights: new Float32Array(map.weights.length) };
  assert.deepEqual(mjStrongest(nothing, 0, [1], [2], [0, 1]), []);
});

test("numbers are printed as exactly as they are coded", () => {
  assert.deepEqual([mjNumber(0.12345, 8), mjNumber(0.12345, 16)], ["0.12", "0.123"]);
});

test("masked is asked by row and column", () => {
  const mask = new Uint8Array(35);
  mask[3 * 7 + 5] = 1;
  assert.deepEqual([mjMasked({ ...map, mask }, 3, 5), mjMasked({ ...map, mask }, 5, 3)], [true, false]);
});

test("a word is as likely as its tokens together", () => {
  const target = { words: [{}, {}], tokens: [{ word: 0 }, { word: 1 }, { word: 1 }] };
  assert.deepEqual(mjWordProbabilities({ target, probabilities: [0.5, 0.8, 0.25] }), [0.5, 0.2]);
});

test("a step shades the source by the row that wrote its word", () => {
  const words = js.mjMap(coded(weights), ABOUT, 16, "words"), shares = mjStepShares(words, { layer: 1, heads: [0, 1] }, 2);
  assert.deepEqual([...shares.keys()], [0, 1, 2, 3]);
  assert.equal(shares.get(3), mjMean(words, 1, [0, 1], 2, 3));
  assert.equal(mjStepShares(words, { layer: 1, heads: [0] }, 9).size, 0);
});
