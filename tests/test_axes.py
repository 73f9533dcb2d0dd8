"""Words and tokens by the characters they cover, in the reader's own spelling; no word without a token."""

import pytest

from model.language.tokenizer import Tokenizer, prepare
from model.reading.axes import prefix_axis, source_axis, spelled, target_axis
from model.reading.recorded import CHECKPOINTS
from model.reading.run import NO_SPAN

AWKWARD = {
    "The 1980's were good.": ["The", "1980", "'s", "were", "good", ".", "</s>"],  # was: list index out of range
    "It is 5's and 12's turn": ["It", "is", "5", "'s", "and", "12", "'s", "turn", "</s>"],
    "It cost 3.5's worth, 1,000's even": ["It", "cost", "3.5", "'s", "worth", ",", "1,000", "'s", "even", "</s>"],
    "It's rock'n'roll": ["It's", "rock'n", "'", "roll", "</s>"],
    "it 👩\u200d👩\u200d👧 👍🏽 ❤\ufe0f 1\ufe0f\u20e3": None,
    "it র\u200d্যাব য় কো গান": ["it", "র\u200d্যাব", "য়", "কো", "গান", "</s>"],
    "it is a-l' x": None,
    "didn’t it ?": ["didn’t", "it", "?", "</s>"],
    "e\u0301te\u0301 it": ["e\u0301te\u0301", "it", "</s>"],
}


@pytest.fixture(scope="module")
def shipped() -> Tokenizer:
    return Tokenizer.load(CHECKPOINTS / "transformer" / "tokenizer.json")


@pytest.mark.parametrize("text", [text for text, words in AWKWARD.items() if words])
def test_words_are_cut_where_tokens_are(shipped, text):
    assert [word.text for word in source_axis(shipped, text).words] == AWKWARD[text]


@pytest.mark.parametrize("text", AWKWARD)
def test_every_word_has_a_token_and_its_own_spelling(tokenizer, text):
    axis = source_axis(tokenizer, text)
    for place, word in enumerate(axis.words):
        assert axis.tokens_of(place)
        if word.kind != "special":
            assert text[slice(*word.span)] == word.text


@pytest.mark.parametrize("text", AWKWARD)
def test_a_token_belongs_to_the_word_its_span_falls_in(tokenizer, text):
    axis = source_axis(tokenizer, text)
    for token in axis.tokens[:-1]:
        word = axis.words[token.word]
        assert word.span[0] <= token.span[0] and token.span[1] <= word.span[1]
        assert token.shown == (text[slice(*token.span)] or "␣")
    assert [token.id for token in axis.tokens[:-1]] == tokenizer.ids_of_many([text])[0]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_words_are_read_to_the_end(translator, text):
    run = translator.read(text, beams=1)
    assert all(axis.tokens_of(i) for axis in run.axes.values() for i in range(len(axis.words)))


def test_what_was_read_is_kept_where_it_is_not_what_was_typed(shipped):
    axis = source_axis(shipped, "it’s it")
    read = {token.shown: token.read for token in axis.tokens}
    assert read["it"] == "" and read["’s"] == "'s"


def test_special_tokens_cover_no_characters(tokenizer):
    axis = source_axis(tokenizer, "<s> it")
    assert axis.tokens[-1].span == NO_SPAN and [word.kind for word in axis.words].count("special") == 1


def test_tidied_letters_lead_back_to_what_was_typed():
    text = "l\u2019e\u0301te\u0301 \u200bit"  # prepared: " l' été it"
    prepared = prepare(text)
    back = [text[slice(*span)] for span in spelled(text, prepared)]
    assert prepared == " l' été it"
    assert back == ["", "l", "\u2019", "", "e\u0301", "t", "e\u0301", "", "i", "t"]


@pytest.mark.parametrize("text", ["The 1980's", "l'animal n'a pas", "😀 dort", "<s>"])
def test_a_written_text_is_cut_as_it_was_written(tokenizer, text):
    ids = tokenizer.ids_of_many([text])[0]
    axis = target_axis(tokenizer, ids, "fr")
    assert [token.id for token in axis.tokens[:-1]] == ids and axis.language == "fr"
    assert all(axis.tokens_of(place) for place in range(len(axis.words)))
    for token in axis.tokens[:-1]:
        assert axis.words[token.word].span[0] <= token.span[0] <= axis.words[token.word].span[1]


def test_broken_bytes_are_words_too(tokenizer):
    ids = tokenizer.ids_of_many(["😀 a"])[0]
    for cut in range(len(ids) + 1):
        axis = target_axis(tokenizer, ids[:cut])
        assert all(axis.tokens_of(place) for place in range(len(axis.words)))


def test_prefix_is_what_stood_before_each_token(tokenizer):
    target = target_axis(tokenizer, tokenizer.ids_of_many(["le chien"])[0])
    prefix = prefix_axis(target)
    assert [token.shown for token in prefix.tokens] == ["<s>", *(token.shown for token in target.tokens[:-1])]
    assert [prefix.words[token.word].text for token in prefix.tokens[1:]] == [
        target.words[token.word].text for token in target.tokens[:-1]
    ]
