"""A running app and a page in a real Chromium, for the browser tests and the benchmark."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS, HELP, find_chromium

ROOT = Path(__file__).parent.parent.parent
PATIENCE_MS = 120_000  # a first page that loads torch, on a machine that trains a model meanwhile


@contextmanager
def running_app(folder: Path = ROOT, *options: str):
    """Starts the app.py of a folder on a free port and yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.headless=true",
        "--server.address=127.0.0.1",
    ]
    process = subprocess.Popen([*command, f"--server.port={port}", *options], cwd=folder, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def address():
    with running_app() as where:
        yield where


@pytest.fixture(scope="session")
def browser():
    path = find_chromium()
    assert path, HELP
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, address):
    """Opens the app: open_page(query, path=, scheme=, size=). Fails in the end if a script failed or a request left here."""
    wrong, contexts = [], []

    def note_request(request):
        if (
            urlparse(request.url).scheme in ("http", "https", "ws", "wss")
            and urlparse(request.url).hostname != "127.0.0.1"
        ):
            wrong.append(f"left this machine: {request.url}")

    def open_(query="", *, path="", scheme="light", size=(1440, 900), ready=".mj-root[data-seq]"):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("request", note_request)
        page.goto(f"{address}/{path}" + ("?" + query if query else ""))
        page.wait_for_selector(ready, timeout=60_000)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not wrong, wrong
