"""What a colour may mean besides the weight itself: worked out when somebody first asks, once for everybody.

Worth knowing: the browser keeps what it was sent. For gradient × weight there is one stack for each word of the translation;
as many words go along at once as the wire allows, so that stepping through a sentence rarely has to ask again.
"""

import numpy as np
import streamlit as st

from model.evidence.causes.pronoun import pronoun_word as pronoun_of
from model.reading.maps import to_words
from model.reading.place import PARTS
from model.reading.run import Run
from viz.components.explorer import pack_stack, wanted, with_length
from viz.scenes import explore, wire
from viz.scenes.choice import Choice
from viz.scenes.texts import texts as texts_in
from viz.session import caches


def meanings(run: Run) -> list[str]:
    """Those this run can be coloured by: there is nothing to roll through without self-attention."""
    whole = all(part in run.maps for part in PARTS)
    return [name for name in explore.MEANINGS if run.maps and (whole or name != "rollout")]


def asked_for(run: Run, choice: Choice) -> bytes:
    """The stack that the browser has asked for, packed; nothing if it lacks none. An error goes along as its sentence."""
    asked = wanted("explorer", wire.run_id(run))
    if not asked or asked.get("meaning") not in meanings(run)[1:]:
        return b""
    meaning, word = asked["meaning"], asked.get("word")
    try:
        return packed(run, meaning, word if isinstance(word, int) else None)
    except Exception as error:  # the weights are there and stay; this only adds to them
        failed = texts_in(choice.lang)["explorer"]["meaning_failed"].format(message=error)
        return with_length({"run": wire.run_id(run), "meaning": meaning, "failed": failed})


def packed(run: Run, meaning: str, word: int | None) -> bytes:
    usual = pronoun_word(run) if meaning == "gradient" else None
    words = words_with(run, usual if word is None else word) if meaning == "gradient" else ()
    return stack(run.model, run.text, run.beams, meaning, words, usual, run)


def pronoun_word(run: Run) -> int:
    """The word of the translation to look at first: the il or elle of "it", else the first."""
    return pronoun_of(run.text, run.target) or 0


def words_with(run: Run, word: int) -> tuple[int, ...]:
    """The words of the translation that travel together with this one, which must be there."""
    words = sorted({token.word for token in run.target.tokens})
    place = words.index(word)  # ValueError if it is not there
    together = max(1, wire.WIRE_BYTES * 8 // (wire.cells(run) * wire.bits(run)))
    start = place // together * together
    return tuple(words[start : start + together])


@st.cache_resource(show_spinner=False, max_entries=128)
def stack(model: str, text: str, beams: int, meaning: str, words: tuple, usual: int | None, _run: Run) -> bytes:
    about = {"run": wire.run_id(_run), "meaning": meaning, "words": list(words), "word": usual}
    numbers = {part: np.stack([each[part] for each in numbers_of(_run, meaning, words)]) for part in _run.maps}
    return pack_stack(about, wire.bits(_run), numbers)


def encoder_words(run: Run, meaning: str) -> np.ndarray:
    """(layer, head, query word, key word) of the encoder, in the unit of the meaning; gradient × weight for its usual word."""
    axis = run.source
    if meaning == "weights":
        return to_words(run.maps["encoder"].all_weights(), axis, axis)
    return to_words(numbers_of(run, meaning, (pronoun_word(run),))[0]["encoder"], axis, axis)


def numbers_of(run: Run, meaning: str, words: tuple[int, ...]) -> list[dict[str, np.ndarray]]:
    """By part (layer, head, query, key); one entry for each word, or one alone. Rollout has one head: the mean of all."""
    from model.evidence.causes.meaning import gradient, moved, rollout

    if meaning == "rollout":
        return [{part: layers[:, None] for part, layers in rollout(run).items()}]
    translator = caches.translator(run.model)
    with caches.GATE:
        if meaning == "moved":
            return [moved(translator, run)]
        return [gradient(translator, run, word) for word in words]
