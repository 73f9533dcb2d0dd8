// What is on screen, as a file of numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";
import { ABOUT, QUERIES, axis, coded, near, rows } from "./data.mjs";

const FILES = ["decode", "measure", "state", "lines_layout", "csv"].map((name) => `explorer/${name}.js`);
const js = load(...FILES);
const awkward = { ...ABOUT, query: axis(['"a",'], ["মন", "😀"]), key: axis(["the"], ["the"], ["</s>"]) };
const weights = rows(2 * 3 * 3, 3);

function screen(state, shown = { name: "weights", meaning: "weights" }) {
  const map = js.mjMap(coded(weights), awkward, 16, "tokens"), usual = { part: "cross", view: "lines", unit: "tokens", heads: [2, 3] };
  const at = {
    pointed: null, shown, data: { run: { target: { words: [{ text: "il" }, { text: 'dit "non"' }] } } },
    state: { ...usual, hide: false, threshold: 0, word: null, step: null, ...state },
    map: () => map, chosen: () => ({ layer: 1, heads: [1, 2] }),
  };
  at.model = { map, rows: js.mjShown(map.queries, at.state.hide), columns: js.mjShown(map.keys, at.state.hide) };
  return at;
}

const table = (at) => js.mjCsv(at).replace(/^\ufeff/, "").trimEnd().split("\r\n");

test("there is a line for every weight that is drawn", () => {
  assert.equal(table(screen({})).length, 1 + 2 * 3 * 3);
  assert.equal(table(screen({ view: "atlas" })).length, 1 + 2 * 3 * 3 * 3);
  assert.equal(table(screen({ view: "matrix" })).length, 1 + 3 * 3);
  assert.equal(table(screen({ hide: true })).length, 1 + 2 * 3 * 2);
});

test("lines below the threshold, and of other words than the pinned, are not drawn", () => {
  const all = table(screen({})).slice(1), least = 0.3, strong = all.filter((line) => Number(line.split(",").at(-1)) >= least);
  assert.equal(table(screen({ threshold: least })).length, 1 + strong.length);
  assert.equal(table(screen({ word: 1 })).length, 1 + 2 * 2 * 3);
});

test("signs that mean something in a file are quoted, and people count from one", () => {
  const [title, first] = table(screen({}));
  assert.equal(title, "part,layer,head,query_position,query,key_position,key,weight");
  assert.ok(first.startsWith('cross,2,2,1,"""a"",",1,"the",'), first);
  assert.ok(near(Number(first.split(",").at(-1)), weights[(1 * 3 + 1) * 9], 1e-4));
});

test("gradients name the word they are of, and rollout all heads", () => {
  const [title, first] = table(screen({}, { name: "gradient 1", meaning: "gradient", word: 1 }));
  assert.ok(title.endsWith("gradient_x_weight_nats,output_word") && first.endsWith(',"dit ""non"""'));
  assert.ok(table(screen({}, { name: "rollout", meaning: "rollout" }))[1].startsWith("cross,2,all,"));
});

test("masked cells are left out", () => {
  const causal = { ...ABOUT, query: QUERIES, key: QUERIES, causal: true };
  const map = js.mjMap(coded(rows(30, 5)), causal, 16, "tokens"), at = { ...screen({ view: "matrix" }), map: () => map };
  assert.equal(table(at).length, 1 + 15);
});

test("a file's name says what is in it", () => {
  assert.equal(js.mjSaveName(screen({}), "csv"), "monojog-cross-lines-layer2-head-2+3.csv");
  assert.equal(js.mjSaveName(screen({ heads: [] }), "svg"), "monojog-cross-lines-layer2-head-all.svg");
  assert.equal(js.mjSaveName(screen({ view: "matrix" }), "png"), "monojog-cross-matrix-layer2-head-2.png");
  const gradient = { name: "gradient 1", meaning: "gradient", word: 1 };
  assert.equal(js.mjSaveName(screen({ view: "atlas" }, gradient), "png"), "monojog-cross-atlas-gradient-word1.png");
  const rollout = screen({}, { name: "rollout", meaning: "rollout" });
  assert.equal(js.mjSaveName(rollout, "csv"), "monojog-cross-lines-layer2-head-all-rollout.csv");
});

test("a drawn share of the largest is saved as the number itself", () => {
  const at = screen({ view: "matrix" }, { name: "moved", meaning: "moved" }), map = at.map(), share = map.weights[(1 * 3 + 1) * 9];
  const [title, first] = table({ ...at, map: () => ({ ...map, largest: 40 }) });
  assert.ok(title.endsWith("moved_length") && near(Number(first.split(",").at(-1)), 40 * share, 1e-3));
});
