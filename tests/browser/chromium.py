"""Finds the system's Chromium, installs it where it can, or says what to install. Run by `make test` before the tests.

python -m tests.browser.chromium
"""

import os
import shutil
import subprocess
import sys

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
HELP = (
    "The browser tests need Chromium or Chrome. Install it (Debian: apt-get install -y chromium fonts-noto-core; "
    "macOS: brew install --cask chromium), or name it in the environment: CHROMIUM=/path/to/chromium make test"
)


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    paths = [os.environ.get("CHROMIUM", ""), *(shutil.which(name) or "" for name in NAMES), MAC]
    return next((path for path in paths if path and os.path.exists(path)), None)


def install() -> None:
    """On a Debian machine, as root: the one case in which installing asks nobody anything."""
    if shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-core"], check=False)


def main() -> None:
    if not find_chromium():
        install()
    print(find_chromium() or sys.exit(HELP))


if __name__ == "__main__":
    main()
