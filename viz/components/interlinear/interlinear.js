// Two texts word under word. A column is one word of each; a column that can be chosen is a button.

function node(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made[key] = value;
    else if (value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function column({ texts, changed, word }, chosen, choose, strings) {
  const lines = texts.map((text) => node("span", { dir: "auto", class: text === null ? "none" : "word" }, [text ?? "–"]));
  const kind = `column${changed ? " changed" : ""}${word !== null && word === chosen ? " chosen" : ""}`;
  if (word === null) return node("span", { class: kind }, lines);
  const label = strings.choose.replace("{word}", () => [...new Set(texts)].join(" / "));
  return node("button", { class: kind, type: "button", "data-word": word, title: label, "aria-label": label, "aria-pressed": String(word === chosen), onclick: () => choose(word) }, lines);
}

export default function interlinear({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".texts"), active = root.getRootNode().activeElement, focused = active && active.dataset.word;
  const choose = (word) => {
    for (const each of root.querySelectorAll("[data-word]")) each.classList.toggle("chosen", Number(each.dataset.word) === word);
    setStateValue("word", { word, at: Date.now() }); // the time, because the same word may be chosen again after another way there
  };
  root.replaceChildren(...data.blocks.map(({ label, language, columns }) => node("div", { class: columns.length > 22 ? "block long" : "block" }, [
    node("span", { class: "label" }, [label]),
    node("div", { class: "columns", lang: language }, columns.map((each) => column(each, data.chosen, choose, data.strings))),
  ])));
  if (focused) root.querySelector(`[data-word="${focused}"]`)?.focus();
}
