"""English-French sentence pairs from a Tatoeba file, cleaned and split.

Worth knowing: one English sentence stands on many lines, each with another translation. The split is by English sentence,
and by a key that ignores case and punctuation, so that "Run!" cannot be in training while "Run." is in the test.
"""

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


def load(path: Path) -> Corpus:
    """Reads a tab-separated file: English, French, and any further columns, which are ignored.

    Raises ValueError if there are too few good lines to hold any sentence out.
    """
    references: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    bad_lines = 0
    for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
        columns = [normalise(column) for column in line.split("\t")[:2]]
        if len(columns) < 2 or not all(map(split_key, columns)) or "\ufffd" in line:
            bad_lines += 1
            continue
        english, french = columns
        references[split_key(english)][english].append(french)
    ranked = sorted(references, key=lambda key: hashlib.sha256(key.encode()).digest())
    if len(ranked) < 10:
        raise ValueError(f"{path} holds {len(ranked)} usable English sentences and {bad_lines} bad lines; need 10")
    held_out = min(HELD_OUT, len(ranked) // 10)
    return Corpus(
        training=tuple(
            (english, french)
            for key in ranked[2 * held_out :]
            for english, translations in references[key].items()
            for french in translations
        ),
        validation=tuple(with_references(references, ranked[held_out : 2 * held_out])),
        test=tuple(with_references(references, ranked[:held_out])),
        bad_lines=bad_lines,
    )


def with_references(references: dict, keys: list[str]):
    """One English sentence a key, the first spelling in the file, with the translations of all its spellings."""
    for key in keys:
        yield next(iter(references[key])), tuple(f for french in references[key].values() for f in french)
