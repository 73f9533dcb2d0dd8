"""The browser's scripts without a browser: what computes in them, and that what Python packs is what they read."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from tests import decoded
from viz.components.diagram import pack as diagram
from viz.components.explorer import pack as explorer
from viz.components.headgrid import pack as headgrid

ROOT = Path(__file__).parent.parent
TESTS = sorted((ROOT / "tests" / "js").rglob("*.test.mjs"))
SCRIPTS = sorted((ROOT / "viz").rglob("*.js"))
WORDS = ("বিড়াল", "😀", "it's", "<s>", "the", "the", "ঘুমায়")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT / "tests" / "js")))
def test_script_computes(path):
    done = subprocess.run([decoded.node(), "--test", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT / "viz")))
def test_script_fits_a_reader(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 450
    assert [number for number, line in enumerate(lines, 1) if len(line) > 130] == []


@pytest.mark.parametrize("name", ["diagram", "explorer", "headgrid", "interlinear"])
def test_every_script_is_sent_once(name):
    files = import_module(f"viz.components.{name}.pack").SCRIPTS.files
    own = {f"{name}/{path.name}" for path in (ROOT / "viz" / "components" / name).glob("*.js")}
    assert len(set(files)) == len(files)
    assert own == {file for file in files if not file.startswith("shared/")}


# --- what Python packs ---


def axis(words) -> dict:
    """Every word is a token."""
    return {
        "words": [{"text": word, "kind": "word"} for word in words],
        "tokens": [{"text": word, "word": place} for place, word in enumerate(words)],
    }


def picture(weights: np.ndarray, bits: int) -> bytes:
    layers, heads, queries, keys = weights.shape
    maps = {"layers": layers, "heads": heads, "query": axis(WORDS[:queries]), "key": axis(WORDS[:keys])}
    codes = np.rint(np.sqrt(weights) * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)
    return explorer.pack_picture({"id": "x", "maps": {"cross": maps}}, bits, {"data": []}, {"cross": codes.ravel()})


# 2 layers, 3 heads, 5 queries, 7 keys
@pytest.fixture
def weights() -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.full(7, 0.2), (2, 3, 5))


# half a step of the root, 1 / (2 top), and the slope of the square, 2 at most; float32 adds less than a tenth of it
@pytest.mark.parametrize("bits, error", [(8, 1.01 / 255), (16, 1.1 / 65535)])
def test_explorer_reads_what_was_packed(weights, bits, error):
    state = {"strings": {"read": "পড়ুন 😀 {word}"}, "choice": {"word": None}}
    read = decoded.explorer(explorer.packed(state, picture(weights, bits)))
    np.testing.assert_allclose(read["weights"]["cross"], weights, atol=error)
    assert read["strings"] == state["strings"] and read["choice"] == state["choice"] and read["stack"] is None
    assert [word["text"] for word in read["run"]["maps"]["cross"]["key"]["words"]] == list(WORDS)


@pytest.mark.parametrize("bits, error", [(8, 1.01 / 255), (16, 1.1 / 65535)])
def test_explorer_reads_the_stack_behind_the_picture(weights, bits, error):
    numbers = 40 * np.random.default_rng(1).uniform(0, 1, (2, 2, 3, 5, 7)) ** 4
    stack = explorer.pack_stack({"run": "x", "meaning": "gradient", "words": [4, 6]}, bits, {"cross": numbers})
    read = decoded.explorer(explorer.packed({}, picture(weights, bits), stack))["stack"]
    assert (read["run"], read["words"]) == ("x", [4, 6])
    np.testing.assert_allclose(read["parts"]["cross"]["numbers"], numbers, atol=error * numbers.max())


def test_one_map_for_all_heads_is_read(weights):
    numbers = np.random.default_rng(2).uniform(0, 1, (1, 2, 1, 5, 7))
    stack = explorer.pack_stack({"run": "x", "meaning": "rollout"}, 16, {"cross": numbers})
    read = decoded.explorer(explorer.packed({}, picture(weights, 16), stack))["stack"]
    np.testing.assert_allclose(read["parts"]["cross"]["numbers"], numbers, atol=1.1 / 65535)


def test_diagram_reads_what_was_packed():
    random = np.random.default_rng(3)
    vectors = {"encoder.1.attention": random.normal(0, 1, (5, 67)), "বিড়াল 😀": random.normal(0, 100, (7, 71))}
    read = decoded.diagram(diagram.packed({"id": "😀"}, diagram.pack_diagram("<svg/>", {"tokens": WORDS}, vectors)))
    assert read["id"] == "😀" and read["svg"] == "<svg/>" and read["steps"]["tokens"] == list(WORDS)
    for strip, (block, values) in zip(read["strips"], vectors.items()):
        shown = values[:, np.linspace(0, values.shape[1] - 1, strip["columns"]).astype(int)]
        assert strip["block"] == block and strip["shares"].shape == (len(values), strip["columns"])
        # numbers beyond the full colour are drawn in it; the others to half a step of a byte, 1 / 254
        np.testing.assert_allclose(strip["shares"], np.clip(shown / strip["full"], -1, 1), atol=1.001 / 254)


def test_diagram_without_steps_is_read():
    read = decoded.diagram(diagram.packed({"block": ""}, diagram.pack_diagram("<svg/>")))
    assert read == {"block": "", "svg": "<svg/>", "steps": None, "strips": []}


def test_grid_of_heads_wears_the_colour_of_every_code():
    maps = np.random.default_rng(4).uniform(-1, 1, (2, 3, 5, 7))
    read = decoded.headgrid(headgrid.packed([headgrid.grid_part("cross", "Cross", maps)], [], {}, False))
    codes = np.rint(127 + 127 * np.sign(maps) * np.sqrt(np.abs(maps))).astype(int).reshape(6, 35)
    assert read == [[[headgrid.PALETTES["light"][code].lower() for code in head] for head in codes]]


# --- without Streamlit ---


def test_packing_needs_no_streamlit():
    modules = ", ".join(f"viz.components.{name}.pack" for name in ("diagram", "explorer", "headgrid", "interlinear"))
    code = f"import sys, {modules}; print('streamlit' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
