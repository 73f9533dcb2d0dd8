"""The scripts that Streamlit opens, one a page."""

from pathlib import Path


def script(page: str) -> Path:
    """Where a page's script lies: whole, because an installed app.py does not stand beside viz."""
    return Path(__file__).with_name(f"{page}.py")
