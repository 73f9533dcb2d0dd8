"""Who depends on whom: sentences worked by hand, and everything the generator writes."""

import pytest

from model.language.pronouns import examples
from model.language.relations import relations
from model.language.tokenizer import split_words


def words_of(sentence: str) -> list[str]:
    return [word for word, *_ in split_words(" " + sentence)]


def told(sentence: str) -> set[str]:
    words = words_of(sentence)
    return {f"{one.dependent} {words[one.place]}<{words[one.governor]}" for one in relations(words)}


@pytest.mark.parametrize(
    "sentence, expected",
    [
        (
            "The animal didn't cross the street because it was too tired.",
            "determiner The<animal, subject animal<cross, determiner the<street, object street<cross",
        ),
        (
            "Because it's blind, the new cat near the old church doesn't avoid that red door.",
            "determiner the<cat, adjective new<cat, complement church<near, determiner the<church, adjective old<church, "
            "subject cat<avoid, determiner that<door, adjective red<door, object door<avoid",
        ),
        (
            "Tom said that the dog ran after my cat. It was fast.",
            "determiner the<dog, subject dog<ran, determiner my<cat, complement cat<after",
        ),
        (
            "Why didn't my mother read the message by the lamp? It was boring.",
            "determiner my<mother, subject mother<read, determiner the<message, object message<read, "
            "determiner the<lamp, complement lamp<by",
        ),
        (
            "The girl will sell the motorcycle to buy my taxi. It is slow.",
            "determiner The<girl, subject girl<sell, determiner the<motorcycle, object motorcycle<sell, "
            "determiner my<taxi, object taxi<buy",
        ),
        (
            "My mother picks up the bottle and throws it.",
            "determiner My<mother, subject mother<picks, determiner the<bottle, object bottle<picks",
        ),
        ("The cat was next to the dog.", "determiner The<cat, determiner the<dog, complement dog<to"),
        ("It is raining.", ""),
        (  # from outside: its noun phrase is known, its clause is not
            "I would like to know where you bought that beautiful blue dress.",
            "determiner that<dress, adjective beautiful<dress, adjective blue<dress",
        ),
    ],
)
def test_relations_worked_by_hand(sentence, expected):
    assert told(sentence) == set(filter(None, expected.split(", ")))


def test_a_repeated_noun_keeps_its_places():
    words = words_of("The dog saw the dog.")
    found = {(one.dependent, one.place, one.governor) for one in relations(words)}
    assert found == {("determiner", 0, 1), ("subject", 1, 2), ("determiner", 3, 4), ("object", 4, 2)}


def test_both_candidates_are_found_in_whatever_is_generated():
    for example in examples("validation", 5, 500):
        words = words_of(example.source)
        nouns = {words[one.governor].lower() for one in relations(words) if one.dependent == "determiner"}
        assert nouns >= {example.antecedent, example.distractor} - {""}, example.source


def test_the_subject_of_nearly_every_written_clause_is_found():
    written = [example for example in examples("validation", 5, 500) if not example.template.startswith("impersonal")]
    found = [any(one.dependent == "subject" for one in relations(words_of(one.source))) for one in written]
    assert sum(found) / len(found) > 0.95  # the rest have a form of be, or no subject: "Look at the moon"


@pytest.mark.parametrize("sentence", ["", "the", "the the the", "<s>", "🙂", "মনোযোগ", "near the", "a" * 500])
def test_awkward_text_has_no_relations(sentence):
    assert told(sentence) == set()
