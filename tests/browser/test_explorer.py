"""The explorer in a real Chromium: everything that answers a pointer does so without a word to the server.

The page under test is a small app with made-up weights: these tests need no model and no network.
"""

import csv
import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import ROOT, running_app

# Source: 5 words in 6 tokens, target: 4 words in 4 tokens; 2 encoder layers of 3 heads, 1 cross layer of 3 heads.
# Encoder layer 2 head 2, token row "it" (position 3): 0.7 on "did", 0.2 on "n't"; so the word "didn't" has 0.9.
APP = """
import json, sys, tomllib
sys.path.insert(0, {root!r})
import numpy as np, streamlit as st
from viz.components.explorer import explorer, pack_picture, wanted, with_length
from viz.figures.matrix import attention_matrix

KINDS = {{"<s>": "special", "</s>": "special", ".": "punctuation"}}

def axis(*words):
    return dict(
        words=[dict(text="".join(word), kind=KINDS.get(word[0], "word")) for word in words],
        tokens=[dict(text=token, word=place) for place, word in enumerate(words) for token in word])

def coded(weights):
    return np.round(np.sqrt(weights).ravel() * 65535).astype(np.uint16)

def shape(layers, query, key, causal):
    return dict(layers=layers, heads=3, query=query, key=key, causal=causal, kind="softmax")

def candidates(*pairs):
    return [dict(text=text, probability=probability) for text, probability in pairs]

shorter = st.button("shorter")
source = axis(["<b>a</b>"], ["did", "n't"], ["it"], ["."], ["</s>"])
target, inputs = axis(["il"], ["x"], ["."], ["</s>"]), axis(["<s>"], ["il"], ["x"], ["."])
encoder = np.full((2, 3, 6, 6), 1 / 6)
encoder[1, 1, 3] = [0.05, 0.7, 0.2, 0.02, 0.02, 0.01]
if shorter:  # another sentence: the first two words and nothing else
    source = axis(["<b>a</b>"], ["did", "n't"])
    encoder = np.full((2, 3, 3, 3), 1 / 3)
decoder = np.tril(np.ones((1, 3, 4, 4)))
decoder /= decoder.sum(-1, keepdims=True)
cross = np.full((1, 3, 4, 6), 1 / 6)
cross[0, :, 1] = [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]
cross = cross[..., : len(source["tokens"])]
usual = dict(
    part="encoder", view="lines", layer=2, heads=[2], unit="words", threshold=0.1, hide=True, step=None, word=2)
it = [dict(text="animal", word=0, probability=0.97), dict(text="", word=-1, probability=0.03)]
run = dict(
    id="two" if shorter else "one", model="test", device="CPU", recorded=True, method="beam",
    source=source, target=target,
    probabilities=[0.5, 0.9, 1.0, 1.0],
    alternatives=[candidates(("il", 0.5), ("elle", 0.4), ("on", 0.1))] * 4,
    antecedents=[] if shorter else [dict(word=2, candidates=it)],
    maps=dict(
        encoder=shape(2, source, source, False),
        decoder=shape(1, target, inputs, True),
        cross=shape(1, target, source, False)))
figure = json.loads(attention_matrix(np.eye(2), ["a", "b"], ["a", "b"]).to_json())
codes = dict(encoder=coded(encoder), decoder=coded(decoder), cross=coded(cross))
explorer(pack_picture(run, 16, figure, codes), dict(
    choice=usual, defaults=usual,
    suggested=dict(encoder=dict(layer=2, heads=[2], word=None if shorter else 2)), meanings=["weights", "moved"],
    strings=tomllib.load(open({root!r} + "/viz/text/en.toml", "rb"))["explorer"]), key="explorer",
    stack=with_length(dict(run=run["id"], meaning="moved", failed="Out of luck.")) if wanted("explorer", run["id"]) else b"")
"""


@pytest.fixture(scope="module")
def small_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer")
    (folder / "app.py").write_text(APP.format(root=str(ROOT)), encoding="utf-8")
    (folder / "static").symlink_to(ROOT / "static")
    with running_app(folder, "--server.enableStaticServing=true", "--browser.gatherUsageStats=false") as where:
        yield where + "/"


@pytest.fixture
def explorer(browser, small_app):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme="light")
    page = context.new_page()
    page.sent, page.asked, problems = [], [], []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: page.sent.append(frame)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{small_app}?kept=yes")
    page.wait_for_selector(".mj-root[data-seq]", timeout=60_000)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    page.sent.clear()
    yield page
    context.close()
    assert problems == []


def choices(page) -> dict[str, str]:
    """The address's parameters, after the short wait that keeps a slider from rewriting it at every pixel."""
    page.wait_for_timeout(250)
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def facts(page) -> dict[str, str]:
    return page.evaluate("({...document.querySelector('.mj-root').dataset})")


def saved(page, format: str) -> bytes:
    with page.expect_download() as waiting:
        page.click(f"[data-save={format}]")
    return Path(waiting.value.path()).read_bytes()


def test_first_picture_shows_one_word_and_where_it_looks(explorer):
    # Columns of a word are summed: 0.7 on "did" + 0.2 on "n't".
    assert "it looks at didn't 0.900" in explorer.inner_text(".mj-say")
    assert explorer.inner_text('.mj-right [data-word="1"] .mj-number') == "0.900"
    assert explorer.locator(".mj-focus path").count() == 1


def test_tokens_stay_text(explorer):
    assert explorer.inner_text('.mj-left [data-word="0"] .mj-text') == "<b>a</b>"
    assert explorer.locator(".mj-root b").count() == 0


def test_pointing_asks_nothing_of_the_server_and_fits_in_a_frame(explorer):
    before = int(facts(explorer)["seq"])
    explorer.hover('.mj-left [data-word="0"]')
    explorer.wait_for_function(f"Number(document.querySelector('.mj-root').dataset.seq) > {before}")
    assert "<b>a</b> looks at" in explorer.inner_text(".mj-say")
    assert float(facts(explorer)["pointerMs"]) < 16
    for control in (
        '[data-layer="1"]',
        '[data-head="3"]',
        "[data-part=cross]",
        "[data-view=atlas]",
        "[data-unit=tokens]",
        ".mj-hide",
    ):
        explorer.click(control)
    explorer.keyboard.press("ArrowRight")
    explorer.wait_for_timeout(300)
    assert explorer.sent == []


def test_pointing_at_a_key_shows_who_looks_at_it(explorer):
    explorer.hover('.mj-right [data-word="1"]')
    assert "didn't is looked at by it 0.900" in explorer.inner_text(".mj-say")


def test_click_pins_and_escape_unpins(explorer):
    explorer.click('.mj-left [data-word="0"]')
    assert choices(explorer)["word"] == "1"
    explorer.keyboard.press("Escape")
    assert choices(explorer)["word"] == "none"
    assert explorer.locator(".mj-overview path").count() > 1


def test_defaults_leave_the_address_and_other_parameters_stay(explorer):
    explorer.click('[data-layer="1"]')
    assert choices(explorer) == {"kept": "yes", "layer": "1"}
    explorer.click('[data-layer="2"]')
    assert choices(explorer) == {"kept": "yes"}


def test_heads_toggle_and_solo(explorer):
    explorer.click('[data-head="3"]')
    assert choices(explorer)["heads"] == "2,3"
    explorer.click('[data-head="2"]')
    assert choices(explorer)["heads"] == "3"
    explorer.click('[data-head="3"]')
    assert choices(explorer)["heads"] == "3", "the last head stays on"
    explorer.dblclick('[data-head="1"]')
    assert choices(explorer)["heads"] == "1"
    explorer.click('[data-head="all"]')
    assert choices(explorer)["heads"] == "all"
    assert explorer.locator('.mj-right [data-word="1"] .mj-squares i').count() == 3


def test_arrow_keys_step_and_shade_the_source(explorer):
    explorer.keyboard.press("ArrowRight")
    explorer.keyboard.press("ArrowRight")
    assert choices(explorer)["step"] == "2"
    assert "cross-attention of layer 1, mean of 3 heads" in explorer.inner_text(".mj-step-text")
    weights = explorer.eval_on_selector_all(
        ".mj-source > [data-word]",
        "nodes => nodes.map(node => Number(node.style.getPropertyValue('--mj-weight')).toFixed(2))",
    )
    assert weights == ["0.50", "0.20", "0.10", "0.10"]
    explorer.keyboard.press("ArrowLeft")
    explorer.keyboard.press("ArrowLeft")
    assert "step" not in choices(explorer)


def test_antecedent_stands_under_the_pronoun(explorer):
    label = explorer.locator('.mj-source [data-word="2"] .mj-antecedent')
    assert label.inner_text() == "it = animal 97 %"
    label.hover()
    assert "nothing in this sentence" in explorer.inner_text(".mj-tip")


def test_output_word_shows_its_alternatives(explorer):
    explorer.hover('.mj-target [data-word="0"]')
    assert [word in explorer.inner_text(".mj-tip") for word in ("il", "elle", "on")] == [True] * 3


def test_hidden_mass_is_printed(explorer):
    # Head 2 of layer 2: rows a, didn't give 2 of 6 keys = 1/3 each, row it gives 0.03; their mean is 0.232.
    assert explorer.inner_text(".mj-mass") == "hidden mass 3 % in the row of it"
    explorer.click('.mj-left [data-word="2"]')
    assert explorer.inner_text(".mj-mass") == "hidden mass 23 %, on average"


def test_sub_words_show_each_token(explorer):
    explorer.click("[data-unit=tokens]")
    assert explorer.locator(".mj-left [data-word]").count() == 4
    assert explorer.inner_text('.mj-right [data-word="1"] >> nth=0').split() == ["did", "0.700"]


def test_masked_is_not_zero(explorer):
    explorer.click("[data-part=decoder]")
    explorer.click(".mj-hide")
    explorer.hover('.mj-left [data-word="0"]')
    assert explorer.inner_text('.mj-right [data-word="1"] .mj-number') == "masked"


def test_atlas_opens_a_head_by_pointer_and_by_keyboard(explorer):
    explorer.click("[data-view=atlas]")
    explorer.focus("canvas.mj-atlas")
    explorer.keyboard.press("ArrowRight")  # the head that was chosen
    explorer.keyboard.press("ArrowRight")
    explorer.keyboard.press("ArrowUp")
    assert "Layer 1, head 3" in explorer.inner_text(".mj-say")
    explorer.keyboard.press("Enter")
    assert choices(explorer) == {"kept": "yes", "layer": "1", "heads": "3"}
    explorer.click("[data-view=atlas]")
    box = explorer.locator("canvas.mj-atlas").bounding_box()
    explorer.mouse.move(box["x"] + 60, box["y"] + 50)
    assert "Layer 1, head 1" in explorer.inner_text(".mj-say")
    explorer.mouse.click(box["x"] + 60, box["y"] + 50)
    assert choices(explorer)["heads"] == "1"
    assert "looks at" in explorer.inner_text(".mj-say")  # no longer what the atlas said


def test_matrix_loads_from_this_machine_only(explorer, small_app):
    explorer.click("[data-view=matrix]")
    explorer.wait_for_selector(".mj-matrix .heatmaplayer image", state="attached", timeout=30_000)
    assert "softmax row of layer 2 head 2" in explorer.inner_text(".mj-matrix")
    assert all(url.startswith((small_app, "blob:", "data:")) for url in explorer.asked)


@pytest.mark.parametrize("view", ["lines", "atlas", "matrix"])
def test_what_is_drawn_can_be_saved(explorer, view):
    explorer.click(f"[data-view={view}]")
    if view == "matrix":
        explorer.wait_for_selector(".mj-matrix .heatmaplayer image", state="attached", timeout=30_000)
    rows = list(csv.DictReader(io.StringIO(saved(explorer, "csv").decode("utf-8-sig"))))
    assert {"lines": 1, "atlas": 2 * 3 * 3 * 3, "matrix": 3 * 3}[view] == len(rows)
    assert any(
        row["query"] == "it" and row["key"] == "didn't" and abs(float(row["weight"]) - 0.9) < 1e-3 for row in rows
    )
    assert saved(explorer, "svg").lstrip().startswith(b"<svg")
    assert saved(explorer, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("view", ["lines", "atlas", "matrix"])
def test_phone_does_not_scroll_sideways(explorer, view):
    explorer.set_viewport_size({"width": 390, "height": 844})
    explorer.click(f"[data-view={view}]")
    explorer.wait_for_timeout(1500 if view == "matrix" else 200)
    assert explorer.evaluate(
        "document.querySelector('.mj-root').scrollWidth <= document.querySelector('.mj-root').clientWidth"
    )


def test_meaning_that_cannot_be_had_is_told_and_weights_stay(explorer):
    explorer.select_option(".mj-select", "moved")
    explorer.wait_for_function("document.querySelector('.mj-scale').textContent === 'Out of luck.'")
    assert explorer.input_value(".mj-select") == "weights"
    assert "it looks at didn't 0.900" in explorer.inner_text(".mj-say")
    explorer.click('[data-layer="1"]')
    assert explorer.inner_text(".mj-scale") == "each row sums to 1"
    assert "meaning" not in choices(explorer)


def test_theme_change_repaints_the_canvas(explorer):
    canvas = "document.querySelector('canvas.mj-atlas').getContext('2d')"
    pixel = f"Array.from({canvas}.getImageData(54, 44, 1, 1).data.slice(0, 3))"
    explorer.emulate_media(color_scheme="light")
    explorer.click("[data-view=atlas]")
    explorer.wait_for_timeout(500)
    assert min(explorer.evaluate(pixel)) > 150  # a weight of 1/6 is near the paper
    explorer.emulate_media(color_scheme="dark")
    explorer.wait_for_timeout(1000)
    assert max(explorer.evaluate(pixel)) < 110


def test_another_run_keeps_the_state_and_makes_it_fit(explorer):
    for control in ("[data-head='3']", "[data-layer='1']"):  # and "it", the third word, is pinned
        explorer.click(control)
    explorer.click("text=shorter")
    explorer.wait_for_function("document.querySelectorAll('.mj-left [data-word]').length === 2")
    assert choices(explorer) == {"kept": "yes", "layer": "1", "heads": "2,3"}
    assert "Layer 1, mean of 2 heads" in explorer.inner_text(".mj-say")
