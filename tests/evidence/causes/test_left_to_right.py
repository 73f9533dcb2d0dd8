"""Under a causal mask the row of *it* cannot see the word that decides."""

import pytest

from model.evidence.causes.left_to_right import left_to_right
from tests.evidence.causes.conftest import TIRED, WIDE


@pytest.mark.parametrize("second", [WIDE, "The animal didn't cross the street because it was far too wide."])
def test_from_left_to_right_the_row_differs_by_exactly_nothing(small, second):
    found = left_to_right(small, TIRED, second)
    assert found.causal == 0.0 and found.both_ways > 0 and not found.changes_before


def test_from_left_to_right_an_earlier_change_is_seen(small):
    found = left_to_right(small, TIRED, TIRED.replace("animal", "dog"))
    assert found.causal > 0 and found.changes_before and found.words == (7, 7)


def test_left_to_right_needs_a_pair_and_a_word(small):
    with pytest.raises(ValueError, match="are the same"):
        left_to_right(small, TIRED, TIRED)
    with pytest.raises(ValueError, match="no “it” in the first"):
        left_to_right(small, "The dog sleeps.", WIDE)
