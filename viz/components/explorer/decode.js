// Codes to numbers. Weights arrive as round(sqrt(weight) × top), because linear bytes turn four small weights in ten into 0.
// Legend: axis = one side of a map; item = what one row or column shows, a word or a token; masked = could not be seen at all.

/** What Python packed: two records, then the codes of every part; then, if asked for, a stack. */
function mjUnpack(bytes) {
  const reader = mjReader(bytes), data = { ...reader.record(), ...reader.record() }, codes = {};
  const numbers = (count, bits) => reader.numbers(count, bits === 8 ? Uint8Array : Uint16Array);
  for (const [part, count] of Object.entries(data.counts)) codes[part] = numbers(count, data.bits);
  const stack = reader.more() ? reader.record() : null;
  for (const about of Object.values(stack?.parts || {})) about.codes = about.largest.map(() => numbers(about.count, stack.bits));
  return { ...data, codes, stack };
}

/** A stack comes in one piece; it is kept by the names under which it is asked for: "moved", or "gradient 3" for a word. */
function mjStackNames({ meaning, words = [] }) {
  return words.length ? words.map((word) => `${meaning} ${word}`) : [meaning];
}

/** The items of an axis. Each knows its word, its tokens (positions on the axis) and whether it is text the reader wrote. */
function mjItems(axis, unit) {
  const tokens = axis.tokens.map((token, place) => {
    const word = axis.words[token.word] || { text: token.text, kind: "word" };
    return { text: token.text, kind: word.kind, word: token.word, tokens: [place] };
  });
  if (unit !== "words") return tokens;
  const words = axis.words.map((word, place) => ({ text: word.text, kind: word.kind, word: place, tokens: [] }));
  axis.tokens.forEach((token, place) => { if (words[token.word]) words[token.word].tokens.push(place); });
  return words.filter((word) => word.tokens.length > 0);
}

/** One map in one unit: weights (layer, head, query, key) as numbers, with its items. */
function mjMap(codes, about, bits, unit) {
  const queries = mjItems(about.query, unit), keys = mjItems(about.key, unit);
  const { layers, heads, kind } = about, map = { queries, keys, layers, heads, causal: Boolean(about.causal), kind, largest: 1 };
  const size = [about.query.tokens.length, about.key.tokens.length];
  map.weights = mjMerge(mjWeights(codes, bits), about.layers * about.heads, size, queries, keys);
  map.mask = mjMask(map);
  return map;
}

/** The same for another quantity. One without an upper end is drawn as a share of its largest in this part, which is kept. */
function mjStackMap({ bits, parts, meaning }, part, about, order, unit) {
  const { codes, heads, largest } = parts[part], shares = meaning === "rollout";
  const map = mjMap(codes[order], { ...about, heads }, bits, unit);
  let top = 0;
  for (const value of map.weights) top = Math.max(top, value);
  const scale = shares ? largest[order] : 1 / (top || 1);
  for (let place = 0; place < map.weights.length; place += 1) map.weights[place] *= scale;
  return Object.assign(map, { largest: shares ? 1 : top * largest[order] });
}

function mjWeights(codes, bits) {
  const top = 2 ** bits - 1, weights = new Float32Array(codes.length);
  for (let place = 0; place < codes.length; place += 1) weights[place] = (codes[place] / top) ** 2;
  return weights;
}

/** Columns are summed over the tokens of a word and rows averaged, so a row still sums to what it summed to. */
function mjMerge(weights, count, [height, width], queries, keys) {
  if (queries.length === height && keys.length === width) return weights;
  const merged = new Float32Array(count * queries.length * keys.length);
  let place = 0;
  for (let each = 0; each < count; each += 1) {
    for (const query of queries) {
      for (const key of keys) {
        let sum = 0;
        for (const row of query.tokens) {
          const start = (each * height + row) * width;
          for (const column of key.tokens) sum += weights[start + column];
        }
        merged[place] = sum / query.tokens.length;
        place += 1;
      }
    }
  }
  return merged;
}

/** 1 where no token of the row could see any token of the column. */
function mjMask({ queries, keys, causal }) {
  const mask = new Uint8Array(queries.length * keys.length);
  if (!causal) return mask;
  queries.forEach((query, row) => keys.forEach((key, column) => {
    mask[row * keys.length + column] = key.tokens[0] > query.tokens[query.tokens.length - 1] ? 1 : 0;
  }));
  return mask;
}

/** Maps are decoded when first asked for and kept until the run changes. stacks: by name, those that have come. */
function mjStore(data, stacks) {
  const kept = new Map();
  const made = (part, unit, quantity) => {
    const stack = stacks.get(quantity), about = data.run.maps[part];
    if (!stack) return mjMap(data.codes[part], about, data.bits, unit);
    return mjStackMap(stack, part, about, stack.order.indexOf(quantity), unit);
  };
  return (part, unit, quantity = "weights") => {
    const name = `${part} ${unit} ${quantity}`;
    if (!kept.has(name)) kept.set(name, made(part, unit, quantity));
    return kept.get(name);
  };
}
