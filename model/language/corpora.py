"""Sets of sentence pairs in several languages, as a recipe (training/sets.toml) names them.

Worth knowing: an English sentence that any set holds out is trained on in none, whatever it is translated to. So a
sentence of the test can come in by no side door.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from model.language import tatoeba
from model.language.tatoeba import Corpus, split_key
from model.language.tokenizer import STARTS

LICENCES = ("SOURCE.md", "LICENSE", "LICENSE.txt", "LICENCE")  # one of them must stand beside a set's file
LONGEST = 60  # words on a side of a pair; longer ones are lists and paragraphs


@dataclass(frozen=True)
class PairSet:
    """One set: where its pairs are from, and what of them is trained on and held out."""

    name: str
    language: str  # of the second column: "fr" or "bn"
    corpus: Corpus
    sha256: str  # of the file
    weight: float = 1.0  # how often a pair is read in an epoch
    attribution: str = ""

    def about(self) -> dict:
        """What a card says of it: never a sentence."""
        shown = ("name", "language", "weight", "sha256", "attribution")
        return {name: getattr(self, name) for name in shown} | {"pairs": len(self.corpus.training)}


def read_set(folder: Path, name: str, file: str, language: str, weight: float, **options) -> PairSet:
    """One [[set]] of a recipe. options: attribution, least_score; validation and test, where it holds sentences out.

    Raises ValueError, naming the set, if its licence is not there, its file cannot be read, or most lines are bad.
    """
    path = folder / file
    if language not in STARTS:
        raise ValueError(f"the set {name} is in “{language}”; there are {', '.join(STARTS)}")
    if not path.exists():
        raise ValueError(f"the set {name} has no file {path}")
    if not any((path.parent / licence).exists() for licence in LICENCES):
        raise ValueError(f"the set {name} comes without its licence: put {' or '.join(LICENCES[:2])} beside {path}")
    attribution = options.pop("attribution")
    try:
        if "test" in options:
            corpus = tatoeba.load(path, **options)
            good = len(corpus.training)
        else:
            pairs, bad_lines = tatoeba.good_pairs(path, **options)
            corpus, good = Corpus(tuple(dict.fromkeys(pairs)), (), (), bad_lines), len(pairs)
    except (ValueError, OSError) as error:
        raise ValueError(f"the set {name} cannot be read: {error}") from None
    if corpus.bad_lines > good:
        raise ValueError(
            f"the set {name} has {corpus.bad_lines} bad lines of {corpus.bad_lines + good}: is it UTF-8 with tabs?"
        )
    return PairSet(name, language, corpus, hashlib.sha256(path.read_bytes()).hexdigest(), weight, attribution)


def read_recipe(recipe: Path, folder: Path) -> tuple[PairSet, ...]:
    """All sets that a recipe names, none with a sentence that one of them holds out. Raises ValueError as read_set does."""
    with open(recipe, "rb") as file:
        sets = [read_set(folder, **one) for one in tomllib.load(file)["set"]]
    held_out = {
        split_key(english) for one in sets for part in (one.corpus.validation, one.corpus.test) for english, _ in part
    }
    return tuple(without(one, held_out) for one in sets)


def without(one: PairSet, held_out: set[str]) -> PairSet:
    """The set less the pairs whose English is held out, and less those too long to train on."""
    kept = tuple(
        (english, other)
        for english, other in one.corpus.training
        if split_key(english) not in held_out and max(len(english.split()), len(other.split())) <= LONGEST
    )
    corpus = Corpus(kept, one.corpus.validation, one.corpus.test, one.corpus.bad_lines)
    return PairSet(one.name, one.language, corpus, one.sha256, one.weight, one.attribution)


def single(path: Path) -> PairSet:
    """A file of English-French pairs on its own, split as it always was."""
    return PairSet(Path(path).stem, "fr", tatoeba.load(path), hashlib.sha256(Path(path).read_bytes()).hexdigest())
