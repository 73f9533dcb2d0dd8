"""What draws a picture in a browser, put together as it is written: a page, a file and a phone load the same scripts.

The scripts of a component are joined in the order given into one module; only the last one exports, and what it exports is
called with {data, parentElement, setStateValue}: what was packed, the element around its root, and whom to tell.
"""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Scripts:
    """One component's files, under viz/components."""

    name: str
    root: str  # class of the element that it fills
    style: str  # its .css file
    files: tuple[str, ...]
    isolated: bool = True  # no style of the page reaches in, and none of its own out

    @property
    def html(self) -> str:
        return f'<div class="{self.root}"></div>\n'

    @property
    def css(self) -> str:
        return (HERE / self.style).read_text(encoding="utf-8")

    @property
    def js(self) -> str:
        return "\n".join((HERE / name).read_text(encoding="utf-8") for name in self.files)
