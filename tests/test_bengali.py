"""The generated Bengali corpus: one "it", splits, minimal pairs, and Bengali whose endings a reader would accept."""

import re
import time
import unicodedata
from collections import Counter
from itertools import chain

import pytest

from model.language.bengali import examples, families, minimal_pairs
from model.language.bengali_words import (
    bengali_verb,
    inflected,
    noun_phrase,
    nouns,
    nouns_called,
    predicates,
    table,
    words,
)
from model.language.pronouns import SPLITS, split_of


@pytest.fixture(scope="module")
def mixture():
    return examples("training", 11, 20_000)


@pytest.fixture(scope="module")
def pairs():
    return {split: minimal_pairs(split, 5, 1_000) for split in SPLITS}


def noun(english):
    return next(one for one in nouns() if one.english == english)


def test_tables_are_broad():
    assert sum(not one.name.startswith("see_") for one in families()) >= 30
    assert len({one.english for one in nouns()}) == len(nouns()) >= 220
    assert len({one.bengali for one in nouns()}) == len(nouns())  # two English nouns never share a Bengali one
    assert len(predicates()) >= 150


def test_tables_are_normalised_and_whole():
    for name, width in (("nouns", 4), ("predicates", 6), ("verbs", 8), ("families", 5), ("words", 4)):
        for row in table(name):
            assert len(row) == width, row
            assert all(cell == unicodedata.normalize("NFC", cell) for cell in row), row


def test_every_name_in_a_family_is_a_noun():
    for _, kind, one, other, _ in table("families"):
        if kind == "nouns":
            assert all(nouns_called(name) for name in f"{one} {other}".split()), (one, other)


def test_every_source_has_exactly_one_it(mixture):
    assert all(len(re.findall(r"\bit\b", example.source, re.IGNORECASE)) == 1 for example in mixture)


def test_targets_are_normalised_bengali_only(mixture):
    letters = re.compile(r"[\u0980-\u09ff ,;?।-]+")
    for example in mixture:
        assert example.target == unicodedata.normalize("NFC", example.target)
        assert letters.fullmatch(example.target), example
        assert example.target[-1] in "।?"
        assert "  " not in example.target


def test_it_is_said_once_or_not_at_all(mixture):
    said = re.compile(r"(?<![\u0980-\u09ff])(এটি|সেটি)(?=তে|র|কে|[^\u0980-\u09ff])")
    for example in mixture:
        assert len(said.findall(example.target)) == bool(example.antecedent), example
        assert ("সেটি" in example.target) == (example.template == "object")


def test_nouns_stand_in_the_sentences(mixture):
    bengali = {one.english: one.bengali for one in nouns()}
    for example in mixture:
        for english in filter(None, (example.antecedent, example.distractor)):
            assert re.search(rf"\b{english}\b", example.source), example
            assert unicodedata.normalize("NFC", bengali[english]) in example.target, example


def test_mixture_shares_are_as_announced(mixture):
    impersonal = sum(not example.antecedent for example in mixture) / len(mixture)
    objects = sum(example.template == "object" for example in mixture) / len(mixture)
    assert (impersonal, objects) == pytest.approx((0.08, 0.05), abs=0.01)
    assert {example.pronoun for example in mixture} == {""}


def test_families_of_the_demonstrations_are_there():
    members = [(set(family.nouns), set(family.others)) for family in families()]
    for pair in ("animal street", "trophy suitcase", "cat box", "ball window", "table robot"):
        first, second = map(noun, pair.split())
        assert any(first in one and second in other for one, other in members), pair


def test_minimal_pair_differs_in_one_word_and_swaps(pairs):
    for first, second in chain.from_iterable(pairs.values()):
        own, other = first.source.split(), second.source.split()
        assert len(own) == len(other)
        assert sum(word != another for word, another in zip(own, other)) == 1
        assert (first.antecedent, first.distractor) == (second.distractor, second.antecedent)
        assert first.target != second.target


def test_splits_share_no_pair_of_nouns(pairs, mixture):
    for split in SPLITS:
        assert {split_of(one.antecedent, one.distractor) for one, _ in pairs[split]} == {split}
    assert {split_of(one.antecedent, one.distractor) for one in mixture if one.distractor} == {"training"}


def test_no_predicate_fits_both_nouns_of_a_family():
    for family in families():
        assert not {one.key for one in family.says_noun} & {one.key for one in family.says_other}, family.name


@pytest.mark.parametrize(
    ("word", "possessor", "place"),
    [
        ("রাস্তা", "রাস্তার", "রাস্তায়"), ("নদী", "নদীর", "নদীতে"), ("বাক্স", "বাক্সের", "বাক্সে"),
        ("বই", "বইয়ের", "বইয়ে"), ("চা", "চায়ের", "চায়ে"), ("রেডিও", "রেডিওর", "রেডিওতে"), ("ঢেউ", "ঢেউয়ের", "ঢেউয়ে"),
        ("রেস্তোরাঁ", "রেস্তোরাঁর", "রেস্তোরাঁয়"), ("বাক্সটি", "বাক্সটির", "বাক্সটিতে"), ("পাহাড়", "পাহাড়ের", "পাহাড়ে"),
    ],
)  # fmt: skip
def test_inflected_follows_the_last_letter(word, possessor, place):
    word, possessor, place = (unicodedata.normalize("NFC", one) for one in (word, possessor, place))
    assert unicodedata.normalize("NFC", inflected(word, "r")) == possessor
    assert unicodedata.normalize("NFC", inflected(word, "t")) == place


def test_object_ending_is_for_the_animate_only():
    assert inflected("বিড়ালটি", "k", animate=True) == "বিড়ালটিকে"
    assert inflected("বাক্সটি", "k", animate=False) == "বাক্সটি"


def test_noun_phrase_has_its_determiner():
    assert noun_phrase(noun("box"), "the") == ("the box", "বাক্সটি")
    assert noun_phrase(noun("apple"), "a") == ("an apple", "একটি আপেল")
    assert noun_phrase(noun("box"), "my", ("old", "পুরোনো")) == ("my old box", "আমার পুরোনো বাক্সটি")
    assert noun_phrase(noun("water"), "this") == ("this water", "এই পানি")


@pytest.mark.parametrize(
    ("form", "number", "said"),
    [
        ("past", "3", "রেখেছিল"), ("past", "H", "রেখেছিলেন"), ("past", "1", "রেখেছিলাম"), ("past", "2", "রেখেছিলে"),
        ("denied", "Hp", "রাখেননি"), ("unable", "1p", "রাখতে পারিনি"), ("cannot", "3p", "রাখতে পারে না"),
        ("refusing", "1", "রাখব না"), ("kept", "H", "রাখতে থাকলেন"), ("perfect", "2", "রেখেছ"),
    ],
)  # fmt: skip
def test_verb_agrees_with_who_acts(form, number, said):
    assert bengali_verb("রাখা", form, number) == said


def test_respected_persons_have_the_verb_of_respect(mixture):
    kept = re.compile(r"^আমার মা (?!.*[।,;] ).* (রেখেছিল\S*) কারণ")
    said = {found[1] for found in map(kept.match, (one.target for one in mixture)) if found}
    assert said == {"রেখেছিলেন"}


def test_weather_has_no_pronoun():
    assert ("It is raining.", "বৃষ্টি হচ্ছে।", "") in words("fixed")


def test_examples_are_deterministic():
    assert examples("test", 3, 500) == examples("test", 3, 500)
    assert examples("test", 3, 500) != examples("test", 4, 500)


def test_every_family_is_heard(mixture):
    heard = Counter(example.template for example in mixture)
    assert all(heard[one.name] for one in families() if not one.name.startswith("see_"))


@pytest.mark.parametrize(("split", "count"), [("train", 3), ("test", -1)])
def test_bad_arguments_are_refused(split, count):
    with pytest.raises(ValueError, match=r"must be"):
        examples(split, 0, count)


def test_examples_are_fast_enough_to_train_on():
    start = time.process_time()
    examples("training", 1, 20_000)
    assert time.process_time() - start < 10  # measured 1.5 s
