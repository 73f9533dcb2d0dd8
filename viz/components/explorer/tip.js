// The small table beside a word: what else the model could have written, or what else "it" could stand for.

function mjShowAlternatives(at, place) {
  const { run } = at.data, rows = [];
  run.target.tokens.forEach((token, number) => {
    if (token.word !== place || !run.alternatives) return;
    for (const [rank, { text, probability }] of (run.alternatives[number] || []).entries()) {
      rows.push(mjTipRow(at, rank === 0 ? token.text : "", text, probability));
    }
  });
  mjTip(at, at.parts.target.querySelector(`[data-word="${place}"]`), mjText(at, "alternatives"), rows);
}

function mjShowCandidates(at, anchor, word, candidates) {
  const named = ({ word: place, text }) => (place < 0 ? mjText(at, "nothing") : text);
  const rows = candidates.map((each) => mjTipRow(at, "", named(each), each.probability));
  mjTip(at, anchor, mjText(at, "candidates", { word: word.text }), rows);
}

function mjTipRow(at, token, text, probability) {
  const fill = mjNode("span", { class: "mj-fill", style: `width:${100 * probability}%` });
  const percent = mjText(at, "percent", { number: (100 * probability).toFixed(probability < 0.1 ? 1 : 0) });
  return [
    mjNode("span", { class: "mj-tip-token", dir: "auto" }, [token]), mjNode("span", { dir: "auto" }, [text]),
    mjNode("span", { class: "mj-bar" }, [fill]), mjNode("span", { class: "mj-tip-number" }, [percent]),
  ];
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
