"""Sentences in which "it" is what somebody does something to: "Tom takes the cake out of the fridge and eats/closes it".

French says le or la, which shows only before a consonant and outside the past: so no verb here begins with a vowel, and
it stands in the present or the infinitive. Worth knowing: these are minimal pairs too, of version 2 only.
"""

from dataclasses import dataclass
from functools import cache

from model.language.families import noun_pairs
from model.language.french import Grammar, Noun, capitals, elided, english_forms, french_forms, polished
from model.language.sentences import PronounExample, draw_phrase, fill

# {he}: who acts; {third}, {base} ...: the first verb with its nouns; {does}, {do}: the second, with it; {l}: le or la.
PATTERNS = (
    ("{he} {third} and {does}.", "{he} {pres} et {l} {does}.", 5),
    ("{he} {third}, then {does}.", "{he} {pres}, puis {l} {does}.", 2),
    ("{he} {third} but doesn't {do}.", "{he} {pres} mais ne {l} {does} pas.", 2),
    ("{he} {past} to {do}.", "{he} {ai} {pp} pour {l} {do}.", 2),
    ("{he} {past}. Now {he} wants to {do}.", "{he} {ai} {pp}. Maintenant, {he} veut {l} {do}.", 1),
    ("{he} {past} and wanted to {do}.", "{he} {ai} {pp} et voulait {l} {do}.", 2),
    ("{he} wants to {base} and {do}.", "{he} veut {inf} et {l} {do}.", 2),
    ("{he} will {base} and {do}.", "{he} va {inf} et {l} {do}.", 2),
    ("{he} {past}. I will {do}.", "{he} {ai} {pp}. Je vais {l} {do}.", 2),
    ("{he} {past}. Don't forget to {do}.", "{he} {ai} {pp}. N'oublie pas de {l} {do}.", 1),
    ("{he} {past}. Who will {do}?", "{he} {ai} {pp}. Qui va {l} {do}?", 1),
    ("{he} {past}, so we had to {do}.", "{he} {ai} {pp}, donc nous avons dû {l} {do}.", 1),
)


@dataclass(frozen=True)
class Objects:
    """Two nouns, how they meet, and what is then done to one of them only."""

    nouns: tuple[Noun, ...]
    others: tuple[Noun, ...]
    frames: tuple[tuple[str, str], ...]
    to_noun: tuple[tuple[str, str], ...]  # ("eat it", "manger/mange")
    to_other: tuple[tuple[str, str], ...]


@cache
def load_objects(words: Grammar) -> tuple[Objects, ...]:
    """The families of the tables called objects; raises ValueError for one in which a row is missing."""
    families: dict[str, dict[str, list]] = {}
    for _, row in words.table("objects"):
        families.setdefault(row["family"], {}).setdefault(row["row"], []).append((row["one"], row["two"]))
    for name, rows in families.items():
        if set(rows) != {"nouns", "frame", "A", "B"}:
            raise ValueError(f"objects.tsv: {name} must have rows nouns, frame, A and B; got {', '.join(rows)}")
    return tuple(
        Objects(*map(words.nouns_called, rows["nouns"][0]), tuple(rows["frame"]), tuple(rows["A"]), tuple(rows["B"]))
        for rows in families.values()
    )


def object_pair(words: Grammar, rng, split: str) -> tuple[PronounExample, PronounExample]:
    """Two sentences that differ in what is done to "it", and so in what "it" is."""
    pairs = ()
    while not pairs:
        family = rng.choice(load_objects(words))
        pairs = noun_pairs(family.nouns, family.others, split, False)
    nouns, frame = rng.choice(pairs), rng.choice(family.frames)
    pattern = rng.choices(PATTERNS, [weight for *_, weight in PATTERNS])[0]
    he, he_french, *_ = rng.choice(words.rows("person", "3s"))
    phrases = [draw_phrase(words, rng, noun, True) for noun in nouns]
    parts = _parts(frame, he, he_french, *zip(*phrases, strict=True))
    acts = rng.choice(family.to_noun), rng.choice(family.to_other)
    return tuple(
        _sentence(pattern, parts, act, meant, rival)
        for act, meant, rival in zip(acts, nouns, reversed(nouns), strict=True)
    )


def _parts(frame, he, he_french, nouns, nouns_french) -> tuple[dict, dict]:
    """What fills a pattern in English and in French: the first verb in its forms, each with its nouns after it."""
    (verb, rest), (french_verb, french_rest) = (part.split(" ", 1) for part in frame)
    english, french = english_forms(verb, "I has was"), french_forms(french_verb, ["a"], "")
    rest, french_rest = fill(rest, *nouns, ""), fill(french_rest, *nouns_french, "")
    english = {form: f"{english[form]} {rest}" for form in ("base", "third", "past")}
    after = {form: f"{french[form]} {french_rest}" for form in ("pres", "pp", "inf")}
    return english | {"he": he}, after | {"ai": french["ai"], "he": he_french}


def _sentence(pattern, parts, act, meant: Noun, rival: Noun) -> PronounExample:
    (verb, rest), (infinitive, does) = act[0].split(" ", 1), act[1].split("/")
    forms = english_forms(verb, "I has was")
    source = pattern[0].format(**parts[0], do=f"{forms['base']} {rest}", does=f"{forms['third']} {rest}")
    target = pattern[1].format(**parts[1], do=infinitive, does=does, l="{l}")
    target = elided(polished(target)).replace("{l}", "la" if meant.feminine else "le")  # after de le = du
    return PronounExample(capitals(source), target, meant.english, rival.english, meant.pronoun, "object_pair")
