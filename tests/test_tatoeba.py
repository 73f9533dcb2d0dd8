"""The split is by English sentence, and bad lines are counted, not fatal."""

import pytest

from model.language import tatoeba


@pytest.fixture
def corpus_file(tmp_path):
    lines = [f"Sentence number {i}.\tPhrase numéro {i}." for i in range(200)]
    lines += [f"sentence number {i}!\tPhrase {i} !\tCC-BY" for i in range(0, 200, 3)]
    lines += ["no tab here", "\tnothing on the left", "only left\t", "broken \ufffd\tbytes"]
    path = tmp_path / "pairs.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_bad_lines_are_counted(corpus_file):
    assert tatoeba.load(corpus_file).bad_lines == 4


def test_no_sentence_is_on_both_sides(corpus_file):
    corpus = tatoeba.load(corpus_file)
    keys = [
        {tatoeba.split_key(english) for english, _ in part}
        for part in (corpus.training, corpus.validation, corpus.test)
    ]
    assert not keys[0] & keys[1] and not keys[0] & keys[2] and not keys[1] & keys[2]
    assert [len(part) for part in keys] == [160, 20, 20]


def test_held_out_sentence_brings_all_its_references(corpus_file):
    corpus = tatoeba.load(corpus_file)
    both = [references for english, references in corpus.test if int(english.split()[2][:-1]) % 3 == 0]
    assert both and all(len(references) == 2 for references in both)


def test_split_does_not_depend_on_line_order(corpus_file, tmp_path):
    lines = corpus_file.read_text(encoding="utf-8").splitlines()
    turned = tmp_path / "turned.txt"
    turned.write_text("\n".join(reversed(lines)), encoding="utf-8")
    keys = [{tatoeba.split_key(e) for e, _ in tatoeba.load(path).test} for path in (corpus_file, turned)]
    assert keys[0] == keys[1]


def test_useless_file_is_refused(tmp_path):
    path = tmp_path / "bad.txt"
    path.write_text("nothing\nto see\n")
    with pytest.raises(ValueError, match="0 usable English sentences and 2 bad lines"):
        tatoeba.load(path)
