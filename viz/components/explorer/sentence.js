// The sentence and its translation: the largest type on the page, and the stepper between them.
// A source word is shaded by the cross-attention of the row that produced the chosen output word.

const MJ_LONG = 24; // words; a longer sentence is set smaller, so that it does not push the view off the screen

function mjDrawSentence(at) {
  const { run } = at.data, { target, source } = at.parts;
  const probabilities = mjWordProbabilities(run);
  const drawn = (word) => !(at.state.hide && word.kind === "special");
  const nodes = (words, make) => words.map((word, place) => drawn(word) && make(word, place)).filter(Boolean);
  target.replaceChildren(...nodes(run.target.words, (word, place) => mjTargetWord(at, word, place, probabilities[place])));
  source.replaceChildren(...nodes(run.source.words, (word, place) => mjSourceWord(at, word, place)));
  at.root.classList.toggle("mj-long", run.target.words.length > MJ_LONG);
  mjPlaceLabels(at);
}

function mjTargetWord(at, word, place, probability) {
  const percent = mjText(at, "percent", { number: Math.round(probability * 100) });
  const bar = mjNode("span", { class: "mj-bar" }, [mjNode("span", { class: "mj-fill", style: `width:${100 * probability}%` })]);
  return mjNode("button", {
    class: `mj-word mj-${word.kind}`, type: "button", "data-word": place,
    "aria-label": mjText(at, "output_word", { word: word.text, percent }),
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
  const [best] = candidates, hide = () => mjHideTip(at);
  const show = (event) => mjShowCandidates(at, event.currentTarget, word, candidates);
  return mjNode("button", {
    class: "mj-antecedent", type: "button", "data-antecedent": best.word,
    onpointerenter: show, onpointerleave: hide, onfocus: show, onblur: hide,
  }, [mjAnswer(at, word, best)]);
}

/** Below one half the model has not made up its mind, and an equals sign would say that it has. */
function mjAnswer(at, word, { text, word: place, probability }) {
  const percent = mjText(at, "percent", { number: Math.round(probability * 100) });
  const antecedent = place < 0 ? mjText(at, "nothing") : text;
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
  const shares = reached < 0 || !at.data.run.maps.cross ? new Map() : mjStepShares(at.cross(), at.chosen("cross", true), step);
  for (const node of source.children) node.style.setProperty("--mj-weight", shares.get(Number(node.dataset.word)) || 0);
  mjFill(at, stepText, reached < 0 ? "step_hint" : "step_sentence", reached < 0 ? {} : mjStepValues(at, step, steps, shares));
}

function mjStepValues(at, step, steps, shares) {
  const { words } = at.data.run.source, { layer, heads } = at.chosen("cross", true), { cross } = at.data.run.maps;
  const drawn = ([word]) => words[word] && !(at.state.hide && words[word].kind !== "word");
  const best = [...shares].filter(drawn).sort((one, other) => other[1] - one[1]).slice(0, 3);
  const said = ([word, weight]) => mjText(at, "word_weight", { word: words[word].text, weight: mjNumber(weight, at.data.bits) });
  return {
    step: steps.indexOf(step) + 1, steps: steps.length, word: mjStrong(at.data.run.target.words[step].text), layer: layer + 1,
    heads: mjHeadsText(at, heads, cross ? cross.heads : 0), links: mjStrongFirst(at, best.map(said)),
  };
}
