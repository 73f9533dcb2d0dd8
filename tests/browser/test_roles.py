"""Roles in the atlas, what a colour means, and the page of heads, in a real Chromium: pointer, keyboard, address, files."""

import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from model.evidence.causes import meaning
from model.reading.loading import load
from model.reading.maps import to_words
from model.reading.recorded import EXAMPLES, recordings
from viz.figures.colours import GROUPS
from viz.scenes import heads as heads_scene
from viz.scenes.texts import texts as texts_in
from viz.session import roles

WAIT_MS = 60_000
RUN = recordings("transformer")[EXAMPLES[0], 4]
HERE = ".mj-root[data-waiting='false'][data-meaning='{}']"


@pytest.fixture(scope="module")
def translator():
    return load("transformer")


@pytest.fixture
def explore(open_page, address):
    """Opens Explore and lists in page.sent what it says to the server from then on."""

    def explore_(query="", **how):
        page = open_page(**how)
        page.sent = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: page.sent.append(frame)))
        page.goto(f"{address}/?{query}")
        page.wait_for_selector(".mj-root[data-seq]", timeout=WAIT_MS)
        settled(page)
        return page

    return explore_


def settled(page) -> None:
    """Until the server is at rest; then what was said to it so far is forgotten."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    page.wait_for_timeout(500)
    page.sent.clear()


def colour(page, wanted: str) -> None:
    """Chooses what the colour means, and waits for the numbers."""
    page.select_option(".mj-select", wanted)
    page.wait_for_selector(HERE.format(wanted), timeout=WAIT_MS)


def query(page) -> dict[str, str]:
    page.wait_for_timeout(250)  # the address is written after a short wait
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def saved(page, format: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.click(f"[data-save={format}]")
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def table(page, column: str) -> np.ndarray:
    """The numbers of the saved atlas, (layer, head, query, key) over words, from its CSV."""
    rows = list(csv.DictReader(io.StringIO(saved(page, "csv")[1].decode("utf-8-sig"))))
    heads = sorted({row["head"] for row in rows})
    places = [
        (int(r["layer"]) - 1, heads.index(r["head"]), int(r["query_position"]) - 1, int(r["key_position"]) - 1)
        for r in rows
    ]
    found = np.full(np.max(places, 0) + 1, np.nan)
    for place, row in zip(places, rows, strict=True):
        found[place] = float(row[column])
    return found


def in_words(numbers: np.ndarray, part: str = "encoder") -> np.ndarray:
    axes = RUN.maps[part]
    return to_words(numbers, axes.query_axis, axes.key_axis)


# --- roles ---


def mark_of(page, layer: int, head: int) -> list[int]:
    """The colour of the pixel where the mark of a head stands; its middle, 10 px above the map."""
    read = """([layer, head]) => {
      const canvas = document.querySelector("canvas.mj-atlas"), ratio = canvas.width / canvas.clientWidth;
      const tile = canvas.clientWidth - 44, high = (canvas.clientHeight - 52) / 4, x = 44 + (tile / 8) * head + 5;
      return [...canvas.getContext("2d").getImageData(x * ratio, (52 + high * layer - 11) * ratio, 1, 1).data].slice(0, 3);
    }"""
    return page.evaluate(read, [layer, head])


def test_marks_have_the_colour_of_their_group(explore):
    page = explore("view=atlas")
    marks = roles.by_part("transformer", "en")["encoder"]
    colours = {group: [int(code[i : i + 2], 16) for i in (1, 3, 5)] for group, code in GROUPS.items()}
    for place in (0, 8 + 3, 2 * 8 + 3):
        group = marks[place][1]
        assert mark_of(page, place // 8, place % 8) == colours[group], (place, group)
    unmarked = next(place for place, (_, group) in enumerate(marks) if group == "none")
    assert mark_of(page, unmarked // 8, unmarked % 8) == [0, 0, 0]  # nothing is painted there


def test_legend_names_every_group_that_is_marked(explore):
    page = explore("view=atlas")
    groups = heads_scene.groups("en")
    drawn = {group for _, group in roles.by_part("transformer", "en")["encoder"]} - {"none"}
    legend = page.inner_text(".mj-legend")
    assert all(groups[group][0] in legend for group in drawn) and "no clear role" in legend
    letters = page.locator(".mj-legend b").all_inner_texts()
    assert letters == [groups[group][1] for group in groups if group in drawn]


def test_role_is_said_when_pointed_at_and_when_chosen(explore):
    page = explore("view=atlas")
    name = roles.by_part("transformer", "en")["encoder"][2 * 8 + 3][0]
    page.focus("canvas.mj-atlas")
    page.keyboard.press("ArrowDown")  # the head that was chosen, 2.4
    page.keyboard.press("ArrowDown")
    assert f"Layer 3, head 4 (role: {name})" in page.inner_text(".mj-say")
    page.keyboard.press("Enter")
    assert f"Layer 3, head 4 (role: {name})" in page.inner_text(".mj-say")
    assert page.sent == []


def test_ways_lead_on_with_this_head(explore):
    page = explore("view=atlas&lang=bn&layer=3&heads=5")
    hrefs = [link.get_attribute("href") for link in page.locator(".mj-ways a").all()]
    assert hrefs == [
        "heads?lang=bn&part=encoder&layer=3&heads=5#card",
        "head?lang=bn&part=encoder&layer=3&heads=5",
        "pair?lang=bn&part=encoder&layer=3&heads=5",
        "switch-off?lang=bn&off=encoder.3.5",
    ]
    page.click("[data-view=lines]")
    page.click("[data-head=all]")
    assert page.locator(".mj-ways a").count() == 1  # several heads have no card of their own
    page.click("[data-head='3']")
    page.click("[data-view=matrix]")
    page.click("[data-way=heads]")
    expect(page.locator("h2").nth(1)).to_contain_text("3", timeout=WAIT_MS)
    expect(page.locator("h2").nth(1)).to_be_in_viewport(timeout=WAIT_MS)


# --- what the colour means ---


def test_moved_is_what_the_model_moves(explore, translator):
    page = explore("view=atlas&hide=0")
    colour(page, "moved")
    expected = in_words(meaning.moved(translator, RUN)["encoder"])
    found = table(page, "moved_length")
    assert found.shape == expected.shape
    # 16 bits: the root is exact to 1/131070 of the largest, the slope of the square is 2 at most; saved to five decimals
    np.testing.assert_allclose(found, expected, atol=4e-5 * expected.max())
    assert f"{float(f'{expected.max():.3g}'):g}" in page.inner_text(".mj-scale")


def test_drawn_number_is_a_share_of_the_largest(explore, translator):
    page = explore("layer=2&heads=4&word=8")
    colour(page, "moved")
    moved = in_words(meaning.moved(translator, RUN)["encoder"])
    shown = page.inner_text('.mj-right [data-word="1"] .mj-number')
    assert float(shown) == pytest.approx(moved[1, 3, 7, 1] / moved.max(), abs=6e-4)  # three decimals
    assert "is moved from animal" in page.inner_text(".mj-say")


def test_rollout_has_one_map_a_layer_and_rows_that_sum_to_one(explore):
    page = explore("view=atlas&hide=0")
    colour(page, "rollout")
    found = table(page, "rollout_share")
    assert found.shape[:2] == (4, 1)
    np.testing.assert_allclose(found[:, 0], in_words(meaning.rollout(RUN)["encoder"]), atol=1e-4)
    np.testing.assert_allclose(found.sum(-1), 1, atol=1e-3)
    assert page.inner_text(".mj-scale") == "each row sums to 1"


def test_gradient_speaks_of_the_chosen_word(explore, translator):
    page = explore("view=atlas&part=cross&hide=0")
    colour(page, "gradient")
    il = [word.text for word in RUN.target.words].index("il")
    expected = in_words(meaning.gradient(translator, RUN, il)["cross"], "cross")
    assert "for “il”" in page.inner_text(".mj-scale")
    np.testing.assert_allclose(table(page, "gradient_x_weight_nats"), expected, atol=1e-4 * expected.max() + 1e-5)
    settled(page)
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(HERE.format("gradient"))
    other = in_words(meaning.gradient(translator, RUN, il - 1)["cross"], "cross")
    assert "for “qu'”" in page.inner_text(".mj-scale")
    np.testing.assert_allclose(table(page, "gradient_x_weight_nats"), other, atol=1e-4 * other.max() + 1e-5)
    assert page.sent == []  # every word of a short translation came at once


def test_after_it_came_the_browser_answers_alone(explore):
    page = explore()
    for each in ("moved", "rollout", "gradient"):
        colour(page, each)
    settled(page)
    for each in ("weights", "moved", "rollout", "gradient", "moved"):
        page.select_option(".mj-select", each)
        page.wait_for_selector(HERE.format(each), timeout=1000)
    page.hover('.mj-left [data-word="1"]')
    for control in (
        "[data-layer='1']",
        "[data-head='3']",
        "[data-part=cross]",
        "[data-view=atlas]",
        "[data-unit=tokens]",
        ".mj-hide",
    ):
        page.click(control)
    page.wait_for_timeout(500)
    assert page.sent == []


def test_what_is_chosen_while_waiting_is_kept(explore):
    page = explore()
    page.select_option(".mj-select", "moved")
    page.click("[data-layer='4']")
    page.click("[data-head='7']")
    page.wait_for_selector(HERE.format("moved"), timeout=WAIT_MS)
    page.wait_for_timeout(1000)
    assert query(page) == {"meaning": "moved", "layer": "4", "heads": "4,7"}
    assert "Layer 4, mean of 2 heads" in page.inner_text(".mj-say")


def test_meaning_comes_back_from_the_address(explore):
    page = explore("meaning=rollout&view=matrix&layer=3")
    page.wait_for_selector(HERE.format("rollout"), timeout=WAIT_MS)
    expect(page.locator(".mj-matrix .gtitle")).to_contain_text("Rollout up to layer 3", timeout=WAIT_MS)
    assert query(page) == {"meaning": "rollout", "view": "matrix", "layer": "3"}
    page.select_option(".mj-select", "weights")
    assert query(page) == {"view": "matrix", "layer": "3"}


def test_another_sentence_keeps_the_meaning(explore):
    page = explore("view=atlas")
    colour(page, "moved")
    page.get_by_role("button", name="it = the street").click()
    page.wait_for_function("document.querySelector('.mj-source').textContent.includes('wide')", timeout=WAIT_MS)
    page.wait_for_selector(HERE.format("moved"), timeout=WAIT_MS)
    assert query(page)["meaning"] == "moved"


def test_keyboard_chooses_a_meaning(explore):
    page = explore()
    page.focus(".mj-select")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(HERE.format("moved"), timeout=WAIT_MS)
    assert page.evaluate("document.activeElement.className") == "mj-select"


def test_hidden_share_is_of_what_is_drawn(explore, translator):
    """Sinks hold much weight and move little: the two shares differ, and both are printed."""
    page = explore("view=atlas")
    moved = in_words(meaning.moved(translator, RUN)["encoder"])
    words = np.array([word.kind == "word" for word in RUN.source.words])
    shares = []
    for numbers in (in_words(RUN.maps["encoder"].all_weights()), moved):
        rows = numbers[:, :, words]
        shares.append(round(100 * rows[..., ~words].sum() / rows.sum()))
    assert page.inner_text(".mj-mass") == f"hidden mass {shares[0]} %, on average"
    colour(page, "moved")
    assert page.inner_text(".mj-mass") == f"hidden: {shares[1]} % of what is moved, on average"
    assert shares[1] < shares[0]


def test_masked_stays_masked(explore):
    page = explore("part=decoder&hide=0")
    colour(page, "moved")
    page.hover('.mj-left [data-word="0"]')
    assert page.inner_text('.mj-right [data-word="1"] .mj-number') == "masked"


@pytest.mark.parametrize("size", [(1440, 900), (1100, 800)])
def test_title_of_a_matrix_is_not_cut_off(explore, size):
    page = explore("view=matrix&hide=0", size=size)
    colour(page, "gradient")
    title = page.locator(".mj-matrix .gtitle")
    expect(title).to_contain_text(re.compile(r"rows\s*need\s*not\s*sum\s*to\s*1"), timeout=WAIT_MS)
    box, frame = title.bounding_box(), page.locator(".mj-matrix .main-svg").first.bounding_box()
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] and box["y"] >= frame["y"]
    labels = [tick.bounding_box() for tick in page.locator(".mj-matrix .xtick text").all()]
    assert box["y"] + box["height"] <= min(label["y"] for label in labels) + 2


@pytest.mark.parametrize("view", ["lines", "atlas", "matrix"])
def test_files_name_what_they_hold(explore, view):
    page = explore(f"view={view}&layer=2&heads=4")
    colour(page, "moved")
    if view == "matrix":
        page.wait_for_selector(".mj-matrix .heatmaplayer image", state="attached", timeout=WAIT_MS)
    name, text = saved(page, "csv")
    assert name.endswith("-moved.csv") and b",moved_length" in text.splitlines()[0]
    name, svg = saved(page, "svg")
    assert name.endswith("-moved.svg") and "α‖f(x)‖" in svg.decode()
    name, png = saved(page, "png")
    assert name.endswith("-moved.png") and png.startswith(b"\x89PNG")


# --- the page of heads ---


@pytest.fixture
def heads(open_page, address):
    def heads_(query="", **how):
        page = open_page(**how)
        page.goto(f"{address}/heads?{query}")
        page.get_by_role("heading", name=texts_in("en")["heads"]["find"]).wait_for(timeout=WAIT_MS)
        return page

    return heads_


def test_row_of_the_table_opens_its_card(heads):
    page = heads()
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    table, card = page.get_by_test_id("stDataFrame").first, page.locator("h2").nth(1)
    table.locator("canvas").first.wait_for(timeout=WAIT_MS)
    for _ in range(10):  # a table that is still being laid out on a busy machine takes no click
        box = table.bounding_box()
        page.mouse.click(box["x"] + 15, box["y"] + 35 + 17)  # the first row's mark
        try:
            expect(card).to_contain_text("Encoder, layer 1 head 1", timeout=WAIT_MS / 10)
            break
        except AssertionError:
            continue
    expect(card).to_contain_text("Encoder, layer 1 head 1")
    assert query(page) == {"layer": "1", "heads": "1"}


def test_example_leads_to_explore(heads):
    page = heads("layer=3&heads=4")
    page.get_by_role("link", name="See in Explore").first.click()
    page.wait_for_selector(".mj-root[data-seq]", timeout=WAIT_MS)
    row = next(row for row in roles.measurement("transformer").result.rows if row.place == ("encoder", 2, 3))
    example = row.examples["strongest"][0]
    expect(page.locator(".mj-say")).to_contain_text(
        f"{example.query_text} looks at {example.key_text}", timeout=WAIT_MS
    )


def test_two_words_find_their_heads(heads):
    page = heads("link=8,6")
    expect(page.get_by_text(re.compile("may be a coincidence"))).to_be_visible(timeout=WAIT_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_page_does_not_scroll_sideways(heads, scheme):
    page = heads(scheme=scheme, size=(390, 844))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
