"""The architecture page in a real Chromium: pointer, keyboard, Back, and a slider that asks the server for nothing.

The app under test is the project itself, with small untrained recurrent checkpoints beside the shipped Transformer.
"""

import json
import re
import shutil
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import torch
from playwright.sync_api import expect
from safetensors.torch import save_file

from model.language.tokenizer import Tokenizer
from model.networks.recurrent import Recurrent, RecurrentConfig
from tests.browser.conftest import ROOT, running_app
from viz.figures.architecture import labels_in, transformer_diagram

SHIPPED = ROOT / "model" / "checkpoints" / "transformer"
expect.set_options(timeout=30_000)  # a machine that is busy with other things answers late, not wrongly
EVIL = "<img src=x onerror=window.hit=1> it"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    for name in ("app.py", "viz", "model", "static", ".streamlit"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, folder)
        else:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("checkpoints", "__pycache__"))
    checkpoints = folder / "model" / "checkpoints"
    checkpoints.mkdir()
    (checkpoints / "transformer").symlink_to(SHIPPED)
    for name, attention in (("gru", False), ("gru-attention", True)):
        untrained(checkpoints / name, attention)
    with running_app(folder) as where:
        yield where


def untrained(folder: Path, attention: bool) -> None:
    torch.manual_seed(0)
    tokenizer = Tokenizer.load(SHIPPED / "tokenizer.json")
    config = RecurrentConfig(len(tokenizer), cell="gru", attention=attention, width=16, hidden=20, score=8)
    folder.mkdir()
    tokenizer.save(folder / "tokenizer.json")
    weights = {name: tensor.half().contiguous() for name, tensor in Recurrent(config).state_dict().items()}
    save_file(weights, folder / "model.safetensors")
    (folder / "card.json").write_text(json.dumps({"kind": "recurrent", "network": vars(config)}))


@pytest.fixture
def open_diagram(open_page):
    def open_(query="", **look):
        page = open_page(query, path="architecture", ready=".md-root[data-seq]", **look)
        page.wait_for_function("!document.querySelector('[data-testid=stSpinner]')", timeout=60_000)
        return page

    return open_


def query(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def block(page, name: str):
    return page.locator(f'[data-block="{name}"]')


def heading(page):
    return page.locator("[data-testid=stMain] h3")


def test_pointer_opens_a_block_and_back_closes_it(open_diagram):
    page = open_diagram()
    block(page, "encoder.1.feed_forward").click()
    expect(heading(page)).to_have_text("Feed-forward")
    assert query(page)["block"] == "encoder.1.feed_forward"
    block(page, "decoder.1.cross_attention").click()
    expect(heading(page)).to_have_text("Cross-attention")
    page.go_back()
    expect(heading(page)).to_have_text("Feed-forward")
    expect(block(page, "encoder.1.feed_forward")).to_have_class("mj-block mj-feed_forward mj-chosen")
    block(page, "decoder.1.cross_attention").click()  # the same once more
    expect(heading(page)).to_have_text("Cross-attention")


def test_keyboard_walks_opens_and_leaves(open_diagram):
    page = open_diagram()
    block(page, "encoder.embedding").focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    focused = "document.activeElement.dataset.block"
    assert page.evaluate(focused) == "encoder.1.attention"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "decoder.1.attention"
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Masked self-attention")
    assert page.evaluate(focused) == "decoder.1.attention"  # the focus stays where it was
    page.keyboard.press("Escape")
    expect(heading(page)).to_have_count(0)
    assert "block" not in query(page)


def test_one_block_at_a_time_is_in_the_order_of_tab(open_diagram):
    page = open_diagram()
    assert page.locator('.md-figure [tabindex="0"]').count() == 1
    named = page.locator(".md-figure [data-block]").evaluate_all(
        "all => all.every((each) => each.getAttribute('aria-label'))"
    )
    assert named


def test_layers_unfold_and_fold(open_diagram):
    page = open_diagram()
    page.click("[data-fold=encoder]")
    expect(block(page, "encoder.4.attention")).to_have_count(1)
    assert query(page)["unfold"] == "encoder"
    assert page.locator("[data-fold=encoder]").get_attribute("aria-expanded") == "true"
    page.click("[data-fold=encoder]")
    expect(block(page, "encoder.4.attention")).to_have_count(0)


def test_head_links_lead_to_that_head(open_diagram):
    page = open_diagram("block=encoder.2.attention")
    page.locator("[data-testid=stPageLink] a", has_text="4").click()
    page.wait_for_selector(".mj-root[data-seq]", timeout=60_000)
    assert query(page).items() >= {"layer": "2", "heads": "4"}.items()
    assert page.locator("[data-head='4']").get_attribute("aria-pressed") == "true"


def test_dragging_the_slider_says_nothing_to_the_server(open_diagram):
    page = open_diagram("show=steps")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.evaluate(
        """() => { const send = WebSocket.prototype.send; window.frames_sent = 0;
        WebSocket.prototype.send = function (data) { window.frames_sent += 1; return send.call(this, data); }; }"""
    )
    paints = page.evaluate(
        """() => { const root = document.querySelector(".md-root"), slider = root.querySelector(".md-slider"), paints = [];
        for (let stage = 1; stage <= Number(slider.max); stage += 1) {
            slider.value = stage;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            paints.push(Number(root.dataset.paintMs));
        }
        return paints; }"""
    )
    page.wait_for_timeout(500)
    assert len(paints) == 188 and median(paints) < 50
    assert page.evaluate("window.frames_sent") == 0 and sent == []
    assert query(page)["stage"] == "188"


def test_keys_step_and_the_address_opens_the_stage(open_diagram):
    page = open_diagram("show=steps&stage=12")
    assert page.inner_text(".md-count") == "12 / 188"
    assert page.inner_text(".md-title") == "Norm, encoder"
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".md-title") == "The word before"
    assert page.locator(".md-chip").all_inner_texts()[0].startswith("<s>")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".md-count") == "12 / 188"


def test_stage_lights_its_block_and_the_layer_of_a_folded_stack(open_diagram):
    page = open_diagram("show=steps&stage=9")
    assert page.inner_text(".md-title") == "Feed-forward, encoder, layer 3"
    assert page.locator(".mj-now").get_attribute("data-block") == "encoder.1.feed_forward"
    assert page.locator("[data-layer-of=encoder]").text_content() == "layer 3"


def test_block_chosen_in_the_steps_is_where_the_sentence_goes(open_diagram):
    page = open_diagram("show=steps")
    block(page, "softmax").click()
    assert page.inner_text(".md-title") == "Softmax" and page.locator(".md-bar").count() == 3
    assert page.locator(".md-bar.md-on").count() == 1
    block(page, "softmax").click()
    assert "Word 2 of 16" in page.inner_text(".md-written")


def test_play_goes_on_by_itself_and_stops(open_diagram):
    page = open_diagram("show=steps")
    page.click(".md-play")
    page.wait_for_function("Number(document.querySelector('.md-root').dataset.stage) >= 3", timeout=20_000)
    page.click(".md-play")
    here = page.inner_text(".md-count")
    page.wait_for_timeout(1200)
    assert page.inner_text(".md-count") == here


def test_less_motion_takes_play_away(open_diagram):
    page = open_diagram("show=steps")
    assert page.locator(".md-play").is_visible()
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.wait_for_selector(".md-root[data-stage]", timeout=60_000)
    assert not page.locator(".md-play").is_visible() and page.locator("[data-move='1']").is_visible()


def test_two_words_are_chosen_by_pointer_and_by_keyboard(open_diagram):
    page = open_diagram("show=words")
    assert page.locator(".md-figure tspan", has_text="7 steps").count() == 2
    page.click('[data-word="s1"]')
    expect(page.locator(".md-figure tspan", has_text="8 steps")).to_have_count(2)
    assert query(page)["between"] == "s9,s1"
    page.locator('[data-word="s1"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function("new URL(location).searchParams.get('between').startsWith('s1,')")
    expect(page.locator('[data-word="s9"]')).to_have_attribute("aria-pressed", "false")


def test_markup_in_a_token_stays_text(open_diagram):
    for show in ("blocks", "steps", "words"):
        page = open_diagram(f"show={show}&text={quote(EVIL)}")
        page.wait_for_timeout(300)
        assert page.evaluate("window.hit") is None and page.locator(".md-root img").count() == 0
        assert "<" in page.locator(".md-figure").inner_text()


@pytest.mark.parametrize("show", ["blocks", "steps", "words"])
def test_phone_does_not_scroll_sideways(open_diagram, show):
    page = open_diagram(f"show={show}", size=(390, 844))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 2")


def test_drawing_follows_the_theme(open_diagram):
    fill = "getComputedStyle(document.querySelector('.md-figure .mj-ground')).fill"
    assert open_diagram().evaluate(fill) == "rgb(252, 251, 248)"
    assert open_diagram(scheme="dark").evaluate(fill) == "rgb(20, 21, 26)"


def test_cell_is_opened_by_a_click(open_diagram):
    page = open_diagram("architecture=gru")
    before = page.locator(".md-figure").inner_html()
    page.click('[data-cell="b3"]')
    expect(page.locator('[data-cell="b3"]')).to_have_class(re.compile("mj-open"))
    assert query(page)["cell"] == "b3" and page.locator(".md-figure").inner_html() != before
    expect(heading(page)).to_have_text("Encoder")


def test_attention_lines_follow_the_word_that_is_written(open_diagram):
    page = open_diagram("architecture=attention&show=steps")
    widths = (
        "[...document.querySelectorAll('path[data-weight]')].map((each) => Number(each.getAttribute('stroke-width')))"
    )
    stages = page.locator(".md-slider").get_attribute("max")
    assert set(page.evaluate(widths)) == {1}  # nothing is written yet
    block(page, "attention").click()
    first = page.evaluate(widths)
    assert sum((width - 1) / 11 for width in first) == pytest.approx(1, abs=0.01)  # the row sums to 1
    block(page, "attention").click()
    assert page.evaluate(widths) != first and int(stages) > 20


def test_file_opens_without_scripts(browser, tmp_path):
    network = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))["network"]
    file = tmp_path / "deep.svg"
    deep = network | {"encoder_layers": 24, "decoder_layers": 24, "heads": 16}
    drawn = transformer_diagram(deep, labels_in(), unfolded=("encoder", "decoder"), standalone=True)
    file.write_text(drawn, encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("svg [data-block]").count() == drawn.count("data-block=")
    assert page.locator("svg text").first.bounding_box()["width"] > 10
    context.close()
