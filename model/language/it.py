"""Which subject pronoun of a French translation stands for "it".

Worth knowing: English and French subject pronouns stand in the same order, so it is enough to count them.
"""

import re
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def of_it(sentence: str, pronouns: Sequence[T]) -> T | None:
    """Of the il and elle of a translation, in their order, the one for the English "it"; None if there are none.

    The k-th of he, she, it is the k-th of il, elle; where the two counts differ, the last one is taken.
    """
    english = re.findall(r"\b(he|she|it)\b", sentence.lower())
    if not pronouns:
        return None
    return pronouns[english.index("it")] if len(pronouns) == len(english) and "it" in english else pronouns[-1]
