"""The whole app in a real Chromium, as a person uses it: type, point, share, switch. No request may leave the machine."""

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from model.reading.recorded import EXAMPLES

BOX = "[data-testid=stTextInput] input"


def query(page) -> dict[str, str]:
    page.wait_for_timeout(300)  # the address is written a moment after the change, so that a slider does not flood it
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def type_sentence(page, text):
    page.fill(BOX, text)
    page.keyboard.press("Enter")


def source_words(page) -> list[str]:
    return page.locator(".mj-source [data-word] .mj-form").all_inner_texts()


def test_first_screen_shows_where_it_looks(open_page):
    page = open_page()
    assert page.locator(".mj-antecedent").inner_text().startswith("it = ")
    assert page.locator(".mj-say").inner_text().startswith("Layer ")
    assert page.locator(".mj-focus path").count() >= 1


def test_typed_sentence_is_translated(open_page):
    page = open_page()
    type_sentence(page, "The cat sleeps on the chair.")
    expect(page.locator(".mj-source [data-word] .mj-form").nth(1)).to_have_text("cat", timeout=60_000)
    assert "recorded" not in page.locator(".mj-foot").inner_text()
    assert query(page)["text"] == "The cat sleeps on the chair."


def test_address_opens_the_same_view(open_page):
    page = open_page(f"text={quote(EXAMPLES[1])}&part=cross&view=atlas&layer=1&heads=2&step=3&unit=tokens")
    assert page.locator(".mj-root").get_attribute("data-showing") == "atlas"
    assert page.locator("[data-part=cross]").get_attribute("aria-pressed") == "true"
    assert "Word 3 of" in page.locator(".mj-step-text").inner_text()


def test_view_and_text_live_together_in_the_address(open_page):
    page = open_page()
    page.click("[data-view=atlas]")
    page.click("[data-part=cross]")
    assert query(page) == {"view": "atlas", "part": "cross"}
    page.get_by_text("it = the street").click()
    expect(page.locator(".mj-source")).to_contain_text("wide")
    assert query(page) == {"view": "atlas", "part": "cross", "text": EXAMPLES[1]}
    page.reload()
    page.wait_for_selector(".mj-root[data-seq]")
    assert page.locator(".mj-root").get_attribute("data-showing") == "atlas"
    assert "wide" in source_words(page)


def test_back_returns_to_the_sentence_before(open_page):
    page = open_page()
    page.get_by_text("it = the street").click()
    expect(page.locator(".mj-source")).to_contain_text("wide")
    page.go_back()
    expect(page.locator(".mj-source")).to_contain_text("tired")
    assert page.input_value(BOX) == EXAMPLES[0]


def test_sentence_and_language_come_along_to_another_page(open_page):
    page = open_page("text=The+cat+sleeps.&lang=bn&layer=1")
    links = page.get_by_test_id("stSidebarNavLink")
    links.last.click()
    expect(page).to_have_url(re.compile(r"/model\?"))
    assert query(page) == {"text": "The cat sleeps.", "lang": "bn"}
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The model behind the pictures")
    links.first.click()
    expect(page.locator(BOX)).to_have_value("The cat sleeps.")
    assert query(page) == {"text": "The cat sleeps."}


def test_pointing_needs_no_server(open_page):
    page = open_page()
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    page.wait_for_selector(".mj-root[data-seq]")
    page.wait_for_timeout(1000)
    sent.clear()
    for word in (1, 5, 7):
        page.hover(f'.mj-left [data-word="{word}"]')
    for control in (
        '[data-layer="1"]',
        '[data-head="3"]',
        "[data-unit=tokens]",
        "[data-view=atlas]",
        "[data-part=decoder]",
    ):
        page.click(control)
    page.keyboard.press("ArrowRight")
    assert query(page)["step"] == "1"
    assert sent == []


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "<script>document.title='x'</script> runs", "আমি গান গাই", "שלום עולם", "😀 dog"],
)
def test_what_is_typed_is_text(open_page, text):
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail("typed text ran as a script"))
    type_sentence(page, text)
    expect(page.locator(".mj-source")).to_contain_text(text.split()[0].strip("<>").split(">")[0], timeout=60_000)
    assert page.locator(".mj-root img, .mj-root script").count() == 0
    assert page.input_value(BOX) == text


def test_unreadable_text_gets_a_sentence_and_stays(open_page):
    page = open_page()
    type_sentence(page, "?!?")
    page.get_by_text("only signs").wait_for()
    assert page.input_value(BOX) == "?!?"
    type_sentence(page, "word " * 300)
    page.get_by_role("button", name="Cut to fit").click(timeout=60_000)
    expect(page.locator(".mj-source")).to_contain_text("word", timeout=60_000)


def test_bengali_interface(open_page):
    page = open_page("lang=bn")
    assert any("\u0980" <= letter <= "\u09ff" for letter in page.locator("[data-view=lines]").inner_text())
    assert query(page) == {"lang": "bn"}
    page.get_by_text("English", exact=True).click()
    expect(page.locator("[data-view=lines]")).to_have_text("Lines")
    page.get_by_text("Greedy", exact=True).click()
    expect(page.locator(".mj-foot")).to_contain_text("greedy")
    assert query(page) == {"beams": "1"}


def test_dark_theme_is_dark(open_page):
    page = open_page(scheme="dark")
    colour = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert colour == "rgb(20, 21, 26)"


@pytest.mark.parametrize("path", ["", "model"])
def test_phone_page_does_not_scroll_sideways(open_page, address, path):
    page = open_page(size=(390, 844))
    if path:
        page.goto(f"{address}/{path}")
        page.get_by_text("Tatoeba").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_nonsense_address_opens_the_page(open_page):
    page = open_page("layer=99&heads=a,b&view=%3Cb%3E&threshold=NaN&step=-4&lang=xx&beams=7&part=&word=9999&model=..")
    assert page.locator(".mj-root").get_attribute("data-showing") == "lines"


def test_keyboard_reaches_the_views(open_page):
    page = open_page()
    page.locator("[data-view=atlas]").focus()
    page.keyboard.press("Enter")
    assert page.locator(".mj-root").get_attribute("data-showing") == "atlas"
