"""Two sentences, and heads switched off, in a real Chromium: click, keyboard, address, phone."""

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from model.reading.recorded import EXAMPLES

WAIT_MS = 60_000
CELL = "[data-head='{}']"
FOCUSED = """() => {
  let node = document.activeElement;
  while (node.shadowRoot) node = node.shadowRoot.activeElement;
  return node.dataset.head;
}"""


@pytest.fixture
def visit(open_page, address):
    """Opens a page of the app at an address, and waits for what must be there."""

    def visit_(path, query="", ready=".grid[data-chosen]", **how):
        page = open_page(**how)
        page.goto(f"{address}/{path}" + ("?" + query if query else ""))
        page.wait_for_selector(ready, timeout=WAIT_MS)
        page.wait_for_selector(".mj-verdict, .mj-row", timeout=WAIT_MS)
        return page

    return visit_


def query(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def answers(page) -> list[str]:
    """The translations before and after."""
    return [re.sub(r"\d+ %|\s", "", text) for text in page.locator(".mj-answer > div").all_inner_texts()]


# --- switching off ---


def test_click_switches_a_head_off_and_the_numbers_answer(visit):
    page = visit("switch-off")
    assert len(answers(page)) == 1
    page.click(CELL.format("cross.2.3"))
    expect(page.locator(".mj-answer")).to_have_count(2, timeout=WAIT_MS)
    expect(page.locator(CELL.format("cross.2.3"))).to_have_attribute("aria-pressed", "true")
    assert "instead of 93 %" in page.inner_text(".mj-verdict")
    assert query(page) == {"off": "cross.2.3"}
    page.click(CELL.format("cross.2.3"))
    expect(page.locator(".mj-answer")).to_have_count(1, timeout=WAIT_MS)
    assert query(page) == {}


def test_quick_clicks_all_count(visit):
    page = visit("switch-off")
    for head in ("cross.2.3", "cross.2.6", "encoder.1.6"):
        page.click(CELL.format(head))
    expect(page).to_have_url(re.compile("cross.2.3%2Ccross.2.6%2Cencoder.1.6"), timeout=WAIT_MS)
    expect(page.locator(".grid")).to_have_attribute("data-chosen", "cross.2.3,cross.2.6,encoder.1.6")
    expect(page.locator(".mj-answer")).to_have_count(2, timeout=WAIT_MS)


def test_keyboard_moves_and_switches(visit):
    page = visit("switch-off")
    page.focus(CELL.format("encoder.1.1"))
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".grid")).to_have_attribute("data-chosen", "encoder.2.2")
    expect(page.locator(".mj-answer")).to_have_count(2, timeout=WAIT_MS)
    assert page.evaluate(FOCUSED) == "encoder.2.2", "the answer of the server must not take the focus away"
    page.keyboard.press("Space")
    expect(page.locator(".grid")).to_have_attribute("data-chosen", "", timeout=WAIT_MS)


def test_number_of_a_layer_switches_all_of_it(visit):
    page = visit("switch-off")
    page.get_by_role("group", name="Cross").locator(".layer").first.click()
    expect(page.locator(".head.off")).to_have_count(8)
    expect(page.locator(".mj-answer")).to_have_count(2, timeout=WAIT_MS)


def test_cut_link_flips_the_pronoun(visit):
    page = visit("switch-off")
    page.get_by_role("button", name="cut it → animal").click()
    expect(page.locator(".mj-verdict")).to_contain_text("The pronoun flips: elle", timeout=WAIT_MS)
    before, after = answers(page)
    assert "qu'il" in before and "qu'elle" in after


def test_address_brings_the_view_back(visit):
    page = visit("switch-off", "off=cross.2.3,encoder.1.6&how=uniform")
    assert page.get_attribute(".grid", "data-chosen") == "cross.2.3,encoder.1.6"
    page.get_by_text("everything on").click()
    expect(page.locator(".grid")).to_have_attribute("data-chosen", "", timeout=WAIT_MS)
    page.click(CELL.format("cross.2.3"))
    page.click(CELL.format("encoder.1.6"))  # the same set as at first: it must be heard all the same
    expect(page).to_have_url(re.compile("cross.2.3%2Cencoder.1.6"), timeout=WAIT_MS)


# --- two sentences ---


def test_click_on_a_word_looks_at_its_row(visit):
    page = visit("pair")
    page.click("[data-word='1']")
    expect(page.locator(".mj-row")).to_contain_text("“animal”", timeout=WAIT_MS)
    assert query(page) == {"word": "2"}


def test_click_on_a_small_map_opens_that_head(visit):
    page = visit("pair")
    page.click(CELL.format("encoder.1.2"))
    expect(page.locator(".mj-row")).to_contain_text("layer 1 head 2", timeout=WAIT_MS)
    assert query(page) == {"layer": "1", "heads": "2"}


def test_pair_to_try_changes_both_sentences(visit):
    page = visit("pair")
    page.locator(".st-key-examples button").nth(1).click()
    expect(page.locator(".column.changed").first).not_to_contain_text("tired", timeout=WAIT_MS)
    assert set(query(page)) == {"text", "second"}


def test_left_to_right_shows_zero_and_patching_fills(visit):
    page = visit("pair")
    page.get_by_role("button", name="Compare both ways").click()
    expect(page.locator(".mj-zero b").nth(1)).to_have_text("0", timeout=WAIT_MS)
    page.get_by_role("button", name="Carry over, head by head").click()
    page.get_by_text("The single head that carries most").wait_for(timeout=WAIT_MS)
    assert query(page) == {"opened": "causal,patching"}


def test_typed_markdown_fetches_nothing(visit):
    text, second = "It is ![a](http://example.com/c) here.", "It is ![a](http://example.com/d) here."
    page = visit("pair", f"text={quote(text)}&second={quote(second)}&word=3")
    assert page.locator("[data-testid=stMain] img[src*=example]").count() == 0


# --- both ---


@pytest.mark.parametrize("path", ["pair", "switch-off?off=cross.2.3"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_page_does_not_scroll_sideways(visit, path, scheme):
    page = visit(path, scheme=scheme, size=(390, 844))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator(".head").first.bounding_box()["width"] >= 36


def test_other_sentence_can_be_read_in_the_same_way(visit):
    page = visit("switch-off", "off=cross.2.3")
    page.get_by_text(f"Do the same to: {EXAMPLES[1]}").click()
    expect(page.get_by_test_id("stTextInput").locator("input")).to_have_value(EXAMPLES[1])
    expect(page.locator(".mj-verdict")).to_contain_text("elle", timeout=WAIT_MS)
    assert query(page) == {"off": "cross.2.3", "text": EXAMPLES[1]}
