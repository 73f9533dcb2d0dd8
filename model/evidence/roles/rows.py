"""What is known of every head of a model, as files, commands and pages pass it on: plain records, no torch, no arrays.

Worth knowing: this is the only place that knows the keys of heads.json and of `python -m model.evidence.heads --json`. There a
score's interval is one key, and what a score does not have is left out; what its baseline is, `rule`, is always written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.reading.place import Place


@dataclass(frozen=True)
class ScoreRow:
    """One score of one head on the sentences to report, rounded to three digits.

    low, high: its 95 % interval; baseline: what needs no head, rule: what that is. n: sentences; words: the words counted, or n
    where one number is taken from each sentence. threshold: None where the score is only reported, and then passes too.
    picked: the value on the sentences it was picked on. plain, plain_baseline: the same counted word by word, where distances
    count alike otherwise. extra: what some scores come with, by name; scores.py explains each where it is made.
    """

    value: float
    low: float
    high: float
    baseline: float
    rule: str
    n: int
    words: int
    threshold: float | None = None
    passes: bool | None = None
    picked: float | None = None
    plain: float | None = None
    plain_baseline: float | None = None
    extra: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, record: dict) -> "ScoreRow":
        """The score that a record holds. Raises KeyError where it lacks something, its rule too."""
        given = dict(record)
        low, high = given.pop("interval")
        own = {name: given.pop(name) for name in ("value", "baseline", "rule", "n", "threshold", "passes")}
        own |= {name: given.pop(name, None) for name in OPTIONAL}
        return cls(**own, low=low, high=high, words=given.pop("words", own["n"]), extra=given)

    def record(self) -> dict:
        own = {"value": self.value, "interval": [self.low, self.high], "baseline": self.baseline, "n": self.n}
        own |= {"threshold": self.threshold, "passes": self.passes, "rule": self.rule}
        own |= {"words": self.words} if self.words != self.n else {}
        own |= {name: getattr(self, name) for name in OPTIONAL if getattr(self, name) is not None}
        return own | dict(self.extra)


OPTIONAL = ("picked", "plain", "plain_baseline")  # None in a row, left out of a record


@dataclass(frozen=True)
class ExampleRow:
    """A sentence in which a head's link from one word to another is strong, or weak.

    query, key: the places of the two words, from 0 (-1 is <s>); weight: in [0, 1]; target: the French sentence, "" where both
    words are of one sentence that is read.
    """

    source: str
    query: int
    query_text: str
    key: int
    key_text: str
    weight: float
    target: str = ""

    @classmethod
    def of(cls, record: dict) -> "ExampleRow":
        return cls(**record)

    def record(self) -> dict:
        return {name: value for name, value in vars(self).items() if name != "target" or value}


@dataclass(frozen=True)
class HeadRow:
    """What one head does. label: its role, or no_clear_role; group: what that belongs to; roles: all that it has.

    scores: by name. offsets: the share of words whose choice stands at each offset, from -LOOK to LOOK words. examples:
    "strongest" and "weakest", sentences where the head does most and least what its role says.
    """

    place: Place
    label: str
    group: str
    roles: tuple[str, ...]
    scores: Mapping[str, ScoreRow]
    offsets: tuple[float, ...]
    examples: Mapping[str, tuple[ExampleRow, ...]]

    @classmethod
    def of(cls, record: dict) -> "HeadRow":
        return cls(
            place=Place.of(record),
            label=record["label"],
            group=record["group"],
            roles=tuple(record["roles"]),
            scores={name: ScoreRow.of(score) for name, score in record["scores"].items()},
            offsets=tuple(record["offsets"]),
            examples={which: tuple(map(ExampleRow.of, some)) for which, some in record["examples"].items()},
        )

    def record(self) -> dict:
        return self.place._asdict() | {
            "label": self.label,
            "group": self.group,
            "roles": list(self.roles),
            "scores": {name: score.record() for name, score in self.scores.items()},
            "offsets": list(self.offsets),
            "examples": {which: [one.record() for one in some] for which, some in self.examples.items()},
        }


@dataclass(frozen=True)
class Heads:
    """All heads of a model, and how they were measured. rows: none for a model without attention; then note says so.

    picked_on, reported_on: sentences; kind: of what kind they are. processor_s is what it takes where nothing else runs.
    """

    model: str
    picked_on: int
    reported_on: int
    kind: str
    hardware: str
    latency_s: float
    processor_s: float
    rows: tuple[HeadRow, ...]
    note: str = ""

    @classmethod
    def of(cls, record: dict) -> "Heads":
        return cls(
            model=record["model"],
            **record["sentences"],
            hardware=record["hardware"],
            latency_s=record["seconds"],
            processor_s=record["processor_seconds"],
            rows=tuple(map(HeadRow.of, record["heads"])),
            note=record.get("note", ""),
        )

    def record(self) -> dict:
        return {
            "model": self.model,
            "sentences": {name: getattr(self, name) for name in ("picked_on", "reported_on", "kind")},
            "hardware": self.hardware,
            "seconds": self.latency_s,
            "processor_seconds": self.processor_s,
            "heads": [row.record() for row in self.rows],
            **({"note": self.note} if self.note else {}),
        }
