"""Which il or elle of a translation stands for "it". No torch: pages ask it of recorded Runs too.

Worth knowing: it is a rule of two languages, not of any network.
"""

import re

from model.language.it import of_it
from model.reading.run import Axis


def pronoun_step(sentence: str, target: Axis) -> int | None:
    """The token of a translation that is the il or elle for "it" (see of_it); None if there is none.

    "il y a" is no pronoun for anything.
    """
    found = [step for step, token in enumerate(target.tokens) if is_pronoun(target, token.text.lower(), token.word)]
    return of_it(sentence, found)


def pronoun_word(sentence: str, target: Axis) -> int | None:
    """The word of a translation that holds it."""
    step = pronoun_step(sentence, target)
    return None if step is None else target.tokens[step].word


def is_pronoun(target: Axis, text: str, word: int) -> bool:
    texts = [other.text.lower() for other in target.words[word : word + 4]]
    whole = text in ("il", "elle") and text in texts[0].split("-")  # "dort-il" is one word
    return whole and not re.match(r"(n' ?)?y (a|avait|aura|eut)\b", " ".join(texts[1:]))
