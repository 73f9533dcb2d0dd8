"""The measures on hand-made answers whose scores are known."""

import numpy as np
import pytest

from model.training import evaluate, quality
from model.training.evaluate import Row, flips, nearest_noun_baseline, pronoun_of, read_rows
from model.training.quality import bleu, bootstrap_bleu, buckets_by_length, joined


@pytest.mark.parametrize(
    "sentence, translation, pronoun",
    [
        ("The dog slept because it was tired.", "Le chien a dormi parce qu'il était fatigué.", "il"),
        ("He sold the car because it was old.", "Il a vendu la voiture parce qu'elle était vieille.", "elle"),
        ("It was old, so he sold the car.", "Elle était vieille, alors il a vendu la voiture.", "elle"),
        ("There is a car. It is old.", "Il y a une voiture. Elle est vieille.", "elle"),
        ("Is it old?", "Est-elle vieille?", "elle"),
        ("It was old.", "C'était vieux.", ""),
        ("It sleeps.", "Une ville illimitée.", ""),
    ],
)
def test_pronoun_of_the_right_clause(sentence, translation, pronoun):
    assert pronoun_of(sentence, translation) == pronoun


def test_bleu_takes_the_best_of_several_references():
    references = [("le chien dort dans la maison",), ("il pleut ce soir à Paris", "il va pleuvoir à Paris ce soir")]
    assert bleu(["le chien dort dans la maison", "il va pleuvoir à Paris ce soir"], references) == pytest.approx(100)
    assert bleu(["le chat", "rien"], references) < 10


def test_bootstrap_interval_holds_the_score_and_narrows():
    random = np.random.default_rng(1)
    words = ["le", "chien", "dort", "dans", "la", "maison", "ce", "soir"]
    references = [(" ".join(random.permutation(words)),) for _ in range(80)]
    hypotheses = [refs[0] if i % 3 else " ".join(words) for i, refs in enumerate(references)]
    few, many = (bootstrap_bleu(hypotheses[:n], references[:n], resamples=200) for n in (8, 80))
    assert many[0] < bleu(hypotheses, references) < many[1]
    assert many[1] - many[0] < few[1] - few[0]


def test_every_sentence_is_in_one_bucket():
    held_out = [(" ".join(["w"] * n), ("x",)) for n in range(1, 40)]
    buckets = buckets_by_length(held_out)
    assert sum(len(inside) for _, inside in buckets) == 39
    for (low, high), inside in buckets:
        assert all(low <= len(english.split()) <= (high or 99) for english, _ in inside)
    assert buckets[-1][0] == (12, None)


def test_joined_texts_keep_their_order_and_drop_a_short_rest():
    held_out = [(f"e{i}", (f"f{i}", "other")) for i in range(5)]
    assert joined(held_out, 2) == [("e0 e1", ("f0 f1",)), ("e2 e3", ("f2 f3",))]


def test_no_sentence_is_translated_twice(translator, monkeypatch):
    asked = []
    monkeypatch.setattr(
        translator, "translate_many", lambda texts, beams: asked.extend(texts) or [t.upper() for t in texts]
    )
    held_out = [(f"word {i} of many", (f"WORD {i} OF MANY",)) for i in range(8)]
    scores = quality.scores_by_length(translator, held_out, beams=1)
    assert len(asked) == len(set(asked)) == 8 + 4 + 2 + 2  # alone, in twos, in threes, in fours
    assert [row["sentences"] for row in scores["joined"]] == [1, 2, 3, 4] and scores["joined"][0]["bleu"] > 99


def test_flip_needs_both_members():
    preferred = np.array([[True, True], [True, False], [False, True], [True, True], [True, True]])
    assert flips(preferred).tolist() == [[True, False], [False, True]]


def test_nearest_noun_baseline():
    rows = [
        Row("The dog left the house because it slept.", "dog", "house", "il"),
        Row("The dog left the house because it burned.", "house", "dog", "elle"),
    ]
    assert nearest_noun_baseline(rows) == 0.5


def test_bad_rows_go_with_their_pair(tmp_path):
    path = tmp_path / "rows.tsv"
    path.write_text(
        "sentence\tantecedent\tdistractor\tpronoun\n"
        "The dog left the house as it slept.\tdog\thouse\til\n"
        "The dog left the house as it burned.\thouse\tdog\telle\n"
        "The cat ran.\tcat\tdog\til\n"
        "The dog left the house as it burned.\thouse\tdog\telle\n"
    )
    rows, bad = read_rows(path)
    assert [row.pronoun for row in rows] == ["il", "elle"] and bad == 2


@pytest.mark.parametrize(
    "text, message", [("a\tb\n1\t2\n", "no column"), ("\t".join(evaluate.COLUMNS), "no usable row")]
)
def test_useless_file_is_one_sentence(tmp_path, text, message):
    path = tmp_path / "rows.tsv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_rows(path)


def test_scores_of_an_untrained_model_are_those_of_its_translations(translator, monkeypatch):
    rows = [
        Row("The animal didn't cross the street because it was tired.", "animal", "street", "il"),
        Row("The animal didn't cross the street because it was wide.", "street", "animal", "elle"),
    ]
    monkeypatch.setattr(translator, "translate_many", lambda texts, beams: ["parce qu'il dort", "parce qu'il dort"])
    scores = evaluate.pronoun_scores(translator, rows, (1, 2))
    assert (scores["n"], scores["pronoun_accuracy"], scores["pair_accuracy"]) == (2, 0.5, 0.0)
    weights, _ = evaluate.it_rows(translator, rows)
    assert weights.shape == (2, 2, 3, 2)
    expected = [weights[0, 1, 2, 0] > weights[0, 1, 2, 1], weights[1, 1, 2, 0] > weights[1, 1, 2, 1]]
    assert scores["best_head"]["prefers_antecedent"] == np.mean(expected)
    assert scores["best_head"]["label"] == "layer 2 head 3"


def test_weight_on_a_word_is_the_sum_over_its_subwords(translator):
    row = Row("The animal didn't cross the street because it slept.", "animal", "street", "il")
    weights, _ = evaluate.it_rows(translator, [row])
    run = translator.read(row.sentence, beams=1)
    it = next(i for i, token in enumerate(run.source.tokens) if token.text == "it")
    animal = run.source.tokens_of(1)
    assert len(animal) >= 1
    expected = run.maps["encoder"].weights(1, 0)[it, animal].sum()
    assert weights[0, 1, 0, 0] == pytest.approx(expected, abs=1e-6)


def test_model_without_attention_has_no_best_head(recurrent):
    rows = [
        Row("The animal didn't cross the street because it was tired.", "animal", "street", "il"),
        Row("The animal didn't cross the street because it was wide.", "street", "animal", "elle"),
    ]
    assert evaluate.pick_head(recurrent["gru"], pairs=2) is None
    scores = evaluate.pronoun_scores(recurrent["gru"], rows, None, beams=1)
    assert scores["n"] == 2 and "best_head" not in scores
