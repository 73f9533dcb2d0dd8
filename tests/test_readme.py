"""Every command the README names exists and explains itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = sorted(set(re.findall(r"python -m ((?:model|tests)\.[\w.]+)", README)))


@pytest.mark.parametrize("module", MODULES)
def test_command_explains_itself(module):
    result = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0 and "usage" in result.stdout


def test_readme_names_the_commands():
    assert {"model.training.train", "model.training.evaluate", "model.reading.translate"} <= set(MODULES)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:model|viz|tests|static)/[\w./-]*)`", README))))
def test_path_exists(path):
    assert (ROOT / path).exists()
