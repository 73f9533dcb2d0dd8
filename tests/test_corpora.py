"""Sets of pairs: what a recipe may name, what is refused, and that no held-out sentence comes in by another set."""

import gzip

import pytest

from model.language import corpora
from model.language.tatoeba import split_key

RECIPE = """
[[set]]
name = "first"
file = "first/pairs.tsv"
language = "fr"
weight = 1.0
validation = 3
test = 5
attribution = "First."

[[set]]
name = "second"
file = "second/pairs.tsv.gz"
language = "bn"
weight = 0.5
least_score = -3.0
attribution = "Second."
"""


@pytest.fixture
def folder(tmp_path):
    """Two sets that share English sentences; of the second, every third line has too low a score."""
    first = "\n".join(f"Sentence {i}.\tPhrase {i}." for i in range(40))
    second = "\n".join(f"sentence {i}!\tবাক্য {i}।\tbook\t{-1.0 - i % 3}" for i in range(60))
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "SOURCE.md").write_text("CC0")
    (tmp_path / "first" / "pairs.tsv").write_text(first, encoding="utf-8")
    (tmp_path / "second" / "pairs.tsv.gz").write_bytes(gzip.compress(second.encode()))
    (tmp_path / "sets.toml").write_text(RECIPE)
    return tmp_path


def read(folder):
    return corpora.read_recipe(folder / "sets.toml", folder)


def test_held_out_sentences_are_in_no_set(folder):
    first, second = read(folder)
    held_out = {split_key(english) for part in (first.corpus.test, first.corpus.validation) for english, _ in part}
    assert len(held_out) == 8
    for one in (first, second):
        assert not held_out & {split_key(english) for english, _ in one.corpus.training}
    assert len(first.corpus.training) == 32 and len(second.corpus.training) >= 60 - 8 - 8


def test_low_scores_are_left_out(folder):
    (folder / "sets.toml").write_text(RECIPE.replace("-3.0", "-1.5"))
    kept = read(folder)[1].corpus.training
    assert kept and all(int(english.split()[1][:-1]) % 3 == 0 for english, _ in kept)


def test_card_names_a_set_by_hash_and_number_and_holds_no_sentence(folder):
    about = read(folder)[1].about()
    assert about["name"] == "second" and len(about["sha256"]) == 64 and about["attribution"] == "Second."
    assert "বাক্য" not in str(about) and about["pairs"] == len(read(folder)[1].corpus.training)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: (folder / "second" / "SOURCE.md").unlink(), "second comes without its licence"),
        (lambda folder: (folder / "first" / "pairs.tsv").unlink(), "first has no file"),
        (lambda folder: (folder / "sets.toml").write_text(RECIPE.replace('"bn"', '"xx"')), "second is in “xx”"),
        (
            lambda folder: (folder / "second" / "pairs.tsv.gz").write_bytes(gzip.compress(b"One.\tUn.\n")),
            "second cannot be read: the fourth column",
        ),
        (lambda folder: (folder / "second" / "pairs.tsv.gz").write_bytes(b"no gzip"), "second cannot be read"),
        (
            lambda folder: (folder / "first" / "pairs.tsv").write_bytes(
                "\n".join(f"Sentence {i}.\tPhrase numéro {i}." for i in range(40)).encode("latin-1")
            ),
            "first cannot be read: .* 0 usable English sentences and 40 bad lines",
        ),
        (
            lambda folder: (folder / "second" / "pairs.tsv.gz").write_bytes(gzip.compress(b"one column only\n" * 9)),
            "second has 9 bad lines of 9",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(folder, break_it, said):
    break_it(folder)
    with pytest.raises(ValueError, match=said):
        read(folder)
