"""What is installed: a wheel is built, unpacked into a folder, and used from another one.

Worth knowing: nothing is downloaded. setuptools is in requirements-test.txt, and the wheel's dependencies are those of the tests.
"""

import os
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import pytest

ROOT = Path(__file__).parent.parent
BUILT_FROM = ("pyproject.toml", "setup.py", "requirements.txt", "README.md", "LICENSE")
INSTALLED = ("app.py", "model", "viz", "static", ".streamlit")
PATIENCE_SECONDS = 60  # for a server to answer, on a machine that trains a model meanwhile


@pytest.fixture(scope="module")
def folder():
    """The wheel's files, unpacked."""
    with TemporaryDirectory() as where:
        source, wheels, unpacked = (Path(where, name) for name in ("source", "wheels", "unpacked"))
        source.mkdir()
        for name in (*BUILT_FROM, *INSTALLED):
            (source / name).symlink_to(ROOT / name)  # so that what a build leaves behind is not left in the project
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
        subprocess.run([*command, "-w", str(wheels), str(source)], check=True, cwd=where)
        (wheel,) = wheels.glob("monojog-*.whl")
        with zipfile.ZipFile(wheel) as file:
            file.extractall(unpacked)
        yield unpacked


@pytest.fixture
def elsewhere(folder, tmp_path):
    """How to start a process in an empty folder that finds the installed files and not the project's."""
    return {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}}


@pytest.fixture(scope="module")
def described(folder):
    """The wheel's own description by file name."""
    (about,) = folder.glob("*.dist-info")
    return {file.name: file.read_text(encoding="utf-8") for file in about.iterdir() if file.is_file()}


def test_every_file_of_the_app_is_installed(folder):
    listed = subprocess.run(["git", "ls-files", "-z", *INSTALLED], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git clone: nothing says which files belong to the project")
    files = {Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}
    beside_app = {file for file in files if file.parts[0] not in ("model", "viz")}
    wanted = files - beside_app | {"monojog" / file for file in beside_app}
    assert len(files) > 100 and not {str(file) for file in wanted if not (folder / file).is_file()}


def test_nothing_else_is_installed(folder):
    tops = {path.name for path in folder.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == {"model", "viz", "monojog"}
    assert {path.name for path in (folder / "monojog").iterdir()} == {"app.py", "static", ".streamlit"}


def test_wheel_needs_what_requirements_say(described):
    lines = described["METADATA"].splitlines()
    needed = {line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")}
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert needed == {line for line in pinned if not line.startswith("#")}


def test_command_opens_the_app(described):
    assert "monojog = viz.__main__:main" in described["entry_points.txt"]


def test_citation_has_the_version_of_the_package():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_sentence_is_translated_from_another_folder(folder, elsewhere):
    code = "import model; print(model.__file__)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, **elsewhere)
    assert Path(found.stdout.strip()).is_relative_to(folder)
    command = [sys.executable, "-m", "model.reading.translate", "The dog sleeps.", "--json"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, **elsewhere)
    assert "dort" in told.stdout


def test_page_opens_from_another_folder(folder, elsewhere):
    code = (
        "import sys; from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file(sys.argv[1], default_timeout=60).run()\n"
        "print(len(app.exception), *(one.proto.component_name for one in app.get('bidi_component')))"
    )
    command = [sys.executable, "-c", code, str(folder / "monojog" / "app.py")]
    told = subprocess.run(command, capture_output=True, text=True, check=True, **elsewhere)
    assert told.stdout.split() == ["0", "monojog_explorer"]


def answer(address: str, process: subprocess.Popen) -> bytes:
    """What a server that is about to start says there."""
    end = monotonic() + PATIENCE_SECONDS
    while process.poll() is None and monotonic() < end:
        try:
            return urllib.request.urlopen(address, timeout=5).read()
        except (urllib.error.URLError, OSError):
            sleep(0.2)
    raise AssertionError(f"no answer at {address}")


def test_server_started_in_another_folder_finds_its_settings_and_fonts(elsewhere):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    process = subprocess.Popen([sys.executable, "-m", "viz", *options], stdout=subprocess.DEVNULL, **elsewhere)
    try:  # static files are served only where .streamlit/config.toml was read
        logo = answer(f"http://127.0.0.1:{port}/app/static/logo.svg", process)
    finally:
        process.terminate()
        process.wait(10)
    assert logo == (ROOT / "static" / "logo.svg").read_bytes()
