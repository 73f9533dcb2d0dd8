"""Everything a person has chosen, put together from the fields that the scenes declare; and the address it stands in.

Worth knowing: an address says which version of the defaults it was made with, in `v`; without it that is version 1. To change
a default, raise VERSION by one and write the old default into the field's `was` under the version before: addresses that
people saved keep showing what they showed. An address that says nothing at all is nobody's, and shows today's defaults.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import field, make_dataclass
from typing import ClassVar

from viz.scenes import architecture, common, explore, head, heads, pair, race, switch
from viz.scenes.fields import Field

VERSION = 1  # of the defaults
FIELDS = tuple(
    one for scene in (common, explore, race, head, architecture, pair, switch, heads) for one in scene.FIELDS
)


class Addressed:
    """What stands in an address. FIELDS by name, and the VERSION of their defaults, belong to the class that is made."""

    FIELDS: ClassVar[dict[str, Field]] = {}
    VERSION: ClassVar[int] = 1

    @classmethod
    def from_query(cls, query: dict[str, str]) -> "Addressed":
        """The Choice an address stands for. Nonsense in a value gives that value's default, never an error."""
        version = cls.version_of(query)
        values = {name: one.default_at(version) for name, one in cls.FIELDS.items()}
        for name in query.keys() & cls.FIELDS.keys():
            with suppress(KeyError, ValueError):
                values[name] = cls.FIELDS[name].read(query[name])
        return cls(**values)

    @classmethod
    def version_of(cls, query: dict[str, str]) -> int:
        """Which defaults an address was made with."""
        with suppress(ValueError):
            return min(max(int(query.get("v", 1 if query else cls.VERSION)), 1), cls.VERSION)
        return 1

    def to_query(self) -> dict[str, str]:
        """Only what differs from the default, so that an address says what somebody chose."""
        named = {name: one.write(getattr(self, name)) for name, one in self.FIELDS.items() if self.differs(one)}
        return named if self.VERSION == 1 else {"v": str(self.VERSION), **named}

    def differs(self, one: Field) -> bool:
        return getattr(self, one.name) != one.default


def made_of(declared: Iterable[Field], version: int, name: str = "Choice") -> type[Addressed]:
    """The frozen dataclass of these fields."""
    declared = tuple(declared)
    about = "\n".join(f"    {one.name}: {one.says}" for one in declared)
    parts = [(one.name, one.kind, field(default=one.default)) for one in declared]
    constants = {"FIELDS": {one.name: one for one in declared}, "VERSION": version, "__module__": __name__}
    made = make_dataclass(name, parts, bases=(Addressed,), namespace=constants, frozen=True)
    made.__doc__ = f"{ABOUT}\n\n{about}\n"
    return made


ABOUT = """Everything a person has chosen, as it stands in the address. Layers, heads and words count from 1 there.

    None means "what the page suggests": the head that follows *it* best, and *it* as the pinned word."""

Choice = made_of(FIELDS, VERSION)
