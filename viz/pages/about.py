"""The model: what it was trained on, how good it measured, where it falls short."""

import json

import streamlit as st

from viz.figures.curve import training_curve
from viz.parts import charts
from viz.scenes.choice import Choice
from viz.scenes.models import card as card_of
from viz.scenes.texts import percent
from viz.scenes.texts import texts as texts_in
from viz.session import address

# what it is called, where it stands in the card, and what was aimed at before it was measured
ROWS = (
    ("bleu_tatoeba", "translation", "bleu", "≥ 40"),
    ("pronoun_accuracy", "pronouns", "pronoun_accuracy", "≥ 95 %"),
    ("pair_accuracy", "pronouns", "pair_accuracy", "≥ 90 %"),
    ("antecedent_accuracy", "pronouns", "antecedent_accuracy", "–"),
    ("flip_rate", "pronouns", "best_head", "≥ 80 %"),
    ("handwritten_pronoun", "handwritten", "pronoun_accuracy", "–"),
    ("handwritten_pair", "handwritten", "pair_accuracy", "–"),
    ("handwritten_antecedent", "handwritten", "antecedent_accuracy", "–"),
)


def shown(scores: dict, group: str, name: str) -> str:
    """A score as people write it: BLEU as it is, shares in percent, a head with its interval."""
    value = scores[group][name]
    if name == "best_head":
        low, high = value["interval"]
        return f"{percent(value['flip_rate'], 1)} [{100 * low:.1f}, {100 * high:.1f}] {value['label']}"
    return f"{value:.1f}" if name == "bleu" else percent(value, 1)


def page(choice: Choice) -> None:
    texts, card = texts_in(choice.lang)["about"], card_of(choice.model)
    st.title(texts["title"])
    if not card:
        st.error(texts["no_card"])
        return
    network = card["network"]
    st.markdown(texts[f"network_{card['kind']}"].format(**network, parameters=card["parameters"]))
    st.markdown(texts["training"].format(**card | {"hours": card["seconds"] / 3600, "millions": card["tokens"] / 1e6}))
    show_scores(card["scores"], texts)
    show_learning(card, texts)
    st.header(texts["sources"])
    st.markdown(card["attribution"])
    whole = json.dumps(card, indent=1, ensure_ascii=False)
    st.download_button(texts["download"], data=whole, file_name=f"{choice.model}.json")


def show_scores(scores: dict, texts: dict) -> None:
    st.header(texts["measured"])
    st.caption(texts["measured_how"])
    rows = [row for row in ROWS if row[2] in scores.get(row[1], {})]
    st.table(
        {
            texts["what"]: [texts[name] for name, *_ in rows],
            texts["value"]: [shown(scores, *path) for _, *path, _ in rows],
            texts["target"]: [aim for *_, aim in rows],
            texts["size"]: [f"{scores[group]['n']:,}" for _, group, *_ in rows],
        }
    )
    st.markdown(texts["handwritten_note"])
    st.markdown(texts["never_supervised"])


def show_learning(card: dict, texts: dict) -> None:
    """How the scores grew in training."""
    st.header(texts["learning"])
    names = {name: texts[name] for name in ("bleu", "pronouns", "antecedents", "head", "axis_tokens")}
    st.plotly_chart(training_curve(card["log"], names), config=charts.CHART)
    st.caption(texts["learning_how"])
    st.caption(card.get("note", ""))


page(address.current_choice())
