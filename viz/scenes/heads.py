"""What heads do: what can be chosen, which rows a page shows of what was measured, and what roles are called.

Worth knowing: `texts` are those of the page, with the names of the parts under "parts". A row is one head, as rows.py has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from model.evidence.roles.labels import GROUPS as GROUP_OF
from model.evidence.roles.labels import MARGIN, NO_ROLE, ROLES
from model.evidence.roles.rows import HeadRow, ScoreRow
from model.reading.place import Place
from viz.figures import colours as palette
from viz.scenes import models
from viz.scenes.fields import Field, between_commas, count_from_one, one_and_other, one_matching
from viz.scenes.texts import texts as texts_in

if TYPE_CHECKING:
    from viz.scenes.choice import Choice

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


def head_name(texts: Mapping, place: Place) -> str:
    return texts["head_name"].format(part=texts["parts"][place.part], layer=place.layer + 1, head=place.head + 1)


def score_name(texts: Mapping, name: str) -> str:
    return texts["scores"].get(name) or texts["roles"][name]


def rule_name(texts: Mapping, score: ScoreRow) -> str:
    """What a baseline is, in words: "offset +1", "word 2 from the end"; a rule that has none here keeps its own."""
    number = re.search(r"[+-]?\d+", score.rule)
    name = "_".join(re.sub(r"[+-]?\d+", "", score.rule).split())
    return texts["rules"].get(name, score.rule).format(number=number and number[0])


def nearness(score: ScoreRow) -> tuple:
    """To sort by: passing scores first, then those nearest to their threshold."""
    return not score.passes, -(score.value - (score.threshold or 2))


# --- which models, which head ---


def with_attention() -> list[str]:
    """The models that have heads to look at."""
    cards = {name: models.card(name) for name in models.available_models()}
    return [
        name
        for name, card in cards.items()
        if card.get("kind") == "transformer" or card.get("network", {}).get("attention")
    ]


def wanted_head(choice: Choice) -> tuple[str, int, int]:
    """Part, layer and head that the Choice names, from 1; else the one that follows *it* best."""
    best = models.best_head(choice.model) if choice.part == "encoder" else None
    usual = (best["layer"] + 1, best["head"] + 1) if best else (1, 1)
    return choice.part, choice.layer or usual[0], choice.heads[0] if choice.heads else usual[1]


def chosen_row(rows: Sequence[HeadRow], choice: Choice) -> tuple[HeadRow, bool]:
    """The head that is wanted, else the first with a role; and whether it is the one that is wanted."""
    wanted = wanted_head(choice)
    for row in rows:
        if (row.place.part, row.place.layer + 1, row.place.head + 1) == wanted:
            return row, True
    return next((row for row in rows if row.roles), rows[0]), False


# --- the three kinds of heads people speak of ---


def passing(rows: Sequence[HeadRow], group: str) -> list[HeadRow]:
    """The heads that pass for a group. A head may pass for several."""
    return [row for row in rows if any(GROUP_OF[role] == group for role in row.roles)]


def passed_roles(rows: Sequence[HeadRow], group: str) -> list[str]:
    """The roles of a group that some head of it has."""
    return [role for role in ROLES if GROUP_OF[role] == group and any(role in row.roles for row in rows)]


def counted_plainly(rows: Sequence[HeadRow]) -> tuple[str, dict]:
    """What becomes of the grammar heads where words are counted one by one, as the papers do: the name of the sentence that
    says so, and its facts; "" where that was not counted."""
    margins = [
        max(score.plain - score.plain_baseline for score in counted)
        for row in rows
        if (counted := [score for score in row.scores.values() if score.plain is not None])
    ]
    if not margins:
        return "", {}
    passed = sum(margin >= MARGIN for margin in margins)
    name = "plain_some" if passed else "plain_none" if max(margins) > 0 else "plain_worse"
    return name, {"passed": passed, "all": len(rows)}


# --- all heads ---


def scores_of(rows: Sequence[HeadRow]) -> list[str]:
    """The names of all scores that some head has."""
    return list(dict.fromkeys(name for row in rows for name in row.scores))


def table(rows: Sequence[HeadRow], shown: str, texts: Mapping) -> dict[str, list]:
    """A column each. shown: a score, or "role" for the one that each role rests on; heads without it have empty cells."""
    columns, found = texts["columns"], [score_of(row, shown) for row in rows]
    verdict = {True: texts["yes"], False: texts["no"], None: ""}
    return {
        columns["part"]: [texts["parts"][row.place.part] for row in rows],
        columns["layer"]: [row.place.layer + 1 for row in rows],
        columns["head"]: [row.place.head + 1 for row in rows],
        columns["role"]: [texts["roles"][row.label] for row in rows],
        columns["group"]: [texts["groups"][row.group] for row in rows],
        columns["score"]: [score_name(texts, name) if name else None for name, _ in found],
        columns["value"]: [score and score.value for _, score in found],
        columns["low"]: [score and score.low for _, score in found],
        columns["high"]: [score and score.high for _, score in found],
        columns["baseline"]: [score and score.baseline for _, score in found],
        columns["rule"]: [rule_name(texts, score) if score else None for _, score in found],
        columns["n"]: [score and score.n for _, score in found],
        columns["threshold"]: [score and score.threshold for _, score in found],
        columns["passes"]: [verdict[score and score.passes] for _, score in found],
    }


def score_of(row: HeadRow, shown: str) -> tuple[str, ScoreRow | None]:
    """The score's name and numbers; of several that a role rests on, the first that passes; without a role, the nearest."""
    scores = row.scores
    if shown != "role":
        return (shown, scores[shown]) if shown in scores else ("", None)
    if row.label == NO_ROLE:  # one score may pass where a role asks for two; what is missing is shown
        missed = [name for name in scores if name not in OTHERWISE and not scores[name].passes]
        name = min(missed, key=lambda name: nearness(scores[name]))
    else:
        name = next(name for name in ROLES[row.label][1] if name in scores and scores[name].passes)
    return name, scores[name]


CSV_HEADER = (
    *("part", "layer", "head", "label", "group", "score", "value", "low", "high", "baseline", "baseline_is", "n"),
    *("word_by_word", "baseline_word_by_word", "threshold", "passes"),
)


def csv_rows(rows: Sequence[HeadRow]) -> list[tuple]:
    """A line for each score of each head."""
    return [
        (
            *(row.place.part, row.place.layer + 1, row.place.head + 1, row.label, row.group, name),
            *(score.value, score.low, score.high, score.baseline, score.rule, score.n),
            *("" if one is None else one for one in (score.plain, score.plain_baseline, score.threshold, score.passes)),
        )
        for row in rows
        for name, score in row.scores.items()
    ]
