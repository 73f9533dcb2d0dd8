"""Marks that several pages write: a translation with its probabilities, the pronoun of "it", and a button for the numbers."""

import csv
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from model.evidence.causes.pronoun import pronoun_step, pronoun_word
from model.reading.run import Run
from viz.scenes.texts import percent

STYLE = Path(__file__).parent / "marks.css"


def pronoun_text(run: Run) -> tuple[str, str]:
    """il, elle or nothing, and its probability in percent."""
    step = pronoun_step(run.text, run.target)
    if step is None:
        return "", ""
    return run.target.tokens[step].text.strip().lower(), percent(run.probabilities[step])


def word_probabilities(run: Run, log_p: Sequence[float] | None = None) -> list[float]:
    """One for each word of the translation: the product over its tokens. log_p: of the tokens, if not the Run's own."""
    own = np.exp(log_p) if log_p is not None else np.array(run.probabilities)
    return [float(np.prod(own[run.target.tokens_of(word)])) for word in range(len(run.target.words))]


def translation_html(label: str, run: Run, probabilities: Sequence[float], changed: Sequence[bool]) -> str:
    """A translation with a bar and a percentage under each word; changed words are marked, the pronoun is framed."""
    here = pronoun_word(run.text, run.target)
    spans = []
    for place, (word, probability) in enumerate(zip(run.target.words, probabilities, strict=True)):
        if word.kind == "special":
            continue
        kinds = ["mj-changed"] * bool(changed[place]) + ["mj-framed"] * (place == here)
        spans.append(
            f'<span class="mj-out {" ".join(kinds)}"><span dir=auto>{escape(word.text)}</span>'
            f'<span class=mj-share><i style="width:{100 * probability:.0f}%"></i></span>'
            f"<small>{percent(probability)}</small></span>"
        )
    return f"<div class=mj-answer><span class=mj-of>{escape(label)}</span><div lang=fr>{''.join(spans)}</div></div>"


def csv_button(label: str, name: str, header: Sequence[str], rows: Sequence[Sequence], key: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    st.download_button(
        label,
        data=text.getvalue(),
        file_name=name,
        mime="text/csv",
        key=key,
        type="tertiary",
        icon=":material/download:",
    )
