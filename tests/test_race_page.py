"""The race's page through Streamlit's own tester: every section, both languages, and results that are not there."""

import csv
import io
from dataclasses import replace
from functools import partial

import pytest

from model.race import shipped
from model.race.cost import parity_length
from model.reading.run import Axis, Word
from tests.pages import opened
from viz.parts.race import facts, speed, translations
from viz.parts.race.sweeps import Job
from viz.scenes.race import SECTIONS
from viz.scenes.texts import LANGUAGES
from viz.scenes.texts import texts as texts_in


@pytest.fixture
def open_race():
    return partial(opened, "race", "race")


def texts(app) -> str:
    kinds = (app.markdown, app.caption, app.header, app.subheader, app.info, app.warning, app.error)
    return " ".join(element.value for kind in kinds for element in kind)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_opens(open_race, section, lang):
    app = open_race(section=section, lang=lang, text="It sleeps.", beams=1)  # short: five models read it six times
    assert not app.exception and not app.error
    assert "{" not in texts(app)  # no placeholder was left unfilled


def test_sliders_change_the_table(open_race):
    app = open_race(section="path", width=128)
    assert f"n = {parity_length('lstm', 128):,.0f}" in texts(app)
    app.get_by_key("width").set_value(512).run()
    assert f"n = {parity_length('lstm', 512):,.0f}" in texts(app) and "n = 1,024" in texts(app)


def test_unreadable_text_is_one_sentence_and_the_rest_stays(open_race):
    app = open_race(section="sentence", text="?!")
    assert not app.exception and "only signs" in texts(app)
    assert "by the length of the sentence" in texts(app)


def test_missing_results_are_a_sentence(open_race, monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "RESULTS", tmp_path)
    shipped.shipped.cache_clear()
    try:
        for section, command in (("recall", "model.race.recall"), ("speed", "model.race.timing")):
            app = open_race(section=section)
            assert not app.exception and command in texts(app)
        assert not open_race(section="claims").exception
    finally:
        shipped.shipped.cache_clear()


def test_every_claim_has_its_facts_in_what_is_shipped():
    words = texts_in("en")["race"]
    for claim, facts_of in facts.FACTS.items():
        found = facts_of(words)
        for part in ("measured", "limits"):
            assert words["claims_said"][f"{claim}_{part}"].format(**found)


def test_running_sweep_becomes_a_document_point_by_point():
    job = Job(("-c", ""))
    assert speed.document_of(job) is None
    job.records += [{"start": {"machine": {"device": "cpu"}, "limits": {}}}, {"progress": {"share": 0.1}}]
    assert speed.document_of(job) is None
    job.records.append({"point": {"architecture": "lstm", "mode": "forward", "length": 16, "median_ms": 1.5}})
    document = speed.document_of(job)
    assert document["machine"]["device"] == "cpu" and len(document["results"]) == 1
    (row,) = csv.DictReader(io.StringIO(speed.as_csv(document)))
    assert (row["architecture"], row["median_ms"], row["peak_bytes"]) == ("lstm", "1.5", "")


def test_translation_is_text_and_its_pronouns_are_marked(recurrent):
    run = recurrent["gru"].read("The dog sleeps.", beams=1)
    target = Axis(tuple(map(Word, ("<b>", "qu'", "il", "dort", "</s>"))), ())
    awkward = replace(run, output="<b> qu'il dort", axes=run.axes | {"target": target}, predictions=(), maps={})
    assert translations.marked(awkward) == "&lt;b&gt; qu&#x27;<mark>il</mark> dort"
