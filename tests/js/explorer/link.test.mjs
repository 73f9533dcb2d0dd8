// Addresses: what stands in them, what is left alone, and the ways to other pages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";

const { mjAddress, mjWays, mjWayAddress } = load("explorer/link.js");
const usual = { part: "encoder", layer: 2, heads: [3], word: 4, step: null, hide: true, threshold: 0.05 };
const data = { defaults: usual, suggested: { encoder: { layer: 3, heads: [], word: null } } };
const query = (state, href = "http://x/") => Object.fromEntries(mjAddress(href, { data, state: { ...usual, ...state } }).searchParams);

test("what is suggested for the part is its default, and leaves the address empty", () => {
  assert.deepEqual(query({ layer: 3, heads: [], word: null }), {});
});

test("people count from one, and nothing has a name", () => {
  const state = { layer: 1, heads: [1, 5], word: 6, step: 0, hide: false };
  assert.deepEqual(query(state), { layer: "1", heads: "1,5", word: "7", step: "1", hide: "0" });
  assert.deepEqual(query({ part: "cross", layer: 2, heads: [], word: null }), { part: "cross", heads: "all", word: "none" });
});

test("parameters of others stay, and ours leave when they are usual again", () => {
  assert.deepEqual(query({ layer: 3, heads: [], word: null }, "http://x/?text=মন&layer=1"), { text: "মন" });
});

test("one head can be looked at everywhere, a pair only in the encoder", () => {
  const ways = ["heads", "head", "pair", "switch-off"];
  assert.deepEqual(mjWays(ways, "encoder", true), ways);
  assert.deepEqual(mjWays(ways, "cross", true), ["heads", "head", "switch-off"]);
  assert.deepEqual(mjWays(ways, "encoder", false), ["heads"]);
  assert.deepEqual(mjWays(undefined, "encoder", true), []);
});

test("a way takes the sentence along and says which head", () => {
  const here = "http://x/?text=a%20b&view=atlas&lang=bn", head = { part: "cross", layer: 2, heads: 5 };
  assert.equal(mjWayAddress(here, "head", head), "head?text=a+b&lang=bn&part=cross&layer=2&heads=5");
  assert.equal(mjWayAddress(here, "switch-off", head), "switch-off?text=a+b&lang=bn&off=cross.2.5");
  assert.equal(mjWayAddress(here, "heads", head), "heads?text=a+b&lang=bn&part=cross&layer=2&heads=5#card");
  assert.equal(mjWayAddress(here, "heads", null), "heads?text=a+b&lang=bn");
});
