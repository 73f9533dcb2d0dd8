"""Where the script of each page lies, and the style that all of them share."""

from pathlib import Path

STYLE = Path(__file__).parent / "style.css"
PAGES = Path(__file__).parent.parent / "pages"


def script(page: str) -> Path:
    """Whole, because an installed app.py does not stand beside viz."""
    return PAGES / f"{page}.py"
