"""How good translations are: BLEU and chrF, BLEU against the length of a text, and files that somebody wrote for tests.

Worth knowing: every sentence is compared with all its references, and the better one counts; Tatoeba's short sentences have
many good translations.
"""

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import sacrebleu

from model.reading.readers.own import Translator
from model.reading.run import BEAMS

BUCKETS = (1, 5, 7, 9, 12)  # words with which a bucket begins; Tatoeba's sentences are short
JOINED = (1, 2, 3, 4)  # held-out sentences read as one text
SEPARATOR = "|||"  # between references in one column


def read_table(path: Path, *columns: str) -> list[dict[str, str]]:
    """The rows of a tab-separated file with a line of headings. Raises ValueError if a column or all rows are missing."""
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := set(columns) - set(reader.fieldnames or ()):
            raise ValueError(f"{path} has no column {', '.join(sorted(missing))}")
        rows = [{name: (line[name] or "").strip() for name in columns} for line in reader]
    if not all(all(row.values()) for row in rows) or not rows:
        raise ValueError(f"{path} has no rows, or one with an empty column")
    return rows


def references_of(column: str) -> tuple[str, ...]:
    return tuple(reference.strip() for reference in column.split(SEPARATOR))


def by_kind(kinds: list[str], right: np.ndarray) -> dict[str, dict]:
    """right: (sentence,), boolean. For each kind: how many, and the share."""
    chosen = {kind: np.array(right)[np.array(kinds) == kind] for kind in dict.fromkeys(kinds)}
    return {kind: {"n": len(there), "share": float(there.mean())} for kind, there in chosen.items()}


def bleu(hypotheses: list[str], references: list[tuple[str, ...]]) -> float:
    """Corpus BLEU in [0, 100] (sacrebleu), each sentence against all its references."""
    return sacrebleu.corpus_bleu(hypotheses, reference_streams(references)).score


def chrf(hypotheses: list[str], references: list[tuple[str, ...]]) -> float:
    """Corpus chrF in [0, 100] (sacrebleu), each sentence against all its references."""
    return sacrebleu.corpus_chrf(hypotheses, reference_streams(references)).score


def reference_streams(references: list[tuple[str, ...]]) -> list[list[str | None]]:
    """References as sacrebleu wants them: a list of first ones, a list of second ones with None where there is none, …"""
    most = max(map(len, references))
    return [[refs[i] if i < len(refs) else None for refs in references] for i in range(most)]


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
    """n and BLEU of French."""
    translations = translator.translate_many([english for english, _ in held_out], beams)
    return {"n": len(held_out), "bleu": bleu(translations, [references for _, references in held_out])}
