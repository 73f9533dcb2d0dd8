"""The head page in a real Chromium: formulas and pictures are painted, every choice answers and stands in the address."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS

READY = ".mj-up"  # the first picture of the page


def query(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def says(page, text: str, where: str = ".st-key-answer") -> None:
    """Waits as long as a busy machine may need."""
    expect(page.locator(where)).to_contain_text(text, timeout=PATIENCE_MS)


@pytest.fixture
def open_head(open_page):
    def open_(address="", **more):
        return open_page(address, path="head", ready=READY, **more)

    return open_


def test_every_step_has_its_formula_and_its_picture(open_head):
    page = open_head()
    says(page, "Layer 2, head 4: it gives animal the weight")
    expect(page.locator(".katex-display")).to_have_count(9, timeout=PATIENCE_MS)
    assert page.locator(".katex-error").count() == 0
    assert page.locator(".mj-strip").count() >= 12
    box = page.locator(".mj-strip .mj-up").first.bounding_box()
    assert box["width"] > 300 and box["height"] > 10


def test_choosing_by_pointer_answers_and_stands_in_the_address(open_head):
    page = open_head()
    page.locator(".st-key-head-head").get_by_text("1", exact=True).click()
    says(page, "Layer 2, head 1:")
    assert query(page)["heads"] == "1"
    page.go_back()
    says(page, "Layer 2, head 4:")


def test_choosing_by_keyboard(open_head):
    page = open_head("heads=1")
    page.get_by_label("The word that asks").focus()
    page.keyboard.type("street")
    page.keyboard.press("Enter")
    says(page, "Layer 2, head 1: street gives")
    page.get_by_role("radio", name="no √d").or_(page.get_by_role("button", name="no √d")).focus()
    page.keyboard.press("Space")
    says(page, "changed: no √d", ".mj-legend")
    assert query(page) == {"heads": "1", "query": "7", "change": "unscaled"}


def test_address_opens_the_same_cell(open_head):
    page = open_head("part=cross&layer=2&heads=3&query=11&key=2&change=temperature&temperature=4")
    says(page, "Layer 2, head 3: to write il, it gives animal")
    says(page, "changed: temperature", ".mj-legend")


def test_link_leads_to_this_head_in_explore(open_head):
    page = open_head("layer=3&heads=5&query=7")
    page.get_by_text("See this head in Explore").click()
    page.wait_for_selector(".mj-root[data-seq]")
    page.mouse.move(0, 0)  # or the word that has come to stand under the pointer would be shown
    says(page, "Layer 3, head 5 (role: what “it” stands for): street looks at", ".mj-say")


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)> dog", "a *b* $c$ `d` :smile: dog"])
def test_what_is_typed_is_text(open_head, text):
    page = open_head("text=" + quote(text))
    page.on("dialog", lambda dialog: pytest.fail("typed text ran as a script"))
    page.wait_for_selector(".mj-maps svg")  # the last picture
    assert page.locator(".mj-picture img, .mj-picture em, .mj-picture .katex").count() == 0
    tokens = page.locator(".mj-sentence span").all_inner_texts()
    assert "".join(tokens).replace("</s>", "").replace("␣", "") == text.replace(" ", "")
    assert page.locator(".katex-error").count() == 0


@pytest.mark.parametrize("scheme, fill", [("light", "rgb(63, 55, 201)"), ("dark", "rgb(157, 151, 255)")])
def test_pictures_follow_the_theme(open_head, scheme, fill):
    page = open_head(scheme=scheme)
    expect(page.locator(".mj-up").first).to_have_css("fill", fill, timeout=PATIENCE_MS)


@pytest.mark.parametrize("language", ["en", "bn"])
def test_phone_page_does_not_scroll_sideways(open_head, language):
    page = open_head(f"lang={language}&part=decoder&change=unmasked", size=(390, 844))
    page.wait_for_selector(".mj-maps svg")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator(".mj-sentence").first.evaluate("node => node.scrollWidth <= node.clientWidth + 1")
