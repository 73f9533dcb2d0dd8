"""When a score counts, and which role a head then has. The thresholds, each with where it comes from.

Worth knowing: a role needs its threshold, and an interval above the baseline, twice: on the sentences it was picked on and on
others. A head that meets none has no clear role; that is common, and no failure.
"""

import numpy as np

from model.evidence.roles.score import Score
from model.evidence.roles.seen import SYNTACTIC

MARGIN = 0.10  # above the best rule, for a role in grammar (Voita et al. 2019)
MAJORITY = 0.5
FIXED = 0.9  # of the words, for a head that keeps to one offset (Voita et al. 2019)
BROAD = 0.8  # of the entropy of a uniform row: Clark's 3.8 nats of 4.85
RESTING, FIRST = 0.6, 0.3  # weight on resting places (Clark et al. 2019), on the first key (Gu et al. 2024)
MOVED_LESS = 0.5  # a sink's share of what is moved, over its share of the weight, at most
SMALL = 0.1  # the least correlation that is called one (Cohen 1988)

ANY, ALL = any, all
# Role: which of its scores must pass. The first that is met is the label: the simplest explanation comes first, and a role that
# shows at many words of a sentence before one that shows at a single word.
ROLES = {
    "previous": (ANY, ("previous", "previous_weight")),
    "next": (ANY, ("next", "next_weight")),
    "offset": (ALL, ("offset",)),
    "sink": (ANY, ("sink", "first_token")),
    **{name: (ALL, (name,)) for name in SYNTACTIC},
    "translation": (ALL, ("translation",)),
    "same_word": (ALL, ("same_word",)),
    "rare_word": (ALL, ("rare_word",)),
    "coreference": (ALL, ("coreference", "coreference_flip")),
    "long_distance": (ALL, ("long_distance", "long_arcs")),
    "broad": (ALL, ("broad",)),
    "semantic": (ALL, ("semantic",)),
}
NO_ROLE = "no_clear_role"
GROUPS = {
    **dict.fromkeys(SYNTACTIC, "grammar"),
    **dict.fromkeys(("coreference", "translation", "same_word", "rare_word", "semantic"), "semantic"),
    "long_distance": "long_distance",
    **dict.fromkeys(("previous", "next", "offset"), "position"),
    **dict.fromkeys(("sink", "broad"), "rest"),
    NO_ROLE: "none",
}


def threshold(name: str, score: Score) -> np.ndarray | None:
    """(head,): what the score must reach; None for a score that is only reported."""
    fixed = {
        **dict.fromkeys(("previous", "next", "offset"), FIXED),
        **dict.fromkeys(("previous_weight", "next_weight", "rare_word"), MAJORITY),
        "sink": RESTING,
        "first_token": FIRST,
    }
    if name == "local_window":
        return None
    if name in fixed:
        return np.full(len(score.value), fixed[name])
    if name in SYNTACTIC or name == "translation":
        # Where a rule is nearly always right, no head can be told from it: the score is reported, and tests nothing.
        return None if score.baseline[0] + MARGIN > 1 else score.baseline + MARGIN
    if name == "same_word":
        return np.maximum(MAJORITY, score.baseline + MARGIN)
    if name == "broad":
        return np.maximum(BROAD, score.baseline)
    if name == "semantic":
        return np.maximum(SMALL, np.full(len(score.value), score.null))
    if name == "coreference_flip":
        return np.full(len(score.value), score.null)
    return score.baseline  # coreference, long_distance, long_arcs


def reaches(name: str, score: Score) -> np.ndarray | None:
    """(head,): whether the score reaches its threshold, and its interval lies above the baseline."""
    least = threshold(name, score)
    if least is None:
        return None
    result = (score.value >= least) & (score.low > score.baseline)
    if name in ("sink", "first_token"):
        result &= score.extra["moved"] <= MOVED_LESS * score.value
    return result


def passes(name: str, pick: Score | None, report: Score) -> np.ndarray | None:
    """(head,): whether the score counts on the sentences it was picked on and on the others."""
    here = reaches(name, report)
    there = None if pick is None else reaches(name, pick)
    if here is None or there is None:
        return None
    return here & there


def roles_of(passed: dict[str, bool]) -> list[str]:
    """The roles a head has, the simplest first. Of several roles in grammar the order is that of the scores given."""
    found = [role for role, (enough, names) in ROLES.items() if enough(passed.get(name, False) for name in names)]
    grammar = sorted((role for role in found if role in SYNTACTIC), key=list(passed).index)
    place = iter(grammar)
    return [next(place) if role in SYNTACTIC else role for role in found]
