"""Sentence pairs from a tab-separated file such as Tatoeba's, cleaned and split.

Worth knowing: one English sentence stands on many lines, each with another translation. The split is by English sentence,
and by a key that ignores case and punctuation, so that "Run!" cannot be in training while "Run." is in the test.
"""

import gzip
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from model.language.tokenizer import normalise

HELD_OUT = 1000  # English sentences in the validation split, and as many in the test split


@dataclass(frozen=True)
class Corpus:
    """Sentence pairs by split. Each held-out English sentence comes with all its references."""

    training: tuple[tuple[str, str], ...]
    validation: tuple[tuple[str, tuple[str, ...]], ...]
    test: tuple[tuple[str, tuple[str, ...]], ...]
    bad_lines: int  # lines left out because they do not hold two columns of text


def split_key(sentence: str) -> str:
    return "".join(character for character in sentence.casefold() if character.isalnum())


def text_of(path: Path) -> str:
    """A file's text, unpacked where its name ends in .gz; what is not UTF-8 becomes U+FFFD."""
    data = Path(path).read_bytes()
    return (gzip.decompress(data) if Path(path).suffix == ".gz" else data).decode("utf-8", errors="replace")


def good_pairs(path: Path, least_score: float | None = None) -> tuple[list[tuple[str, str]], int]:
    """The pairs of a file (English, other language, and further columns), and how many lines were bad.

    least_score: pairs whose fourth column is a smaller number are left out, and do not count as bad.
    """
    pairs, bad_lines = [], 0
    for line in text_of(path).splitlines():
        columns = line.split("\t")
        english, other = (normalise(column) for column in (*columns, "", "")[:2])
        if not split_key(english) or not split_key(other) or "\ufffd" in line:
            bad_lines += 1
        elif least_score is None or score_of(columns) >= least_score:
            pairs.append((english, other))
    return pairs, bad_lines


def score_of(columns: list[str]) -> float:
    """The fourth column as a number. Raises ValueError if there is none."""
    try:
        return float(columns[3])
    except (IndexError, ValueError):
        raise ValueError(f"the fourth column must be a score; got the columns {columns}") from None


def load(path: Path, *, validation: int | None = None, test: int | None = None) -> Corpus:
    """Reads a file of pairs, its further columns ignored, and holds English sentences out.

    validation, test: how many; where nothing is said HELD_OUT each, a tenth of the file at the most.
    Raises ValueError if there are too few good lines to hold any sentence out.
    """
    pairs, bad_lines = good_pairs(path)
    references: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for english, other in pairs:
        references[split_key(english)][english].append(other)
    ranked = sorted(references, key=lambda key: hashlib.sha256(key.encode()).digest())
    if len(ranked) < 10:
        raise ValueError(f"{path} holds {len(ranked)} usable English sentences and {bad_lines} bad lines; need 10")
    most = min(HELD_OUT, len(ranked) // 10)
    test, validation = (most if count is None else count for count in (test, validation))
    if test + validation > len(ranked) // 2:
        raise ValueError(
            f"{path} holds {len(ranked)} English sentences; {test} + {validation} are too many to hold out"
        )
    return Corpus(
        training=tuple(
            (english, other)
            for key in ranked[test + validation :]
            for english, translations in references[key].items()
            for other in translations
        ),
        validation=tuple(with_references(references, ranked[test : test + validation])),
        test=tuple(with_references(references, ranked[:test])),
        bad_lines=bad_lines,
    )


def with_references(references: dict, keys: list[str]):
    """One English sentence a key, the first spelling in the file, with the translations of all its spellings."""
    for key in keys:
        yield next(iter(references[key])), tuple(o for others in references[key].values() for o in others)
