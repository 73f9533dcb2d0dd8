// What is at work at a stage, and where a choice or an arrow leads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";

const js = load("shared/node.js", "diagram/stage.js");
const stages = [["source", "", null, 5], ["encoder.1.attention", "a", 0, 5], ["softmax", "s", 0, 1], ["softmax", "s", 1, 2]];
const data = {
  strips: [{ block: "s" }, { block: "a" }], steps: { stages, kinds: { "encoder.1.attention": "attention" } },
  strings: {
    labels: { attention: "+ Self-attention", encoder: "encoder" },
    steps: {
      softmax: "Softmax", "encoder.states": "States", "encoder.embedding": "Embedding",
      layer_of: "{block}, {side}, {layer}", of_side: "{block}, {side}",
    },
  },
};

test("a stage knows its strip, and that it has none", () => {
  assert.deepEqual(js.mdStage({ data, stage: 1 }), { block: "encoder.1.attention", strip: 1, row: 0, rows: 5 });
  assert.equal(js.mdStage({ data, stage: 0 }).strip, -1);
  assert.deepEqual(js.mdStages({ data: { steps: null } }), []);
});

test("a chosen block leads on to its next stage, and from the last back to its first", () => {
  assert.deepEqual([0, 2, 3].map((now) => js.mdStageOf(stages, now, "softmax")), [2, 3, 2]);
  assert.equal(js.mdStageOf(stages, 0, "softmax", "t2"), 3);
  assert.equal(js.mdStageOf(stages, 0, "softmax", "t9"), 2);
  assert.equal(js.mdStageOf(stages, 0, "nonsense"), -1);
});

test("a stage is about one side's words", () => {
  const side = (block) => js.mdSide({ block });
  assert.deepEqual(["source", "encoder.2.norm", "summary", "bridge"].map(side), Array(4).fill("source"));
  assert.deepEqual(["target", "decoder.1.cross_attention", "softmax"].map(side), Array(3).fill("target"));
});

test("the decoder reads what it has written so far", () => {
  const tokens = { source: ["it"], target: ["il", "😀", "</s>"] };
  assert.deepEqual(js.mdTokens({ block: "decoder.1.attention" }, "target", tokens), ["<s>", "il", "😀"]);
  assert.deepEqual(js.mdTokens({ block: "softmax" }, "target", tokens), tokens.target);
  assert.deepEqual(js.mdTokens({ block: "source" }, "source", tokens), ["it"]);
});

test("a block is named with its side and its layer", () => {
  const title = (block) => js.mdBlockTitle(data, block);
  assert.deepEqual(["encoder.1.attention", "encoder.embedding"].map(title), ["Self-attention, encoder, 1", "Embedding, encoder"]);
  assert.deepEqual(["encoder.states", "softmax", "x"].map(title), ["States", "Softmax", "x"]);
});

test("who reads backward has come to another word", () => {
  const at = (row) => ["f1", "f2", "b5", "b4"].filter((cell) => js.mdCellAtWork(cell, row, 5));
  assert.deepEqual([at(0), at(1)], [["f1", "b5"], ["f2", "b4"]]);
});

test("an arrow leads to the nearest in its direction, straight before aslant", () => {
  const places = [{ x: 0, y: 0 }, { x: 0, y: 50 }, { x: 20, y: 30 }, { x: 60, y: 0 }];
  assert.deepEqual([[0, 1], [1, 0], [0, -1]].map((way) => js.mdNearest(places, 0, way)), [1, 3, -1]);
});
