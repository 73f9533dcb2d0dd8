"""How good a model is: BLEU on held-out Tatoeba, and pronouns on any file of sentences.

    python -m model.training.evaluate translation --pairs fra.txt --json      # --by-length: BLEU against sentence length
    python -m model.training.evaluate pronouns --file F.tsv --json
    python -m model.training.evaluate card --pairs fra.txt --handwritten tests/data/handwritten.tsv

Worth knowing: a head is picked on generated validation sentences and only then looked at on the file. The best of 32 heads
on the file itself would look good by luck.
"""

import argparse
import csv
import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import sacrebleu
import torch

from model.language import tatoeba
from model.language.it import of_it
from model.language.pronouns import minimal_pairs
from model.language.tokenizer import NONE
from model.reading.measures import wilson
from model.reading.place import label
from model.reading.recorded import CHECKPOINTS
from model.reading.run import Axis
from model.reading.translate import BEAMS, CheckpointError, Translator

COLUMNS = ("sentence", "antecedent", "distractor", "pronoun")
VALIDATION_PAIRS = 300  # on which the best head is picked
BUCKETS = (1, 5, 7, 9, 12)  # words with which a bucket begins; Tatoeba's sentences are short
JOINED = (1, 2, 3, 4)  # held-out sentences read as one text


@dataclass(frozen=True)
class Row:
    """One sentence to score. pronoun: "il" or "elle"; antecedent and distractor: words of the sentence."""

    sentence: str
    antecedent: str
    distractor: str
    pronoun: str


def bleu(hypotheses: list[str], references: list[tuple[str, ...]]) -> float:
    """Corpus BLEU in [0, 100] (sacrebleu), each sentence against all its references."""
    return sacrebleu.corpus_bleu(hypotheses, reference_streams(references)).score


def reference_streams(references: list[tuple[str, ...]]) -> list[list[str | None]]:
    """References as sacrebleu wants them: a list of first ones, a list of second ones with None where there is none, …"""
    most = max(map(len, references))
    return [[refs[i] if i < len(refs) else None for refs in references] for i in range(most)]


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
        for pair in minimal_pairs(split, seed, pairs, version=version)
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


def buckets_by_length(held_out) -> list[tuple[tuple[int, int | None], list]]:
    """Sentences by their number of words: ((fewest, most), sentences); most is None in the last one."""
    ends = [(first, after - 1) for first, after in pairwise(BUCKETS)] + [(BUCKETS[-1], None)]
    words = [len(english.split()) for english, _ in held_out]
    return [
        ((low, high), [pair for pair, n in zip(held_out, words, strict=True) if low <= n and (not high or n <= high)])
        for low, high in ends
    ]


def joined(held_out, count: int) -> list:
    """Texts of `count` held-out sentences in a row, each with the first translation: longer than any training sentence."""
    groups = [held_out[i : i + count] for i in range(0, len(held_out) - count + 1, count)]
    return [
        (" ".join(english for english, _ in group), (" ".join(references[0] for _, references in group),))
        for group in groups
    ]


def scores_by_length(translator: Translator, held_out, beams: int = BEAMS) -> dict:
    """BLEU against length, each with a bootstrap 95 % interval (1,000 resamples).

    buckets: sentences by their number of words, all references; joined: 1 to 4 sentences read as one text, one reference.
    """
    known: dict[str, str] = {}  # a sentence read alone is in a bucket too, and need not be translated twice
    buckets = [
        {"words": words, **bleu_with_interval(translator, inside, beams, known)}
        for words, inside in buckets_by_length(held_out)
        if len(inside) > 1
    ]
    texts = {count: joined(held_out, count) for count in JOINED}
    return {
        "buckets": buckets,
        "joined": [
            {
                "sentences": count,
                "mean_words": float(np.mean([len(english.split()) for english, _ in inside])),
                **bleu_with_interval(translator, inside, beams, known),
            }
            for count, inside in texts.items()
            if len(inside) > 1
        ],
    }


def bleu_with_interval(translator: Translator, held_out, beams: int, known: dict[str, str]) -> dict:
    """n, BLEU in [0, 100] and its bootstrap interval. known: translations by text, of which those made here become part."""
    new = [english for english, _ in held_out if english not in known]
    known.update(zip(new, translator.translate_many(new, beams), strict=True))
    translations = [known[english] for english, _ in held_out]
    references = [references for _, references in held_out]
    interval = bootstrap_bleu(translations, references)
    return {"n": len(held_out), "bleu": bleu(translations, references), "interval": interval}


def bootstrap_bleu(hypotheses: list[str], references: list[tuple[str, ...]], resamples: int = 1000) -> list[float]:
    """The 95 % interval of corpus BLEU over resamples of the sentences (Koehn 2004)."""
    metric = sacrebleu.BLEU()
    single = [
        metric.corpus_score([hypothesis], reference_streams([refs]))
        for hypothesis, refs in zip(hypotheses, references, strict=True)
    ]
    counts = np.array([[*score.counts, *score.totals, score.sys_len, score.ref_len] for score in single])
    draws = np.random.default_rng(0).integers(len(counts), size=(resamples, len(counts)))
    sums = [counts[draw].sum(0).tolist() for draw in draws]
    scores = [sacrebleu.BLEU.compute_bleu(s[:4], s[4:8], s[8], s[9], smooth_method="exp").score for s in sums]
    return np.percentile(scores, [2.5, 97.5]).tolist()


def translation_scores(translator: Translator, held_out, beams: int = BEAMS) -> dict:
    translations = translator.translate_many([english for english, _ in held_out], beams)
    return {"n": len(held_out), "bleu": bleu(translations, [references for _, references in held_out])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    translation = commands.add_parser("translation", help="BLEU on the sentences that the split holds out")
    translation.add_argument("--pairs", type=Path, required=True)
    translation.add_argument("--split", choices=("test", "validation"), default="test")
    translation.add_argument("--by-length", action="store_true", help="both held-out splits, by number of words")
    pronouns = commands.add_parser("pronouns", help="pronouns of a file, or of the generated test split")
    pronouns.add_argument("--file", type=Path, help="columns sentence, antecedent, distractor, pronoun")
    pronouns.add_argument("--count", type=int, default=1000, help="pairs to generate where no file is given")
    card = commands.add_parser("card", help="all of it, written into the checkpoint's card")
    card.add_argument("--pairs", type=Path, required=True)
    card.add_argument("--count", type=int, default=1000, help="pairs to generate")
    card.add_argument("--handwritten", type=Path, required=True, help="sentences nobody generated")
    for command in (translation, pronouns, card):
        command.add_argument("--model", default="transformer")
        command.add_argument("--beams", type=int, default=BEAMS)
        command.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        scores = evaluate(arguments)
    except (CheckpointError, ValueError, OSError) as error:
        raise SystemExit(f"cannot evaluate: {error}") from None
    print(json.dumps(scores, indent=1) if arguments.json else "\n".join(f"{k}: {v}" for k, v in scores.items()))


def evaluate(arguments: argparse.Namespace) -> dict:
    translator = Translator.load(arguments.model)
    if arguments.command == "translation":
        corpus = tatoeba.load(arguments.pairs)
        if arguments.by_length:
            return scores_by_length(translator, corpus.test + corpus.validation, arguments.beams)
        return translation_scores(translator, getattr(corpus, arguments.split), arguments.beams)
    head = pick_head(translator)
    generated = generated_rows("test", arguments.count, seed=3)
    if arguments.command == "card":
        corpus = tatoeba.load(arguments.pairs)
        scores = {
            "translation": translation_scores(translator, corpus.test, arguments.beams),
            "by_length": scores_by_length(translator, corpus.test + corpus.validation, arguments.beams),
            "pronouns": pronoun_scores(translator, generated, head, arguments.beams),
            "handwritten": pronoun_scores(translator, read_rows(arguments.handwritten)[0], head, arguments.beams),
        }
        file = CHECKPOINTS / arguments.model / "card.json"
        card = json.loads(file.read_text(encoding="utf-8")) | {"scores": scores}
        file.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return scores
    rows, bad = read_rows(arguments.file) if arguments.file else (generated, 0)
    scores = pronoun_scores(translator, rows, head, arguments.beams)
    return scores | ({"bad_lines": bad} if bad else {})


if __name__ == "__main__":
    main()
