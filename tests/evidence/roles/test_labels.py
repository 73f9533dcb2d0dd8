"""Roles on attention made by hand, whose answer is known."""

import pytest

from model.evidence.roles import heads
from model.evidence.roles.heads import part_rows
from model.evidence.roles.labels import NO_ROLE
from model.language.tokenizer import split_words
from tests.evidence.roles.made import FREQUENCY, SENTENCES, following, made


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
