"""The page of what heads do: its table, its cards and its finds are those of heads.json and find.py."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest

from model.evidence.roles.find import find
from model.evidence.roles.labels import GROUPS
from model.evidence.roles.rows import HeadRow, Heads
from model.reading.recorded import EXAMPLES, measured_heads, recordings
from tests.pages import APP, figures, opened, said
from viz.parts.heads import card
from viz.scenes import models
from viz.scenes.choice import Choice
from viz.scenes.texts import texts as texts_in
from viz.session import roles

HEADS = Heads.of(measured_heads("transformer"))
WORDS = texts_in("en")["heads"]


@pytest.fixture
def open_page():
    return partial(opened, "heads", "heads")


def row_of(part: str, layer: int, head: int) -> HeadRow:
    """Layer and head from 1."""
    (row,) = (row for row in HEADS.rows if row.place == (part, layer - 1, head - 1))
    return row


def titles(app) -> list[str]:
    return [one.value for one in app.header]


def test_heads_were_measured_on_these_weights():
    assert len(HEADS.rows) == 4 * 8 + 2 * 8 + 2 * 8


# --- the table ---


def test_table_has_every_head(open_page):
    app = open_page()
    assert not app.exception
    table = app.dataframe[0].value
    assert len(table) == 64
    assert list(table["role"]) == [WORDS["roles"][row.label] for row in HEADS.rows]


def test_table_shows_the_score_that_is_asked_for(open_page):
    table = open_page(score="coreference").dataframe[0].value
    expected = [row.scores["coreference"] for row in HEADS.rows]
    assert list(table["value"]) == [score.value for score in expected]
    assert list(table["baseline"]) == [score.baseline for score in expected]
    assert list(table["from"]) == [score.low for score in expected]
    assert list(table["threshold"]) == [score.threshold for score in expected]


def test_score_that_a_part_lacks_is_left_empty(open_page):
    table = open_page(score="translation").dataframe[0].value
    assert table[table.attention == "Encoder"].value.isna().all()
    assert table[table.attention == "Cross"].value.notna().all()


def test_role_rests_on_a_score_that_passes(open_page):
    table = open_page().dataframe[0].value
    told = table[table.role != WORDS["roles"]["no_clear_role"]]
    assert len(told) and set(told.passes) == {"yes"}
    assert (told["value"] >= told.threshold).all() and (told["from"] > told.baseline).all()
    assert set(table[table.role == WORDS["roles"]["no_clear_role"]].passes) == {"no"}


def test_choosing_a_score_goes_into_the_address(open_page):
    app = open_page()
    app.selectbox(key="heads_score").set_value("sink").run()
    assert app.query_params["score"] == "sink"
    assert set(app.dataframe[0].value["score"]) == {WORDS["scores"]["sink"]}


def test_csv_has_every_score_of_every_head(open_page, monkeypatch):
    from viz.parts import marks

    kept = {}
    monkeypatch.setattr(marks, "csv_button", lambda label, name, header, rows, key: kept.update({key: (header, rows)}))
    open_page()
    header, rows = kept["heads csv"]
    assert len(rows) == sum(len(row.scores) for row in HEADS.rows)
    line = dict(zip(header, next(row for row in rows if row[:3] == ("encoder", 2, 4) and row[5] == "coreference")))
    assert line["value"] == row_of("encoder", 2, 4).scores["coreference"].value
    assert all(len(row) == len(header) for row in rows)
    line = dict(
        zip(header, next(row for row in rows if row[:3] == ("encoder", 4, 7) and row[5] == "object_to_preposition"))
    )
    assert (line["word_by_word"], line["baseline_word_by_word"]) == (0.781, 0.918)


# --- the three names ---


def test_three_names_count_the_heads_that_pass(open_page):
    html = "".join(one.proto.body for one in open_page().get("html"))
    for group in ("grammar", "semantic", "long_distance"):
        passing = sum(any(GROUPS[role] == group for role in row.roles) for row in HEADS.rows)
        kind = html.split(WORDS["names"][group])[1].split("</div>")[0]
        assert f"{passing} of 64 heads pass" in kind


def test_grammar_counted_word_by_word_is_told(open_page, monkeypatch):
    app = open_page(layer="4", heads="7")
    assert WORDS["plain_worse"] in said(app)
    assert "object → preposition, counted word by word: this head 78 %, the best fixed rule 92 %." in said(app)
    row = row_of("encoder", 4, 7)
    score = replace(row.scores["object_to_preposition"], plain=0.95, plain_baseline=0.8)
    changed = replace(row, scores={**row.scores, "object_to_preposition": score})
    better = tuple(changed if one is row else one for one in HEADS.rows)
    monkeypatch.setattr(roles.measurement("transformer"), "result", replace(HEADS, rows=better))
    assert WORDS["plain_some"].format(passed=1, all=64) in said(open_page())


def test_none_passed_is_said(open_page, monkeypatch):
    bare = tuple(replace(row, roles=(), label="no_clear_role", group="none") for row in HEADS.rows)
    monkeypatch.setattr(roles.measurement("transformer"), "result", replace(HEADS, rows=bare))
    assert said(open_page()).count(WORDS["group_none"]) == 3


# --- the card ---


def test_card_opens_at_the_head_that_follows_it_best(open_page):
    best = models.best_head("transformer")
    assert f"layer {best['layer'] + 1} head {best['head'] + 1}" in titles(open_page())[1]


def test_card_shows_scores_beside_baselines(open_page):
    app = open_page(part="cross", layer="1", heads="3")
    traces = {trace["name"]: trace for trace in figures(app)[0]["data"]}
    score = row_of("cross", 1, 3).scores["translation"]
    assert traces["passes"]["x"][0] == score.value
    assert traces["best rule without a head"]["x"][0] == score.baseline
    assert traces["threshold"]["x"][0] == score.threshold


def test_examples_mark_the_two_words(open_page):
    app = open_page(part="encoder", layer="3", heads="4")
    html = "".join(one.proto.body for one in app.get("html"))
    shown = re.findall(r"<p class=mj-example lang=en>(.*?)</p>", html)
    examples = [one for which in ("strongest", "weakest") for one in row_of("encoder", 3, 4).examples[which]]
    assert len(shown) == len(examples) == 6
    for text, example in zip(shown, examples):
        assert re.search(r"class=mj-asks>(.*?)<", text)[1] == example.query_text
        assert re.search(r"class=mj-answers>(.*?)<", text)[1] == example.key_text
        assert re.sub(r"<.*?>", "", text) == example.source


@pytest.mark.parametrize("part, layers", [("encoder", 4), ("decoder", 2), ("cross", 2)])
def test_every_head_has_a_card(open_page, part, layers):
    app = open_page(part=part)
    for layer, head in ((layer, head) for layer in range(1, layers + 1) for head in range(1, 9)):
        app.query_params.update(part=part, layer=str(layer), heads=str(head))
        app.run()
        assert not app.exception, (part, layer, head)
        assert f"layer {layer} head {head}: {WORDS['roles'][row_of(part, layer, head).label]}" in titles(app)[1]


def test_buttons_choose_a_head(open_page):
    app = open_page()
    app.get_by_key("card_part").set_value("cross").run()
    assert app.query_params["part"] == "cross" and "Cross, layer 1 head 1" in titles(app)[1]
    app.get_by_key("card_head").set_value(3).run()
    assert app.query_params["heads"] == "3" and "Cross, layer 1 head 3" in titles(app)[1]


def test_example_opens_in_explore(open_page):
    row = row_of("encoder", 2, 4)
    example = row.examples["strongest"][0]
    there = card.there(Choice(model="transformer"), row, example)
    assert (there.text, there.layer, there.heads, there.word) == (example.source, 2, (4,), example.query + 1)


def test_head_that_is_not_there_is_told(open_page):
    app = open_page(layer="9", heads="3")
    assert not app.exception and "There is no head “Encoder 9.3” here" in said(app)


@pytest.mark.parametrize(
    "text, marks, expected",
    [
        ("L'animal, il dort.", {1: "a"}, "L'<mark class=a>animal</mark>, il dort."),
        ("It didn't rain.", {1: "a", 2: "b"}, "It <mark class=a>didn't</mark> <mark class=b>rain</mark>."),
        ("Il dort.", {-1: "b", 0: "a"}, "<mark class=b>&lt;s&gt;</mark> <mark class=a>Il</mark> dort."),
        ("<b>x</b>", {}, "&lt;b&gt;x&lt;/b&gt;"),
    ],
)
def test_marked_text_reads_as_it_was_written(text, marks, expected):
    assert card.marked(text, marks) == expected


# --- find the head ---


def test_find_starts_at_it_and_what_it_stands_for(open_page):
    app = open_page()
    run = recordings("transformer")[EXAMPLES[0], 4]
    found = find(run, 7, 1, HEADS)
    assert [app.selectbox(key=key).value for key in ("find_query", "find_key")] == [7, 1]
    table = app.dataframe[1].value
    assert list(table["weight here"]) == pytest.approx([one.weight for one in found])
    assert list(table["elsewhere"]) == [one.usual for one in found]
    assert "a habit" in said(app)


def test_other_words_are_a_coincidence(open_page):
    app = open_page(link="8,6")
    assert "may be a coincidence" in said(app)
    assert list(app.dataframe[1].value["so"]) == ["coincidence?"] * 32


def test_words_stand_in_the_address(open_page):
    app = open_page()
    app.selectbox(key="find_key").set_value(5).run()
    assert app.query_params["link"] == "8,6"


def test_pronoun_and_it_are_known_to_be_translations(open_page):
    run = recordings("transformer")[EXAMPLES[0], 4]
    il = [word.text for word in run.target.words].index("il")
    found = find(run, il, 7, HEADS, "cross")
    assert {one.like for one in found} == {"translation"}
    assert {one.like for one in find(run, il, 6, HEADS, "cross")} == {"offset"}
    assert WORDS["roles"]["translation"] in said(open_page(part="cross", link=f"{il + 1},8"))


def test_find_in_cross_attention(open_page):
    app = open_page(part="cross")
    query = app.selectbox(key="find_query").value
    run = recordings("transformer")[EXAMPLES[0], 4]
    assert run.target.words[query].text == "il" and app.selectbox(key="find_key").value == 7
    assert len(app.dataframe[1].value) == 16


@pytest.mark.parametrize("link", ["99,1", "1", "a,b", "0,0", "1,2,3"])
def test_words_that_are_not_there_leave_the_usual_ones(open_page, link):
    app = open_page(link=link)
    assert not app.exception and app.selectbox(key="find_query").value == 7


# --- models ---


def test_model_without_attention_is_told_so(open_page):
    app = open_page(model="gru")
    assert not app.exception and "has no attention, so it has no heads" in said(app)


def test_unmeasured_model_is_measured_on_demand(open_page, monkeypatch):
    from model.evidence.roles import heads

    real = heads.head_roles
    monkeypatch.setattr(heads, "head_roles", lambda translator, **more: real(translator, sentences=80, **more))
    monkeypatch.setattr(roles.measurement("gru-attention"), "result", None)
    app = open_page(model="gru-attention")
    assert "not been measured yet" in said(app) and not app.dataframe
    next(button for button in app.button if button.label == WORDS["measure"]).click().run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 1 and "40 generated sentences" in said(app)


def test_failure_is_one_sentence(open_page, monkeypatch):
    def fail(tick):
        raise RuntimeError("out of [memory](http://x)")

    measurement = roles.measurement("transformer-twin")
    monkeypatch.setattr(measurement, "result", None)
    monkeypatch.setattr(measurement, "measure", fail)
    app = open_page(model="transformer-twin")
    next(button for button in app.button if button.label == WORDS["measure"]).click().run()
    assert not app.exception and "could not be measured" in app.error[0].value


@pytest.mark.parametrize("query", [{"score": "nothing"}, {"part": "?", "layer": "x", "heads": "-1"}, {"score": "<b>"}])
def test_nonsense_address_opens_the_default(open_page, query):
    app = open_page(**query)
    assert not app.exception and len(app.dataframe) == 2


def test_bengali_names_everything(open_page):
    app = open_page(lang="bn")
    assert not app.exception
    assert json.dumps(list(app.dataframe[0].value.columns), ensure_ascii=False).count("ভূমিকা") == 1


def test_opening_the_page_needs_no_torch():
    """The network is loaded in the background for whoever types next; the page itself never waits for it."""
    code = """
import sys
from viz.session import caches
caches.warm = lambda model: None
from tests.pages import opened
app = opened("heads", "heads")
assert not app.exception and len(app.dataframe) == 2
print([name for name in ("torch", "transformers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=APP.rsplit("/", 1)[0], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
