"""Names and numbers that must come through a translation: which are held out, in which sentences, and what counts."""

from collections import Counter

import pytest

from model.language.corpora import PairSet
from model.language.tatoeba import Corpus
from model.training import copying_scores
from model.training.copying_scores import (
    Sources,
    digit_groups,
    framed,
    is_copied,
    name_scores,
    never_seen,
    number_scores,
    numbers_kept,
)
from tests.conftest import SENTENCES


@pytest.fixture
def sources(tokenizer):
    pairs = ((SENTENCES[0], SENTENCES[1]), ("Zorvek sleeps.", "Zorvek dort."))
    return Sources.of(tokenizer, (PairSet("small", "fr", Corpus(pairs, (), (), 0), "0"),))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "names.tsv").write_text("name\tkind\nZorvek\tmadeup\nQwyzzix\tmadeup\nPlokhta Vru\tplace\n")
    (tmp_path / "name_frames.tsv").write_text(
        "english\tfrench\n{name} sleeps.\t{name} dort.\nI see {name}.\tx {name}\n"
    )
    (tmp_path / "numbers.tsv").write_text("english\tfrench\tnumber\nIt is 1,914.\tx\t1 914\nI am 7.\tx\t7\n")
    return tmp_path


def test_name_that_training_holds_is_left_out(sources, folder):
    names, shared = never_seen(folder / "names.tsv", sources)
    assert {name for name, _ in names} == {"Qwyzzix", "Plokhta Vru"} and shared == 1


def test_name_of_the_generators_lists_is_left_out(sources):
    assert sources.hold(copying_scores.listed_names()[:5]) == [True] * 5


def test_subwords_across_two_sources_are_no_occurrence(tokenizer):
    apart = Sources(tokenizer, ["the dog", "sleeps"])
    assert apart.hold(["dog", "dog sleeps"]) == [True, False]


def test_every_frame_is_used_as_often_and_no_name_twice_in_one():
    names = [(f"N{i}", "madeup") for i in range(200)]
    asked = framed(names, [f"{k} {{name}}" for k in range(20)])
    assert len(asked) == len(set(asked)) == 400
    assert set(Counter(sentence.split()[0] for _, sentence in asked).values()) == {20}
    assert set(Counter(i for i, _ in asked).values()) == {2}


def test_copied_means_letter_for_letter_and_whole():
    assert is_copied("Ada", "L'idée d'Ada.") and is_copied("O’Hara", "O'Hara dort.")
    assert not is_copied("Ada", "Adam dort.") and not is_copied("Ada", "ada dort.")


@pytest.mark.parametrize(
    ("wanted", "written", "kept"),
    [
        ("1 914", "Il y en a 1 914.", True),
        ("1 914", "Il y en a 1914.", True),
        ("1914", "Il y en a 1 914.", True),
        ("7 30", "À 7 h 30.", True),
        ("7 7", "À 7 h.", False),
        ("7", "À 17 h.", False),
    ],
)
def test_digit_groups_that_must_appear(wanted, written, kept):
    assert numbers_kept(wanted, written) is kept


def test_bengali_digits_are_digits():
    assert digit_groups("সকাল ৭টা ৩০") == digit_groups("7:30")


def test_scores_are_shares_of_what_was_written(translator, sources, folder, monkeypatch):
    def write(texts, beams, language="fr"):
        return [text.replace("1,914", "1 914").replace("7", "sept").replace("Plokhta Vru", "Plokta") for text in texts]

    monkeypatch.setattr(translator, "translate_many", write)
    names = name_scores(translator, folder, sources)
    assert (names["n"], names["names"], names["with_shared_subwords"], names["copied"]) == (4, 2, 1, 0.5)
    assert names["by_kind"]["place"] == {"n": 2, "share": 0.0}
    assert number_scores(translator, folder)["copied"] == 0.5


def test_frame_without_a_slot_is_refused(translator, sources, folder):
    (folder / "name_frames.tsv").write_text("english\tfrench\nNobody sleeps.\tPersonne ne dort.\n")
    with pytest.raises(ValueError, match="a frame without"):
        name_scores(translator, folder, sources)
