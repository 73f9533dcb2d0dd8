"""Which token of a French translation is the il or elle for "it". Read from the words alone; needs no network."""

import re

from model.reading.run import Axis


def pronoun_step(sentence: str, target: Axis) -> int | None:
    """The token of a translation that is the il or elle for "it"; None if there is none.

    English and French subject pronouns stand in the same order, so the k-th of he, she, it is the k-th of il, elle; where
    the two counts differ, the last one is taken. "il y a" is no pronoun for anything.
    """
    found = [step for step, token in enumerate(target.tokens) if is_pronoun(target, token.text.lower(), token.word)]
    english = re.findall(r"\b(he|she|it)\b", sentence.lower())
    if not found:
        return None
    return found[english.index("it")] if len(found) == len(english) and "it" in english else found[-1]


def pronoun_word(sentence: str, target: Axis) -> int | None:
    """The word of a translation that holds it."""
    step = pronoun_step(sentence, target)
    return None if step is None else target.tokens[step].word


def is_pronoun(target: Axis, text: str, word: int) -> bool:
    texts = [other.text.lower() for other in target.words[word : word + 4]]
    whole = text in ("il", "elle") and text in texts[0].split("-")  # "dort-il" is one word
    return whole and not re.match(r"(n' ?)?y (a|avait|aura|eut)\b", " ".join(texts[1:]))
