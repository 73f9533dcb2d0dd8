"""Roles on attention made by hand, whose answer is known; and the whole way through networks that were never trained."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.evidence.roles import heads
from model.evidence.roles.find import find
from model.evidence.roles.heads import head_roles, part_rows, summary
from model.evidence.roles.labels import NO_ROLE, roles_of
from model.evidence.roles.reference import Reference, cut, evenness
from model.evidence.roles.rows import HeadRow, Heads
from model.evidence.roles.scores import counted, events_of, flip
from model.evidence.roles.seen import Seen, role_targets, same_words, to_words
from model.language.tokenizer import split_words
from model.networks.build import build
from model.networks.recurrent import RecurrentConfig
from model.reading.place import Place
from model.reading.recorded import CHECKPOINTS, fingerprint
from model.reading.run import AttentionMaps, Axis, Run, Token, Word
from model.reading.translate import Translator

SENTENCES = 200
FREQUENCY = Counter({"the": 1000, "it": 500, "because": 300, ".": 900, ",": 800})


# --- attention made by hand, word by word. Each rule: Seen without weights to (query, key), rows that sum to 1 ---


def one_hot(seen: Seen, keys) -> np.ndarray:
    return np.eye(len(seen.key_words))[np.asarray(keys)]


def itself(seen: Seen) -> np.ndarray:
    return np.arange(len(seen.query_words))


def previous(seen: Seen) -> np.ndarray:
    return one_hot(seen, np.maximum(itself(seen) - 1, 0))


def even(seen: Seen) -> np.ndarray:
    return np.full((len(seen.query_words), len(seen.key_words)), 1 / len(seen.key_words))


def resting(seen: Seen) -> np.ndarray:
    return 0.8 * one_hot(seen, np.full(len(seen.query_words), len(seen.key_words) - 1)) + 0.2 * even(seen)


def following(role: str):
    """Looks where the role says, and at itself where it says nothing."""

    def rule(seen: Seen) -> np.ndarray:
        keys = itself(seen)
        for query, right in seen.targets.get(role, ()):
            keys[query] = right[0]
        return one_hot(seen, keys)

    return rule


def blind_to_grammar(seen: Seen) -> np.ndarray:
    """A false friend: at every noun one word to the left, where its determiner is nine times of ten."""
    keys = itself(seen)
    for query, _ in seen.targets.get("noun_to_determiner", ()):
        keys[query] = query - 1
    return one_hot(seen, keys)


def nearest_noun(seen: Seen) -> np.ndarray:
    keys = itself(seen)
    if seen.rivals:
        query, *nouns = seen.rivals
        keys[query] = min(nouns, key=lambda noun: abs(noun - query))
    return one_hot(seen, keys)


def far_and_right(seen: Seen) -> np.ndarray:
    """The antecedent and every other long arc; otherwise the word farthest away."""
    words = len(seen.query_words)
    keys = np.where(itself(seen) < words / 2, words - 1, 0)
    for query, right in seen.targets.get("coreference", []) + seen.targets.get("long_arcs", []):
        keys[query] = right[0]
    return one_hot(seen, keys)


def like_words(vectors: dict):
    """Words whose vectors are alike, but not the word itself or its twin."""

    def rule(seen: Seen) -> np.ndarray:
        small = [word.lower() for word in seen.key_words]
        table = np.stack([vectors.get(word, np.zeros(7)) for word in small])
        twins = np.array([[word == other for other in small] for word in small[:-1]])
        return softmax(np.where(twins, -9, 4 * table[:-1] @ table.T))

    return rule


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def random(sharpness: float, seed: int):
    generator = np.random.default_rng(seed)
    return lambda seen: softmax(sharpness * generator.normal(size=(len(seen.query_words), len(seen.key_words))))


def made(rules: list, split: str, seed: int, moved=None) -> tuple[list[Seen], Reference]:
    """What hand-made heads see in generated sentences. moved: which share of what a row moves the last key has, by head."""
    reference, sentences = Reference.of(split, seed, SENTENCES), []
    for number, example in enumerate(reference.examples):
        words = tuple(word for word, *_ in split_words(" " + example.source))
        bare = bare_seen(number, words)
        targets, rivals = role_targets(bare, "encoder", example, FREQUENCY)
        bare = replace(bare, targets=targets, rivals=rivals)
        weights = np.stack([rule(bare) for rule in rules])
        spread, even_rows = evenness(weights, causal=False)
        share = weights.mean(1)
        for head, last in (moved or {}).items():
            share[head] *= (1 - last) / max(share[head, :-1].sum(), 1e-9)
            share[head, -1] = last
        sentences.append(replace(bare, weights=weights, spread=spread, even=even_rows, moved=share))
    return sentences, reference


def bare_seen(number: int, words: tuple[str, ...]) -> Seen:
    places = np.arange(len(words) + 1)
    return Seen(
        sentence=number,
        weights=np.zeros((1, len(words), len(words) + 1)),
        query_words=words,
        key_words=(*words, "</s>"),
        key_kinds=(*("word" if any(map(str.isalnum, word)) else "punctuation" for word in words), "special"),
        query_places=places[:-1],
        key_places=places,
        visible=places[None] != places[:-1, None],
        spread=np.zeros(1),
        even=0.0,
        moved=np.zeros((1, len(words) + 1)),
    )


@pytest.fixture(scope="module")
def vectors() -> dict:
    examples = Reference.of("validation", 11, SENTENCES).examples + Reference.of("test", 12, SENTENCES).examples
    words = sorted({word.lower() for one in examples for word, *_ in split_words(" " + one.source)})
    table = np.random.default_rng(5).normal(size=(len(words), 7))
    return dict(zip(words, table / np.linalg.norm(table, axis=1, keepdims=True), strict=True))


@pytest.fixture(scope="module")
def rows(vectors) -> dict[str, HeadRow]:
    """The rows of all hand-made heads, by the name of their rule."""
    rules = {
        "previous": previous,
        "even": even,
        "resting": resting,
        "resting but moving": resting,
        "same_word": following("same_word"),
        "coreference": following("coreference"),
        "noun_to_determiner": following("noun_to_determiner"),
        "subject_to_verb": following("subject_to_verb"),
        "adjective_to_noun": following("adjective_to_noun"),
        "rare_word": following("rare_word"),
        "blind to grammar": blind_to_grammar,
        "nearest noun": nearest_noun,
        "far": far_and_right,
        "like words": like_words(vectors),
        **{f"random {i}": random(3.0, seed=i) for i in range(25)},
        **{f"loose {i}": random(1.0, seed=100 + i) for i in range(10)},
    }
    moved = {list(rules).index("resting"): 0.1}
    both = [made(list(rules.values()), *source, moved) for source in (("validation", 11), ("test", 12))]
    result = part_rows("encoder", (1, len(rules)), *both, vectors, FREQUENCY)
    return dict(zip(rules, result, strict=True))


@pytest.mark.parametrize(
    "name, label, group",
    [
        ("previous", "previous", "position"),
        ("even", "broad", "rest"),
        ("resting", "sink", "rest"),
        ("same_word", "same_word", "semantic"),
        ("coreference", "coreference", "semantic"),
        ("noun_to_determiner", "noun_to_determiner", "grammar"),
        ("subject_to_verb", "subject_to_verb", "grammar"),
        ("rare_word", "rare_word", "semantic"),
        ("like words", "semantic", "semantic"),
    ],
)
def test_head_made_for_a_role_gets_it(rows, name, label, group):
    assert (rows[name].label, rows[name].group) == (label, group)


def test_pure_previous_head_is_scored_as_such(rows):
    score = rows["previous"].scores["previous"]
    assert score.value == 1 and score.low > 0.97 and score.passes
    assert score.baseline < 0.2 and score.n == SENTENCES and score.words > 5 * SENTENCES
    assert rows["previous"].offsets[heads.LOOK - 1] > 0.9


def test_far_head_is_a_long_distance_head(rows):
    assert {"coreference", "long_distance"} <= set(rows["far"].roles)
    assert rows["far"].scores["long_distance"].value > rows["far"].scores["long_distance"].baseline


def test_random_attention_gets_no_label(rows):
    chosen = {name: row.label for name, row in rows.items() if name.startswith(("random", "loose"))}
    assert len(chosen) == 35 and set(chosen.values()) == {NO_ROLE}


@pytest.mark.parametrize("name", ["blind to grammar", "nearest noun", "resting but moving"])
def test_false_friends_get_no_label(rows, name):
    assert rows[name].label == NO_ROLE


def test_counting_words_is_nine_times_of_ten_right_and_still_no_grammar(rows):
    score = rows["blind to grammar"].scores["noun_to_determiner"]
    assert score.plain > 0.85 and score.value == pytest.approx(score.baseline) and not score.passes


def test_relation_that_always_stands_at_one_distance_tests_nothing(rows):
    score = rows["adjective_to_noun"].scores["adjective_to_noun"]
    assert score.value == 1 and score.threshold is None and score.passes is None
    assert rows["adjective_to_noun"].label == NO_ROLE


def test_nearest_noun_never_flips(rows):
    assert rows["nearest noun"].scores["coreference_flip"].value == 0
    assert rows["coreference"].scores["coreference_flip"].value == 1


def test_best_of_many_random_heads_stays_under_the_null():
    # 150 heads that choose a noun by coin flip one pair in four; the best of them far more often
    seen, reference = made([random(3.0, seed=1000 + i) for i in range(150)], "test", 12)
    score = flip(seen, reference.pairs)
    assert score.value.mean() == pytest.approx(0.25, abs=0.03) and score.value.max() > 0.35
    assert score.value.max() < score.null


def test_role_must_hold_on_both_sets(vectors):
    right, wrong = following("coreference"), following("nothing")
    both = made([right, wrong], "validation", 11), made([wrong, right], "test", 12)
    rows = part_rows("encoder", (1, 2), *both, vectors, FREQUENCY)
    assert [row.label for row in rows] == [NO_ROLE, NO_ROLE]
    assert rows[1].scores["coreference"].value == 1  # on the second set alone it would have been one


def test_examples_go_from_strongest_to_weakest(rows):
    examples = rows["random 0"].examples
    strong, weak = ([link.weight for link in examples[end]] for end in ("strongest", "weakest"))
    assert strong == sorted(strong, reverse=True) and weak == sorted(weak) and strong[-1] > weak[-1]
    link = rows["noun_to_determiner"].examples["strongest"][0]
    words = [word for word, *_ in split_words(" " + link.source)]
    assert (words[link.query], words[link.key]) == (link.query_text, link.key_text)
    assert link.key_text.lower() in ("the", "a", "an", "this", "that", "my", "your", "his", "her", "our", "their")


# --- the pieces, worked on paper ---


def test_share_counts_every_distance_alike():
    # three determiners at once and one behind an adjective; the head finds the adjacent ones only: (1 + 0) / 2
    words = ("the", "dog", "saw", "the", "cat", "and", "the", "old", "cow", "my", "pig")
    bare = bare_seen(0, words)
    arcs = [(1, [0]), (4, [3]), (8, [6]), (10, [9])]
    seen = [
        replace(bare, sentence=i, targets={"noun_to_determiner": arcs}, weights=blind(bare, arcs)[None])
        for i in range(25)
    ]
    score, picked = counted(events_of(seen, "noun_to_determiner"), level=True)
    assert score.value[0] == pytest.approx(0.5) and score.baseline[0] == pytest.approx(0.5)
    assert score.extra["plain"][0] == pytest.approx(0.75) and picked.offsets == (-2, -1)


def blind(seen: Seen, arcs) -> np.ndarray:
    keys = itself(seen)
    for query, _ in arcs:
        keys[query] = query - 1
    return one_hot(seen, keys)


def test_words_take_the_sum_of_pieces_and_give_the_mean():
    axis = Axis((Word("un"), Word("wide")), (Token("u", 1, 0), Token("n", 2, 0), Token("wide", 3, 1)))
    weights = np.array([[0.1, 0.2, 0.7], [0.3, 0.0, 0.7], [0.5, 0.25, 0.25]])
    # row "un": mean of (0.1 + 0.2, 0.7) and (0.3 + 0, 0.7)
    assert to_words(weights, axis, axis) == pytest.approx(np.array([[0.3, 0.7], [0.75, 0.25]]))


def test_same_word_is_never_itself_nor_a_comma():
    seen = bare_seen(0, ("The", ",", "the", ",", "dog"))
    assert same_words(seen) == [(0, [2]), (2, [0])]


def test_evenness_of_a_uniform_row_is_one_and_of_a_sure_row_zero():
    weights = np.stack([np.full((5, 7), 1 / 7), np.eye(7)[:5]])
    spread, random_rows = evenness(weights, causal=False)
    assert spread == pytest.approx([1, 0], abs=1e-6)
    # (1/2 + 1/3 + … + 1/7) / ln 7 = 1.5929 / 1.9459
    assert random_rows == pytest.approx(0.8186, abs=1e-4)
    flat = np.random.default_rng(0).dirichlet(np.ones(7), (1, 20_000))
    assert evenness(flat, causal=False)[0] == pytest.approx(random_rows, abs=0.003)


def test_minimal_pairs_are_found_again_in_the_mixture():
    reference = Reference.of("validation", 3, 100)
    assert len(reference.pairs) == 30
    for i, j in reference.pairs:
        first, second = reference.examples[i], reference.examples[j]
        assert (first.antecedent, first.distractor) == (second.distractor, second.antecedent)


# --- through a network ---


@pytest.fixture(scope="module")
def untrained(translator) -> Heads:
    ticks = []
    result = head_roles(translator, 40, lambda done, total: ticks.append((done, total)))
    assert ticks[-1] == (40, 40) and ticks == sorted(ticks)
    return result


def test_every_head_of_a_network_has_a_row(untrained, translator):
    counts = Counter(row.place.part for row in untrained.rows)
    assert counts == {"encoder": 2 * 3, "decoder": 5 * 3, "cross": 5 * 3}
    for row in untrained.rows:
        for name, score in row.scores.items():
            assert score.low - 1e-3 <= score.value <= score.high + 1e-3, name
            assert score.n > 0
    assert Heads.of(json.loads(json.dumps(untrained.record()))) == untrained
    assert summary(untrained).count("\n") == len(untrained.rows) - 1


def test_untrained_network_understands_nothing(untrained):
    for row in untrained.rows:
        assert not {"coreference", "same_word", "translation", "semantic"} & set(row.roles)


def test_weights_that_are_scored_are_those_of_a_run(translator, untrained):
    text = "The animal didn't cross the street because it was too tired."
    run = translator.read(text, beams=1)
    found = find(run, 7, 1, untrained)
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True) and len(found) == 6
    axis, first = run.source, found[0]
    it, animal = axis.tokens_of(7), axis.tokens_of(1)
    expected = run.maps["encoder"].weights(first.layer, first.head)[np.ix_(it, animal)].sum(1).mean()
    assert first.weight == pytest.approx(expected, abs=1e-6) and first.offset == -6


@pytest.mark.parametrize("attention, parts", [(True, {"cross": 1}), (False, {})])
def test_recurrent_models_have_one_head_or_none(tokenizer, attention, parts):
    torch.manual_seed(0)
    config = RecurrentConfig(len(tokenizer), attention=attention, width=11, hidden=14, score=7)
    result = head_roles(Translator(build(config), tokenizer, "small gru", torch.device("cpu")), 40)
    assert Counter(row.place.part for row in result.rows) == parts
    assert bool(result.note) == (not parts)


def test_too_few_sentences_are_refused(translator):
    with pytest.raises(ValueError, match="40 or more"):
        head_roles(translator, 39)


def test_decoder_rows_belong_to_the_word_they_write(translator):
    example = Reference.of("test", 12, 40).examples[0]
    sentence = cut(translator, 0, example)
    assert [word.text for word in sentence.prefix.words[1:]] == [word.text for word in sentence.target.words[:-1]]
    assert len(sentence.prefix) == len(sentence.target)


# --- what is shipped ---


ALL_HEADS = {"encoder": 32, "decoder": 16, "cross": 16}
SHIPPED = {
    "transformer": ALL_HEADS,
    "transformer-twin": ALL_HEADS,
    "gru-attention": {"cross": 1},
    "rnn": {},
    "lstm": {},
    "gru": {},
}


def test_every_shipped_model_is_measured():
    assert {folder.parent.name for folder in CHECKPOINTS.glob("*/card.json")} == set(SHIPPED)


@pytest.mark.parametrize("model", SHIPPED)
def test_shipped_roles_belong_to_the_shipped_weights_and_follow_from_their_scores(model):
    file = CHECKPOINTS / model / "heads.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    assert record["fingerprint"] == fingerprint(model) and file.stat().st_size < 300_000
    shipped = Heads.of(record)
    assert {"fingerprint": record["fingerprint"]} | shipped.record() == record
    assert Counter(row.place.part for row in shipped.rows) == SHIPPED[model]
    assert shipped.reported_on >= 500
    for row in shipped.rows:
        for shown in row.examples.values():
            assert len({example.source for example in shown}) == len(shown)
        passed = {name: bool(score.passes) for name, score in row.scores.items()}
        assert sorted(roles_of(passed)) == sorted(row.roles)
        assert row.label == (*row.roles, NO_ROLE)[0]
        for score in row.scores.values():
            if score.passes:
                assert score.value >= score.threshold - 1e-3 and score.low >= score.baseline - 1e-3


def test_a_score_without_its_rule_is_no_score():
    record = json.loads((CHECKPOINTS / "transformer" / "heads.json").read_text(encoding="utf-8"))["heads"][0]
    del record["scores"]["sink"]["rule"]
    with pytest.raises(KeyError, match="rule"):
        HeadRow.of(record)


# --- find ---


def measured(rows) -> Heads:
    return Heads("made", SENTENCES, SENTENCES, "", "", 0.0, 0.0, tuple(rows))


def run_with(weights: np.ndarray, words: list[str]) -> Run:
    """A Run whose one encoder layer has these weights, (head, query, key), all greater than 0."""
    n = len(words)
    axis = Axis(
        (*map(Word, words), Word("</s>", "special")), tuple(Token(w, i, i) for i, w in enumerate([*words, "</s>"]))
    )
    queries = np.log(weights)[None] * np.sqrt(n + 1)  # keys are the unit matrix, so the scores are the logarithms
    keys = np.tile(np.eye(n + 1), (1, len(weights), 1, 1))
    maps = {"encoder": AttentionMaps(queries, keys, axis, axis)}
    return Run("made", " ".join(words), "", axis, Axis((), ()), (), (), (), maps, "none")


def test_coincidence_is_told_from_habit(rows):
    words = ["The", "cat", "saw", "the", "old", "dog"]
    weights = np.full((2, 7, 7), 0.05)
    weights[:, 5, 3] = 0.7  # dog → the, over "old"
    known = measured(
        replace(rows[name], place=Place("encoder", 0, head))
        for head, name in enumerate(("noun_to_determiner", "random 0"))
    )
    run = run_with(weights / weights.sum(-1, keepdims=True), words)
    habit, chance = sorted(find(run, 5, 3, known), key=lambda one: one.head)
    assert habit.weight == pytest.approx(0.7, abs=1e-5) and chance.weight == pytest.approx(0.7, abs=1e-5)
    assert (habit.like, habit.usual, habit.coincidence) == ("noun_to_determiner", 1.0, False)
    assert chance.coincidence and chance.usual < 0.3
    by_offset = find(run, 2, 4, known)[0]
    assert (by_offset.like, by_offset.offset) == ("offset", 2) and by_offset.coincidence


@pytest.mark.parametrize("query, key, part", [(9, 0, "encoder"), (0, -1, "encoder"), (0, 0, "cross")])
def test_word_or_part_that_is_not_there_is_one_sentence(query, key, part):
    run = run_with(np.full((1, 3, 3), 1 / 3), ["the", "dog"])
    with pytest.raises(ValueError, match="must be"):
        find(run, query, key, measured(()), part)
