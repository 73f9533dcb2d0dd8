// The sentence and its translation: the largest type on the page, and the stepper between them.
// A source word is shaded by the cross-attention of the row that produced the chosen output word.

const MJ_LONG = 24; // words; a longer sentence is set smaller, so that it does not push the view off the screen

/** The probability of each output word: the product over its tokens. */
function mjWordProbabilities(run) {
  const products = run.target.words.map(() => 1);
  run.target.tokens.forEach((token, place) => { products[token.word] *= run.probabilities[place]; });
  return products;
}

/** Output words one can step to; the end mark is one only while special tokens are drawn. */
function mjSteps(at) {
  const { words } = at.data.run.target;
  return words.map((_, place) => place).filter((place) => !(at.state.hide && words[place].kind === "special"));
}

function mjDrawSentence(at) {
  const { run } = at.data, { target, source } = at.parts;
  const probabilities = mjWordProbabilities(run);
  const drawn = (word) => !(at.state.hide && word.kind === "special");
  target.replaceChildren(...run.target.words.map((word, place) => drawn(word) && mjTargetWord(at, word, place, probabilities[place])).filter(Boolean));
  source.replaceChildren(...run.source.words.map((word, place) => drawn(word) && mjSourceWord(at, word, place)).filter(Boolean));
  at.root.classList.toggle("mj-long", run.target.words.length > MJ_LONG);
  mjPlaceLabels(at);
}

function mjTargetWord(at, word, place, probability) {
  const percent = mjText(at, "percent", { number: Math.round(probability * 100) });
  const bar = mjNode("span", { class: "mj-bar" }, [mjNode("span", { class: "mj-fill", style: `width:${100 * probability}%` })]);
  return mjNode("button", {
    class: `mj-word mj-${word.kind}`, type: "button", "data-word": place, "aria-label": mjText(at, "output_word", { word: word.text, percent }),
    onclick: (event) => {
      if (event.pointerType !== "touch") mjHideTip(at);
      at.set({ step: at.state.step === place ? null : place });
    },
    onpointerenter: () => mjShowAlternatives(at, place), onfocus: () => mjShowAlternatives(at, place),
    onpointerleave: () => mjHideTip(at), onblur: () => mjHideTip(at),
  }, [mjNode("span", { class: "mj-form", dir: "auto" }, [word.text]), bar, mjNode("span", { class: "mj-percent" }, [percent])]);
}

function mjSourceWord(at, word, place) {
  const antecedent = (at.data.run.antecedents || []).find((each) => each.word === place);
  const form = mjNode("button", {
    class: `mj-form mj-${word.kind}`, type: "button", dir: "auto",
    onpointerenter: () => mjPointSource(at, place), onfocus: () => mjPointSource(at, place),
    onpointerleave: () => mjPointSource(at, null), onblur: () => mjPointSource(at, null),
    onclick: () => { if (at.state.part === "encoder") at.set({ word: at.state.word === place ? null : place }); },
  }, [word.text]);
  const node = mjNode("span", { class: "mj-word", "data-word": place }, [form]);
  if (antecedent && antecedent.candidates.length) {
    form.classList.add("mj-pronoun");
    node.append(mjAntecedent(at, word, antecedent));
  }
  return node;
}

/** While the encoder is on screen the sentence itself is the left column: pointing at a word shows its lines. */
function mjPointSource(at, word) {
  if (at.state.part === "encoder" && at.state.view === "lines") at.point(word === null ? null : { side: "left", word });
}

function mjAntecedent(at, word, { candidates }) {
  const [best] = candidates, show = (event) => mjShowCandidates(at, event.currentTarget, word, candidates), hide = () => mjHideTip(at);
  return mjNode("button", {
    class: "mj-antecedent", type: "button", "data-antecedent": best.word, onpointerenter: show, onpointerleave: hide, onfocus: show, onblur: hide,
  }, [mjAnswer(at, word, best)]);
}

/** Below one half the model has not made up its mind, and an equals sign would say that it has. */
function mjAnswer(at, word, { text, word: place, probability }) {
  const percent = mjText(at, "percent", { number: Math.round(probability * 100) }), antecedent = place < 0 ? mjText(at, "nothing") : text;
  return mjText(at, probability < 0.5 ? "antecedent_unsure" : "antecedent", { word: word.text, antecedent, percent });
}

/** Labels hang under their word without pushing its neighbours apart; one that would cover another takes its own room. */
function mjPlaceLabels(at) {
  const labels = [...at.parts.source.querySelectorAll(".mj-antecedent")];
  const frame = at.parts.source.getBoundingClientRect();
  let last = null;
  for (const label of labels) {
    label.style.marginLeft = "0";
    label.parentNode.classList.remove("mj-wide");
    const box = label.getBoundingClientRect();
    const shift = Math.max(frame.left - box.left, Math.min(0, frame.right - box.right));
    label.style.marginLeft = `${2 * shift}px`;
    const covers = last && Math.abs(last.top - box.top) < 4 && box.left + shift < last.right + 8;
    if (covers) label.parentNode.classList.add("mj-wide");
    last = covers ? label.getBoundingClientRect() : { top: box.top, right: box.right + shift };
  }
}

function mjShowAlternatives(at, place) {
  const { run } = at.data, rows = [];
  run.target.tokens.forEach((token, number) => {
    if (token.word !== place || !run.alternatives) return;
    for (const [rank, each] of (run.alternatives[number] || []).entries()) rows.push(mjTipRow(at, rank === 0 ? token.text : "", each.text, each.probability));
  });
  mjTip(at, at.parts.target.querySelector(`[data-word="${place}"]`), mjText(at, "alternatives"), rows);
}

function mjShowCandidates(at, anchor, word, candidates) {
  const rows = candidates.map((each) => mjTipRow(at, "", each.word < 0 ? mjText(at, "nothing") : each.text, each.probability));
  mjTip(at, anchor, mjText(at, "candidates", { word: word.text }), rows);
}

function mjTipRow(at, token, text, probability) {
  const fill = mjNode("span", { class: "mj-fill", style: `width:${100 * probability}%` });
  const percent = mjText(at, "percent", { number: (100 * probability).toFixed(probability < 0.1 ? 1 : 0) });
  return [mjNode("span", { class: "mj-tip-token", dir: "auto" }, [token]), mjNode("span", { dir: "auto" }, [text]),
    mjNode("span", { class: "mj-bar" }, [fill]), mjNode("span", { class: "mj-tip-number" }, [percent])];
}

function mjTip(at, anchor, title, rows) {
  const { tip } = at.parts;
  if (!anchor || rows.length === 0) return mjHideTip(at);
  tip.replaceChildren(mjNode("div", { class: "mj-tip-title" }, [title]), mjNode("div", { class: "mj-tip-rows" }, rows.flat()));
  tip.hidden = false;
  const frame = at.root.getBoundingClientRect(), box = anchor.getBoundingClientRect();
  const above = box.top - tip.offsetHeight - 6;
  tip.style.top = `${(above > 0 ? above : box.bottom + 6) - frame.top}px`;
  tip.style.left = `${Math.max(0, Math.min(box.left - frame.left, frame.width - tip.offsetWidth))}px`;
}

function mjHideTip(at) {
  at.parts.tip.hidden = true;
}

/** Shade the source by the row that produced the word at the step, and say which row that is. */
function mjDrawStep(at) {
  const { step } = at.state, steps = mjSteps(at), reached = steps.indexOf(step);
  const { slider, target, source, stepText } = at.parts;
  slider.max = steps.length;
  slider.value = reached + 1;
  slider.setAttribute("aria-valuetext", reached < 0 ? mjText(at, "step_none") : at.data.run.target.words[step].text);
  slider.style.setProperty("--mj-share", `${(100 * (reached + 1)) / Math.max(1, steps.length)}%`);
  for (const node of target.children) {
    const place = Number(node.dataset.word);
    node.classList.toggle("mj-now", place === step);
    node.classList.toggle("mj-later", step !== null && place > step);
    node.setAttribute("aria-pressed", String(place === step));
  }
  const shares = reached < 0 ? null : mjStepShares(at, step);
  for (const node of source.children) node.style.setProperty("--mj-weight", shares ? shares.get(Number(node.dataset.word)) || 0 : 0);
  mjFill(at, stepText, reached < 0 ? "step_hint" : "step_sentence", reached < 0 ? {} : mjStepValues(at, step, steps, shares));
}

/** Source word → cross-attention weight, the mean of the chosen heads of the chosen cross layer. */
function mjStepShares(at, step) {
  const shares = new Map();
  if (!at.data.run.maps.cross) return shares;
  const map = at.weights("cross", "words"), { layer, heads } = at.chosen("cross", true);
  const row = map.queries.findIndex((query) => query.word === step);
  if (row >= 0) map.keys.forEach((key, column) => shares.set(key.word, mjMean(map, layer, heads, row, column)));
  return shares;
}

function mjStepValues(at, step, steps, shares) {
  const { words } = at.data.run.source, { layer, heads } = at.chosen("cross", true);
  const best = [...shares].filter(([word]) => words[word] && !(at.state.hide && words[word].kind !== "word")).sort((one, other) => other[1] - one[1]).slice(0, 3);
  return {
    step: steps.indexOf(step) + 1, steps: steps.length, word: mjStrong(at.data.run.target.words[step].text), layer: layer + 1,
    heads: mjHeadsText(at, heads, at.data.run.maps.cross ? at.data.run.maps.cross.heads : 0),
    links: mjStrongFirst(at, best.map(([word, weight]) => mjText(at, "word_weight", { word: words[word].text, weight: mjNumber(weight, at.data.bits) }))),
  };
}
