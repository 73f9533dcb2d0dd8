"""Diagrams: what is drawn is what the model is. Shapes against a real pass, paths against their lengths, any configuration."""

import json
import re
import subprocess
import sys
import time
from xml.etree import ElementTree

import numpy as np
import pytest

from model.inside.trace import trace
from tests.test_rooms import ROOT
from viz.figures.architecture import (
    kind_of,
    labels_in,
    token_lines,
    transformer_blocks,
    transformer_diagram,
    transformer_drawing,
)
from viz.figures.colours import DARK_PAPER, GREY, PAPER
from viz.figures.paths import path_between, paths_diagram
from viz.figures.svg import fold, strip
from viz.figures.unrolled import recurrent_blocks, translator_diagram, unrolled_diagram

LABELS = labels_in()
NETWORK = {
    "vocabulary": 31,
    "width": 33,
    "heads": 3,
    "encoder_layers": 2,
    "decoder_layers": 5,
    "feed_forward": 17,
    "norm": "pre",
}
GRU = {"vocabulary": 31, "cell": "gru", "attention": False, "width": 11, "hidden": 14, "score": 5}
SOURCE, TARGET = ["it", "is", "a", "b", "</s>"], ["c", "d", "</s>"]
SVG = "{http://www.w3.org/2000/svg}"
EVIL = "<img src=x onerror=alert(1)>"


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def blocks_in(svg: str) -> list[str]:
    return [node.get("data-block") for node in parsed(svg).iter() if node.get("data-block")]


def states_for(tokens: int, hidden: int = 14) -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    names = ("encoder", "before", "reset", "update", "candidate", "forget", "input", "output", "cell", "cell_before")
    return {name: random.uniform(-1, 1, (tokens, hidden)) for name in names}


# --- against the models ---


@pytest.mark.parametrize("name", ["transformer", "rnn", "lstm", "gru", "gru-attention"])
def test_shapes_are_those_that_hooks_see(translator, recurrent, name):
    chosen = {"transformer": translator, **recurrent}[name]
    made = trace(chosen, "The animal slept because it was tired.", [5, 7, 11], repeats=1)
    make = transformer_blocks if name == "transformer" else recurrent_blocks
    drawn = make(vars(chosen.network.config), len(made.source), len(made.target), 1)
    assert drawn == {block.name: (block.inputs, block.output) for block in made.blocks}


@pytest.mark.parametrize("name", ["transformer", "rnn", "lstm", "gru", "gru-attention"])
def test_kinds_are_those_of_the_trace(translator, recurrent, name):
    made = trace({"transformer": translator, **recurrent}[name], "It slept.", [5], repeats=1)
    assert {block.name: kind_of(block.name) for block in made.blocks} == {
        block.name: block.kind for block in made.blocks
    }


# --- the Transformer ---


def test_every_block_is_drawn_when_unfolded():
    svg = transformer_diagram(NETWORK, LABELS, SOURCE, TARGET, unfolded=("encoder", "decoder"))
    assert sorted(blocks_in(svg)) == sorted(transformer_blocks(NETWORK, 5, 3))


def test_folded_stack_shows_one_layer_and_how_many_there_are():
    svg = transformer_diagram(NETWORK, LABELS, SOURCE, TARGET)
    assert [name for name in blocks_in(svg) if re.search(r"\.[2-9]\.", name)] == []
    texts = [node.text for node in parsed(svg).iter(f"{SVG}text")]
    assert "×2" in texts and "×5" in texts


def test_folded_stack_shows_the_layer_of_the_chosen_block():
    svg = transformer_diagram(NETWORK, LABELS, chosen="decoder.4.cross_attention")
    assert "decoder.4.attention" in blocks_in(svg) and "encoder.1.attention" in blocks_in(svg)
    (chosen,) = [node for node in parsed(svg).iter() if "mj-chosen" in node.get("class", "").split()]
    assert chosen.get("data-block") == "decoder.4.cross_attention"


def test_lit_blocks_are_marked():
    svg = transformer_diagram(NETWORK, LABELS, lit=("decoder.1.cross_attention",))
    lit = [node for node in parsed(svg).iter() if "mj-lit" in node.get("class", "").split()]
    assert {node.get("data-block") for node in lit if node.get("data-block")} == {"decoder.1.cross_attention"}
    assert len(lit) == 2  # and the wire from the encoder


@pytest.mark.parametrize(
    "change", [{"width": 64, "heads": 4}, {"encoder_layers": 1, "decoder_layers": 1}, {"norm": "post"}]
)
def test_picture_follows_the_configuration(change):
    network = NETWORK | change
    svg = transformer_diagram(network, LABELS, SOURCE, TARGET, unfolded=("encoder", "decoder"))
    assert sorted(blocks_in(svg)) == sorted(transformer_blocks(network, 5, 3))
    assert f"5×{network['width']}" in svg and f"{network['heads']} heads" in svg


def test_norm_stands_where_the_model_has_it():
    """Pre-norm: under its block, and its own road past both; post-norm: over its block, in one with the sum."""
    for norm, below in (("pre", True), ("post", False)):
        svg = transformer_diagram(NETWORK | {"norm": norm}, LABELS)
        y = {}
        for node in parsed(svg).iter(f"{SVG}g"):
            if node.get("data-block"):
                y[node.get("data-block")] = min(float(rect.get("y")) for rect in node.iter(f"{SVG}rect"))
        assert (y["encoder.1.attention_norm"] > y["encoder.1.attention"]) == below
        assert ("encoder.norm" in y) == below and ("Add &amp; norm" in svg) != below


@pytest.mark.parametrize("layers, heads", [(24, 16), (1, 1), (48, 64)])
def test_deep_model_draws_within_a_second(layers, heads):
    network = NETWORK | {"encoder_layers": layers, "decoder_layers": layers, "heads": heads, "width": 1024}
    start = time.perf_counter()
    svg = transformer_diagram(network, LABELS, SOURCE, TARGET, unfolded=("encoder", "decoder"))
    assert time.perf_counter() - start < 1
    assert len(blocks_in(svg)) == len(transformer_blocks(network, 5, 3))


def test_boxes_lie_inside_and_do_not_overlap():
    for unfolded in ((), ("encoder",), ("decoder",), ("encoder", "decoder")):
        drawing = transformer_drawing(NETWORK, LABELS, SOURCE, TARGET, unfolded=unfolded)
        places = list(drawing.places.values())
        for x, y, width, height in places:
            assert x >= 0 and y >= 0 and x + width <= drawing.width and y + height <= drawing.height
        for number, (x, y, width, height) in enumerate(places):
            for other_x, other_y, other_width, other_height in places[:number]:
                apart = (
                    x >= other_x + other_width
                    or other_x >= x + width
                    or y >= other_y + other_height
                    or other_y >= y + height
                )
                assert apart


# --- files ---


@pytest.mark.parametrize("dark, paper", [(False, PAPER), (True, DARK_PAPER)])
def test_file_carries_its_own_colours(dark, paper):
    svg = transformer_diagram(NETWORK, LABELS, SOURCE, TARGET, standalone=True, dark=dark)
    assert "var(" not in svg and "<script" not in svg and paper in svg
    assert parsed(svg).find(f"{SVG}title").text.startswith("A Transformer")


def test_page_gives_its_colours_to_a_drawing():
    assert "var(--mj-accent" in transformer_diagram(NETWORK, LABELS, SOURCE, TARGET)


def written_by_command(file, *options: str) -> str:
    subprocess.run(
        [sys.executable, "-m", "viz.figures.architecture", "--svg", str(file), *options], check=True, cwd=ROOT
    )
    return file.read_text(encoding="utf-8")


@pytest.fixture
def shipped():
    return json.loads((ROOT / "model/checkpoints/transformer/card.json").read_text(encoding="utf-8"))["network"]


def test_command_writes_the_shipped_model(tmp_path, shipped):
    svg = written_by_command(tmp_path / "out.svg")
    kinds = {kind_of(name) for name in transformer_blocks(shipped, "S", "T", "N")}
    assert {kind_of(name) for name in blocks_in(svg)} == kinds
    assert f"S×{shipped['width']}" in svg and f"×{shipped['encoder_layers']}" in svg


def test_command_writes_another_depth(tmp_path, shipped):
    svg = written_by_command(tmp_path / "out.svg", "--layers", "24", "--heads", "16", "--unfold")
    deep = shipped | {"encoder_layers": 24, "decoder_layers": 24}
    assert sorted(blocks_in(svg)) == sorted(transformer_blocks(deep, "S", "T", "N")) and "16 heads" in svg


@pytest.mark.parametrize("option", ["--layers", "--heads"])
def test_command_refuses_nothing_to_draw(tmp_path, option):
    command = [sys.executable, "-m", "viz.figures.architecture", "--svg", str(tmp_path / "x.svg"), option, "0"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert out.returncode == 2 and "at least 1; got 0" in out.stderr


# --- tokens ---


def every_drawing(source, target):
    states = states_for(len(source)) | {"decoder": np.zeros((len(target), 14)), "summary": np.zeros((1, 14))}
    weights = np.full((len(target), len(source)), 1 / len(source))
    yield transformer_diagram(NETWORK, LABELS, source, target)
    for cell in ("rnn", "lstm", "gru"):
        yield unrolled_diagram(GRU | {"cell": cell}, LABELS, source, states, cell=0)
    yield translator_diagram(GRU, LABELS, source, target, states)
    yield translator_diagram(GRU | {"attention": True}, LABELS, source, target, states, weights)
    yield paths_diagram(source, target, ("source", 0), ("target", 0), LABELS)


@pytest.mark.parametrize("token", [EVIL, "<s>", "a & b", '"', "\x00\x1b", "😀", "মনোযোগ", "", "x" * 300])
def test_awkward_tokens_stay_texts(token):
    for svg in every_drawing([token, "it", "</s>"], [token, "</s>"]):
        names = {node.tag.removeprefix(SVG) for node in parsed(svg).iter()}
        assert names <= {"svg", "style", "defs", "marker", "path", "rect", "circle", "g", "text", "tspan", "title"}
        texts = [node.text for node in parsed(svg).iter() if node.text]
        clean = token.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
        assert any(text.strip() == clean.strip() for text in texts) or not token


@pytest.mark.parametrize("length", [1, 2, 16, 17, 128])
def test_long_sentence_is_folded_in_the_middle_and_says_so(length):
    tokens = [f"w{place}" for place in range(length - 1)] + ["</s>"]
    for number, svg in enumerate(every_drawing(tokens, tokens)):
        texts = "".join(node.text or "" for node in parsed(svg).iter())
        drawn = set(re.findall(r"w\d+", texts))
        said = re.findall(rf"(\d+) of {length} tokens are left out", texts)
        if length <= 2:
            assert not said and len(drawn) == length - 1
        if length == 128:
            assert said, number
            assert {"w0", "w126"} <= drawn and "w63" not in drawn


def test_fold_keeps_both_ends_and_what_is_chosen():
    assert fold(5, 5) == [0, 1, 2, 3, 4]
    assert fold(9, 5) == [0, 1, None, 7, 8]
    assert fold(30, 7, keep=(15,)) == [0, 1, 2, None, 15, None, 28, 29]
    assert fold(0, 5) == []


def test_lines_of_tokens_lose_none_that_fit():
    tokens = ["word"] * 12
    lines = token_lines(tokens, 300)
    assert [place for line in lines for place in line] == list(range(12)) and len(lines) <= 3


# --- recurrent ---


@pytest.mark.parametrize("cell, gates", [("rnn", 2), ("gru", 5), ("lstm", 8)])
def test_opened_cell_shows_every_gate_as_a_strip(cell, gates):
    source, states = ["a", "b", "it"], states_for(3)
    with_numbers = unrolled_diagram(GRU | {"cell": cell}, LABELS, source, states, cell=2)
    without = unrolled_diagram(GRU | {"cell": cell}, LABELS, source, None, cell=2)
    frames = [svg.count("mj-wire mj-faint") for svg in (with_numbers, without)]
    assert frames[0] - frames[1] == gates + 2 * 3  # and the small cells, three words in two directions


def test_opened_cell_prints_the_mean_of_a_gate():
    states = states_for(3) | {"update": np.full((3, 14), 0.25)}
    states["update"][1, :7] = 0.75  # the cell of word 2, forward: the first half
    assert "σ 0.75" in unrolled_diagram(GRU, LABELS, ["a", "b", "c"], states, cell=1)
    assert "σ 0.25" in unrolled_diagram(GRU, LABELS, ["a", "b", "c"], states, cell=1, backward=True)


def test_strip_is_as_wide_as_its_numbers_and_strong_as_they_are():
    parts = strip(np.array([1.0, 0.0, -0.5]), 0, 0, 30, 5)
    assert len(parts) == 3  # one of each sign, and the frame; nothing for zero
    plus = next(part for part in parts if "mj-plus" in part)
    minus = next(part for part in parts if "mj-minus" in part)
    assert 'd="M0 0h10v5h-10z"' in plus and 'fill-opacity="1"' in plus
    assert 'd="M20 0h10v5h-10z"' in minus and f'fill-opacity="{0.5 * GREY}"' in minus


def test_attention_is_drawn_as_strong_as_its_weights():
    weights = np.array([[0.5, 0.3, 0.2], [0.0, 1.0, 0.0]])
    states = states_for(3) | {"decoder": np.zeros((2, 14))}
    svg = translator_diagram(GRU | {"attention": True}, LABELS, ["a", "b", "c"], ["d", "</s>"], states, weights, word=0)
    widths = {
        n.get("data-weight"): float(n.get("stroke-width"))
        for n in parsed(svg).iter(f"{SVG}path")
        if n.get("data-weight")
    }
    assert widths == {"0": pytest.approx(6.5), "1": pytest.approx(4.3), "2": pytest.approx(3.2)}
    written = [n.text for n in parsed(svg).iter(f"{SVG}text") if n.get("data-weight")]
    assert written == ["0.50", "0.30", "0.20"]


def test_only_attention_draws_attention():
    states = states_for(5)
    assert "attention" not in blocks_in(translator_diagram(GRU, LABELS, SOURCE, TARGET, states))
    with_attention = translator_diagram(GRU | {"attention": True}, LABELS, SOURCE, TARGET, states)
    assert {"attention", "summary", "bridge"} <= set(blocks_in(with_attention))


# --- how far apart two words are ---

PAIRS = [(0, 6), (2, 3), (6, 1), (4, 4)]


@pytest.mark.parametrize("one, other", PAIRS)
def test_self_attention_takes_one_step_and_recurrence_one_a_word(one, other):
    words = ("source", one), ("source", other)
    assert path_between("transformer", 7, 5, *words)[1] == int(one != other)
    assert path_between("recurrent", 7, 5, *words)[1] == abs(one - other)
    assert path_between("attention", 7, 5, *words)[1] == abs(one - other)


@pytest.mark.parametrize("word", range(7))
@pytest.mark.parametrize("written", range(5))
def test_seq2seq_goes_through_the_one_vector(word, written):
    """To the nearer end of the sentence, into the vector, out to the word; attention goes straight."""
    words = ("source", word), ("target", written)
    way, steps = path_between("recurrent", 7, 5, *words)
    assert steps == min(word, 6 - word) + 2 and ("vector", 0) in way
    assert path_between("attention", 7, 5, *words)[1] == path_between("transformer", 7, 5, *words)[1] == 1


@pytest.mark.parametrize("architecture", ["transformer", "recurrent", "attention"])
def test_way_in_the_translation_runs_from_earlier_to_later(architecture):
    expected = 1 if architecture == "transformer" else 3
    for words in ((("target", 1), ("target", 4)), (("target", 4), ("target", 1))):
        way, steps = path_between(architecture, 7, 5, *words)
        assert steps == expected and way[0] == ("target", 1) and way[-1] == ("written", 4)


def test_way_is_one_step_after_the_other():
    way, _ = path_between("recurrent", 7, 5, ("source", 1), ("source", 4))
    assert way == [("source", 1), ("forward", 1), ("forward", 2), ("forward", 3), ("forward", 4), ("memory", 4)]


def test_word_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="target has 5 tokens; got place 5"):
        path_between("transformer", 7, 5, ("source", 0), ("target", 5))


def test_paths_are_drawn_with_their_steps_and_the_words_can_be_chosen():
    svg = paths_diagram(list("abcdefg"), list("hijkl"), ("source", 1), ("source", 5), LABELS)
    texts = [node.text for node in parsed(svg).iter(f"{SVG}tspan")]
    assert texts.count("4 steps") == 2 and texts.count("1 step") == 1
    pressed = [n.get("data-word") for n in parsed(svg).iter() if n.get("aria-pressed") == "true"]
    assert pressed == ["s2", "s6"]
