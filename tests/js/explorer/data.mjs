// A made-up run for the tests of the explorer: 2 layers, 3 heads, 5 query tokens in 3 words, 7 key tokens in 4 words.

export const axis = (...words) => ({
  words: words.map((pieces) => ({ text: pieces.join(""), kind: pieces[0] === "</s>" ? "special" : "word" })),
  tokens: words.flatMap((pieces, word) => pieces.map((text) => ({ text, word }))),
});

export const QUERIES = axis(["ম", "ন"], ["😀"], ["il", "s"]);
export const KEYS = axis(["did", "n't"], ["the"], ["বি", "ড়া", "ল"], ["</s>"]);
export const ABOUT = { layers: 2, heads: 3, query: QUERIES, key: KEYS, causal: false, kind: "softmax" };
export const COUNT = 2 * 3 * 5 * 7;

/** Codes of 16 bits for weights in (layer, head, query, key) order. */
export const coded = (weights) => Uint16Array.from(weights, (weight) => Math.round(Math.sqrt(weight) * 65535));

/** Rows over keys that sum to 1 and are all different. */
export function rows(count, keys) {
  const numbers = Array.from({ length: count * keys }, (_, place) => ((place * 31) % 17) + 1);
  return numbers.map((number, place) => {
    const start = Math.floor(place / keys) * keys;
    return number / numbers.slice(start, start + keys).reduce((sum, each) => sum + each, 0);
  });
}

export const near = (one, other, error = 1e-4) => Math.abs(one - other) <= error;
