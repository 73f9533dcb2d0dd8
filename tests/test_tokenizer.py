"""Sub-words know their words, and no text is out of the vocabulary."""

import pytest

from model.language.tokenizer import SPECIALS, normalise

AWKWARD = [
    "the the the",
    "<s> </s> <pad>",
    "<img src=x onerror=alert(1)>",
    "It's 5 o'clock — “really”?",
    "😀 family 👨‍👩‍👧",
    "আমি বাংলায় গান গাই",
    "שלום עולם",
    "nospacesatallinthisverylongword",
    "?!",
]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_keeps_every_word(tokenizer, text):
    tokens, words = tokenizer.encode(text), tokenizer.words(text)
    assert {token.word for token in tokens} == set(range(len(words)))
    assert all(token.id >= len(SPECIALS) for token in tokens)  # text never becomes a special token
    assert "".join(tokenizer.decode([token.id for token in tokens]).split()) == "".join(normalise(text).split())


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_blank_text_has_no_tokens(tokenizer, text):
    assert tokenizer.encode(text) == []


def test_contraction_is_one_word_and_it_is_a_token(tokenizer):
    assert tokenizer.words("It didn't rain, it's dry.") == ["It", "didn't", "rain", ",", "it's", "dry", "."]
    assert tokenizer.encode("it's")[0].text == "it"


def test_elision_is_a_word_of_its_own(tokenizer):
    assert tokenizer.words("Parce qu'il n'a pas vu l'animal d'aujourd'hui") == [
        *("Parce", "qu'", "il", "n'", "a", "pas", "vu", "l'", "animal", "d'", "aujourd'hui")
    ]
    ids = [token.id for token in tokenizer.encode("l'animal qu'il a")]
    assert tokenizer.decode(ids) == "l'animal qu'il a"


def test_noun_is_the_same_subword_after_an_elision(tokenizer):
    animal = [token.id for token in tokenizer.encode("animal")]
    assert [token.id for token in tokenizer.encode("l'animal")][-len(animal) :] == animal


def test_normalise_gives_one_spelling():
    assert normalise("C\u2019est\u00a0vrai\u202f!  Oui\u200b ?") == "C'est vrai! Oui?"
