"""Opens the app from any folder: `monojog` once installed, or `python -m viz`."""

import argparse
from pathlib import Path

ROOT = Path(__file__).parent.parent


def app_script() -> Path:
    """Where app.py lies: in the package `monojog` once installed (setup.py), beside viz in a clone."""
    installed = ROOT / "monojog" / "app.py"
    return installed if installed.exists() else ROOT / "app.py"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="monojog",
        description=__doc__,
        epilog="Options of `streamlit run` may follow, such as --server.port=8600.",
        allow_abbrev=False,
    )
    _, options = parser.parse_known_args()
    from streamlit.web.cli import main as streamlit  # seconds, which --help need not wait for

    streamlit(["run", str(app_script()), *options])


if __name__ == "__main__":
    main()
