"""Which word of a sentence depends on which, as far as the generator of the pronoun corpus knows: the gold for syntax.

Worth knowing: this is no parser. It knows the clauses and nouns the generator writes with; of other sentences it says little
or nothing. It says nothing, in any sentence, of the clause around "it", nor of forms of *be*, which have no object.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from model.language.french import clauses_of, english_forms, grammar

RELATIONS = {  # what each depends on: (dependent, governor) as they are named in scores
    "determiner": "noun",
    "adjective": "noun",
    "subject": "verb",
    "object": "verb",
    "complement": "preposition",
}
PLACES = ("near", "behind", "in", "in front of", "next to")  # before a place that follows a subject
PARTICLES = {"away": ("carry",), "off": ("close", "turns"), "up": ("picks",)}  # belong to these verbs, not to the noun
PHRASE = "{}"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _set("the a an this that my your his her our their")
PREPOSITIONS = _set(
    "across after against along at behind beside by for from in inside into near of off on onto over through to under up "
    "with about"
)
AUXILIARIES = _set(
    "did didn't not do does doesn't don't was is had has have will won't can can't cannot could couldn't wouldn't "
    "never nearly able to"
)


@dataclass(frozen=True)
class Relation:
    """One dependent word and its governor, by their places among the words of the sentence."""

    dependent: str  # a key of RELATIONS
    place: int
    governor: int


@dataclass(frozen=True)
class Piece:
    """A word, or a noun phrase that counts as one. text: the word in small letters, or PHRASE; place: of the (head) word."""

    text: str
    place: int


# --- noun phrases ---


@cache
def _nouns() -> frozenset[str]:
    people = (row[0].split()[-1] for kind in ("3s", "3p") for row in grammar().rows("person", kind) if " " in row[0])
    return frozenset(noun.english for noun in grammar().lexicon) | frozenset(people)


@cache
def _names() -> frozenset[str]:
    """Who acts without a determiner: Tom, he, someone, I."""
    people = (row[0].lower() for kind in ("3s", "3p") for row in grammar().rows("person", kind) if " " not in row[0])
    return frozenset(people) | {"i", "you", "we", "they", "nobody"}


@cache
def _adjectives() -> frozenset[str]:
    return frozenset(row[0] for where in ("after", "before") for row in grammar().rows("adjective", where))


def pieces(words: list[str]) -> tuple[list[Piece], list[Relation]]:
    """The sentence with each noun phrase as one piece, and the relations inside the phrases."""
    small, found, relations, place = [word.lower() for word in words], [], [], 0
    while place < len(small):
        end = place + 1
        while small[place] in DETERMINERS and end < len(small) and small[end] in _adjectives():
            end += 1
        if small[place] in DETERMINERS and end < len(small) and small[end] in _nouns():
            found.append(Piece(PHRASE, end))
            relations.append(Relation("determiner", place, end))
            relations += [Relation("adjective", middle, end) for middle in range(place + 1, end)]
            place = end + 1
        else:
            found.append(Piece(PHRASE if small[place] in _names() else small[place], place))
            place += 1
    return found, relations


# --- clauses ---


@dataclass(frozen=True)
class Roles:
    """Where in a clause the roles are, as places among its pieces. subject: -1 without one; objects: (verb, object)."""

    subject: int
    verb: int
    objects: tuple[tuple[int, int], ...]


def _patterns() -> Iterator[tuple[str, frozenset[str]]]:
    """Every clause the generator has, with slots, and its verb's forms; none where the first word that may be it is it."""
    for rows in grammar().templates.values():
        for row in rows:
            if row[0] in ("verb", "raw"):
                spec = row[1].split()[1] if row[0] == "verb" else ""
                forms = frozenset(list(english_forms(spec, "I has was").values())[:4] if spec else ())
                yield from ((clause.english, forms) for clause in clauses_of(grammar(), row)[0])
    for family, row in (("see", "see"), ("single", "single"), ("object", "object"), ("object", "object2")):
        actor = "{P} " if family == "object" else ""
        yield from ((actor + english, frozenset()) for _, english, *_ in grammar().rows(family, row))


def _roles(found: list[Piece], forms: frozenset[str]) -> Roles | None:
    """The roles in one clause pattern; None where there is no verb but be."""
    texts = [piece.text for piece in found]
    subject = texts.index(PHRASE) if PHRASE in texts else -1
    after = range(subject + 1, len(texts))
    verb = next((i for i in after if (texts[i] in forms if forms else texts[i] not in AUXILIARIES)), -1)
    if verb < 0 or texts[verb] in PREPOSITIONS | {"next", PHRASE, "made", "it"}:
        return None
    objects = []
    for i in range(verb + 1, len(texts)):
        before = texts[i - 1]
        infinitive = texts[i - 2] == "to" and before not in PREPOSITIONS
        particle = any(texts[verb].startswith(stem) for stem in PARTICLES.get(before, ())) and i - 1 == verb + 1
        if texts[i] == PHRASE and (i - 1 == verb or infinitive or particle):
            objects.append((i - 1 if infinitive else verb, i))
    return Roles(subject, verb, tuple(objects))


@cache
def _clauses() -> dict[tuple[str, ...], Roles | None]:
    """What the generator's clauses look like when each noun phrase is one piece."""
    known = {}
    for pattern, forms in _patterns():
        words = pattern.replace("{A}", "the dog").replace("{B}", "the dog").replace("{P}", "Tom").split()
        found, _ = pieces(words)
        known[tuple(piece.text for piece in found)] = _roles(found, forms)
    return known


def _clause(found: list[Piece]) -> tuple[list[Piece], Roles] | None:
    """The longest clause of the generator among these pieces, without the place that may follow its subject."""
    for length in range(len(found), 1, -1):
        for start in range(len(found) - length + 1):
            if start and found[start - 1].text in PREPOSITIONS:
                continue  # it would begin inside "near the wall"
            window = found[start : start + length]
            for variant in (window, *_without_place(window)):
                roles = _clauses().get(tuple(piece.text for piece in variant))
                if roles:
                    return variant, roles
    return None


def _without_place(window: list[Piece]) -> Iterator[list[Piece]]:
    subject = next((i for i, piece in enumerate(window) if piece.text == PHRASE), len(window))
    for words in map(str.split, PLACES):
        end = subject + 1 + len(words)
        if [piece.text for piece in window[subject + 1 : end + 1]] == [*words, PHRASE]:
            yield window[: subject + 1] + window[end + 1 :]


def _governed(found: list[Piece]) -> Iterator[Relation]:
    """A preposition and the noun it stands before."""
    for i, piece in enumerate(found[1:], 1):
        before = found[i - 1]
        verb = found[i - 2].text if i > 1 else ""
        particle = any(verb.startswith(stem) for stem in PARTICLES.get(before.text, ()))
        if piece.text == PHRASE and before.text in PREPOSITIONS and not particle:
            yield Relation("complement", piece.place, before.place)


def relations(words: list[str]) -> list[Relation]:
    """Who depends on whom in a sentence, as far as the generator knows (see the head of this file).

    words: as Tokenizer.words cuts them. The subject's governor is the verb that carries the meaning ("cross" in "didn't
    cross"), as in Stanford dependencies; a preposition governs its noun.
    """
    found, inside = pieces(words)
    clause, result = _clause(found), [*inside, *_governed(found)]
    if clause:
        part, roles = clause
        if roles.subject >= 0:
            result.append(Relation("subject", part[roles.subject].place, part[roles.verb].place))
        result += [Relation("object", part[i].place, part[verb].place) for verb, i in roles.objects]
    return result
