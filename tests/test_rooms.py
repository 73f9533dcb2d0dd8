"""Who may import whom, read from the files themselves; and what importing the app must not bring in."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OUTSIDE = {"torch", "plotly", "streamlit", "transformers", "bertviz"}
COMPONENTS = sorted(path.parent.name for path in (ROOT / "viz" / "components").glob("*/pack.py"))
PACKING = [f"viz.components.{name}.pack" for name in COMPONENTS]
BELOW = ("viz.figures", "viz.components", "viz.scenes")
# room: (libraries it may import, rooms of the project it may import); a name stands for everything below it
ROOMS = {
    "model/networks": ({"torch"}, {"model.networks"}),
    "model/language": (set(), {"model.language"}),
    "model/reading": ({"torch"}, {"model.networks", "model.language", "model.reading"}),
    "model/training": (
        {"torch"},
        {"model.networks", "model.language", "model.reading", "model.evidence", "model.training"},
    ),
    "model/race": ({"torch"}, {"model.networks", "model.race", "model.reading.device"}),
    "model/inside": ({"torch"}, {"model.networks", "model.language", "model.reading", "model.inside"}),
    "model/evidence": ({"torch"}, {"model.networks", "model.language", "model.reading", "model.evidence"}),
    "viz/figures": ({"plotly"}, {"viz.figures"}),
    "viz/components": ({"streamlit"}, {"viz.components", "viz.figures"}),
    "viz/scenes": ({"plotly"}, {"model", "viz.figures", "viz.components.wire", *PACKING, "viz.scenes"}),
    "viz/session": ({"streamlit"}, {"model", *BELOW, "viz.session"}),
    "viz/parts": ({"streamlit"}, {"model", *BELOW, "viz.session", "viz.parts"}),
    "viz/pages": ({"streamlit"}, {"model", *BELOW, "viz.session", "viz.parts", "viz.pages"}),
    "app.py": ({"streamlit"}, {"viz.scenes", "viz.session"}),
}
FILES = [path for room in ROOMS for path in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """Every module a file imports, anywhere in it, as module.name."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_stay_in_their_rooms(path):
    room = next(room for room in ROOMS if path.is_relative_to(ROOT / room))
    libraries, rooms = ROOMS[room]
    for name in imported(path):
        top = name.split(".")[0]
        assert top not in OUTSIDE - libraries, f"{path.name} imports {name}"
        if top in ("model", "viz", "app"):
            assert any(name == allowed or name.startswith(allowed + ".") for allowed in rooms), (
                f"{path.name} imports {name}"
            )


def test_every_room_has_files():
    assert {str(path.relative_to(ROOT)).rsplit("/", 1)[0] for path in FILES} >= set(ROOMS) - {"app.py"}


def brought_in(code: str, *libraries: str) -> str:
    """Those of the libraries that this code imports, in a Python of its own."""
    asked = f"\nimport sys; print([name for name in {libraries} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code + asked], cwd=ROOT, capture_output=True, text=True, check=True)
    return out.stdout.strip().splitlines()[-1]


def test_scenes_bring_in_no_streamlit():
    names = sorted(path.stem for path in (ROOT / "viz" / "scenes").glob("[a-z]*.py"))
    assert brought_in(f"from viz.scenes import {', '.join(names)}", "streamlit", "torch", "transformers") == "[]"


OPENING = """
from viz.session import caches
caches.warm = lambda model: None  # what loads the network meanwhile, in a thread of its own
from tests.pages import opened
app = opened("{script}", "{path}")
assert not app.exception, app.exception[0].value
"""
RECORDED = {"explore": "explore", "pair": "pair", "heads": "heads", "about": "model"}


@pytest.mark.parametrize("script", RECORDED)
def test_page_whose_picture_is_recorded_brings_in_no_torch(script):
    assert brought_in(OPENING.format(script=script, path=RECORDED[script]), "torch", "transformers") == "[]"


SCRIPTS = list((ROOT / "viz" / "pages").glob("[a-z]*.py"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_page_is_functions_with_arguments(path):
    """No name of lower case is given a value at the top, where a function below could read it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        assert isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Expr, ast.Assign))
        if isinstance(node, ast.Assign):
            assert all(target.id[0].isupper() for target in node.targets)
