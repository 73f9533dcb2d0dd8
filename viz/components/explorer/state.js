// What a person has chosen, as a record that is never changed, only replaced by one that fits the run.
// Layer, heads and the pinned word are kept for each part, because layer 4 of the encoder says nothing about the decoder.

const MJ_PARTS = ["encoder", "decoder", "cross"], MJ_VIEWS = ["lines", "atlas", "matrix"];
const MJ_SHOWN = { name: "weights", meaning: "weights", word: null };

function mjAdopt(choice, data, kept = {}) {
  const parts = MJ_PARTS.filter((part) => data.run.maps[part]), part = parts.includes(choice.part) ? choice.part : parts[0];
  const chosen = { layer: choice.layer, heads: choice.heads || [], word: choice.word ?? null };
  return mjClamp({ ...choice, part, byPart: { ...data.suggested, ...kept, [part]: chosen } }, data);
}

/** In another sentence the same layers and heads are of interest, but not the word in the same place. */
function mjUnpinned(byPart, data) {
  const kept = Object.entries(byPart || {}).filter(([part]) => data.suggested[part]);
  return Object.fromEntries(kept.map(([part, chosen]) => [part, { ...chosen, word: data.suggested[part].word }]));
}

/** Whatever came in by an address or from another sentence is made to fit this run. */
function mjClamp(state, data) {
  const part = data.run.maps[state.part] ? state.part : MJ_PARTS.find((each) => data.run.maps[each]), map = data.run.maps[part];
  const fitted = mjFitted(state.byPart[part] || { layer: map.layers, heads: [], word: null }, map);
  return {
    ...state, ...fitted, part,
    view: MJ_VIEWS.includes(state.view) ? state.view : "lines",
    unit: state.unit === "words" ? "words" : "tokens",
    meaning: (data.meanings || []).includes(state.meaning) ? state.meaning : "weights",
    threshold: Math.min(1, Math.max(0, Number(state.threshold) || 0)),
    hide: Boolean(state.hide),
    step: mjWithin(state.step, data.run.target.words.length),
    byPart: { ...state.byPart, [part]: fitted },
  };
}

/** No heads stand for all of them. */
function mjFitted({ layer, heads, word }, map) {
  const some = [...new Set((heads || []).filter((head) => head >= 1 && head <= map.heads))].sort((one, other) => one - other);
  return {
    layer: Math.min(map.layers, Math.max(1, Math.round(layer) || map.layers)),
    heads: some.length === map.heads ? [] : some,
    word: mjWithin(word, map.query.words.length),
  };
}

function mjWithin(value, count) {
  return Number.isInteger(value) && value >= 0 && value < count ? value : null;
}

function mjChange(state, change, data) {
  const next = { ...state, ...change };
  if (change.part && change.part !== state.part) return mjClamp(next, data);
  next.byPart = { ...state.byPart, [next.part]: { layer: next.layer, heads: next.heads, word: next.word } };
  return mjClamp(next, data);
}

/** The heads after a click on one of them; null where it is the last one, which stays on. In a matrix a click chooses. */
function mjToggled({ heads, view }, head, solo, all) {
  if (solo || view === "matrix") return [head];
  const on = heads.length ? heads : mjRange(all).map((place) => place + 1);
  const next = on.includes(head) ? on.filter((each) => each !== head) : [...on, head];
  return next.length ? next : null;
}

/** Whether a head's chip is lit; "all" is one of them. */
function mjHeadIsOn({ heads, view }, head) {
  if (head === "all") return !heads.length && view !== "matrix";
  return view === "matrix" ? Number(head) === (heads[0] || 1) : !heads.length || heads.includes(Number(head));
}

/** Layer and heads of a part as they are drawn, from 0. own: of the part itself, though rollout has one map for all heads. */
function mjChosen({ state, data, shown }, part, own = false) {
  const chosen = state.byPart[part] || {}, map = data.run.maps[part];
  if (!map) return { layer: 0, heads: [0] };
  const layer = Math.min(map.layers, chosen.layer || map.layers) - 1;
  if (!own && shown.meaning === "rollout") return { layer, heads: [0] };
  const some = (chosen.heads || []).map((head) => head - 1).filter((head) => head < map.heads);
  return { layer, heads: some.length ? some : mjRange(map.heads) };
}

/** The parts of a choice that the server can send back, to be compared as text. */
function mjSameChoice(data, choice) {
  return JSON.stringify(Object.keys(data.choice).map((key) => choice[key]));
}

/** Output words one can step to; the end mark is one only while special tokens are drawn. */
function mjSteps({ data, state }) {
  const { words } = data.run.target;
  return words.map((_, place) => place).filter((place) => !(state.hide && words[place].kind === "special"));
}

/** The step after this one, or before it; before the first there is none. */
function mjNextStep(at, by) {
  const steps = mjSteps(at), next = Math.min(steps.length - 1, steps.indexOf(at.state.step) + by);
  return next < 0 ? null : steps[next];
}
