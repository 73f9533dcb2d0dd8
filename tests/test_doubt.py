"""The warning: its reasons, its words never seen, and the threshold picked on made-up outcomes."""

import gzip
from dataclasses import asdict, replace

import pytest
import torch

from model.language import tatoeba
from model.language.corpora import PairSet
from model.language.tatoeba import Corpus
from model.reading import doubt, search
from model.reading.doubt import Doubt, by_word, doubts, read_seen, unseen_words, was_cut, write_seen
from model.training.batches import Mixture, epoch
from model.training.doubt_scores import (
    KINDS,
    Case,
    Outcome,
    best_threshold,
    cases,
    doubt_scores,
    has_pronoun,
    never_drawn,
    outcomes,
    training_vocabulary,
)

SEEN = frozenset({"the", "dog", "sleeps", "well", "known"})


def test_sure_translation_has_no_reason():
    assert doubts(("le", "chien"), (0.9, 0.5), threshold=0.5) == ()
    assert doubts((), (), threshold=0.5) == ()


def test_every_reason_is_named():
    found = doubts(("le", "chien"), (0.9, 0.1), threshold=0.5, cut=True, unseen=("xylem", "xylem"))
    assert found == (Doubt("cut"), Doubt("unseen", ("xylem",)), Doubt("unsure", ("chien",), 0.1))
    assert {one.reason for one in found} == set(doubt.REASONS)


def test_as_many_probabilities_as_words():
    with pytest.raises(ValueError, match="= 2; got 1"):
        doubts(("le", "chien"), (0.9,), threshold=0.5)


def test_word_is_as_sure_as_its_least_sure_piece():
    assert by_word([0, 1, 1, 3], [0.9, 0.5, 0.7, 0.2], 4) == [0.9, 0.5, 1.0, 0.2]


@pytest.mark.parametrize(
    ("words", "translation", "unseen"),
    [
        ("the dog sleeps .", "", ()),
        ("The xylem , 1914 🙂", "le bois", ("xylem",)),
        ("Zorvek sleeps", "Zorvek dort", ()),  # a name, copied
        ("Zorvek sleeps", "Zoltan dort", ("Zorvek",)),
        ("the well-known dog's dog", "", ()),
        ("কুকুর ঘুমায়", "x", ("কুকুর", "ঘুমায়")),
    ],
)
def test_unseen_words(words, translation, unseen):
    assert unseen_words(words.split(), translation.split(), SEEN | {"s"}) == unseen


def test_without_a_vocabulary_nothing_is_said():
    assert unseen_words(["xylem"], [], frozenset()) == ()


def test_translation_as_long_as_the_search_allows_was_cut(translator, monkeypatch):
    text = "It is raining."
    source = translator.ids(text)
    monkeypatch.setattr(search, "NEVER", (*search.NEVER, 2))  # </s> may not be written either
    found = search.search(translator.network, torch.tensor([source]))[0]
    assert was_cut(len(source) - 1, len(found)) and not was_cut(len(source) - 1, len(found) - 1)


def test_vocabulary_comes_back_only_for_its_weights(tmp_path):
    path = tmp_path / "seen.txt.gz"
    write_seen(SEEN, path, "abc")
    assert read_seen(path, "abc") == SEEN and read_seen(path, "other") == frozenset()
    assert gzip.decompress(path.read_bytes()).decode().split("\n")[1:] == sorted(SEEN)
    path.write_bytes(b"no gzip")
    assert read_seen(path, "abc") == frozenset() and read_seen(tmp_path / "none", "abc") == frozenset()


def test_vocabulary_of_words_seen_twice(tokenizer):
    found = training_vocabulary(tokenizer.words, ["The dog sleeps.", "the 7 cats", "It's a dog. It's 7."])
    assert found == ["dog", "it's", "the"]


def made(probability: float, right: bool, kind: str = "everyday", **more) -> Outcome:
    case = Case(kind, "x", ("le chien dort",))
    return Outcome(
        case, "le chien dort" if right else "rien", ("mot",), (probability,), **({"cut": False, "unseen": ()} | more)
    )


def test_threshold_parts_right_from_wrong():
    chosen = [made(0.2, False)] * 2 + [made(0.5, True)] * 8
    assert 0.2 < best_threshold(chosen) <= 0.5
    scores = doubt_scores(
        chosen, [made(0.1, False), made(0.1, True), made(0.9, True), made(0.9, True), made(0.9, False)]
    )
    assert (scores["n"], scores["fires"], scores["warned_right"]) == (5, 0.4, 0.5)
    assert scores["unwarned_right"] == pytest.approx(2 / 3) and scores["reasons"] == {"unsure": 2}
    low, high = scores["unwarned_interval"]
    assert low < 2 / 3 < high and scores["rule"]


def test_threshold_never_fires_on_more_than_allowed():
    chosen = [made(0.1 + 0.01 * i, i > 7) for i in range(10)]
    assert sum(one.fires(best_threshold(chosen)) for one in chosen) <= 3


def test_where_cuts_alone_fire_too_often_nothing_is_added():
    chosen = [made(0.1 + 0.01 * i, False, cut=True) for i in range(5)] + [made(0.9, True)]
    assert best_threshold(chosen) == 0.0


@pytest.mark.parametrize(
    ("case", "translation", "right"),
    [
        (Case("name", "x", ("Zorvek dort bien",), ("Zorvek",)), "Zorvek dort bien", True),
        (Case("name", "x", ("Zorvek dort bien",), ("Zorvek",)), "Zorver dort bien", False),
        (Case("number", "x", ("il a 17 ans ici",)), "il a 18 ans ici", False),
        (
            Case("generated", "x", ("Le chien dort car il est las.",), (), "il"),
            "Le chien dort car elle est las.",
            False,
        ),
        (Case("everyday", "x", ("rien du tout", "le chien dort")), "le chien dort", True),
    ],
)
def test_rule_of_what_is_right(case, translation, right):
    assert Outcome(case, translation, (), (), False, ()).right() is right


def test_pronoun_stands_alone():
    assert has_pronoun("Est-elle là? Oui, qu'elle dort.", "elle") and not has_pronoun("Il dort, elle non.", "il")
    assert has_pronoun("Le chien dort, parce qu'il est las, lui.", "il")


def test_cases_of_all_kinds_are_held_out_and_in_one_half_only(tmp_path, translator):
    everyday = "\n".join(f"Tom saw {i} dogs of number {i}.\tTom a vu {i} chiens du nombre {i}." for i in range(700))
    (tmp_path / "a.tsv").write_text(everyday, encoding="utf-8")
    corpus = tatoeba.load(tmp_path / "a.tsv", validation=250, test=10)
    sets, unread = (PairSet("a", "fr", corpus, "0"),), [(f"A call of f{i}.", f"Un appel de f{i}.") for i in range(9)]
    halves = cases(sets, unread)
    assert {one.kind for half in halves for one in half} == set(KINDS)
    assert all(one.names and one.names[0] in one.references[0] for one in halves[0] if one.kind == "name")
    english = [{one.english for one in half if one.kind in ("everyday", "technical")} for half in halves]
    trained = {english for english, _ in corpus.training}
    assert english[0] and not english[0] & english[1] and not trained & (english[0] | english[1])
    assert halves == cases(sets, unread)
    found = outcomes(translator, halves[0][:5], SEEN, beams=1)
    assert [one.case for one in found] == halves[0][:5]
    assert all(len(one.words) == len(one.probabilities) for one in found)


def test_what_no_epoch_drew_is_unread(tokenizer):
    everyday = tuple((f"It sleeps {i} times.", f"Il dort {i} fois.") for i in range(50))
    labels = [
        f"{first}{second}" for first in "abcdef" for second in "ghijklmnop"
    ]  # not numbers: an epoch changes those
    technical = tuple((f"A call of row {label}.", f"Un appel de {label}.") for label in labels)
    sets = tuple(
        PairSet(name, "fr", Corpus(pairs, (), (), 0), "0", weight)
        for name, pairs, weight in (("everyday", everyday, 1.25), ("docs", technical, 0.2))
    )
    mixture = Mixture(renamed=0.5, split_rate=0.1)
    one_epoch = 1000  # tokens; less than an epoch holds, so that one is drawn again
    card = {"training": {"mixture": asdict(mixture), "seed": 3}, "tokens": one_epoch}
    unread = never_drawn(sets, tokenizer, card)
    batches = epoch(sets, tokenizer, replace(mixture, generated_share=0.0), seed=3, number=0)
    # sub-words cut in two spell the same text, so what the epoch read is compared as text
    read = {tokenizer.decode(example.source) for batch in batches for example in batch}
    assert len(unread) == 48 and set(unread) < set(technical)
    assert {english for english, _ in technical if english not in read} == {english for english, _ in unread}
    later = never_drawn(sets, tokenizer, card | {"tokens": 20 * one_epoch})
    assert set(later) < set(unread)
    assert len(never_drawn(sets, tokenizer, {})) == 60 and never_drawn(sets[:1], tokenizer, card) == []


def test_probabilities_are_those_of_the_page(translator):
    text = "The dog sleeps and it is raining."
    run = translator.read(text, beams=1)
    alone, among = (
        outcomes(translator, [Case("everyday", one, ("x",)) for one in texts], SEEN, 1)[0]
        for texts in ([text], [text, "It sleeps."])
    )
    sure = by_word([token.word for token in run.target.tokens], run.probabilities[:-1], len(run.target.words))
    words = [(w.text, p) for w, p in zip(run.target.words, sure, strict=True) if w.kind == "word"]
    assert alone.words == among.words == tuple(word for word, _ in words)
    assert alone.probabilities == pytest.approx([p for _, p in words], abs=1e-5)
    assert among.probabilities == pytest.approx(alone.probabilities, abs=1e-5)
