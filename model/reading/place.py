"""Where a head stands, and which words a link joins: the only places where "encoder.2.4" is written and read.

Worth knowing: layers, heads and words count from 0 in code and from 1 in addresses, names and on screen. The step between
the two is taken here.
"""

import re
from typing import NamedTuple

PARTS = ("encoder", "decoder", "cross")
PART = rf"({'|'.join(PARTS)})"
NUMBER = r"([1-9]\d{0,3})"


def label(layer: int, head: int) -> str:
    """A head's name, where counting starts at 1."""
    return f"layer {layer + 1} head {head + 1}"


class Place(NamedTuple):
    """One head. part: "encoder", "decoder" (masked self-attention) or "cross"; layer and head count from 0."""

    part: str
    layer: int
    head: int

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The head that "encoder.2.4" names, layer 2 head 4. Raises ValueError for any other form."""
        found = re.fullmatch(rf"{PART}\.{NUMBER}\.{NUMBER}", text.strip())
        if not found:
            raise ValueError(f"a head is written encoder.2.4, decoder.1.3 or cross.2.3, counted from 1; got {text!r}")
        return cls(found[1], int(found[2]) - 1, int(found[3]) - 1)

    @classmethod
    def of(cls, record: dict) -> "Place":
        """The head that a record with part, layer and head, from 0, is about."""
        return cls(record["part"], record["layer"], record["head"])

    def __str__(self) -> str:
        return f"{self.part}.{self.layer + 1}.{self.head + 1}"

    @property
    def label(self) -> str:
        return f"{self.part} {label(self.layer, self.head)}"

    @property
    def record(self) -> dict:
        """As it stands in files and in what commands print, from 0, with its name."""
        return self._asdict() | {"label": self.label}


class Link(NamedTuple):
    """From one word to another: "encoder.8.2" is word 8 to word 2 in every head, "encoder.8.2.3.5" in layer 3 head 5 only.

    query: None stands for every word; layer, head: None for all of them. All from 0.
    """

    part: str
    query: int | None
    key: int
    layer: int | None = None
    head: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Link":
        """The link that an address names; its word 0 is every word. Raises ValueError for any other form."""
        found = re.fullmatch(rf"{PART}\.(0|[1-9]\d{{0,3}})\.{NUMBER}(?:\.([1-9]\d?)\.([1-9]\d?))?", text)
        if not found:
            raise ValueError(f"a link is written encoder.8.2 or encoder.8.2.3.5, counted from 1; got {text!r}")
        query, key, layer, head = (number and int(number) - 1 for number in found.groups()[1:])
        return cls(found[1], None if query == -1 else query, key, layer, head)

    def __str__(self) -> str:
        words = f"{self.part}.{0 if self.query is None else self.query + 1}.{self.key + 1}"
        return words if self.place is None else f"{words}.{self.layer + 1}.{self.head + 1}"

    @property
    def place(self) -> Place | None:
        """The one head in which the link is cut; None for every head."""
        return None if self.layer is None else Place(self.part, self.layer, self.head)
