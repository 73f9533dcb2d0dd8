"""What heads do: the score that the table shows, the two words whose heads are looked for; and what roles are called.

Worth knowing: `texts` are those of the page, with the names of the parts under "parts".
"""

import re
from collections.abc import Mapping

from viz.figures import colours as palette
from viz.scenes.fields import Field, between_commas, count_from_one, one_and_other, one_matching
from viz.scenes.texts import texts as texts_in

OTHERWISE = ("long_distance", "semantic")  # scores that are no shares: words, and a correlation
GROUPS = ("grammar", "semantic", "long_distance", "position", "rest")  # "none" is no clear role

FIELDS = (
    Field(
        "link",
        None,
        tuple[int, int] | None,
        "two words whose heads are looked for, the one that asks first",
        read=lambda value: one_and_other(between_commas(count_from_one)(value)),
    ),
    Field("score", "role", str, "of the table of heads", read=one_matching(r"[a-z_]{1,40}")),
)


def groups(language: str) -> dict[str, list[str]]:
    """[name, letter] of each group."""
    texts = texts_in(language)["heads"]
    return {group: [texts["groups"][group], texts["letters"][group]] for group in GROUPS}


def colours(group: str) -> tuple[str, str]:
    """On light paper and on dark."""
    return palette.GROUPS[group], palette.DARK_GROUPS[group]


def head_name(texts: Mapping, part: str, layer: int, head: int) -> str:
    return texts["head_name"].format(part=texts["parts"][part], layer=layer + 1, head=head + 1)


def score_name(texts: Mapping, name: str) -> str:
    return texts["scores"].get(name) or texts["roles"][name]


def rule_name(texts: Mapping, score: Mapping) -> str:
    """What a baseline is, in words: "offset +1", "word 2 from the end"; a rule that has none here keeps its own."""
    rule = score.get("rule", "plain")
    number = re.search(r"[+-]?\d+", rule)
    name = "_".join(re.sub(r"[+-]?\d+", "", rule).split())
    return texts["rules"].get(name, rule).format(number=number and number[0])


def nearness(score: Mapping) -> tuple:
    """To sort by: passing scores first, then those nearest to their threshold."""
    return not score["passes"], -(score["value"] - (score["threshold"] or 2))
