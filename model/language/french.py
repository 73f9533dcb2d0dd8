"""Words and grammar of the generated pronoun corpus, English beside French: verbs, agreement, elision, noun phrases.

Worth knowing: nothing here is random. The corpus (pronouns.py) draws; this file knows how what was drawn is said.
The words are in tables: lexicon.tsv (nouns), predicates.tsv (what is said of "it"), templates.tsv (the rest);
version 2 has more of each, and objects.tsv (see objects.py).
There {A} and {B} are the candidates, {P} a person who acts. A word with a slash is a verb to conjugate ("cross/"
regular, "go/goes/went/gone" not); "*" marks a French verb with être, "~" a reflexive one.
"""

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
VERSIONS = (1, 2)
LINKS = ("but", "until", "though", "neutral", "event", "while")  # of a row that is not explained by "because"
ASKED = {"why": "why didn't", "ask": "did", "or": "did"}  # modes that ask; "or": "Did it fit, or was it too big?"
TYPES = ("grade", "state", "done", "verb", "neg", "phrase")
VOWELS = tuple("aeiouhéèêàâîôûœ")


@dataclass(frozen=True)
class Noun:
    """One noun in both languages."""

    english: str
    french: str
    gender: str  # "m" or "f"
    kind: str  # animal, vehicle, container, ...
    tags: frozenset  # what the families ask for: runs, holder, ...; "mass", "aspirated"

    @property
    def feminine(self) -> bool:
        return self.gender == "f"

    @property
    def pronoun(self) -> str:
        return "elle" if self.feminine else "il"

    @property
    def elides(self) -> bool:
        """Whether le and la become l' before it: a vowel or a mute h, but not a y (le yaourt)."""
        return self.french.startswith(VOWELS) and "aspirated" not in self.tags


@dataclass(frozen=True)
class Predicate:
    """What is said of "it". Verbs and phrases keep English forms in masculine and French ones in feminine."""

    key: str
    type: str  # grade (takes "too"), state, done (a participle), verb (-ing), neg (a verb denied), phrase
    masculine: str
    feminine: str
    opposite: str  # the key of another predicate, or ""


@dataclass(frozen=True)
class Clause:
    """A main clause with slots."""

    english: str
    french: str
    tense: str  # of what is said of "it": past or present
    relations: tuple  # which connectives fit: because, but, though, until, neutral, why
    negative: bool = False
    only: str = ""  # a tag that {B} must have
    person: str = "3s"


# --- reading the tables ---


class Grammar:
    """All words and rows of one version, read once. Version 1 is tables/1; version 2 is that and every folder of tables/2.

    Raises ValueError, naming file and line, for rows that cannot be used; with lenient they are kept as problems (check.py).
    """

    def __init__(self, version: int, lenient: bool = False):
        if version not in VERSIONS:
            raise ValueError(f"version must be one of {', '.join(map(str, VERSIONS))}; got {version}")
        self.version, self.problems = version, []
        wider = sorted(path for path in (TABLES / "2").iterdir() if path.is_dir()) if version > 1 else []
        self.folders = (TABLES / "1", *wider)
        self.lexicon = self.read_lexicon()
        self.predicates = self.read_predicates()
        self.templates = self.read_templates()
        if self.problems and not lenient:
            raise ValueError("\n".join(self.problems[:20]))

    def table(self, name: str):
        """(where, row) of one table in every folder that has it; a row of another width is a problem and left out."""
        for folder in self.folders:
            path = folder / f"{name}.tsv"
            if path.exists():
                with open(path, encoding="utf-8", newline="") as file:
                    reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                    for row in reader:
                        where = f"{folder.name}/{path.name}, line {reader.line_num}"
                        if None in row or None in row.values():
                            many = "many" if None in row else "few"
                            self.problems.append(f"{where} has too {many} columns: {len(reader.fieldnames)} are needed")
                        else:
                            yield where, {key: value.strip() for key, value in row.items()}

    def read_lexicon(self) -> tuple[Noun, ...]:
        """Nouns in the tables' order; one that stands in several tables has the tags of all."""
        found: dict[str, Noun] = {}
        for where, row in self.table("lexicon"):
            noun = Noun(row["english"], row["french"], row["gender"], row["kind"], frozenset(row["tags"].split()))
            known = found.get(noun.english)
            if noun.gender not in ("m", "f"):
                self.problems.append(f"{where}: the gender must be m or f; got {noun.gender!r}")
            elif known and (known.french, known.gender) != (noun.french, noun.gender):
                self.problems.append(f"{where}: {noun.english} is {noun.french} ({noun.gender}), before {known.french}")
            else:
                found[noun.english] = replace(known, tags=known.tags | noun.tags) if known else noun
        return tuple(found.values())

    def read_predicates(self) -> dict[str, Predicate]:
        """By key; a feminine that follows the rule is not in the table, and the first row of a key holds."""
        found: dict[str, Predicate] = {}
        for where, row in self.table("predicates"):
            one = Predicate(*row.values())
            if one.type not in TYPES:
                self.problems.append(f"{where}: the type must be one of {', '.join(TYPES)}; got {one.type!r}")
            else:
                found.setdefault(one.key, replace(one, feminine=one.feminine or _feminine(one.masculine)))
        return found

    def read_templates(self) -> dict[str, tuple]:
        """For each family its rows, as (row, one, two, three, four). What is said of one noun (A, B) is united."""
        families: dict[str, list] = {}
        for where, row in self.table("templates"):
            family, *rest = row.values()
            if not where.startswith("1/"):
                self.problems += [f"{where}: {problem}" for problem in self.template_problems(family, rest, families)]
            rows = families.setdefault(family, [])
            same = [i for i, (name, *_) in enumerate(rows) if name == rest[0] in ("A", "B", "nouns")]
            if not same:
                rows.append(tuple(rest))
            elif rest[0] != "nouns":
                rows[same[0]] = (rest[0], f"{rows[same[0]][1]} {rest[1]}", *rest[2:])
        return {family: tuple(rows) for family, rows in families.items()}

    def template_problems(self, family: str, row: list, families: dict):
        """What is wrong with one row of the wider tables; the first version passes over what it does not know."""
        name, one, two, *_ = row
        if name in ("A", "B"):
            unknown = [key for key in one.split() if key not in self.predicates]
            if unknown:
                yield f"{family} {name} has no predicates {' '.join(unknown)}"
        called = {"nouns": f"{one} {two}", "object": one, "object2": one.replace(";", " "), "to": row[4]}.get(name, "")
        unknown = [word for word in called.split() if word != "*" and not self.nouns_called(word)]
        if unknown:
            yield f"{family} {name} matches no noun with {' '.join(unknown)}"
        if name in ("verb", "raw", "A", "B") and family not in families:
            yield f"{family} must begin with its row of nouns"

    @cache  # noqa: B019  there are two grammars, and both stay
    def nouns_called(self, words: str) -> tuple[Noun, ...]:
        """Nouns named by a tag, a kind or themselves, in the table's order."""
        wanted = set(words.split())
        return tuple(noun for noun in self.lexicon if wanted & (noun.tags | {noun.kind, noun.english}))

    def predicates_called(self, keys) -> tuple[Predicate, ...]:
        """The predicates of these keys, in this order; a key that the table does not have is left out."""
        return tuple(self.predicates[key] for key in keys if key in self.predicates)

    @cache  # noqa: B019
    def rows(self, family: str, row: str) -> tuple:
        """Rows of one family and name, as (one, two, three, four)."""
        return tuple(rest for name, *rest in self.templates.get(family, ()) if name == row)


@cache
def grammar(version: int = 1) -> Grammar:
    """The grammar of this version, the same one at every call."""
    return Grammar(version)


def weighted(pairs) -> tuple[tuple, tuple]:
    """(item, whole weight) pairs as (items, cumulative weights), so that a draw is one bisection."""
    items, weights = zip(*pairs)
    return items, tuple(accumulate(weights))


# --- agreement and elision ---

CONTRACTIONS = (
    (" de le ", " du "), (" à le ", " au "), ("'à le ", "'au "), (" de un", " d'un"), (" de a", " d'a"), (" de e", " d'e"),
    (" de é", " d'é"), (" de o", " d'o"), (" de hé", " d'hé"),
    ("que il", "qu'il"), ("que elle", "qu'elle"), ("que un", "qu'un"),
)  # fmt: skip


def _feminine(masculine: str) -> str:
    for ending, feminine in (("e", "e"), ("x", "se"), ("if", "ive"), ("er", "ère")):
        if masculine.endswith(ending):
            return masculine.removesuffix(ending) + feminine
    return masculine + "e"


def _liaison(text: str) -> str:
    """ne, je and se before a vowel: ne a = n'a, je ai = j'ai, se approcher = s'approcher."""
    return re.sub(r"\b([njs])e (?=[aeiouéèêâî])", r"\1'", text)


def polished(text: str) -> str:
    """French text with its contractions over word borders: de le = du, à le = au, que il = qu'il, de un = d'un."""
    for long, short in CONTRACTIONS:
        text = text.replace(long, short)
    return capitals(text)


def elided(text: str) -> str:
    """de, que, puisque, lorsque, jusque before any vowel, names too: d'Anna, parce qu'Ahmed. For version 2."""
    text = re.sub(r"\b([Ss])i (?=ils?\b)", r"\1'", text)
    return re.sub(r"\b([Dd]|[Qq]u|[Pp]uisqu|[Ll]orsqu|[Jj]usqu)e (?=[aeiouéèêâîôœAEIOUÉÈÊÂÎ])", r"\1'", text)


def capitals(text: str) -> str:
    """The text with a capital at the start and after a full stop, a question mark or an exclamation mark."""
    for mark in (". ", "? ", "! "):
        if mark in text:
            text = mark.join(part[:1].upper() + part[1:] for part in text.split(mark))
    return text[:1].upper() + text[1:]


# --- verbs ---


def english_forms(spec: str, voice: str) -> dict:
    """Base, third person, past and perfect, with this person's pronoun, has and was."""
    base, *others = spec.split("/")
    if len(others) != 3:
        past = base.removesuffix("e") + "ed"
        others = [base + ("es" if base.endswith(("sh", "ch", "ss", "x")) else "s"), past, past]
    return dict(zip(("base", "third", "past", "perfect", "I", "has", "was"), (base, *others, *voice.split())))


def french_forms(spec: str, voice: list[str], agreement: str) -> dict:
    """Infinitive, present and participle, with the auxiliary that goes with them."""
    infinitive, *others = spec.lstrip("*~").split("/")
    present, participle = others if len(others) == 2 else (infinitive[:-1], infinitive[:-2] + "é")
    forms = dict(zip(("ai", "avais", "pouvais", "peux", "vais"), voice), have=voice[0])
    if spec[0] in "*~":
        reflexive = spec[0] == "~"
        forms |= {"ai": "s'est", "avais": "s'était"} if reflexive else {"ai": "est", "avais": "était"}
        infinitive, present = ("se " + infinitive, "se " + present) if reflexive else (infinitive, present)
        participle += agreement
    return forms | {"inf": infinitive, "pres": present, "pp": participle}


def _slots(pattern: str, forms: dict) -> str:
    """Like format, but keeps {P}, {eA} and {eB} for later."""
    return re.sub(r"\{([a-z]+)\}", lambda match: forms[match[1]], pattern)


def clauses_of(words: Grammar, row: tuple) -> tuple[tuple[Clause, ...], tuple[int, ...]]:
    """All tenses and persons of one row "verb" or "raw" of a family, with cumulative weights."""
    kind, english, french, options, _ = row
    options = options.split()
    only = next((option[2:] for option in options if option.startswith("B:")), "")
    relations = tuple(word for word in options if word in LINKS) or ("because",)
    clause = Clause(english, french.replace("{b}", "{eB}"), options[0], relations, only=only)
    if kind == "raw":
        return weighted([(clause, 1)])
    voices = (voice for voice in words.templates["voice"] if english.startswith("{P}") or voice[1] == "3s")
    return weighted(one for voice in voices for one in _conjugated(words, clause, options, voice))


def _conjugated(words: Grammar, clause: Clause, options: list[str], voice: tuple):
    """(clause, weight) for every mode of the verb that this person has."""
    share, person, french_voice, english_voice, _ = voice
    subject, verb, *rest = clause.english.split(" ", 2)
    french_subject, french_verb, *french_rest = clause.french.split(" ", 2)
    agreement = {"{A}": "{eA}", "{B}": "{eB}"}.get(subject, "")
    pronoun, *auxiliaries = french_voice.split()
    english, french = english_forms(verb, english_voice), french_forms(french_verb, auxiliaries, agreement)
    if subject == "{P}":
        subject, french_subject = english["I"], pronoun
    for mode, pattern, french_pattern, tense, flags in words.templates["mode"]:
        weight, *flags = flags.split()
        if mode not in options or ("3s" in flags and person != "3s") or ("simple" in options and "simple" not in flags):
            continue
        target = _liaison(" ".join((french_subject, _slots(french_pattern, french), *french_rest)))
        source, links = " ".join((subject, _slots(pattern, english), *rest)), clause.relations
        if pattern in ASKED:
            if pattern != "why" and links != ("because",):
                continue
            opening = "does" if tense == "present" else ASKED[pattern]
            source, links = " ".join((opening, subject, english["base"], *rest)), (pattern,)
            target = f"pourquoi est-ce que {target}" if pattern == "why" else f"est-ce que {target}"
        said = Clause(source, target, tense, links, mode == "neg", clause.only, person)
        yield said, int(weight) * int(share)


# --- noun phrases ---


def noun_phrase(noun: Noun, determiner: str, adjective: tuple = (), after: bool = False) -> tuple[str, str]:
    """A noun in both languages.

    determiner: the, a, this, that or an English possessive; after: whether the adjective follows the French noun.
    adjective: English, masculine, feminine, masculine before a vowel; () for none.
    """
    english, french, elides = noun.english, noun.french, noun.elides
    if adjective:
        word, masculine, feminine, before_vowel = adjective
        form = feminine if noun.feminine else before_vowel if elides and not after else masculine
        english = f"{word} {english}"
        french = f"{french} {form}" if after else f"{form} {french}"
        elides = elides if after else form[0] in VOWELS
    article = _french_determiner(determiner, noun.feminine, elides)
    if determiner == "a" and english.startswith(("a", "e", "i", "o", "u")) and not english.startswith("uni"):
        determiner = "an"
    return f"{determiner} {english}", article + french


def _french_determiner(determiner: str, feminine: bool, elides: bool) -> str:
    """With the space after it, which l' has not."""
    if determiner == "the":
        return "l'" if elides else "la " if feminine else "le "
    if determiner == "a":
        return "une " if feminine else "un "
    if determiner in ("this", "that"):
        return "cette " if feminine else "cet " if elides else "ce "
    forms = next(row[1:] for row in grammar().rows("possessive", "possessive") if row[0] == determiner)
    return f"{forms[feminine and not elides]} "


# --- what is said of "it" ---

BE = {"past": ("was", "était"), "present": ("is", "est")}
SUBJUNCTIVE = {"until", "though"}  # the relations whose French (jusqu'à ce que, bien que) asks for one


def render_state(
    words: Grammar, predicate: Predicate, noun: Noun, tense: str, frame: tuple, relation: str
) -> tuple[str, str]:
    """English after "it" and French after il or elle; frame as pronouns.choose_frame gives it."""
    name, english, extra = frame
    if predicate.type in ("phrase", "neg", "verb"):
        return _render_verb(predicate, noun.feminine, tense, name, english)
    if name == "enough":
        predicate = words.predicates[predicate.opposite]
    adjective = predicate.feminine if noun.feminine else predicate.masculine
    if name == "done":
        return f"{english} {predicate.key}", f"{extra} {adjective}"
    be, french_be = BE[tense]
    if name == "enough":
        return f"{be} not {predicate.key} enough", _liaison(f"ne {french_be} pas assez {adjective}")
    if name != "be":
        be, french_be = english if name == "seem" else ("had become", "était devenu" + "e" * noun.feminine)
    french_be = "soit" if relation in SUBJUNCTIVE else french_be
    degree, french_degree = extra
    french_be = french_be.replace("{e}", "e" * noun.feminine)
    source = f"{be} {degree} {predicate.key}" if degree else f"{be} {predicate.key}"
    return source, f"{french_be} {french_degree} {adjective}" if degree else f"{french_be} {adjective}"


def _render_verb(predicate, feminine, tense, name, english):
    present = tense == "present"
    forms = predicate.feminine.split(",")
    if name == "phrase":
        return predicate.masculine.split(",")[present], forms[present].replace("{e}", "e" * feminine)
    infinitive, verb = forms[0], forms[1 + present]
    if name == "neg":
        can = "peut" if present else "pouvait"
        denied = f"ne {can} pas {infinitive}" if english in ("couldn't", "can't") else f"ne {verb} pas"
        return f"{english} {predicate.key[1:]}", _liaison(denied)
    if name == "kept":
        return f"kept {predicate.key}", f"n'arrêtait pas de {infinitive}"
    return f"{BE[tense][0]} {predicate.key}", verb
