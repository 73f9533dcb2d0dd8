"""How well heads fill the roles: every score with its interval and the baseline it has to beat. Numbers only, no labels.

Worth knowing: a role is compared with the best rule that needs no reading: always one word to the left, always the second
word of the sentence, always the nearest noun. Many a "syntactic head" does no more than that (Voita et al. 2019).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from model.evidence.roles.likeness import likeness
from model.evidence.roles.score import PERMUTATIONS, Score
from model.evidence.roles.seen import REACH, SYNTACTIC, Seen
from model.reading.measures import bootstrap, clustered_wilson

WINDOW = 2  # words to either side that count as local
RULE_REACH = 20  # words; the greatest offset tried as a rule
LEVEL_EVENTS = 25  # words; an offset with fewer is left out where offsets count alike
PLACES = 5  # from either end of the sentence, tried as rules
RULES = (
    *(f"offset {k:+d}" for k in range(-RULE_REACH, RULE_REACH + 1)),
    *(f"word {k + 1}" for k in range(PLACES)),
    *(f"word {k + 1} from the end" for k in range(PLACES)),
    "nearest noun",
    "first noun",
)
HARD = (*SYNTACTIC, "same_word", "coreference", "translation", "rare_word", "long_arcs")  # counted over words


@dataclass(frozen=True)
class Events:
    """All words at which a role shows. hits, weights: (event, head), whether the right key is chosen and what it gets;
    rules: (event, rule), whether the rule finds it; chance: (event,); sentences, queries, keys, offsets: (event,)."""

    hits: np.ndarray
    weights: np.ndarray
    rules: np.ndarray
    chance: np.ndarray
    sentences: np.ndarray
    queries: np.ndarray
    keys: np.ndarray
    offsets: np.ndarray


# --- roles that are counted: does the head's choice hit a right key ---


def events_of(seen: list[Seen], role: str) -> Events | None:
    """None where the role never shows."""
    found = [events_in(one, role) for one in seen if role in one.targets]
    return Events(*(np.concatenate(column) for column in zip(*found, strict=True))) if found else None


def events_in(seen: Seen, role: str) -> tuple[np.ndarray, ...]:
    arcs = seen.targets[role]
    queries = np.array([query for query, _ in arcs])
    right = np.zeros((len(arcs), len(seen.key_words)), bool)
    for row, (_, keys) in enumerate(arcs):
        right[row, keys] = True
    hits = right[np.arange(len(arcs)), seen.choice[:, queries]].T
    weights = np.where(right, seen.weights[:, queries], 0.0)  # (head, event, key)
    chance = right.sum(1) / seen.allowed[queries].sum(1)
    # A fixed offset is a rule itself: no other has to be beaten.
    rules = np.zeros((len(arcs), 0)) if role.startswith("offset") else rule_hits(seen, queries, right)
    keys = right.argmax(1)
    sentences = np.full(len(arcs), seen.sentence)
    return hits, weights.sum(-1).T, rules, chance, sentences, queries, keys, seen.offsets[queries, keys]


def rule_hits(seen: Seen, queries: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(event, rule): whether each of RULES, followed blindly, ends at a right key."""
    result = np.zeros((len(queries), len(RULES)), bool)
    event, key = np.nonzero(right)
    offset = seen.offsets[queries[event], key]
    near = abs(offset) <= RULE_REACH
    result[event[near], offset[near] + RULE_REACH] = True
    content = np.nonzero(seen.content)[0]
    first = 2 * RULE_REACH + 1
    for place in range(min(PLACES, len(content))):
        result[:, first + place] = right[:, content[place]]
        result[:, first + PLACES + place] = right[:, content[-1 - place]]
    if seen.rivals:
        query, *nouns = seen.rivals
        rows = queries == query
        nearest = min(nouns, key=lambda noun: abs(seen.offsets[query, noun]))
        result[rows, -2], result[rows, -1] = right[rows, nearest], right[rows, min(nouns)]
    return result


@dataclass(frozen=True)
class Picked:
    """What was chosen on one set of sentences: the rule to beat, and the offsets that are counted alike (none: all events)."""

    rule: int
    offsets: tuple[int, ...] = ()


def counted(events: Events, picked: Picked | None = None, level: bool = False) -> tuple[Score, Picked]:
    """The share of events that hit, against the rule picked elsewhere, or the best rule on these events; and that rule.

    level: every offset at which the right key stands LEVEL_EVENTS times or more counts alike. Where 9 nouns of 10 follow
    their determiner at once, "the next word" is 90 % right and no head can be much better; what tells a head that knows
    determiners from one that counts words is the tenth. extra: "plain", the share of all events, and "plain_baseline".
    """
    offsets = picked.offsets if picked else often(events.offsets) if level else ()
    weights = levelled(events.offsets, offsets) if level else np.ones(len(events.hits))
    if not weights.any():
        weights = np.ones(len(events.hits))
    shares = weights @ events.rules / weights.sum()
    rule = picked.rule if picked else int(shares.argmax())
    chance = weights @ events.chance / weights.sum()
    low, high = clustered_wilson(events.hits, events.sentences, weights)
    value, heads, used = weights @ events.hits / weights.sum(), events.hits.shape[1], weights > 0
    baseline, named = max((shares[rule], RULES[rule]), (chance, "chance"))
    n = len(np.unique(events.sentences[used]))
    extra = (
        {"plain": events.hits.mean(0), "plain_baseline": np.full(heads, events.rules.mean(0).max())} if level else {}
    )
    score = Score(value, low, high, np.full(heads, baseline), named, n, int(used.sum()), extra=extra)
    return score, Picked(rule, offsets)


def often(offsets: np.ndarray) -> tuple[int, ...]:
    found, counts = np.unique(offsets, return_counts=True)
    return tuple(int(k) for k in found[counts >= LEVEL_EVENTS])


def levelled(offsets: np.ndarray, counted_alike: tuple[int, ...]) -> np.ndarray:
    """(event,): one over how many events stand at its offset; 0 at the offsets that are not counted."""
    weights = np.zeros(len(offsets))
    for offset in counted_alike:
        here = offsets == offset
        weights[here] = 1 / max(here.sum(), 1)
    return weights


def other_rows(seen: list[Seen]) -> np.ndarray:
    """(head,): how often the other words of those sentences choose the antecedent: high where a head serves that noun to all."""
    shares = []
    for one in seen:
        if one.rivals:
            query, antecedent, _ = one.rivals
            rows = (one.allowed.sum(1) > 2) & ~np.isin(np.arange(len(one.query_words)), (query, antecedent))
            shares.append((one.choice[:, rows] == antecedent).mean(1))
    return np.mean(shares, axis=0)


def fixed(seen: list[Seen], offset: int) -> Score | None:
    """How often the choice stands at a fixed offset, of all words that have a key there; baseline: choosing blindly."""
    events = events_of(seen, f"offset{offset:+d}")
    if events is None:
        return None
    low, high = clustered_wilson(events.hits, events.sentences)
    baseline = np.full(events.hits.shape[1], events.chance.mean())
    n = len(np.unique(events.sentences))
    return Score(events.hits.mean(0), low, high, baseline, "chance", n, len(events.hits))


def best_offset(seen: list[Seen], chosen: np.ndarray | None = None) -> Score | None:
    """The fixed offset each head keeps to most, other than the neighbours (in cross-attention: any). extra: "offset".

    chosen: (head,) offsets picked elsewhere, to score those.
    """
    heads = len(seen[0].weights)
    tried = [k for k in range(-REACH, REACH + 1) if "offset+0" in roles_in(seen) or abs(k) > 1]
    scores = {k: score for k in tried if (score := fixed(seen, k)) is not None}
    if not scores:
        return None
    if chosen is None:
        chosen = np.array(list(scores))[np.argmax([score.value for score in scores.values()], axis=0)]
    picked = [scores.get(int(k)) or nothing(heads) for k in chosen]
    columns = [np.array([getattr(one, name)[head] for head, one in enumerate(picked)]) for name in ENDS]
    least = min(picked, key=lambda one: one.n)
    return Score(*columns, "chance", least.n, least.events, extra={"offset": chosen})


ENDS = ("value", "low", "high", "baseline")


def nothing(heads: int) -> Score:
    return Score(np.zeros(heads), np.zeros(heads), np.ones(heads), np.zeros(heads), "chance", 0, 0)


def roles_in(seen: list[Seen]) -> set[str]:
    return {role for one in seen for role in one.targets}


# --- scores that are one number a sentence ---


def averaged(values: list[np.ndarray], baselines: list[float], rule: str, **extra: np.ndarray) -> Score | None:
    """values: (head,) for each sentence."""
    if not values:
        return None
    low, high = bootstrap(np.stack(values))
    value = np.mean(values, axis=0)
    baseline = np.full(len(value), np.mean(baselines))
    return Score(value, low, high, baseline, rule, len(values), len(values), extra=extra)


def weight_at(seen: list[Seen], offsets: tuple[int, ...]) -> Score | None:
    """Mean weight on the keys at these offsets together, over the words that have one; baseline: equal weights."""
    values, baselines = [], []
    for one in seen:
        there = np.isin(one.offsets, offsets) & one.allowed
        rows = there.any(1) & (one.allowed.sum(1) > 2)
        if rows.any():
            values.append((one.weights * there).sum(-1)[:, rows].mean(1))
            baselines.append((there.sum(1) / one.visible.sum(1).clip(1))[rows].mean())
    return averaged(values, baselines, "equal weights")


def distance(seen: list[Seen]) -> Score | None:
    """Mean distance in words, specials and the word itself left out (Vig & Belinkov 2019); baseline: equal weights."""
    values, baselines = [], []
    for one in seen:
        rows, far = one.allowed.sum(1) > 2, abs(one.offsets)
        if rows.any():
            kept = np.where(one.allowed, one.weights, 0.0)[:, rows]
            values.append(((kept * far[rows]).sum(-1) / kept.sum(-1).clip(1e-9)).mean(1))
            baselines.append((np.where(one.allowed, far, 0).sum(1) / one.allowed.sum(1).clip(1))[rows].mean())
    return averaged(values, baselines, "equal weights")


def breadth(seen: list[Seen]) -> Score | None:
    """Mean entropy of the rows over that of a uniform row, in [0, 1]; baseline: rows drawn at random."""
    return averaged([one.spread for one in seen], [one.even for one in seen], "rows drawn at random")


def resting(seen: list[Seen], first: bool = False) -> Score | None:
    """Mean weight on <s>, </s> and punctuation, or on the first key. extra: "moved", those keys' share of all α‖f(x)‖."""
    values, shares, baselines = [], [], []
    for one in seen:
        keys = np.arange(len(one.key_words)) == 0 if first else ~one.words_only
        rows = slice(2, None) if one.key_places[0] < 0 else slice(None)  # a decoder's first words have little choice
        if keys.any() and one.weights[:, rows].shape[1]:
            values.append(one.weights[:, rows][..., keys].sum(-1).mean(1))
            shares.append(one.moved[:, keys].sum(1))
            baselines.append(keys.sum() / len(keys))
    return averaged(values, baselines, "equal weights", moved=np.mean(shares, axis=0)) if values else None


# --- pairs of sentences: does the head change its mind ---


def flip(seen: list[Seen], pairs: list[tuple[int, int]], seed: int = 0) -> Score | None:
    """The share of minimal pairs in both of whose sentences the row of "it" gives the antecedent more than the distractor.

    A rule that looks at places only scores 0. Null: the greatest share of all heads when in every pair a coin says which
    noun is meant.
    """
    margins = {}
    for one in seen:
        if one.rivals:
            query, antecedent, distractor = one.rivals
            margins[one.sentence] = one.weights[:, query, antecedent] - one.weights[:, query, distractor]
    both = np.array([(margins[i], margins[j]) for i, j in pairs if i in margins and j in margins])  # (pair, 2, head)
    if not len(both):
        return None
    right, wrong = (both > 0).all(1), (both < 0).all(1)  # (pair, head)
    coins = np.random.default_rng(seed).random((PERMUTATIONS, len(both), 1)) < 0.5
    greatest = np.array([np.where(coin, right, wrong).mean(0).max() for coin in coins])
    low, high = clustered_wilson(right, np.arange(len(right)))
    zero = np.zeros(right.shape[1])
    null = float(np.quantile(greatest, 0.99))
    return Score(right.mean(0), low, high, zero, "nearest or first noun", len(right), len(right), null)


# --- all of them ---


def all_scores(
    seen: list[Seen], part: str, pairs: list, vectors: dict, frequency, picked: dict | None = None
) -> tuple[dict[str, Score], dict]:
    """Every score that has a meaning in this part, by name; and the rules and offsets that were picked on these sentences.

    picked: those of another set, to be scored here.
    """
    scores, mine = {}, {}
    for role in HARD:
        events = events_of(seen, role)
        if events is not None:
            scores[role], mine[role] = counted(events, (picked or {}).get(role), level=role in SYNTACTIC)
    if "coreference" in scores:
        scores["coreference"].extra["other_rows"] = other_rows(seen)
    offset = best_offset(seen, (picked or {}).get("offset"))
    if offset is not None:
        scores["offset"], mine["offset"] = offset, offset.extra["offset"]
    scores |= {name: score for name, score in simple_scores(seen, part) if score is not None}
    scores["coreference_flip"] = flip(seen, pairs)
    if part == "encoder":
        scores["semantic"] = likeness(seen, vectors, frequency)
    return {name: score for name, score in scores.items() if score is not None}, mine


def simple_scores(seen: list[Seen], part: str) -> Iterator[tuple[str, Score | None]]:
    """Those without anything to pick. In cross-attention places of two languages are compared: only the offset is."""
    if part != "cross":
        yield "previous", fixed(seen, -1)
        yield "previous_weight", weight_at(seen, (-1,))
        yield "long_distance", distance(seen)
    if part == "encoder":
        yield "next", fixed(seen, 1)
        yield "next_weight", weight_at(seen, (1,))
    yield "local_window", weight_at(seen, tuple(k for k in range(-WINDOW, WINDOW + 1) if k or part == "cross"))
    yield "broad", breadth(seen)
    yield "sink", resting(seen)
    yield "first_token", resting(seen, first=True)
