"""The generated pronoun corpus: balance, splits, minimal pairs, and French that a French reader would accept."""

import re
import time
from collections import Counter

import pytest

from model.language.french import load_predicates, noun_phrase
from model.language.pronouns import (
    KEPT_FOR_TEST,
    SPLITS,
    SYMMETRIC,
    examples,
    load_families,
    load_lexicon,
    main,
    minimal_pairs,
    split_of,
)


@pytest.fixture(scope="module")
def mixture():
    return examples("training", 11, 20_000)


@pytest.fixture(scope="module")
def pairs():
    return {split: minimal_pairs(split, 5, 2_000) for split in SPLITS}


def nouns():
    return {noun.english: noun for noun in load_lexicon()}


def test_tables_are_broad():
    assert len(load_families()[0]) >= 45
    assert len(nouns()) == len(load_lexicon()) >= 350
    assert len(load_predicates()) >= 200


def test_every_noun_is_antecedent_and_distractor():
    corpus = examples("training", 2, 40_000)
    assert {example.antecedent for example in corpus} - {""} == set(nouns())
    assert {example.distractor for example in corpus} - {""} == set(nouns())


def test_mixture_has_as_many_il_as_elle(mixture):
    counts = Counter(example.pronoun for example in mixture if example.antecedent)
    assert abs(counts["il"] - counts["elle"]) <= 0.02 * sum(counts.values())


def test_mixture_shares_are_as_announced(mixture):
    impersonal = sum(not example.antecedent for example in mixture) / len(mixture)
    objects = sum(example.template == "object" for example in mixture) / len(mixture)
    assert (impersonal, objects) == pytest.approx((0.08, 0.05), abs=0.01)
    assert len({example.template for example in mixture}) >= 45


def test_every_source_has_exactly_one_it(mixture):
    assert all(len(re.findall(r"\bit\b", example.source, re.IGNORECASE)) == 1 for example in mixture)


def test_nouns_stand_in_the_source_and_pronoun_has_their_gender(mixture):
    lexicon = nouns()
    for example in mixture:
        for noun in filter(None, (example.antecedent, example.distractor)):
            assert re.search(rf"\b{noun}\b", example.source), example
        if example.antecedent:
            assert example.pronoun == lexicon[example.antecedent].pronoun
        if example.template != "object" and not example.template.startswith("impersonal"):
            assert re.search(rf"\b{example.pronoun}\b", example.target, re.IGNORECASE), example


def test_minimal_pair_differs_in_one_word_and_swaps(pairs):
    for first, second in pairs["training"]:
        words, others = first.source.split(), second.source.split()
        assert len(words) == len(others)
        assert sum(word != other for word, other in zip(words, others)) == 1
        assert (first.antecedent, first.distractor) == (second.distractor, second.antecedent)
        assert {first.pronoun, second.pronoun} == {"il", "elle"}


def test_no_predicate_fits_both_nouns_of_a_family():
    for family in sum(load_families(), ()):
        assert family.says_noun and family.says_other, family.name
        assert not {one.key for one in family.says_noun} & {one.key for one in family.says_other}, family.name


def test_symmetric_families_are_few(pairs):
    share = sum(first.template in SYMMETRIC for first, _ in pairs["training"]) / len(pairs["training"])
    assert 0 < share <= 0.06


def test_splits_share_no_pair_of_nouns(pairs):
    met = {split: {frozenset((one.antecedent, one.distractor)) for one, _ in pairs[split]} for split in SPLITS}
    assert not met["training"] & met["test"]
    assert not met["training"] & met["validation"]
    assert not met["validation"] & met["test"]


def test_mixture_keeps_to_its_split(mixture):
    two_nouns = [example for example in mixture if example.distractor]
    assert {split_of(example.antecedent, example.distractor) for example in two_nouns} == {"training"}


@pytest.mark.parametrize("pair", sorted(map(sorted, KEPT_FOR_TEST)))
def test_split_of_keeps_the_classics_for_the_test(pair):
    assert split_of(*pair) == split_of(*reversed(pair)) == "test"


def test_split_of_gives_eight_one_one():
    words = sorted(nouns())
    counts = Counter(split_of(first, second) for first in words for second in words if first < second)
    total = sum(counts.values())
    shares = [counts[split] / total for split in SPLITS]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.01)  # 10 standard deviations of a fair hash over 1e5 pairs


def test_examples_are_deterministic():
    assert examples("test", 3, 500) == examples("test", 3, 500)
    assert examples("test", 3, 500) != examples("test", 4, 500)


def test_minimal_pairs_are_all_different(pairs):
    assert len({frozenset(one.source for one in pair) for pair in pairs["test"]}) == len(pairs["test"])


@pytest.mark.parametrize(
    ("noun", "determiner", "french"),
    [
        ("animal", "this", "cet animal"),
        ("school", "my", "mon école"),
        ("water", "the", "l'eau"),
        ("owl", "the", "le hibou"),
        ("axe", "the", "la hache"),
        ("axe", "my", "ma hache"),
        ("yogurt", "the", "le yaourt"),
        ("street", "her", "sa rue"),
        ("orange", "a", "une orange"),
    ],
)
def test_noun_phrase_elides(noun, determiner, french):
    assert noun_phrase(nouns()[noun], determiner)[1] == french


def test_noun_phrase_agrees_with_its_adjective():
    old = ("old", "vieux", "vieille", "vieil")
    assert noun_phrase(nouns()["tree"], "this", old)[1] == "ce vieil arbre"
    assert noun_phrase(nouns()["school"], "my", old) == ("my old school", "ma vieille école")
    assert noun_phrase(nouns()["box"], "a", ("black", "noir", "noire", ""), True) == ("a black box", "une boîte noire")


def test_targets_contract_and_elide(mixture):
    targets = [example.target for example in mixture]
    wrong = re.compile(
        r"\b[Ll][ea] [aeiouéèêœ]|\b[Dd]e les? |\b[Àà] les? |[Qq]ue (il|elle|une?)\b|\b[Ss]i il|\b[Cc]e [aeiouéèêœ]"
        r"|\b([JjNnSs]|[Dd])e [aeiouéê]|\b[msMS]a [aeiouéœ]|\b(du|au) [aeiouéèêœ]|  |[{}]"
    )
    assert not [target for target in targets if wrong.search(target)]
    for right in (" du ", "qu'elle", "parce qu'il", "puisqu'il", "n'a pas", "j'ai", "au "):
        assert any(right in target for target in targets)


def test_participle_with_etre_agrees(mixture):
    falls = [example.target for example in mixture if " tombé" in example.target]
    assert any("est tombée" in target for target in falls)
    assert not any(re.search(r"^La \w+ est tombé\b", target) for target in falls)


@pytest.mark.parametrize(("split", "count"), [("train", 3), ("test", -1)])
def test_bad_arguments_are_refused(split, count):
    with pytest.raises(ValueError, match=r"must be"):
        examples(split, 0, count)


def test_command_writes_pairs_below_each_other(tmp_path, monkeypatch):
    path = tmp_path / "pairs.tsv"
    monkeypatch.setattr("sys.argv", ["pronouns", "--split", "test", "--count", "7", "--seed", "2", "--out", str(path)])
    main()
    header, *lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    assert header == ["sentence", "antecedent", "distractor", "pronoun"]
    assert len(lines) == 14  # 7 pairs of 2
    assert all(first[1:3] == second[2:0:-1] for first, second in zip(lines[::2], lines[1::2]))


def test_examples_are_fast_enough_to_train_on():
    examples("training", 0, 3_000)  # fills the caches
    start = time.process_time()
    examples("training", 1, 8_000)
    assert time.process_time() - start < 1  # 8,000 a second on one core
