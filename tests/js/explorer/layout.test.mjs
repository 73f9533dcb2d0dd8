// Where lines, maps and labels lie.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";
import { ABOUT, QUERIES, coded, near, rows } from "./data.mjs";

const FILES = ["decode", "measure", "palette", "lines_layout", "atlas_layout", "matrix_layout"];
const js = load("shared/colours.js", ...FILES.map((name) => `explorer/${name}.js`));
const weights = rows(30, 7), map = js.mjMap(coded(weights), ABOUT, 16, "tokens");
const all = { rows: [0, 1, 2, 3, 4], columns: [0, 1, 2, 3, 4, 5, 6] }, room = { width: 1100, height: 900 };

/* Lines */

test("rows share the window within what can be read", () => {
  assert.deepEqual([3, 13, 40].map((count) => js.mjRowHeight(count, 900)), [34, 30, 26]);
});

const lines = { map, layer: 1, heads: [0, 2], ...all, width: 200, high: 30 };
const links = all.rows.flatMap((i) => all.columns.map((j) => [i, j]));

test("there is a curve for every head's weight at or above the threshold, the weakest first", () => {
  const curves = js.mjCurves(lines, links, 0.15), drawn = curves.map((curve) => curve.weight);
  const expected = links.flatMap(([i, j]) => [0, 2].map((head) => js.mjWeight(map, 1, head, i, j)));
  assert.deepEqual(drawn, expected.filter((weight) => weight >= 0.15).sort((one, other) => one - other));
  assert.ok(curves.every(({ head }) => head === 0 || head === 2));
});

test("a curve runs from its row to its row, each head beside the other", () => {
  // two heads 4 px apart: the first 2 px above the middle of its row, the second 2 px below
  const paths = js.mjCurves(lines, [[1, 3]], 0).sort((one, other) => one.head - other.head).map((curve) => curve.path);
  assert.deepEqual(paths, ["M0 43.0C90.0 43.0 110.0 103.0 200 103.0", "M0 47.0C90.0 47.0 110.0 107.0 200 107.0"]);
});

test("one head's curve is as thick as its weight", () => {
  const [curve] = js.mjCurves({ ...lines, heads: [2] }, [[0, 0]], 0);
  assert.ok(near(curve.width, 0.75 + 9 * curve.weight) && near(curve.opacity, 0.95 * curve.weight));
});

test("nothing is no line, even without a threshold", () => {
  const nothing = { ...map, weights: new Float32Array(map.weights.length) };
  assert.deepEqual(js.mjCurves({ ...lines, map: nothing }, links, 0), []);
});

test("a weight of 1 is as strong among many heads as alone", () => {
  assert.deepEqual([js.mjOpacity(1, 1, false), js.mjOpacity(1, 8, false)], [0.95, 0.95]);
  assert.ok(js.mjOpacity(0.1, 8, false) < js.mjOpacity(0.1, 1, false));
});

test("the pointer comes before the pinned word, and that before the step", () => {
  const at = (state, pointed = null) => js.mjFocus({ pointed, state: { part: "cross", word: null, step: 1, ...state } });
  assert.deepEqual(at({ word: 2 }, { side: "right", item: 3 }), { side: "right", item: 3 });
  assert.deepEqual(at({ word: 2 }), { side: "left", word: 2 });
  assert.deepEqual(at({}), { side: "left", word: 1 });
  assert.equal(at({ part: "encoder" }), null);
});

test("an item is focused alone, a word with all its tokens, by position on screen", () => {
  const model = { map, rows: [1, 2, 3, 4], columns: all.columns };
  assert.deepEqual(js.mjFocusPlaces(model, { side: "left", word: 2 }), [2, 3]);
  assert.deepEqual(js.mjFocusPlaces(model, { side: "left", item: 3 }), [2]);
  assert.deepEqual(js.mjFocusPlaces(model, { side: "right", word: 2 }), [3, 4, 5]);
  assert.deepEqual(js.mjFocusPlaces(model, null), []);
});

test("across from a word stands the mean over its tokens, a number a head", () => {
  const weight = (head, row) => js.mjWeight(map, 1, head, row, 4);
  assert.deepEqual(js.mjPlaceWeights(lines, [0, 1], 4, true), [0, 2].map((head) => (weight(head, 0) + weight(head, 1)) / 2));
});

test("what none of them could see is masked", () => {
  const mask = new Uint8Array(35);
  mask[0 * 7 + 4] = mask[1 * 7 + 4] = 1;
  assert.equal(js.mjPlaceWeights({ ...lines, map: { ...map, mask } }, [0, 1], 4, true), "masked");
  assert.notEqual(js.mjPlaceWeights({ ...lines, map: { ...map, mask } }, [0, 2], 4, true), "masked");
});

/* Atlas */

const plan = js.mjAtlasPlan(map, all.rows, all.columns, room, true);

test("every point of a map is that map's, and gaps are nobody's", () => {
  for (const layer of [0, 1]) for (const head of [0, 1, 2]) {
    const [x, y] = [plan.x(head), plan.y(layer)];
    assert.deepEqual(js.mjAtlasHit(plan, x, y), { layer, head, row: 0, column: 0 });
    assert.deepEqual(js.mjAtlasHit(plan, x + plan.width - 0.1, y + plan.height - 0.1), { layer, head, row: 4, column: 6 });
    assert.equal(js.mjAtlasHit(plan, x + plan.width + 1, y), null);
    assert.equal(js.mjAtlasHit(plan, x, y + plan.height + 1), null);
  }
  assert.equal(js.mjAtlasHit(plan, 3, 3), null);
});

test("maps never get smaller than can be seen", () => {
  const crowded = js.mjAtlasPlan({ layers: 24, heads: 16 }, all.rows, all.columns, { width: 390, height: 844 }, false);
  assert.equal(crowded.width, 46);
  assert.equal(crowded.full.width, 44 + 16 * (46 + 12));
});

test("pixels share the items, and none is left out", () => {
  for (const [pixels, count] of [[13, 5], [5, 13], [7, 7]]) {
    const [first, last] = js.mjSpans(pixels, { length: count }), seen = new Set();
    first.forEach((from, place) => { for (let item = from; item <= last[place]; item += 1) seen.add(item); });
    assert.deepEqual([...seen], [...Array(count).keys()]);
  }
});

function painted(size, about) {
  const pixels = new Uint32Array(size.width * size.height), table = Uint32Array.from(Array(1025).keys());
  const colours = { table, masked: 5001, hatch: 5002 };
  js.mjPaintTile(pixels, size, about, { ...plan, ...all }, 1, 2, colours, 2);
  return pixels;
}

test("a pixel for every cell has the cell's own step of the scale", () => {
  const steps = js.mjRange(35).map((cell) => Math.round(weights[(1 * 3 + 2) * 35 + cell] * 1024));
  assert.ok(painted({ width: 7, height: 5 }, map).every((pixel, cell) => Math.abs(pixel - steps[cell]) <= 1));
});

test("where cells share a pixel the largest is seen", () => {
  const head = map.weights.slice((1 * 3 + 2) * 35, (1 * 3 + 3) * 35);
  assert.equal(painted({ width: 1, height: 1 }, map)[0], Math.floor(Math.max(...head) * 1024 + 0.5));
});

test("what is masked is hatched and not paper", () => {
  const pixels = painted({ width: 14, height: 10 }, { ...map, mask: new Uint8Array(35).fill(1) });
  assert.deepEqual(new Set(pixels), new Set([5001, 5002]));
});

test("arrows go from head to head and stop at the edges", () => {
  const go = (here, key) => js.mjAtlasNext(plan, here, { layer: 1, heads: [2] }, js.MJ_ARROWS[key]);
  assert.deepEqual(go(null, "ArrowLeft"), { layer: 1, head: 2 });
  assert.deepEqual(go({ layer: 1, head: 2 }, "ArrowLeft"), { layer: 1, head: 1 });
  assert.deepEqual(go({ layer: 1, head: 2 }, "ArrowRight"), { layer: 1, head: 2 });
  assert.deepEqual(go({ layer: 0, head: 0, row: 3, column: 1 }, "ArrowUp"), { layer: 0, head: 0 });
});

test("marks stand above the heads whose group has a name", () => {
  const roles = [["none", "none"], ["next", "near"], ["none", "none"], ["none", "none"], ["it", "far"], ["none", "none"]];
  const groups = { near: ["Neighbours", "N"], far: ["Far away", "F"] };
  const marks = js.mjRoleMarks(plan, roles, groups, { near: "#111111", far: "#222222" });
  assert.deepEqual(marks, [
    { x: plan.x(1), y: plan.y(0) - 16, colour: "#111111", letter: "N" },
    { x: plan.x(1), y: plan.y(1) - 16, colour: "#222222", letter: "F" },
  ]);
  assert.deepEqual(js.mjRoleMarks(plan, null, undefined, {}), []);
});

test("neighbours of one colour are joined", () => {
  const runs = js.mjRuns([4, 5, 6, 9], (column) => (column === 6 ? "b" : "a"));
  assert.deepEqual(runs, [{ from: 0, to: 2, pixel: "a" }, { from: 2, to: 3, pixel: "b" }, { from: 3, to: 4, pixel: "a" }]);
});

/* Matrix */

const theme = { dark: false, paper: "#FCFBF8", ink: "#1B1B1F", line: "#ddd", font: "sans", scale: [[0, "#FCFBF8"], [1, "#3F37C9"]] };
const figure = () => ({ xaxis: {}, yaxis: {}, title: { pad: { t: 3 } }, margin: { l: 5, t: 9 } });

test("a token that looks like markup stays a token", () => {
  assert.equal(js.mjEscape("<b>&'\""), "&#60;b&#62;&#38;&#39;&#34;");
});

test("a matrix holds every weight, and nothing where a cell is masked", () => {
  const causal = js.mjMap(coded(rows(30, 5)), { ...ABOUT, query: QUERIES, key: QUERIES, causal: true }, 16, "tokens");
  const shown = { map: causal, layer: 1, head: 2, rows: [0, 2, 4], columns: [1, 3] };
  const trace = js.mjMatrixTrace({ colorbar: { title: {} } }, shown, { scale: [], bits: 16, quantity: "<w>" });
  assert.deepEqual(trace.z.map((row) => row.map((value) => value === null)), [[true, true], [false, true], [false, false]]);
  assert.ok(near(trace.z[2][1], js.mjWeight(causal, 1, 2, 4, 3), 1e-5));
  assert.equal(trace.customdata[1][0], "😀 → ন");
  assert.equal(trace.colorbar.title.text, "&#60;w&#62;");
});

test("only the larger weights are written, in ink that can be read on them", () => {
  const { x, y, text, textfont } = js.mjMatrixNumbers(theme, [[0.9, null], [0.05, 0.1]]);
  assert.deepEqual([x, y, text, textfont.color], [[0, 1], [0, 1], ["0.90", "0.10"], [theme.paper, theme.ink]]);
});

test("a title breaks between words and never loses one", () => {
  const lines = js.mjTitleLines(["one two three", "four"], 8 * 8);
  assert.deepEqual(lines, ["one two", "three", "four"]);
  assert.deepEqual(js.mjTitleLines(["incomprehensible"], 8), ["incomprehensible"]);
});

test("words that come twice keep their own places", () => {
  const twice = [{ text: "the" }, { text: "the" }, { text: "<s>" }];
  const ticks = js.mjTicks(twice, [0, 1, 2], theme);
  assert.deepEqual([ticks.tickvals, ticks.ticktext], [[0, 1, 2], ["the", "the", "&#60;s&#62;"]]);
});

test("a matrix is as large as its cells need", () => {
  const layout = js.mjMatrixLayout(figure(), { map, ...all }, ["Short"], theme, { cell: 40, high: 30 });
  // seven cells of 40 and 220 beside them; five rows of 30, 8 below, above them 30, a line of 22, and 4 letters of 7
  assert.deepEqual([layout.width, layout.margin.t, layout.height], [500, 80, 238]);
  assert.deepEqual([layout.xaxis.range, layout.yaxis.range], [[-0.5, 6.5], [4.5, -0.5]]);
});

test("cells shrink with their number, to what can be seen", () => {
  assert.deepEqual([5, 20, 90].map((count) => js.mjCell(count, 1000)), [48, 39, 22]);
});
