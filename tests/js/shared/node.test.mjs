// Sentences with their placeholders filled. (Nodes need a page: tests/browser.)

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";

const { mjFilled } = load("shared/node.js");

test("placeholders are filled, and what has no value stays", () => {
  assert.equal(mjFilled("{word} of {words}, {none}", { word: 0, words: "বিড়াল" }), "0 of বিড়াল, {none}");
});

test("a node gives its text", () => {
  assert.equal(mjFilled("it = {antecedent}", { antecedent: { textContent: "<b>cat</b>" } }), "it = <b>cat</b>");
});

test("a value that looks like a placeholder, or like a pattern of replace, is left alone", () => {
  assert.equal(mjFilled("{a} {b}", { a: "{b}", b: "$&" }), "{b} $&");
});
