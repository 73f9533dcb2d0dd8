"""Who may import whom, read from the files themselves; and what importing the app must not bring in."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OUTSIDE = {"torch", "plotly", "streamlit", "transformers", "bertviz"}
# room: (libraries it may import, rooms of the project it may import); a name stands for everything below it
ROOMS = {
    "model/networks": ({"torch"}, {"model.networks"}),
    "model/language": (set(), {"model.language"}),
    "model/reading": ({"torch"}, {"model.networks", "model.language", "model.reading"}),
    "model/training": ({"torch"}, {"model.networks", "model.language", "model.reading", "model.training"}),
    "model/race": ({"torch"}, {"model.networks", "model.race", "model.reading.device"}),
    "model/inside": ({"torch"}, {"model.networks", "model.language", "model.reading", "model.inside"}),
    "model/evidence": ({"torch"}, {"model.networks", "model.language", "model.reading", "model.evidence"}),
    "viz/figures": ({"plotly"}, {"viz.figures"}),
    "viz/components": ({"streamlit"}, {"viz.components", "viz.figures"}),
    "viz/pages": ({"streamlit"}, {"viz", "model"}),
    "app.py": ({"streamlit"}, {"viz.pages"}),
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


def test_app_does_not_bring_in_torch():
    code = "import sys, viz.pages.session; print([m for m in ('torch', 'transformers') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
