"""Who needs which package: the app's list holds what the app and the commands import, and no more than they need."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"app", "model", "viz", "tests"}
TRAINING_ONLY = {"sacrebleu", "tqdm"}


def pinned(name: str) -> dict[str, str]:
    """Packages of a list, with their versions; what it takes from another list is left out."""
    lines = (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith(("#", "-r ")))


def imported(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def packages(paths) -> set[str]:
    """The packages of others that files import."""
    tops = {name.split(".")[0] for path in paths for name in imported(path)}
    return tops - OURS - set(sys.stdlib_module_names)


def app_files() -> list[Path]:
    return [ROOT / "app.py", *(ROOT / "model").rglob("*.py"), *(ROOT / "viz").rglob("*.py")]


def test_app_list_is_what_the_app_imports():
    assert packages(app_files()) == set(pinned("requirements"))


def test_tests_import_no_benchmark_package():
    known = set(pinned("requirements")) | set(pinned("requirements-test"))
    assert packages((ROOT / "tests").rglob("test_*.py")) <= known


@pytest.mark.parametrize("name", ["requirements", "requirements-test", "requirements-bench"])
def test_versions_are_exact(name):
    assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in pinned(name).values())


@pytest.mark.parametrize(("name", "smaller"), [("test", ""), ("bench", "-test")])
def test_larger_list_begins_with_the_smaller(name, smaller):
    first = (ROOT / f"requirements-{name}.txt").read_text(encoding="utf-8").splitlines()[0]
    assert first == f"-r requirements{smaller}.txt"


@pytest.mark.parametrize("path", app_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_training_needs_what_training_needs(path):
    if not path.is_relative_to(ROOT / "model" / "training"):
        names = imported(path)
        assert not TRAINING_ONLY & {name.split(".")[0] for name in names}
        assert not any(name.startswith("model.training") for name in names)
