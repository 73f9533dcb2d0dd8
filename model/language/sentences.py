"""One sentence of the pronoun corpus, English beside French: the nouns' phrases, the clause, and what is said of "it".

Worth knowing: every draw is made in a fixed order, so that a draw added or moved changes every sentence after it.
What only the second version says is asked for by version, and draws only there.
"""

import re
from dataclasses import dataclass
from functools import cache

from model.language.families import drawn
from model.language.french import (
    ASKED,
    SUBJUNCTIVE,
    Clause,
    Grammar,
    Predicate,
    capitals,
    elided,
    noun_phrase,
    polished,
    render_state,
    weighted,
)


@dataclass(frozen=True)
class PronounExample:
    """One sentence and its translation."""

    source: str  # English, with exactly one "it" (or "it's")
    target: str
    antecedent: str  # the English noun it stands for; "" when it stands for nothing
    distractor: str  # the other noun it could have been, or ""
    pronoun: str  # "il" or "elle"; for an object le or la, that noun's il or elle
    template: str


# --- clauses around two nouns ---

DETERMINERS = ["the"] * 36 + ["a", "this"] * 3 + ["that"] * 2 + ["my"] * 4 + ["your", "his", "her", "our", "their"]
UNOWNED = {"nature", "place", "plant", "drink", "animal", "housepart", "group", "thing"}
UNCOUNTED = {"place", "nature", "drink", "idea", "group"}
COLOURED = {"vehicle", "container", "furniture", "clothing", "toy", "machine", "tool", "game", "thing", "document"}
AGES = {"old", "new", "young", "modern"}
INDOORS = {"container", "food", "drink", "clothing", "machine", "document", "furniture", "tool", "toy", "game", "thing"}
LANDMARKS = "landmark tall_plant house fence wall gate statue"
TIMELESS = ("I remember", "I know", "look at", "this is", "here is")  # no "yesterday", no "Tom said that" around these
NOWHERE = {"digital", "notion", "event", "finance", "composition", "ailment"}  # kinds that are at no place


def draw_phrase(words, rng, noun, negative=False, taken=()):
    """taken: predicate keys that the sentence uses, so that no old thing is "too old"."""
    determiner, adjective, after = rng.choice(DETERMINERS), (), False
    if determiner == "a" and (negative or "mass" in noun.tags or noun.kind in UNCOUNTED):
        determiner = "the"
    if determiner not in ("the", "a", "this", "that") and noun.kind in UNOWNED and not noun.tags & {"pet", "farmed"}:
        determiner = "the"
    if rng.random() < 0.16 and noun.kind not in ("nature", "drink", "idea") and "mass" not in noun.tags:
        after = noun.kind in COLOURED and rng.random() < 0.6
        adjective = rng.choice(words.rows("adjective", "after" if after else "before"))
        clash = adjective[0] in taken or (adjective[0] in AGES and AGES & set(taken))
        if clash or (determiner == "a" and adjective[0] == "other"):
            adjective = ()
    return noun_phrase(noun, determiner, adjective, after)


def _place(words, rng, noun, other):
    """A place whose noun "it" cannot mean: no candidate, nor of their kinds. ("", "") if the draw fails."""
    indoors = {noun.kind, other.kind} <= INDOORS
    landmark = rng.choice(words.nouns_called("room" if indoors and rng.random() < 0.6 else LANDMARKS))
    if landmark.kind in (noun.kind, other.kind) or {"nature", *NOWHERE} & {noun.kind, other.kind}:
        return "", ""
    inside = "inside" if landmark.kind == "room" else "place"
    preposition, french_preposition, *_ = rng.choice(words.rows("word", inside))
    english, french = noun_phrase(landmark, "the")
    return f" {preposition} {english}", f" {french_preposition} {french}"


def fill(text, noun, other, person):
    return text.replace("{A}", noun).replace("{B}", other).replace("{P}", person)


def draw_clause(words, rng, clause, noun, other, taken=(), may_open=True):
    """A clause with its nouns and its person, and sometimes one more noun, a time or "Tom said that"."""
    phrase, phrase_french = draw_phrase(words, rng, noun, clause.negative, taken)
    rival, rival_french = draw_phrase(words, rng, other, clause.negative, taken)
    person, person_french, *_ = rng.choice(words.rows("person", "3p" if clause.person == "3p" else "3s"))
    chance, tail, front = rng.random(), ("", ""), ("", "")
    compound = re.search(r"\b(has|have|had|will|won't|nearly)\b", clause.english)
    if words.version > 1 and clause.english.startswith(TIMELESS):
        compound, may_open = True, False
    if chance < 0.45 and clause.relations != ("neutral",):  # "It was flooded" could be the place
        tail = _place(words, rng, noun, other)
        if clause.english.startswith("{A}") and chance < 0.2:
            phrase, phrase_french, tail = phrase + tail[0], phrase_french + tail[1], ("", "")
    elif chance < 0.57 and may_open and not compound and clause.relations[0] not in ASKED:
        opener = "prefix" if chance > 0.53 else clause.tense
        english, french, *_ = rng.choice(words.rows("word", opener))
        gap = " " if opener == "prefix" else ", "
        front = (english + gap, french + gap)
    elif words.version > 1 and 0.6 < chance < 0.68 and phrase.startswith("the "):
        english, french, *_ = rng.choice(words.rows("relative", "relative"))
        phrase += f" {english}"
        phrase_french += f" {french.replace('{e}', 'e' * noun.feminine)}"
    elif words.version > 1 and 0.68 < chance < 0.8 and clause.tense == "past" and not compound:
        tail = tuple(f" {text}" for text in rng.choice(words.rows("word", "end"))[:2])
    french = clause.french.replace("{eA}", "e" * noun.feminine).replace("{eB}", "e" * other.feminine)
    source = front[0] + fill(clause.english, phrase, rival, person) + tail[0]
    return source, front[1] + fill(french, phrase_french, rival_french, person_french) + tail[1]


# --- frames: the words around what is said of "it" ---

PLAIN = (("", ""),) * 6 + (("already", "déjà"), ("completely", "complètement"), ("still", "encore"))
SEEM = {"past": (("looked", "semblait"), ("seemed", "semblait")), "present": (("looks", "semble"), ("seems", "semble"))}
MODAL = {
    "past": (
        (("must have been", "devait être"), 3),
        (("might have been", "était peut-être"), 2),
        (("had been", "avait été"), 3),
        (("would be", "serait"), 1),
    ),
    "present": (
        (("must be", "doit être"), 3),
        (("might be", "est peut-être"), 2),
        (("will be", "sera"), 2),
        (("has become", "est devenu{e}"), 2),
    ),
}
LASTING = {"still", "already", "probably", "clearly"}  # nothing becomes so, or must be so
BEING = {"grade", "state", "done", "verb"}
DENIED = {"past": ("didn't", "didn't", "couldn't"), "present": ("doesn't", "doesn't", "can't")}


@cache
def _degrees(words: Grammar, plain: bool) -> tuple:
    rows = (row for row in words.rows("degree", "degree") if not (plain and "too" in row[0]))
    return weighted((row[:2], int(row[2])) for row in rows)


def _modal(rng, clause: Clause) -> tuple[str, str]:
    """Another form of "it is"; what will or would be so explains only what will not or could not be."""
    wanted = {"will be": r"\b(will|won't)\b", "would be": r"\b(could|couldn't|wouldn't|refused)\b"}
    ways = [way for way in MODAL[clause.tense] if re.search(wanted.get(way[0][0], ""), clause.english)]
    return drawn(rng, weighted(ways))


def compatible(first: Predicate, second: Predicate, version: int = 1) -> bool:
    """Whether both fit one English frame, so that a pair differs in one word only; in version 2 also in one phrase."""
    if version > 1 and first.type == second.type == "phrase":
        return first.key != second.key
    same_frame = first.type == second.type or {first.type, second.type} <= BEING
    return same_frame and "phrase" not in (first.type, second.type) and first.key != second.key


def choose_frame(words, rng, first: Predicate, second: Predicate, clause: Clause, relation: str, plain: bool) -> tuple:
    """The words around the predicate: (name, English, French or degree), the same for both members of a pair."""
    types, chance, past = {first.type, second.type}, rng.random(), clause.tense == "past"
    if types & {"neg", "phrase"}:
        return (first.type, rng.choice(DENIED[clause.tense]), "")
    if relation not in SUBJUNCTIVE:
        if types == {"grade"}:
            return _grade_frame(words, rng, first, second, clause, relation, plain, chance)
        if words.version > 1 and types <= {"state", "grade"} and chance < 0.1:
            return ("seem", _modal(rng, clause), ("", ""))
        if types == {"verb"} and past and chance < 0.3:
            return ("kept", "kept", "n'arrêtait pas")
        if types == {"done"} and past and chance < 0.35:
            return ("done", "had just been", "venait d'être") if chance < 0.2 else ("done", "had been", "avait été")
        if types == {"done"}:
            return ("be", "", rng.choice(PLAIN))
    return ("be", "", ("", ""))


def _grade_frame(words, rng, first, second, clause, relation, plain, chance):
    """For adjectives that take a degree: "is too wide", "is not wide enough", "seems very wide", "had become wide"."""
    opposites = first.opposite and second.opposite and (first == second or first.opposite != second.opposite)
    fails = clause.negative or "n't" in clause.english or " not " in clause.english
    because = relation == "because"
    if chance < 0.25 and opposites and fails and because and not plain:
        return ("enough", "", "")
    degree = drawn(rng, _degrees(words, plain))
    if words.version > 1 and degree[0] in LASTING:
        return ("be", "", degree)
    if chance > 0.9 and because:
        return ("seem", rng.choice(SEEM[clause.tense]), degree)
    if words.version > 1 and 0.74 < chance < 0.87:
        return ("seem", _modal(rng, clause), degree)
    become = chance > 0.87 and clause.tense == "past" and because and degree[0] not in LASTING
    return ("become" if become else "be", "", degree)


# --- sentences, and minimal pairs of them ---


@cache
def _joins(words: Grammar, relation: str, so: bool, asked: bool) -> tuple:
    """Ways to join a clause {C} and what is said {S} of it, with cumulative weights.

    so: whether S has "so"; asked: whether S can become a question {Q}, French {V}: "was it too wide".
    """
    rows = (
        row for row in words.rows("join", relation) if not (so and ", so " in row[0]) and (asked or "{Q}" not in row[0])
    )
    return weighted((row[:2], int(row[2])) for row in rows)


def _question(said: str, french: str, pronoun: str) -> tuple[str, str]:
    """What is said of it, asked: "was too wide" as "was it too wide", "était trop large" as "était-elle trop large"."""
    be, rest = said.split(" ", 1)
    turned = re.fullmatch(r"((?:n'|ne )?)(était|est) (.*)", french)
    asked = f"{turned[1]}{turned[2]}-{pronoun} {turned[3]}" if turned else f"est-ce que {pronoun} {french}"
    return f"{be} it {rest}", asked


def _around(words, rng, tense) -> tuple[tuple[str, str], tuple[str, str]]:
    """Sentences before and after, mostly none, with nothing that "it" could stand for."""
    if words.version == 1:
        return ("", ""), ("", "")
    lead = tuple(f"{text} " for text in rng.choice(words.rows("lead", "lead"))[:2])
    follow = tuple(f" {text}" for text in rng.choice(words.rows("follow", tense))[:2])
    return lead if rng.random() < 0.06 else ("", ""), follow if rng.random() < 0.06 else ("", "")


def sentences(words, rng, family, clause, noun, other, members, relation):
    """One sentence for each (who is meant, who is not, predicate) of members, alike but for that."""
    frame = choose_frame(words, rng, members[0][2], members[-1][2], clause, relation, family.plain)
    states = [render_state(words, predicate, meant, clause.tense, frame, relation) for meant, _, predicate in members]
    asked = all(said.startswith(("was ", "is ")) for said, _ in states)
    english, french = drawn(rng, _joins(words, relation, states[0][0].split()[1:2] == ["so"], asked))
    taken = tuple(word for said, _ in states for word in said.split())
    main = draw_clause(words, rng, clause, noun, other, taken, english.startswith("{C}"))
    contracted = clause.tense == "present" and rng.random() < 0.35
    lead, follow = _around(words, rng, clause.tense)
    for (meant, rival, _), state in zip(members, states):
        source = english.replace("{C}", main[0]).replace("{S}", state[0])
        target = french.replace("{C}", main[1]).replace("{S}", state[1])
        if "{Q}" in english:
            question, asked_french = _question(*state, meant.pronoun)
            source, target = source.replace("{Q}", question), target.replace("{V}", asked_french)
        source = re.sub(r"\b([Ii])t is ", r"\1t's ", source) if contracted else source
        target = polished(target.replace("{I}", meant.pronoun))
        target = target if words.version == 1 else elided(target)
        texts = lead[0] + capitals(source) + follow[0], lead[1] + target + follow[1]
        yield PronounExample(*texts, meant.english, rival.english, meant.pronoun, family.name)


def fits(predicate: Predicate, relation: str) -> bool:
    """bien que and jusqu'à ce que take a subjunctive, which only être has here."""
    return relation not in SUBJUNCTIVE or predicate.type in ("grade", "state", "done")
