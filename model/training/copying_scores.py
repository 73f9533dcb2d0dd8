"""Whether names and numbers that were never in training come through a translation as they stand.

Worth knowing: a name counts as never seen when its sub-words, in their order, occur in no training source: neither in the
sets nor in the lists from which the generator takes names. One that training holds would measure memory, not copying.
"""

import hashlib
import re
from collections import Counter
from pathlib import Path

import numpy as np

from model.language import names as generator
from model.language.corpora import PairSet
from model.language.tokenizer import Tokenizer, normalise
from model.reading.measures import clustered_wilson, wilson
from model.reading.readers.own import Translator
from model.reading.run import BEAMS
from model.training.quality import by_kind, read_table

NAMES = 200  # held-out names, at the most
FRAMES_A_NAME = 2  # sentences a name stands in
SLOT = "{name}"
SPACED = re.compile(r"(?<=\d)[ .,](?=\d{3}(?!\d))")  # between groups of three digits: 12 500, 12,500


def listed_names() -> list[str]:
    """Every name the generator of training sentences has in its lists."""
    groups = [generator.first_names(gender) for gender in ("m", "f", "any")]
    groups += [generator.surnames(), generator.cities()]
    return [name.text for group in groups for name in group]


class Sources:
    """All training sources as sub-words, to look up whether a sequence of sub-words occurs in one."""

    def __init__(self, tokenizer: Tokenizer, sources):
        self.tokenizer = tokenizer
        # A character a sub-word: looking for a sequence is then looking for a string, done in C.
        self.text = "\n".join(self.coded(list(dict.fromkeys(sources))))

    def coded(self, texts: list[str]) -> list[str]:
        """Ids begin behind all surrogates and signs of the text itself."""
        return ["".join(chr(0x10000 + i) for i in ids) for ids in self.tokenizer.ids_of_many(texts)]

    @classmethod
    def of(cls, tokenizer: Tokenizer, sets: tuple[PairSet, ...]) -> "Sources":
        return cls(tokenizer, [*(e for one in sets for e, _ in one.corpus.training), *listed_names()])

    def hold(self, texts: list[str]) -> list[bool]:
        """For each text whether its sub-words, with the space before it, stand in a row in some source."""
        return [coded in self.text for coded in self.coded(texts)]


def never_seen(path: Path, sources: Sources) -> tuple[list[tuple[str, str]], int]:
    """(name, kind) of up to NAMES names that no source holds, of all kinds alike; and how many of the file one does hold."""
    rows = read_table(path, "name", "kind")
    held = sources.hold([row["name"] for row in rows])
    kept = [(row["name"], row["kind"]) for row, known in zip(rows, held, strict=True) if not known]
    kept.sort(key=lambda one: hashlib.sha256(one[0].encode()).digest())  # the file's order may be by kind
    return kept[:NAMES], sum(held)


def framed(names: list[tuple[str, str]], frames: list[str]) -> list[tuple[int, str]]:
    """(index of the name, sentence): each name in FRAMES_A_NAME different frames, all frames as often as can be."""
    count, result = len(frames), []
    for i, (name, _) in enumerate(names):
        step = 1 + i // count % max(count - 1, 1)  # names that share their first frame differ in the second
        result += [(i, frames[(i + k * step) % count].replace(SLOT, name)) for k in range(min(FRAMES_A_NAME, count))]
    return result


def is_copied(name: str, translation: str) -> bool:
    """Whether the name stands in the translation letter for letter, as whole words."""
    return re.search(rf"(?<!\w){re.escape(normalise(name))}(?!\w)", normalise(translation)) is not None


def name_scores(
    translator: Translator, folder: Path, sources: Sources, beams: int = BEAMS, language: str = "fr"
) -> dict:
    """copied: share of sentences with the name in the translation; interval: 95 %, names drawn, not sentences.

    folder: of names.tsv and name_frames.tsv. with_shared_subwords: names of the file left out because training holds them.
    """
    names, shared = never_seen(folder / "names.tsv", sources)
    if not names:
        raise ValueError(f"training holds every name of {folder / 'names.tsv'}")
    frames = [row["english"] for row in read_table(folder / "name_frames.tsv", "english")]
    if not all(SLOT in frame for frame in frames):
        raise ValueError(f"{folder / 'name_frames.tsv'} has a frame without {SLOT}")
    asked = framed(names, frames)
    written = translator.translate_many([sentence for _, sentence in asked], beams, language=language)
    right = np.array([is_copied(names[i][0], text) for (i, _), text in zip(asked, written, strict=True)])
    low, high = clustered_wilson(right[:, None], np.array([i for i, _ in asked]))
    return {
        "n": len(asked),
        "names": len(names),
        "with_shared_subwords": shared,
        "frames": len(frames),
        "copied": float(right.mean()),
        "interval": [float(low[0]), float(high[0])],
        "by_kind": by_kind([names[i][1] for i, _ in asked], right),
    }


def digit_groups(text: str) -> Counter:
    """The numbers of a text, digit by digit; Bengali digits as ours, groups of three joined."""
    latin = "".join(str(int(c)) if c.isdecimal() else c for c in normalise(text))
    return Counter(re.findall(r"\d+", SPACED.sub("", latin)))


def numbers_kept(wanted: str, translation: str) -> bool:
    """Whether every digit group, separated by spaces in wanted, stands in the translation as often."""
    apart = Counter(re.findall(r"\d+", normalise(translation)))
    return not Counter(wanted.split()) - apart or not digit_groups(wanted) - digit_groups(translation)


def number_scores(translator: Translator, folder: Path, beams: int = BEAMS) -> dict:
    """copied: share of the sentences of numbers.tsv whose translation holds every digit group that its row names."""
    rows = read_table(folder / "numbers.tsv", "english", "number")
    written = translator.translate_many([row["english"] for row in rows], beams)
    right = [numbers_kept(row["number"], text) for row, text in zip(rows, written, strict=True)]
    return {"n": len(rows), "copied": sum(right) / len(rows), "interval": wilson(sum(right), len(rows))}
