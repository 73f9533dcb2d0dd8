"""Find the head: which heads join two words of a sentence, and whether they do the like elsewhere.

Worth knowing: with sixty heads and a dozen words, some head joins any two words. What a head does on the reference sentences
tells a habit from a coincidence.
"""

from dataclasses import dataclass

from model.evidence.causes.pronoun import pronoun_step
from model.evidence.roles.labels import NO_ROLE
from model.evidence.roles.rows import HeadRow, Heads
from model.evidence.roles.seen import DIRECTIONS
from model.language.relations import relations
from model.reading.maps import to_words
from model.reading.measures import wilson
from model.reading.place import Place
from model.reading.run import Run

HABIT = 0.5  # of the reference sentences' words: what a head does less often than this is no habit


@dataclass(frozen=True)
class Found:
    """A head, and the weight it puts on the key word from the query word, in [0, 1].

    like: the role the two words show, as scores name it, or "offset": then only their distance is known; offset: in words.
    usual: how often the head chooses so on the reference sentences, with interval, baseline and n sentences; None for an
    offset that was not counted. coincidence: it does not make a habit of it, so that the weight here proves nothing.
    """

    part: str
    layer: int
    head: int
    weight: float
    label: str
    like: str
    offset: int
    usual: float | None
    interval: tuple[float, float] | None
    baseline: float | None
    n: int
    coincidence: bool


def find(run: Run, query_word: int, key_word: int, known: Heads, part: str = "encoder") -> list[Found]:
    """The heads of a part by their weight from one word to another, the strongest first.

    query_word, key_word: indices into the words of the map's axes. known: what the model's heads do elsewhere.
    Raises ValueError for a part the run has no attention for, or a word that is not there.
    """
    if part not in run.maps:
        raise ValueError(f'part must be one of {", ".join(run.maps) or "none: there is no attention"}; got "{part}"')
    maps = run.maps[part]
    for name, word, axis in (("query_word", query_word, maps.query_axis), ("key_word", key_word, maps.key_axis)):
        if not 0 <= word < len(axis.words):
            raise ValueError(f"{name} must be between 0 and {len(axis.words) - 1}; got {word}")
    weights = to_words(maps.all_weights(), maps.query_axis, maps.key_axis)[:, :, query_word, key_word]
    like, offset = role_between(run, query_word, key_word, part), key_word - (part == "decoder") - query_word
    rows = {row.place: row for row in known.rows}
    places = [Place(part, layer, head) for layer in range(maps.layers) for head in range(maps.heads)]
    found = [
        Found(*place, float(weights[place[1:]]), **habit(rows.get(place), like, offset, known.reported_on))
        for place in places
    ]
    return sorted(found, key=lambda one: -one.weight)


def role_between(run: Run, query: int, key: int, part: str) -> str:
    """The role two words show, as far as it is known without a parser; "" for none."""
    queries, keys = (
        [word.text.lower() for word in axis.words] for axis in (run.maps[part].query_axis, run.maps[part].key_axis)
    )
    if part == "cross":
        step = pronoun_step(run.text, run.target)
        known = step is not None and (query, key) == (run.target.tokens[step].word, it_of(run))
        return "translation" if known else ""
    if queries[query] == keys[key] and run.maps[part].key_axis.words[key].kind == "word":
        return "same_word"
    if part == "decoder":
        return ""
    if any((query, key) == (one.word, one.candidates[0].word) for one in run.antecedents):
        return "coreference"
    for one in relations([word.text for word in run.source.words]):
        up, down = DIRECTIONS[one.dependent]
        if (query, key) in ((one.place, one.governor), (one.governor, one.place)):
            return up if query == one.place else down
    return ""


def it_of(run: Run) -> int | None:
    """The word "it" of the sentence; None if there is none."""
    return run.antecedents[0].word if run.antecedents else None


def habit(row: HeadRow | None, like: str, offset: int, sentences: int) -> dict:
    """What a head does on the reference sentences where two words stand like these."""
    if row and like in row.scores:
        score = row.scores[like]
        rare = score.low <= score.baseline or score.value < HABIT
        counted = {"usual": score.value, "interval": (score.low, score.high), "baseline": score.baseline}
        return {"label": row.label, "like": like, "offset": offset, "n": score.n, "coincidence": rare} | counted
    shares = row.offsets if row else ()
    usual = shares[offset + len(shares) // 2] if abs(offset) <= len(shares) // 2 and shares else None
    return {
        "label": row.label if row else NO_ROLE,
        "like": "offset",
        "offset": offset,
        "usual": usual,
        "interval": None if usual is None else wilson(usual * sentences, sentences),
        "baseline": None,
        "n": sentences,
        "coincidence": usual is None or usual < HABIT,
    }
