"""What is shipped beside the weights: typed rows, and roles that follow from their scores."""

import json
from collections import Counter

import pytest

from model.evidence.roles.labels import NO_ROLE, roles_of
from model.evidence.roles.rows import HeadRow, Heads
from model.reading.recorded import CHECKPOINTS, fingerprint

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
