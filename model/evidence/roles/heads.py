"""What every head of a model does: its scores on two sets of sentences, and the role it has if both agree.

    python -m model.evidence.heads --model transformer --json
    python -m model.evidence.heads --model transformer --out model/checkpoints/transformer/heads.json

Worth knowing: many heads have no clear role, and are left without one. A role is given only where a head passes the threshold
and beats the baseline on the sentences it was picked on, and again on others. It says what a head does on sentences of this
kind; whether the model needs it is for switching off to say.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from model.evidence.roles.labels import GROUPS, NO_ROLE, ROLES, passes, roles_of, threshold
from model.evidence.roles.reference import PICK, REPORT, Reference, see, word_counts
from model.evidence.roles.rows import ExampleRow, HeadRow, Heads, ScoreRow
from model.evidence.roles.score import Score
from model.evidence.roles.scores import all_scores, events_of
from model.evidence.roles.seen import CHOICES, Seen
from model.reading.device import device_name
from model.reading.loading import load
from model.reading.place import Place, label
from model.reading.reader import CheckpointError
from model.reading.readers.own import Translator
from model.reading.recorded import CHECKPOINTS, fingerprint

SENTENCES = 1000  # half to pick on, half to report
EXAMPLES = 3
LOOK = 12  # words; the greatest offset that is counted for `find`


# --- the heads of a model ---


def head_roles(
    translator: Translator, sentences: int = SENTENCES, progress: Callable[[int, int], None] = lambda done, total: None
) -> Heads:
    """Scores, roles and example sentences of every head. progress is called with sentences done, and how many there are.

    No rows for a model without attention. Raises ValueError below 40 sentences.
    """
    if sentences < 40:
        raise ValueError(f"sentences must be 40 or more, half to pick on and half to report; got {sentences}")
    began, half, sizes = (time.perf_counter(), time.process_time()), sentences // 2, part_sizes(translator)
    rows = measured(translator, sizes, half, progress) if sizes else []
    return Heads(
        model=translator.name,
        picked_on=half,
        reported_on=half,
        kind="generated; nouns that never met in training",
        hardware=device_name(translator.device),
        latency_s=round(time.perf_counter() - began[0], 1),
        processor_s=round(time.process_time() - began[1], 1),
        rows=tuple(rows),
        note="" if rows else "This model has no attention, so it has no heads.",
    )


def measured(translator: Translator, sizes: dict[str, tuple[int, int]], half: int, progress) -> list[HeadRow]:
    frequency, read = word_counts(translator), []
    for first, source in ((0, PICK), (half, REPORT)):
        reference = Reference.of(*source, half)
        seen = see(translator, reference, frequency, lambda done: progress(first + done, 2 * half))
        read.append((seen, reference))
    rows = []
    for part in sizes:
        picked_on, reported_on = ((seen[part], reference) for seen, reference in read)
        vectors = word_vectors(translator, picked_on[0] + reported_on[0]) if part == "encoder" else {}
        rows += part_rows(part, sizes[part], picked_on, reported_on, vectors, frequency)
    return rows


@torch.inference_mode()
def part_sizes(translator: Translator) -> dict[str, tuple[int, int]]:
    """(layers, heads) of each part that has attention, found by reading two tokens."""
    records = {"encoder": [], "decoder": [], "cross": []}
    two = torch.tensor([translator.ids("a")], device=translator.device)
    memory = translator.network.encode(two, record=records["encoder"])
    translator.network.decode(two, memory, record=records["decoder"], cross_record=records["cross"])
    return {part: (len(one), one[0].weights.shape[1]) for part, one in records.items() if one}


def word_vectors(translator: Translator, seen: list[Seen]) -> dict[str, np.ndarray]:
    """Each word's embedding before anything is read: the mean over its sub-words."""
    words = sorted({word.lower() for one in seen for word in one.query_words})
    table = translator.network.embedding.weight.detach().cpu().numpy()
    return {word: table[ids].mean(0) for word, ids in zip(words, translator.tokenizer.ids_of_many(words), strict=True)}


def part_rows(part: str, sizes: tuple[int, int], picked_on, reported_on, vectors: dict, frequency) -> list[HeadRow]:
    """A row for each head of a part. sizes: (layers, heads); picked_on, reported_on: what was seen, and its Reference."""
    pick, choices = all_scores(picked_on[0], part, picked_on[1].pairs, vectors, frequency)
    seen, reference = reported_on
    report, _ = all_scores(seen, part, reference.pairs, vectors, frequency, choices)
    passed = {name: passes(name, pick.get(name), score) for name, score in report.items()}
    margin = {name: pick[name].value - pick[name].baseline for name in report if name in pick}
    found_at, rows = offset_shares(seen), []
    for index in range(sizes[0] * sizes[1]):
        order = sorted(passed, key=lambda name: -margin[name][index] if name in margin else 0.0)
        roles = roles_of({name: bool(passed[name][index]) for name in order if passed[name] is not None})
        role = roles[0] if roles else NO_ROLE
        offset = int(report["offset"].extra["offset"][index]) if "offset" in report else 0
        rows.append(
            HeadRow(
                place=Place(part, *divmod(index, sizes[1])),
                label=role,
                group=GROUPS[role],
                roles=tuple(roles),
                scores={name: score_row(name, index, pick, report[name], passed[name]) for name in report},
                offsets=tuple(round(float(share), 3) for share in found_at[:, index]),
                examples=examples_of(seen, index, role, offset, reference),
            )
        )
    return rows


def score_row(name: str, head: int, pick: dict, score: Score, passed: np.ndarray | None) -> ScoreRow:
    """One score of one head on the sentences to report. pick: the scores on the others, by name."""
    least = threshold(name, score)
    extra = {key: number(values[head]) for key, values in score.extra.items()}
    return ScoreRow(
        value=number(score.value[head]),
        low=number(score.low[head]),
        high=number(score.high[head]),
        baseline=number(score.baseline[head]),
        rule=score.rule,
        n=score.n,
        words=score.events,
        threshold=None if least is None else number(least[head]),
        passes=None if passed is None else bool(passed[head]),
        picked=number(pick[name].value[head]) if name in pick else None,
        plain=extra.pop("plain", None),
        plain_baseline=extra.pop("plain_baseline", None),
        extra=extra,
    )


def number(value: float) -> float:
    return round(float(value), 3)


# --- what is kept for the pictures ---


def offset_shares(seen: list[Seen]) -> np.ndarray:
    """(offset from -LOOK to LOOK, head): at which offset the choices of each head stand, as a share of all words."""
    chosen = [one.key_places[one.choice] - one.query_places for one in seen]
    wide = [one.allowed.sum(1) >= CHOICES for one in seen]
    chosen = np.concatenate([places[:, rows] for places, rows in zip(chosen, wide, strict=True)], axis=1)
    return np.stack([(chosen == k).mean(1) for k in range(-LOOK, LOOK + 1)])


def examples_of(seen: list[Seen], head: int, role: str, offset: int, reference: Reference) -> dict[str, tuple]:
    """Sentences where the head does what its role says with the most weight, and where it does so with the least.

    Where the role has no pair of words of its own, or there is none: where its strongest link is strongest, and weakest.
    """
    roles = {"previous": "offset-1", "next": "offset+1", "offset": f"offset{offset:+d}", "long_distance": "long_arcs"}
    events = events_of(seen, roles.get(role, role))
    if events is None:
        links = [strongest_link(one, head) for one in seen if one.allowed.any()]
    else:
        columns = (events.sentences, events.queries, events.keys, events.weights[:, head])
        links = list(zip(*(column.tolist() for column in columns), strict=True))
    by_number = {one.sentence: one for one in seen}
    links.sort(key=lambda link: -link[-1])
    return {
        "strongest": tuple(example_row(by_number, reference, link) for link in first_of_each(links, reference)),
        "weakest": tuple(example_row(by_number, reference, link) for link in first_of_each(links[::-1], reference)),
    }


def strongest_link(seen: Seen, head: int) -> tuple[int, int, int, float]:
    weights = np.where(seen.allowed, seen.weights[head], -1.0)
    query, key = np.unravel_index(weights.argmax(), weights.shape)
    return seen.sentence, int(query), int(key), float(weights[query, key])


def first_of_each(links: list[tuple], reference: Reference) -> list[tuple]:
    """The first EXAMPLES links, one of each sentence; the generator writes some sentences twice."""
    taken = {}
    for link in links:
        taken.setdefault(reference.examples[link[0]].source, link)
        if len(taken) == EXAMPLES:
            break
    return list(taken.values())


def example_row(seen: dict[int, Seen], reference: Reference, link: tuple) -> ExampleRow:
    sentence, query, key, weight = link
    example, one = reference.examples[sentence], seen[sentence]
    return ExampleRow(
        source=example.source,
        query=int(one.query_places[query]),
        query_text=one.query_words[query],
        key=int(one.key_places[key]),
        key_text=one.key_words[key],
        weight=number(weight),
        target="" if one.query_words[0] == one.key_words[0] else example.target,
    )


# --- the command line ---


def summary(found: Heads) -> str:
    """A line a head: its role and the scores behind it."""
    lines = []
    for row in found.rows:
        names = ROLES[row.label][1] if row.roles else ()
        scores = "".join(score_text(name, row.scores[name]) for name in names if name in row.scores)
        lines.append(f"{row.place.part:8} {label(row.place.layer, row.place.head)}: {row.label}{scores}")
    return "\n".join(lines or [found.note])


def score_text(name: str, score: ScoreRow) -> str:
    interval = f"[{score.low:.3f}, {score.high:.3f}]"
    return f"; {name} {score.value:.3f} {interval}, {score.rule} {score.baseline:.3f}, n {score.n}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="transformer")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="half to pick on, half to report")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="a file to write instead of printing")
    arguments = parser.parse_args()
    try:
        found = head_roles(load(arguments.model), arguments.sentences)
    except (CheckpointError, ValueError) as error:
        raise SystemExit(f"cannot measure heads: {error}") from None
    result = found.record()
    if (CHECKPOINTS / arguments.model).exists():
        result = {"fingerprint": fingerprint(arguments.model)} | result
    if arguments.out:
        text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        arguments.out.write_text(text + "\n", encoding="utf-8")
    else:
        print(json.dumps(result, indent=1, ensure_ascii=False) if arguments.json else summary(found))
