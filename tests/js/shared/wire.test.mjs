// Records and numbers, read in the order they were written. What Python writes is read in tests/test_js.py.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";

const { mjReader, mjChannels, mjAsPixel } = load("shared/wire.js", "shared/colours.js");

function record(about) {
  const text = new TextEncoder().encode(JSON.stringify(about)), length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return [...length, ...text];
}

test("a record is followed by what comes after it, at odd places too", () => {
  const bytes = Uint8Array.from([9, ...record({ a: "😀মন" }), 7, ...new Uint8Array(Uint16Array.of(258, 65535).buffer), 251]);
  const reader = mjReader(bytes.subarray(1)); // as it comes: a view into something larger
  assert.deepEqual(reader.record(), { a: "😀মন" });
  assert.deepEqual(reader.numbers(1, Uint8Array), Uint8Array.of(7));
  assert.deepEqual(reader.numbers(2, Uint16Array), Uint16Array.of(258, 65535));
  assert.equal(reader.more(), true);
  assert.deepEqual(reader.numbers(1, Int8Array), Int8Array.of(-5));
  assert.equal(reader.more(), false);
});

test("numbers are a copy", () => {
  const bytes = Uint8Array.of(1, 2), [first] = [mjReader(bytes).numbers(2, Uint8Array)];
  bytes[0] = 9;
  assert.equal(first[0], 1);
});

test("a colour is kept as opacity, blue, green, red", () => {
  assert.deepEqual(mjChannels("#3F37C9"), [63, 55, 201]);
  assert.equal(mjAsPixel([63, 55, 201]) >>> 0, 0xffc9373f);
});
