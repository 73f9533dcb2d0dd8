"""The race in a real Chromium: a sweep started, watched, stopped, taken home; and another person who waits meanwhile."""

import csv
import re

import pytest
from playwright.sync_api import expect

DRAWN = "text=Download CSV"


@pytest.fixture
def open_speed(open_page):
    return lambda: open_page("section=speed", path="race", ready=DRAWN)


def start(page):
    page.get_by_role("button", name="Measure on this machine").click()


def test_sweep_is_watched_stopped_and_downloaded(open_speed):
    page = open_speed()
    start(page)
    page.get_by_text("points measured").wait_for()
    expect(page.get_by_test_id("stSelectbox").first.locator("input")).to_have_value(
        re.compile("Your sweep"), timeout=60_000
    )
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("was stopped").wait_for()
    page.get_by_role("button", name="Measure on this machine").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(download.value.path().open(encoding="utf-8")))
    assert rows and {row["mode"] for row in rows} <= {"forward", "training", "generation"}
    assert all(float(row["median_ms"]) > 0 for row in rows if row["median_ms"]) and rows[0]["length"] == "16"


def test_second_person_waits_and_the_first_can_leave(open_speed):
    first, second = open_speed(), open_speed()
    start(first)
    first.get_by_text("points measured").wait_for()
    start(second)
    second.get_by_text("Somebody else is measuring").wait_for()
    first.get_by_role("button", name="Stop").click()
    second.get_by_text("points measured").wait_for()
    second.get_by_role("button", name="Stop").click()
    second.get_by_text("was stopped").wait_for()


def test_nonsense_is_answered_by_a_sentence(open_speed):
    page = open_speed()
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Repeats of each point").fill("0")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    start(page)
    page.get_by_text("repeats must be a whole number").wait_for()


@pytest.mark.parametrize("section", ["sentence", "gradients", "recall", "path", "claims"])
def test_every_section_opens_by_its_address(open_page, section):
    page = open_page(f"section={section}&lang=bn", path="race", ready="h2", size=(390, 844))
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_sentence_goes_through_all_models(open_page):
    page = open_page(path="race", ready=".mj-translations")
    rows = page.locator(".mj-translations tbody tr")
    expect(rows).to_have_count(5)
    written = rows.locator("td[lang=fr]").all_inner_texts()
    assert all(text.endswith(".") for text in written)
    assert (
        "animal" in written[-1] and rows.locator("mark").last.inner_text() == "il"
    )  # the Transformer, as its card says
