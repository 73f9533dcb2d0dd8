// Questions to a map (decode.js): one weight, a mean, what is drawn of it, its strongest links. Everything counts from 0.

function mjRange(count) {
  return [...Array(count).keys()];
}

function mjWeight(map, layer, head, row, column) {
  return map.weights[((layer * map.heads + head) * map.queries.length + row) * map.keys.length + column];
}

function mjMean(map, layer, heads, row, column) {
  let sum = 0;
  for (const head of heads) sum += mjWeight(map, layer, head, row, column);
  return sum / heads.length;
}

/** Positions of the items that are drawn. */
function mjShown(items, hide) {
  const places = items.map((_, place) => place);
  return hide ? places.filter((place) => items[place].kind === "word") : places;
}

/** Which share of the drawn rows lies on keys that are not drawn, over all rows, heads and layers together. */
function mjHiddenMass(map, layers, heads, rows, columns) {
  const drawn = new Set(columns);
  let hidden = 0, all = 0;
  for (const layer of layers) for (const row of rows) map.keys.forEach((_, column) => {
    const weight = mjMean(map, layer, heads, row, column);
    all += weight;
    if (!drawn.has(column)) hidden += weight;
  });
  return all > 0 ? hidden / all : 0;
}

/** The strongest links first: [{row, column, weight}], the mean over the heads, at most three. */
function mjStrongest(map, layer, heads, rows, columns) {
  const links = [];
  const link = (row, column) => ({ row, column, weight: mjMean(map, layer, heads, row, column) });
  for (const row of rows) for (const column of columns) links.push(link(row, column));
  return links.sort((one, other) => other.weight - one.weight).slice(0, 3).filter((link) => link.weight > 0);
}

/** Weights as printed: as many decimals as the coding is exact to. */
function mjNumber(weight, bits) {
  return weight.toFixed(bits === 8 ? 2 : 3);
}

function mjMasked(map, row, column) {
  return map.mask[row * map.keys.length + column] === 1;
}

/** The probability of each output word: the product over its tokens. */
function mjWordProbabilities(run) {
  const products = run.target.words.map(() => 1);
  run.target.tokens.forEach((token, place) => { products[token.word] *= run.probabilities[place]; });
  return products;
}

/** Source word → cross-attention weight, the mean of the chosen heads of the chosen cross layer. */
function mjStepShares(map, { layer, heads }, step) {
  const shares = new Map();
  const row = map.queries.findIndex((query) => query.word === step);
  if (row >= 0) map.keys.forEach((key, column) => shares.set(key.word, mjMean(map, layer, heads, row, column)));
  return shares;
}
