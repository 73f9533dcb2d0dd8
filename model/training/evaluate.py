"""How good a model is: BLEU on held-out Tatoeba, pronouns on any file of sentences, copying, Bengali, and its doubts.

    python -m model.training.evaluate translation --pairs fra.txt --json      # --by-length: BLEU against sentence length
    python -m model.training.evaluate pronouns --file F.tsv --json
    python -m model.training.evaluate card --pairs fra.txt --handwritten tests/data/handwritten.tsv
    python -m model.training.evaluate card --data FOLDER --tests tests/data --handwritten tests/data/handwritten.tsv
    python -m model.training.evaluate doubt --data FOLDER           # when the app warns, and what the warning is worth

Worth knowing: a head is picked on generated validation sentences and only then looked at on the file. The best of 32 heads
on the file itself would look good by luck.
"""

import argparse
import csv
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from model.language import copying, corpora, pronouns, tatoeba
from model.language.corpora import PairSet
from model.language.it import of_it
from model.language.tokenizer import NONE
from model.reading.doubt import SEEN, write_seen
from model.reading.loading import load
from model.reading.measures import wilson
from model.reading.place import label
from model.reading.reader import CheckpointError
from model.reading.readers.own import Translator
from model.reading.recorded import CHECKPOINTS
from model.reading.run import BEAMS, Axis
from model.training.copying_scores import Sources, name_scores, number_scores
from model.training.doubt_scores import cases, doubt_scores, never_drawn, outcomes, training_vocabulary
from model.training.quality import scores_by_length, translation_scores
from model.training.written_scores import bengali_scores, visitor_scores

SETS = Path(__file__).parent / "sets.toml"
COLUMNS = ("sentence", "antecedent", "distractor", "pronoun")
VALIDATION_PAIRS = 300  # on which the best head is picked


@dataclass(frozen=True)
class Row:
    """One sentence to score. pronoun: "il" or "elle"; antecedent and distractor: words of the sentence."""

    sentence: str
    antecedent: str
    distractor: str
    pronoun: str


def pronoun_of(sentence: str, translation: str) -> str:
    """The il or elle of the clause that translates "it" (see of_it); "" if there is none. "il y a" is no pronoun for anything."""
    french = re.sub(r"\bil n?'?y (a|avait|aura|eut)\b", " ", translation.lower().replace("-t-", " "))
    return of_it(sentence, re.findall(r"(?:\b|(?<='))(il|elle)\b", french)) or ""


def read_rows(path: Path) -> tuple[list[Row], int]:
    """The rows of a tab-separated file with the columns sentence, antecedent, distractor, pronoun; and how many were bad.

    A row is bad if a column is empty, the pronoun is not il or elle, or a word is not in the sentence; with it goes the
    other member of its pair. Raises ValueError if a column is missing or no row is left.
    """
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path} has no column {', '.join(sorted(missing))}")
        rows = [Row(*((line[name] or "").strip() for name in COLUMNS)) for line in reader]
    kept = [row for i in range(0, len(rows), 2) if all(map(usable, rows[i : i + 2])) for row in rows[i : i + 2]]
    if not kept:
        raise ValueError(f"{path} holds no usable row")
    return kept, len(rows) - len(kept)


def usable(row: Row) -> bool:
    words = re.findall(r"[\w-]+", row.sentence.lower())
    return (
        row.pronoun in ("il", "elle")
        and head_noun(row.antecedent) in words
        and head_noun(row.distractor) in words
        and "it" in words
    )


def head_noun(phrase: str) -> str:
    """The last word: in "washing machine" the noun that carries the meaning is "machine"."""
    return phrase.lower().split()[-1]


def generated_rows(split: str, pairs: int, seed: int, version: int = 1) -> list[Row]:
    """Sentences of minimal pairs, one pair after the other. version: of the generator."""
    return [
        Row(example.source, example.antecedent, example.distractor, example.pronoun)
        for pair in pronouns.minimal_pairs(split, seed, pairs, version=version)
        for example in pair
    ]


@torch.inference_mode()
def it_rows(translator: Translator, rows: list[Row]) -> tuple[np.ndarray | None, np.ndarray]:
    """What the encoder does at "it", sentence by sentence.

    Returns (sentence, layer, head, 2): the weight of the "it" row on the antecedent and on the distractor, each summed over
    the word's tokens, or None for an encoder without attention; and (sentence,): whether the model names the antecedent.
    """
    weights, named = [], []
    for row in rows:
        axis, record = translator.source_axis(row.sentence), []
        memory = translator.network.encode(
            torch.tensor([[token.id for token in axis.tokens]], device=translator.device), record=record
        )
        it = next(i for i, token in enumerate(axis.tokens) if token.id in translator.it_ids)
        columns = [axis.tokens_of(word_index(axis, noun)) for noun in (row.antecedent, row.distractor)]
        if record:
            rows_of_it = torch.stack([layer.weights[0, :, it] for layer in record]).cpu().numpy()  # (layer, head, key)
            weights.append(np.stack([rows_of_it[..., tokens].sum(-1) for tokens in columns], axis=-1))
        answer = int(translator.network.antecedent_logits(memory[0, it]).argmax())
        named.append(answer != NONE and answer == axis.tokens[columns[0][0]].id)
    return np.stack(weights) if weights else None, np.array(named)


def word_index(axis: Axis, noun: str) -> int:
    return next(i for i, word in enumerate(axis.words) if word.text.lower() == head_noun(noun))


def preferences(weights: np.ndarray) -> np.ndarray:
    """(sentence, layer, head, 2) to (sentence, layer, head): whether the antecedent gets more than the distractor."""
    return weights[..., 0] > weights[..., 1]


def flips(preferred: np.ndarray) -> np.ndarray:
    """(sentence, ...) to (pair, ...): whether the antecedent is preferred in both members of a pair."""
    even = len(preferred) // 2 * 2
    return preferred[0:even:2] & preferred[1:even:2]


def pick_head(translator: Translator, pairs: int = VALIDATION_PAIRS, version: int = 1) -> tuple[int, int] | None:
    """(layer, head), from 0: the encoder head that most often prefers the antecedent in both members of a pair.

    None for an encoder without attention.
    """
    weights, _ = it_rows(translator, generated_rows("validation", pairs, seed=1, version=version))
    if weights is None:
        return None
    # Between heads that flip equally often, the one that puts more weight on the antecedent.
    score = flips(preferences(weights)).mean(0) + 1e-3 * weights[..., 0].mean(0)
    return tuple(int(i) for i in np.unravel_index(score.argmax(), score.shape))


def nearest_noun_baseline(rows: list[Row]) -> float:
    """How often the noun that stands nearest to "it" is the antecedent."""
    right = 0
    for row in rows:
        words = re.findall(r"[\w-]+", row.sentence.lower())
        it = words.index("it")
        near, far = (
            min(abs(i - it) for i, word in enumerate(words) if word == head_noun(noun))
            for noun in (row.antecedent, row.distractor)
        )
        right += near < far
    return right / len(rows)


def pronoun_scores(translator: Translator, rows: list[Row], head: tuple[int, int] | None, beams: int = BEAMS) -> dict:
    """All shares in [0, 1]; consecutive rows form a pair. interval: Wilson 95 % of pronoun_accuracy, and of flip_rate.

    best_head is there where a head is given.
    """
    translations = translator.translate_many([row.sentence for row in rows], beams)
    right = np.array([pronoun_of(row.sentence, t) == row.pronoun for row, t in zip(rows, translations, strict=True)])
    weights, named = it_rows(translator, rows)
    scores = {
        "n": len(rows),
        "pronoun_accuracy": float(right.mean()),
        "interval": wilson(int(right.sum()), len(right)),
        "pair_accuracy": float(flips(right).mean()),
        "antecedent_accuracy": float(named.mean()),
    }
    return scores | ({"best_head": head_scores(preferences(weights)[:, *head], head, rows)} if head else {})


def head_scores(preferred: np.ndarray, head: tuple[int, int], rows: list[Row]) -> dict:
    """preferred: (sentence,), whether this head prefers the antecedent there."""
    flipped = flips(preferred)
    return {
        "layer": head[0],
        "head": head[1],
        "label": label(*head),
        "prefers_antecedent": float(preferred.mean()),
        "flip_rate": float(flipped.mean()),
        "interval": wilson(int(flipped.sum()), len(flipped)),
        "nearest_noun_baseline": nearest_noun_baseline(rows),
    }


# --- the commands ---


def checkpoint_of(name: str) -> Path:
    """The folder of a checkpoint: a shipped one by its name, any other by its folder."""
    return Path(name) if (Path(name) / "card.json").exists() else CHECKPOINTS / name


def loaded(name: str) -> Translator:
    """Sentences are read in batches here, with all threads."""
    folder = checkpoint_of(name)
    return load(folder.name, folder, alone=False)


def read_card(name: str) -> dict:
    return json.loads((checkpoint_of(name) / "card.json").read_text(encoding="utf-8"))


def write_scores(name: str, scores: dict) -> None:
    """Into the card, beside the scores that were not measured anew."""
    card = read_card(name)
    card["scores"] = card.get("scores", {}) | scores
    text = json.dumps(card, indent=1, ensure_ascii=False) + "\n"
    (checkpoint_of(name) / "card.json").write_text(text, encoding="utf-8")


def generator_of(card: dict) -> int:
    """The version of the pronoun sentences that a model was trained on."""
    return card.get("training", {}).get("mixture", {}).get("generator", 1)


def read_sets(arguments: argparse.Namespace) -> tuple[PairSet, ...]:
    if arguments.pairs:
        return (corpora.single(arguments.pairs),)
    return corpora.read_recipe(arguments.sets, arguments.data)


def french_held_out(sets: tuple[PairSet, ...]) -> tatoeba.Corpus:
    """The corpus whose test sentences BLEU is measured on: the first French set that holds some out."""
    for one in sets:
        if one.language == "fr" and one.corpus.test:
            return one.corpus
    raise ValueError("no French set holds test sentences out")


def measure_card(arguments: argparse.Namespace) -> dict:
    """All sections that the sets and the folder of test files allow, or those asked for."""
    translator, version = loaded(arguments.model), generator_of(read_card(arguments.model))
    sets, beams, tests, only = read_sets(arguments), arguments.beams, arguments.tests, arguments.only
    corpus, best = french_held_out(sets), cache(lambda: pick_head(translator, version=version))
    rows = cache(lambda: generated_rows("test", arguments.count, seed=3, version=version))
    against = loaded(arguments.against) if arguments.against else None
    sections = {
        "translation": lambda: translation_scores(translator, corpus.test, beams),
        "by_length": lambda: scores_by_length(translator, corpus.test + corpus.validation, beams),
        "pronouns": lambda: {"generator": version} | pronoun_scores(translator, rows(), best(), beams),
        "handwritten": lambda: pronoun_scores(translator, read_rows(arguments.handwritten)[0], best(), beams),
    }
    if tests:
        sources = cache(lambda: Sources.of(translator.tokenizer, sets))
        sections |= {
            "names": lambda: name_scores(translator, tests, sources(), beams),
            "numbers": lambda: number_scores(translator, tests, beams),
            "visitors": lambda: visitor_scores(translator, tests, beams, against),
        }
    if "bn" in translator.tokenizer.starts and any(one.language == "bn" and one.corpus.test for one in sets):
        sections["bengali"] = lambda: bengali_scores(translator, sets, tests, beams)
    if unknown := set(only or ()) - set(sections):
        raise ValueError(f"{', '.join(sorted(unknown))} cannot be measured here; there are {', '.join(sections)}")
    scores = {name: measure() for name, measure in sections.items() if not only or name in only}
    write_scores(arguments.model, scores)
    return scores


def measure_doubt(arguments: argparse.Namespace) -> dict:
    """The warning's threshold and worth, into the card; and the training vocabulary beside it."""
    translator, folder = loaded(arguments.model), checkpoint_of(arguments.model)
    sets, card = read_sets(arguments), read_card(arguments.model)
    version = generator_of(card)
    sources = [english for one in sets for english, _ in one.corpus.training] + generated_sources(version)
    seen = frozenset(training_vocabulary(translator.tokenizer.words, sources))
    halves = cases(sets, never_drawn(sets, translator.tokenizer, card), version)
    scores = doubt_scores(*(outcomes(translator, half, seen, arguments.beams) for half in halves))
    weights = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    write_seen(seen, folder / SEEN, weights)
    scores["vocabulary"] = {"words": len(seen), "bytes": (folder / SEEN).stat().st_size}
    write_scores(arguments.model, {"doubt": scores})
    return scores


def generated_sources(version: int, count: int = 10_000) -> list[str]:
    """What the generators of a model's training write in English; version 1 came without names and numbers to copy."""
    made = [example.source for example in pronouns.examples("training", 0, count, version=version)]
    return made if version == 1 else made + [english for english, _ in copying.sentences("fr", 0, count)]


def measure_translation(arguments: argparse.Namespace) -> dict:
    translator, corpus = loaded(arguments.model), french_held_out(read_sets(arguments))
    if arguments.by_length:
        return scores_by_length(translator, corpus.test + corpus.validation, arguments.beams)
    return translation_scores(translator, getattr(corpus, arguments.split), arguments.beams)


def measure_pronouns(arguments: argparse.Namespace) -> dict:
    translator, version = loaded(arguments.model), generator_of(read_card(arguments.model))
    rows, bad = read_rows(arguments.file) if arguments.file else (None, 0)
    rows = rows or generated_rows("test", arguments.count, seed=3, version=version)
    scores = pronoun_scores(translator, rows, pick_head(translator, version=version), arguments.beams)
    return scores | ({"bad_lines": bad} if bad else {})


MEASURES = {
    "translation": measure_translation,
    "pronouns": measure_pronouns,
    "card": measure_card,
    "doubt": measure_doubt,
}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    translation = commands.add_parser("translation", help="BLEU on the sentences that the split holds out")
    translation.add_argument("--split", choices=("test", "validation"), default="test")
    translation.add_argument("--by-length", action="store_true", help="both held-out splits, by number of words")
    about_it = commands.add_parser("pronouns", help="pronouns of a file, or of the generated test split")
    about_it.add_argument("--file", type=Path, help="columns sentence, antecedent, distractor, pronoun")
    card = commands.add_parser("card", help="all of it, written into the checkpoint's card")
    card.add_argument("--handwritten", type=Path, required=True, help="sentences nobody generated")
    card.add_argument("--tests", type=Path, help="folder of names.tsv, name_frames.tsv, numbers.tsv, visitors.tsv")
    card.add_argument("--against", help="another checkpoint, or its folder, whose scores stand beside")
    card.add_argument("--only", type=lambda names: names.split(","), help="sections, with commas; the others stay")
    doubt = commands.add_parser("doubt", help="the warning's threshold and worth, into the card; and the words seen")
    for command in (about_it, card):
        command.add_argument("--count", type=int, default=1000, help="pairs to generate")
    for command in (translation, card, doubt):
        data = command.add_mutually_exclusive_group(required=True)
        data.add_argument("--pairs", type=Path, help="one tab-separated file: English, French")
        data.add_argument("--data", type=Path, help="a folder with the files that the recipe names")
        command.add_argument("--sets", type=Path, default=SETS, help="recipe of the sets (with --data)")
    for command in (translation, about_it, card, doubt):
        command.add_argument("--model", default="transformer", help="a checkpoint's name, or its folder")
        command.add_argument("--beams", type=int, default=BEAMS)
        command.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> None:
    arguments = parsed()
    try:
        scores = MEASURES[arguments.command](arguments)
    except (CheckpointError, ValueError, OSError) as error:
        raise SystemExit(f"cannot evaluate: {error}") from None
    text = json.dumps(scores, indent=1, ensure_ascii=False)
    print(text if arguments.json else "\n".join(f"{k}: {v}" for k, v in scores.items()))


if __name__ == "__main__":
    main()
