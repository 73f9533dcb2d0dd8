// Codes to numbers, tokens to words, and what no token could see.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";
import { ABOUT, COUNT, KEYS, QUERIES, axis, coded, near, rows } from "./data.mjs";

const { mjWeights, mjItems, mjMap, mjMask, mjStackNames, mjStackMap, mjStore } = load("explorer/decode.js");
const weights = rows(30, 7), codes = coded(weights);

test("weights come back to the precision of their coding", () => {
  const read = mjWeights(codes, 16);
  assert.ok(read.every((weight, place) => near(weight, weights[place], 2 / 65535)));
  assert.deepEqual(mjWeights(Uint8Array.of(0, 255, 1), 8), Float32Array.of(0, 1, 1 / 65025));
});

test("every token knows its word", () => {
  assert.deepEqual(mjItems(KEYS, "tokens")[4], { text: "ড়া", kind: "word", word: 2, tokens: [4] });
  assert.equal(mjItems(KEYS, "tokens").length, 7);
});

test("words hold their tokens; one without tokens is left out", () => {
  const { words, tokens } = axis(["it"], ["gone"], ["😀"]);
  const items = mjItems({ words, tokens: tokens.filter(({ word }) => word !== 1) }, "words");
  assert.deepEqual(items.map(({ text, word, tokens: places }) => [text, word, places]), [["it", 0, [0]], ["😀", 2, [1]]]);
});

test("a token without a word is shown as itself", () => {
  const item = mjItems({ words: [], tokens: [{ text: "<b>", word: -1 }] }, "tokens")[0];
  assert.deepEqual(item, { text: "<b>", kind: "word", word: -1, tokens: [0] });
});

test("columns of a word are summed, its rows averaged", () => {
  const map = mjMap(codes, ABOUT, 16, "words"), at = (row, key) => weights[(1 * 3 + 2) * 35 + row * 7 + key];
  // layer 2, head 3: the first word's rows are 0 and 1, the third key word's columns 3, 4 and 5
  const expected = (at(0, 3) + at(0, 4) + at(0, 5) + at(1, 3) + at(1, 4) + at(1, 5)) / 2;
  assert.ok(near(map.weights[(1 * 3 + 2) * 12 + 0 * 4 + 2], expected));
});

test("rows sum to 1 in words as in tokens", () => {
  for (const unit of ["words", "tokens"]) {
    const { weights: numbers, keys } = mjMap(codes, ABOUT, 16, unit);
    for (let start = 0; start < numbers.length; start += keys.length) {
      assert.ok(near(numbers.slice(start, start + keys.length).reduce((sum, each) => sum + each, 0), 1, 1e-3));
    }
  }
});

test("a word is masked where none of its tokens could be seen", () => {
  const causal = { ...ABOUT, query: QUERIES, key: QUERIES, causal: true };
  const map = mjMap(coded(rows(30, 5)), causal, 16, "words");
  assert.deepEqual([...map.mask], [0, 1, 1, 0, 0, 1, 0, 0, 0]);
  assert.ok(mjMask({ ...map, causal: false }).every((masked) => masked === 0));
});

test("a stack is named by its words, or by itself", () => {
  assert.deepEqual(mjStackNames({ meaning: "gradient", words: [4, 6] }), ["gradient 4", "gradient 6"]);
  assert.deepEqual(mjStackNames({ meaning: "moved" }), ["moved"]);
});

const stack = (meaning, largest) => ({ meaning, bits: 16, parts: { cross: { heads: 3, largest, codes: [codes, codes] } } });

test("what has no upper end is drawn as a share of its largest in the map, which is kept", () => {
  const map = mjStackMap(stack("moved", [40, 50]), "cross", ABOUT, 1, "tokens");
  assert.ok(near(Math.max(...map.weights), 1));
  assert.ok(near(map.weights[11] * map.largest, weights[11] * 50, 50e-4));
});

test("rollout is drawn as it is", () => {
  const map = mjStackMap(stack("rollout", [0.5, 0.25]), "cross", ABOUT, 0, "tokens");
  assert.equal(map.largest, 1);
  assert.ok(near(map.weights[11], weights[11] * 0.5));
});

test("nothing at all stays nothing", () => {
  const nothing = { ...stack("moved", [0]), parts: { cross: { heads: 3, largest: [0], codes: [new Uint16Array(COUNT)] } } };
  assert.ok(mjStackMap(nothing, "cross", ABOUT, 0, "words").weights.every((number) => number === 0));
});

test("a map is made once", () => {
  const data = { codes: { cross: codes }, bits: 16, run: { maps: { cross: ABOUT } } };
  const map = mjStore(data, new Map([["moved", { ...stack("moved", [2, 2]), order: ["moved"] }]]));
  assert.equal(map("cross", "words"), map("cross", "words"));
  assert.notEqual(map("cross", "words"), map("cross", "tokens"));
  assert.ok(map("cross", "tokens", "moved").largest > 1 / 2);
});
