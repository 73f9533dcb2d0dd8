"""The model: what it was trained on, how good it measured, where it falls short."""

import json

import streamlit as st

from viz.figures.curve import training_curve
from viz.pages import session

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
        return f"{session.percent(value['flip_rate'], 1)} [{100 * low:.1f}, {100 * high:.1f}] {value['label']}"
    return f"{value:.1f}" if name == "bleu" else session.percent(value, 1)


choice = session.current_choice()
words = session.strings(choice.lang)["about"]
card = session.card(choice.model)

st.title(words["title"])
if not card:
    st.error(words["no_card"])
    st.stop()
network, scores = card["network"], card["scores"]
st.markdown(words[f"network_{card['kind']}"].format(**network, parameters=card["parameters"]))
st.markdown(words["training"].format(**card | {"hours": card["seconds"] / 3600, "millions": card["tokens"] / 1e6}))

st.header(words["measured"])
st.caption(words["measured_how"])
rows = [row for row in ROWS if row[2] in scores.get(row[1], {})]
st.table(
    {
        words["what"]: [words[name] for name, *_ in rows],
        words["value"]: [shown(scores, *path) for _, *path, _ in rows],
        words["target"]: [aim for *_, aim in rows],
        words["size"]: [f"{scores[group]['n']:,}" for _, group, *_ in rows],
    }
)
st.markdown(words["handwritten_note"])
st.markdown(words["never_supervised"])

st.header(words["learning"])
st.plotly_chart(
    training_curve(
        card["log"], {name: words[name] for name in ("bleu", "pronouns", "antecedents", "head", "axis_tokens")}
    ),
    config={"toImageButtonOptions": {"format": "svg"}, "displaylogo": False},
)
st.caption(words["learning_how"])
st.caption(card.get("note", ""))

st.header(words["sources"])
st.markdown(card["attribution"])
st.download_button(
    words["download"], data=json.dumps(card, indent=1, ensure_ascii=False), file_name=f"{choice.model}.json"
)
