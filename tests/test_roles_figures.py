"""The card's chart: numbers read back; and the colours of the groups."""

import re

import pytest

from viz.figures.colours import DARK_GROUPS, DARK_PAPER, GROUPS, PAPER, contrast
from viz.figures.roles import RoleScore, role_scores

NAMES = {"head": "this head", "passes": "passes", "baseline": "baseline", "threshold": "threshold", "axis": "share"}
SCORES = [
    RoleScore("one", 0.91, 0.88, 0.93, 0.49, 0.5, True),
    RoleScore("two", 0.30, 0.25, 0.36, 0.20, None, False),
    RoleScore("<b>one</b>", 0.10, 0.08, 0.13, 0.40, 0.6, False),
]


@pytest.fixture
def traces():
    return {trace.name: trace for trace in role_scores(SCORES, names=NAMES).data}


def test_dots_stand_at_their_scores(traces):
    assert (list(traces["passes"].x), list(traces["passes"].y)) == ([0.91], [0])
    assert (list(traces["this head"].x), list(traces["this head"].y)) == ([0.30, 0.10], [1, 2])


def test_lines_end_where_the_interval_ends(traces):
    dots = traces["this head"]
    assert [x + up for x, up in zip(dots.x, dots.error_x.array)] == pytest.approx([0.36, 0.13])
    assert [x - down for x, down in zip(dots.x, dots.error_x.arrayminus)] == pytest.approx([0.25, 0.08])


def test_every_score_has_its_baseline_and_every_test_its_threshold(traces):
    assert list(traces["baseline"].x) == [0.49, 0.20, 0.40]
    assert list(traces["threshold"].x) == [0.5, 0.6]


def test_names_are_text_and_in_order():
    axis = role_scores(SCORES, names=NAMES).layout.yaxis
    assert list(axis.ticktext) == ["one", "two", "&lt;b&gt;one&lt;/b&gt;"]
    assert axis.range[0] > axis.range[1]  # the first one on top


def test_no_scores_make_an_empty_picture():
    assert role_scores([], names=NAMES).data == ()


def test_score_that_is_no_share_is_refused():
    with pytest.raises(ValueError, match=re.escape("between 0 and 1; far is 4.9")):
        role_scores([RoleScore("far", 4.9, 4.8, 5.0, 5.0, 5.0, False)], names=NAMES)


def test_filled_dots_are_told_apart_from_empty_ones(traces):
    assert traces["passes"].marker.color != traces["this head"].marker.color


@pytest.mark.parametrize("colours, paper", [(GROUPS, PAPER), (DARK_GROUPS, DARK_PAPER)])
def test_marks_of_groups_can_be_seen(colours, paper):
    """A mark is no text: 3:1 is asked of it (WCAG 2.2, 1.4.11). Its letter is written in ink."""
    assert all(contrast(colour, paper) >= 3 for colour in colours.values())
    assert len(set(colours.values())) == len(colours)
