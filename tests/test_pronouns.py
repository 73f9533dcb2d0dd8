"""The generated pronoun corpus: balance, splits, minimal pairs, and French that a French reader would accept."""

import hashlib
import random
import re
import time
from collections import Counter

import pytest

from model.language import french
from model.language.check import problems
from model.language.families import KEPT_FOR_TEST, SPLITS, SYMMETRIC, load_families, split_of
from model.language.french import VERSIONS, Grammar, elided, grammar, noun_phrase
from model.language.objects import load_objects, object_pair
from model.language.pronouns import examples, main, minimal_pairs


@pytest.fixture(scope="module", params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture(scope="module")
def mixture(version):
    return examples("training", 11, 20_000, version)


@pytest.fixture(scope="module")
def pairs(version):
    return {split: minimal_pairs(split, 5, 2_000, version) for split in SPLITS}


def nouns(version=2):
    return {noun.english: noun for noun in grammar(version).lexicon}


def test_version_one_writes_what_the_models_of_the_race_were_trained_on():
    written = repr(examples("training", 0, 5000)).encode()
    assert hashlib.sha256(written).hexdigest() == "e91b1e687fe3215670b4f7011d7675219359f72cef4b903879134f1ca3e998b3"


def test_version_two_is_broader():
    first, second = grammar(1), grammar(2)
    assert len(second.lexicon) > 2.5 * len(first.lexicon) and len(second.predicates) > 2 * len(first.predicates)
    assert len(load_families(second)[0]) > 3.5 * len(load_families(first)[0])
    assert set(first.predicates) < set(second.predicates)


def test_what_is_said_of_a_noun_is_known():
    for name, rows in grammar(2).templates.items():
        for row, keys, *_ in rows if rows[0][0] == "nouns" else ():
            if row in ("A", "B"):
                assert set(keys.split()) <= set(grammar(2).predicates), name


def test_families_have_pairs_of_different_gender(version):
    for family in load_families(grammar(version))[0]:
        met = [(noun, other) for noun in family.nouns for other in family.others if noun.gender != other.gender]
        assert len(met) >= 3, family.name


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("lexicon", "dog\tchienne\tf\tanimal\tpet", "dog is chienne"),
        ("lexicon", "quagga\tcouagga\tx\tanimal\t", "gender must be m or f"),
        ("lexicon", "quagga\tcouagga\tm\tanimal\t\textra", "lexicon.tsv, line 2 has too many columns"),
        ("predicates", "purple\tcolour\tviolet\t\t", "type must be one of"),
        ("templates", "obstacle\tA\tquite_unheard_of\t\t\t", "line 2: obstacle A has no predicates quite_unheard_of"),
        ("templates", "swamped\tnouns\tunheard\troad\t\t", "matches no noun with unheard"),
        ("templates", "obstacle\tA\ttired", "has too few columns"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(tmp_path, monkeypatch, table, row, said):
    for name in ("1", "2/more"):
        (tmp_path / name).mkdir(parents=True)
    for file in (french.TABLES / "1").iterdir():
        (tmp_path / "1" / file.name).write_bytes(file.read_bytes())
    header = (french.TABLES / "1" / f"{table}.tsv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "2" / "more" / f"{table}.tsv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    monkeypatch.setattr(french, "TABLES", tmp_path)
    with pytest.raises(ValueError, match=said):
        Grammar(2)


def test_tables_are_broad():
    assert len(load_families(grammar())[0]) >= 45
    assert len(nouns(1)) == len(grammar().lexicon) >= 350
    assert len(grammar().predicates) >= 200


def test_every_noun_is_antecedent_and_distractor():
    corpus = examples("training", 2, 40_000)
    assert {example.antecedent for example in corpus} - {""} == set(nouns(1))
    assert {example.distractor for example in corpus} - {""} == set(nouns(1))


def test_mixture_has_as_many_il_as_elle(mixture):
    counts = Counter(example.pronoun for example in mixture if example.antecedent)
    assert abs(counts["il"] - counts["elle"]) <= 0.02 * sum(counts.values())


def test_mixture_shares_are_as_announced(mixture, version):
    impersonal = sum(not example.antecedent for example in mixture) / len(mixture)
    objects = sum(example.template == "object" for example in mixture) / len(mixture)
    assert (impersonal, objects) == pytest.approx({1: (0.08, 0.05), 2: (0.12, 0.06)}[version], abs=0.01)
    object_pairs = sum(example.template == "object_pair" for example in mixture) / len(mixture)
    assert object_pairs == pytest.approx({1: 0, 2: 0.08}[version], abs=0.01)
    assert len({example.template for example in mixture}) >= 45


def test_every_source_has_exactly_one_it(mixture):
    assert all(len(re.findall(r"\bit\b", example.source, re.IGNORECASE)) == 1 for example in mixture)


def test_nouns_stand_in_the_source_and_pronoun_has_their_gender(mixture):
    lexicon = nouns()
    for example in mixture:
        for noun in filter(None, (example.antecedent, example.distractor)):
            assert re.search(rf"\b{noun}\b", example.source, re.IGNORECASE), example
        if example.antecedent:
            assert example.pronoun == lexicon[example.antecedent].pronoun
        if not example.template.startswith("object") and not example.template.startswith("impersonal"):
            assert re.search(rf"\b{example.pronoun}\b", example.target, re.IGNORECASE), example


def difference(first: str, second: str) -> tuple[list[str], list[str]]:
    """What stands between the words that both begin with and those that both end with."""
    words, others = first.split(), second.split()
    while words and others and words[0] == others[0]:
        words, others = words[1:], others[1:]
    while words and others and words[-1] == others[-1]:
        words, others = words[:-1], others[:-1]
    return words, others


def test_minimal_pair_differs_in_one_word_or_phrase_and_swaps(pairs, version):
    for first, second in pairs["training"]:
        words, others = difference(first.source, second.source)
        assert 1 <= max(len(words), len(others)) <= (1 if version == 1 else 7), first.source
        assert (first.antecedent, first.distractor) == (second.distractor, second.antecedent)
        assert {first.pronoun, second.pronoun} == {"il", "elle"}


def test_no_predicate_fits_both_nouns_of_a_family(version):
    for family in sum(load_families(grammar(version)), ()):
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
    words = sorted(nouns(1))
    counts = Counter(split_of(first, second) for first in words for second in words if first < second)
    total = sum(counts.values())
    shares = [counts[split] / total for split in SPLITS]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.01)  # 10 standard deviations of a fair hash over 1e5 pairs


def test_examples_are_deterministic(version):
    assert examples("test", 3, 500, version) == examples("test", 3, 500, version)
    assert examples("test", 3, 500, version) != examples("test", 4, 500, version)


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
    targets = [example.target for example in mixture if example.template != "object_pair"]  # "oublie pas de le goûter"
    wrong = re.compile(
        r"\b[Ll][ea] [aeiouéèêœ]|\b[Dd]e les? |\b[Àà] les? |[Qq]ue (il|elle|une?)\b|\b[Ss]i il|\b[Cc]e [aeiouéèêœ]"
        r"|\b([JjNnSs]|[Dd])e [aeiouéê]|\b[msMS]a [aeiouéœ]|\b(du|au) [aeiouéèêœ]|  |[{}]"
    )
    assert not [target for target in targets if wrong.search(target)]
    for right in (" du ", "qu'elle", "parce qu'il", "puisqu'il", "n'a pas", "j'ai", "au "):
        assert any(right in target for target in targets)


def test_version_two_asks_and_tells_more():
    sources = " ".join(example.source for example in examples("training", 4, 10_000, version=2))
    for shape in (
        ", or was it ",
        "? Was it ",
        "Did the ",
        ", which is why ",
        "might be ",
        " would be ",
        "!",
    ):
        assert shape in sources, shape


def test_version_two_has_capitals_and_missing_stops_in_both_languages(mixture, version):
    for shape in (str.isupper, lambda text: text[-1] not in ".?!"):
        marked = [(shape(one.source), shape(one.target)) for one in mixture if one.template[0] != "i"]
        assert all(source == target for source, target in marked)
        share = sum(source for source, _ in marked) / len(marked)
        assert share == 0 if version == 1 else 0.003 < share < 0.02


def test_object_pairs_differ_in_what_is_done():
    rng, words = random.Random(3), grammar(2)
    for _ in range(500):
        first, second = object_pair(words, rng, "test")
        done, other = difference(first.source, second.source)
        assert max(len(done), len(other)) <= 3, first.source
        assert {first.pronoun, second.pronoun} == {"il", "elle"}
        for one in (first, second):
            assert split_of(one.antecedent, one.distractor) == "test"
            assert (" le " if one.pronoun == "il" else " la ") in one.target


def test_objects_can_be_seen_to_be_le_or_la():
    for family in load_objects(grammar(2)):
        for _, verb in family.to_noun + family.to_other:
            assert verb[0] not in french.VOWELS, verb  # l' would hide it


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("parce que Ahmed dort", "parce qu'Ahmed dort"),
        ("le chien de Anna", "le chien d'Anna"),
        ("Puisque une amie", "Puisqu'une amie"),
        ("Si il dort", "S'il dort"),
        ("le chien de Tom", "le chien de Tom"),
    ],
)
def test_names_elide_what_stands_before_them(text, right):
    assert elided(text) == right


def test_tables_have_no_problem_but_few_nouns():
    assert not [problem for problem in problems(2) if "pairs of nouns" not in problem]


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


def test_examples_are_fast_enough_to_train_on(version):
    examples("training", 0, 3_000, version)  # fills the caches
    start = time.process_time()
    examples("training", 1, 8_000 if version == 1 else 4_000, version)
    assert time.process_time() - start < 1  # 8,000 a second on one core; 4,000 of version 2
