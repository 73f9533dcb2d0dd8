"""Every sentence on screen, and how numbers and what people typed are written inside one."""

import re
import tomllib
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent.parent / "text"
LANGUAGES = {"en": "English", "bn": "বাংলা"}


@cache
def texts(language: str) -> dict:
    """Every sentence on screen, by section and name."""
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))


def percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def signed(number: float, digits: int = 1) -> str:
    """A number with its sign, a real minus among them."""
    return f"{round(number, digits) + 0:+.{digits}f}".replace("-", "−")


def plain(text: str) -> str:
    """A text as it is, where Streamlit would read Markdown: a typed "![](address)" must not fetch anything."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)  # every ASCII sign
