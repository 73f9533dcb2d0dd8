"""What the heads of one stack saw in one sentence, word by word, and where they should have looked to have a given role.

Worth knowing: rows are words, not sub-words (Clark et al. 2019): attention to a split word is the sum over its pieces, from a
split word the mean. In the decoder and in cross-attention a row belongs to the word it writes, so in the decoder offset -1
is the word just read, and nothing looks at itself.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from model.language.french import grammar
from model.language.pronouns import PronounExample
from model.language.relations import relations

DIRECTIONS = {  # how a relation is named when the dependent looks at its governor, and the other way round
    "determiner": ("determiner_to_noun", "noun_to_determiner"),
    "adjective": ("adjective_to_noun", "noun_to_adjective"),
    "subject": ("subject_to_verb", "verb_to_subject"),
    "object": ("object_to_verb", "verb_to_object"),
    "complement": ("object_to_preposition", "preposition_to_object"),
}
SYNTACTIC = tuple(name for both in DIRECTIONS.values() for name in both)
REACH = 8  # words; the greatest fixed offset that is scored, and the least distance that counts as long
CHOICES = 3  # with fewer keys to choose from, looking at the right one is no achievement


@dataclass(frozen=True)
class Seen:
    """One sentence in one stack; the heads of all its layers in one row, those of the first layer first.

    weights: (head, query, key), over words; every row sums to 1 unless its query has no token.
    query_places, key_places: (query,) and (key,); a key's offset from a query is the difference of their places.
    queries without words of their own (</s>) are left out. spread: (head,), the rows' entropy over that of a uniform row,
    in [0, 1]; even: the same of rows drawn at random. moved: (head, key), the key's share of the lengths α‖f(x)‖.
    targets: by role, where a head with that role looks: (query, right keys). rivals: (query, antecedent, distractor), of "it".
    """

    sentence: int
    weights: np.ndarray
    query_words: tuple[str, ...]
    key_words: tuple[str, ...]
    key_kinds: tuple[str, ...]
    query_places: np.ndarray
    key_places: np.ndarray
    visible: np.ndarray
    spread: np.ndarray
    even: float
    moved: np.ndarray
    targets: dict = field(default_factory=dict)
    rivals: tuple[int, int, int] | None = None

    @cached_property
    def offsets(self) -> np.ndarray:
        """(query, key): the key's place minus the query's."""
        return self.key_places[None] - self.query_places[:, None]

    @cached_property
    def content(self) -> np.ndarray:
        """(key,): not <s> or </s>."""
        return np.array([kind != "special" for kind in self.key_kinds])

    @cached_property
    def words_only(self) -> np.ndarray:
        """(key,): neither special nor punctuation."""
        return np.array([kind == "word" for kind in self.key_kinds])

    @cached_property
    def allowed(self) -> np.ndarray:
        """(query, key): what a row may choose: visible, no special, not itself."""
        return self.visible & self.content

    @cached_property
    def choice(self) -> np.ndarray:
        """(head, query): the key with the greatest weight among those allowed."""
        return np.where(self.allowed, self.weights, -1.0).argmax(-1)


def only(words: tuple[str, ...], wanted: str) -> int:
    """The place of the one word that reads so; -1 if there is none, or several."""
    found = [i for i, word in enumerate(words) if word.lower() == wanted]
    return found[0] if len(found) == 1 else -1


def french_of(noun: str, words: tuple[str, ...]) -> int:
    """Where an English noun of the generator stands in a French sentence: its first word there, -1 if not once."""
    spellings = {one.french.split()[0] for one in grammar().lexicon if one.english == noun}
    places = [place for place in (only(words, spelling) for spelling in spellings) if place >= 0]
    return places[0] if len(places) == 1 else -1


# --- where a head with a given role looks ---


def role_targets(seen: Seen, part: str, example: PronounExample, frequency) -> tuple[dict, tuple | None]:
    """Targets and rivals of a sentence (see Seen). frequency: word in small letters to how often it is written."""
    right = {"rare_word": rare_words(seen, frequency)}
    if part == "cross":
        right["translation"] = translations(seen, example)
    else:
        right["same_word"] = same_words(seen)
    if part == "encoder":
        right |= syntax(seen)
    rivals = rivals_of(seen, part, example)
    if rivals:
        right["coreference"] = [(rivals[0], [rivals[1]])]
    for offset in range(-REACH, REACH + 1):
        if offset or part == "cross":
            right[f"offset{offset:+d}"] = [(int(q), [int(k)]) for q, k in zip(*np.nonzero(seen.offsets == offset))]
    if part != "cross":  # an arc is long by itself, whatever it is called
        arcs = [arc for name in (*SYNTACTIC, "coreference") for arc in right.get(name, ())]
        right["long_arcs"] = [(q, keys) for q, keys in arcs if min(abs(seen.offsets[q, keys])) >= REACH]
    kept = {name: [arc for arc in found if possible(seen, *arc)] for name, found in right.items()}
    return {name: found for name, found in kept.items() if found}, rivals


def possible(seen: Seen, query: int, keys: list[int]) -> bool:
    return seen.allowed[query].sum() >= CHOICES and seen.allowed[query, keys].all()


def syntax(seen: Seen) -> dict[str, list]:
    found = {name: {} for name in SYNTACTIC}
    for one in relations(list(seen.query_words)):
        up, down = DIRECTIONS[one.dependent]
        found[up].setdefault(one.place, []).append(one.governor)
        found[down].setdefault(one.governor, []).append(one.place)
    return {name: list(arcs.items()) for name, arcs in found.items()}


def same_words(seen: Seen) -> list:
    small = [word.lower() for word in seen.key_words]
    found = []
    for query, word in enumerate(seen.query_words):
        equal = np.array([other == word.lower() for other in small]) & seen.words_only & seen.allowed[query]
        if equal.any():
            found.append((query, np.nonzero(equal)[0].tolist()))
    return found


def rare_words(seen: Seen, frequency) -> list:
    """The least frequent of the words a row may choose, for every word that is not rarer itself."""
    often = np.array([frequency[word.lower()] for word in seen.key_words])
    found = []
    for query, word in enumerate(seen.query_words):
        choice = seen.allowed[query] & seen.words_only
        if choice.any() and frequency[word.lower()] > often[choice].min():
            found.append((query, np.nonzero(choice & (often == often[choice].min()))[0].tolist()))
    return found


def translations(seen: Seen, example: PronounExample) -> list:
    """From the French noun, as it is written, to the English one, and from il or elle to "it"."""
    pairs = [(french_of(noun, seen.query_words), only(seen.key_words, noun)) for noun in candidates(example)]
    pairs.append((pronoun_place(seen.query_words, example), only(seen.key_words, "it")))
    return [(query, [key]) for query, key in pairs if min(query, key) >= 0]


def candidates(example: PronounExample) -> list[str]:
    return [noun for noun in (example.antecedent, example.distractor) if noun]


def pronoun_place(words: tuple[str, ...], example: PronounExample) -> int:
    """Where the il or elle of "it" is written; -1 where another one stands in the sentence."""
    place, other = only(words, example.pronoun), "elle" if example.pronoun == "il" else "il"
    return place if other not in (word.lower() for word in words) else -1


def rivals_of(seen: Seen, part: str, example: PronounExample) -> tuple[int, int, int] | None:
    """The row of "it" (of il or elle where French is written), and the two nouns it could stand for."""
    if len(candidates(example)) < 2:
        return None
    query = only(seen.query_words, "it") if part == "encoder" else pronoun_place(seen.query_words, example)
    where = french_of if part == "decoder" else lambda noun, words: only(words, noun)
    keys = tuple(where(noun, seen.key_words) for noun in candidates(example))
    if min(query, *keys) < 0 or keys[0] == keys[1] or not possible(seen, query, list(keys)):
        return None
    return (query, *keys)
