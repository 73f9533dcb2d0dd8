"""What a Choice is put together from: its fields, each declared once beside the scene that owns it; and how they are read.

Worth knowing: what an address says is written by anybody. A reader returns a value that can be believed, or raises KeyError or
ValueError; then the field keeps its default.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

from model.reading.place import Place


def written(value) -> str:
    """A value as it stands in an address: several between commas, yes and no as 1 and 0."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(int(value)) if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Field:
    """One thing that can be chosen.

    kind: its type, for people. read: its value from an address; write: the way back. widget: the key of the Streamlit widget
    that holds it; "" for what the browser, a link or a component answers. was: earlier defaults by the last version of
    addresses that had them, so {1: "gru"} is the default of addresses that were made before version 2.
    """

    name: str
    default: object
    kind: object
    says: str
    read: Callable[[str], object]
    write: Callable[[object], str] = written
    widget: str = ""
    was: Mapping[int, object] = field(default_factory=lambda: MappingProxyType({}))

    def default_at(self, version: int) -> object:
        """What an address of this version means by not naming the field."""
        return next((self.was[last] for last in sorted(self.was) if version <= last), self.default)


# --- readers ---


def one_of(values: Container | Callable[[], Container], kind: Callable = str) -> Callable:
    """One of these values, which are of this kind; a function is asked for them each time."""

    def read(value):
        offered, found = values() if callable(values) else values, kind(value)
        if found not in offered:
            raise ValueError(f"{value!r} is not one of {list(offered)}")
        return found

    return read


def one_matching(pattern: str) -> Callable:
    def read(value):
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not of the form {pattern}")
        return value

    return read


def between_commas(read_one: Callable, most: int = -1) -> Callable:
    """Values between commas, in the order in which they stand; a comma after the `most`th does not part."""
    return lambda value: tuple(map(read_one, value.split(",", most)))


def several(read_one: Callable) -> Callable:
    """Values between commas, each once and in order."""
    return lambda value: tuple(sorted(set(map(read_one, value.split(","))), key=str))


def two(values: tuple) -> tuple:
    if len(set(one_and_other(values))) != 2:
        raise ValueError(f"{values!r} are not different")
    return values


def one_and_other(values: tuple) -> tuple:
    if len(values) != 2:
        raise ValueError(f"{values!r} are not two")
    return values


def share(value: str) -> float:
    number = float(value)
    if number != number:
        raise ValueError("not a number")
    return min(max(number, 0.0), 1.0)


def count_from_one(value: str) -> int:
    number = int(value)
    if not 1 <= number < 10_000:
        raise ValueError(f"{value!r} is not a number from 1")
    return number


def yes_or_no(value: str) -> bool:
    return {"1": True, "0": False}[value]


def places(names: Iterable[str]) -> tuple[Place, ...]:
    """The heads of these names, each once and in order; what is no head is left out."""
    found = set()
    for name in names:
        with suppress(ValueError):
            found.add(Place.parse(name))
    return tuple(sorted(found))
