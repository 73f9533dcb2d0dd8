// What was chosen, made to fit the run; never changed, only replaced.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";
import { ABOUT, KEYS, QUERIES } from "./data.mjs";

const js = load("explorer/measure.js", "explorer/state.js");
const { mjAdopt, mjClamp, mjChange, mjUnpinned, mjToggled, mjHeadIsOn, mjChosen, mjSameChoice, mjSteps, mjNextStep } = js;

const target = { words: [{ kind: "word" }, { kind: "word" }, { kind: "special" }] };
const maps = { encoder: { ...ABOUT, layers: 5, heads: 7, query: KEYS }, cross: { ...ABOUT, query: QUERIES } };
const data = { run: { maps, target }, suggested: { encoder: { layer: 5, heads: [2], word: 1 } }, meanings: ["weights", "moved"] };
const choice = {
  part: "encoder", view: "atlas", unit: "words", meaning: "moved", threshold: 0.1, hide: true, layer: 3, heads: [4, 1], word: 2,
  step: 1,
};
const state = mjAdopt(choice, data);

test("a choice that fits stays as it is, heads in order", () => {
  for (const [key, value] of Object.entries({ ...choice, heads: [1, 4] })) assert.deepEqual(state[key], value);
});

test("nonsense is made to fit", () => {
  const wild = { part: "x", view: "y", unit: "z", meaning: "?", threshold: "many", layer: 99, heads: [0, 9], word: 77, step: -1 };
  const fitted = mjAdopt(wild, data), expected = {
    part: "encoder", view: "lines", unit: "tokens", meaning: "weights", threshold: 0, layer: 5, heads: [], word: null, step: null,
  };
  for (const [key, value] of Object.entries(expected)) assert.deepEqual(fitted[key], value, key);
});

test("all heads are written as none", () => {
  assert.deepEqual(mjAdopt({ ...choice, heads: [1, 2, 3, 4, 5, 6, 7] }, data).heads, []);
});

test("each part keeps its own layer, heads and word", () => {
  const cross = mjChange(state, { part: "cross" }, data);
  assert.deepEqual([cross.layer, cross.heads, cross.word], [2, [], null]);
  const back = mjChange(mjChange(cross, { layer: 1 }, data), { part: "encoder" }, data);
  assert.deepEqual([back.layer, back.heads, back.word], [3, [1, 4], 2]);
  assert.equal(mjChange(back, { part: "cross" }, data).layer, 1);
});

test("a part that the run lacks gives way to one it has", () => {
  const other = { ...data, run: { ...data.run, maps: { cross: maps.cross } } };
  assert.equal(mjClamp(state, other).part, "cross");
});

test("a change leaves what it came from alone", () => {
  const before = JSON.stringify(state);
  mjChange(state, { layer: 1, heads: [7], threshold: 2 }, data);
  assert.equal(JSON.stringify(state), before);
});

test("another sentence keeps layer and heads, and pins its own word", () => {
  const kept = mjUnpinned(state.byPart, data);
  assert.deepEqual(kept, { encoder: { layer: 3, heads: [1, 4], word: 1 } });
  assert.deepEqual(mjUnpinned(undefined, data), {});
});

test("a head is switched, and the last one stays on", () => {
  assert.deepEqual(mjToggled({ heads: [1, 4], view: "lines" }, 4, false, 7), [1]);
  assert.deepEqual(mjToggled({ heads: [1], view: "lines" }, 3, false, 7), [1, 3]);
  assert.deepEqual(mjToggled({ heads: [], view: "lines" }, 2, false, 3), [1, 3]);
  assert.equal(mjToggled({ heads: [1], view: "lines" }, 1, false, 7), null);
});

test("a matrix, and the shift key, choose one head", () => {
  assert.deepEqual(mjToggled({ heads: [1, 4], view: "matrix" }, 5, false, 7), [5]);
  assert.deepEqual(mjToggled({ heads: [1, 4], view: "lines" }, 5, true, 7), [5]);
});

test("chips show what is on", () => {
  const on = (heads, view) => ["all", "1", "2"].map((head) => mjHeadIsOn({ heads, view }, head));
  assert.deepEqual(on([], "lines"), [true, true, true]);
  assert.deepEqual(on([2], "lines"), [false, false, true]);
  assert.deepEqual(on([], "matrix"), [false, true, false]);
});

test("layers and heads are drawn from 0", () => {
  const shown = { meaning: "weights" };
  assert.deepEqual(mjChosen({ state, data, shown }, "encoder"), { layer: 2, heads: [0, 3] });
  assert.deepEqual(mjChosen({ state, data, shown }, "cross"), { layer: 1, heads: [0, 1, 2] });
  assert.deepEqual(mjChosen({ state, data, shown }, "decoder"), { layer: 0, heads: [0] });
});

test("rollout has one map for all heads, but the chosen ones are still known", () => {
  const shown = { meaning: "rollout" };
  assert.deepEqual(mjChosen({ state, data, shown }, "encoder"), { layer: 2, heads: [0] });
  assert.deepEqual(mjChosen({ state, data, shown }, "encoder", true), { layer: 2, heads: [0, 3] });
});

test("an echo is known by what can be sent back", () => {
  assert.equal(mjSameChoice({ choice }, { ...choice, byPart: {} }), mjSameChoice({ choice }, choice));
  assert.notEqual(mjSameChoice({ choice }, { ...choice, layer: 1 }), mjSameChoice({ choice }, choice));
});

test("steps end where words do, and before the first there is none", () => {
  const at = (step, hide = true) => ({ data, state: { step, hide } });
  assert.deepEqual([mjSteps(at(0)), mjSteps(at(0, false))], [[0, 1], [0, 1, 2]]);
  assert.deepEqual([mjNextStep(at(null), 1), mjNextStep(at(0), 1), mjNextStep(at(1), 1)], [0, 1, 1]);
  assert.deepEqual([mjNextStep(at(0), -1), mjNextStep(at(null), -1)], [null, null]);
});
