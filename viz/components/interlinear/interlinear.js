// Two texts word under word. A column is one word of each; a column that can be chosen is a button.

function column({ texts, changed, word }, chosen, choose, strings) {
  const lines = texts.map((text) => mjNode("span", { dir: "auto", class: text === null ? "none" : "word" }, [text ?? "–"]));
  const kind = `column${changed ? " changed" : ""}${word !== null && word === chosen ? " chosen" : ""}`;
  if (word === null) return mjNode("span", { class: kind }, lines);
  const label = strings.choose.replace("{word}", () => [...new Set(texts)].join(" / "));
  return mjNode("button", {
    class: kind, type: "button", "data-word": word, title: label, "aria-label": label, "aria-pressed": String(word === chosen),
    onclick: () => choose(word),
  }, lines);
}

function block({ label, language, columns }, choose, { chosen, strings }) {
  return mjNode("div", { class: columns.length > 22 ? "block long" : "block" }, [
    mjNode("span", { class: "label" }, [label]),
    mjNode("div", { class: "columns", lang: language }, columns.map((each) => column(each, chosen, choose, strings))),
  ]);
}

export default function interlinear({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".texts"), active = root.getRootNode().activeElement;
  const focused = active && active.dataset.word, words = () => root.querySelectorAll("[data-word]");
  const choose = (word) => {
    for (const each of words()) each.classList.toggle("chosen", Number(each.dataset.word) === word);
    setStateValue("word", { word, at: Date.now() }); // the time: the same word may be chosen again after another way there
  };
  root.replaceChildren(...data.blocks.map((each) => block(each, choose, data)));
  if (focused) root.querySelector(`[data-word="${focused}"]`)?.focus();
}
