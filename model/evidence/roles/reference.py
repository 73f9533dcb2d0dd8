"""The sentences heads are measured on, and one pass of a network over them.

Worth knowing: there are two sets, of nouns that never met in training. On the first a role is picked, on the second it is
reported: the best of many heads on one set would look good by luck. The French is the generator's, not the network's own,
so that all models are read on the same words.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from model.evidence.causes.meaning import moved_lengths, watched_values
from model.evidence.roles.seen import Seen, role_targets
from model.language.pronouns import PronounExample, examples, minimal_pairs
from model.language.tokenizer import END
from model.reading.axes import prefix_axis
from model.reading.maps import pieces_of, to_words
from model.reading.passes import forward, padded
from model.reading.place import PARTS
from model.reading.readers.own import Translator
from model.reading.run import Axis

PICK, REPORT = ("validation", 11), ("test", 12)  # split of the generator and seed
COUNTED = 2000  # generated training sentences on which words are counted
BATCH = 32


@dataclass(frozen=True)
class Reference:
    """Sentences, and the minimal pairs among them as indices."""

    examples: list[PronounExample]
    pairs: list[tuple[int, int]]

    @classmethod
    def of(cls, split: str, seed: int, count: int) -> "Reference":
        """The generator's mixture. It begins with minimal_pairs(split, seed, 30 %) and shuffles: here they are found again."""
        sentences = examples(split, seed, count)
        place = {example.source: i for i, example in enumerate(sentences)}
        drawn = minimal_pairs(split, seed, count * 30 // 100)
        return cls(sentences, [(place[first.source], place[second.source]) for first, second in drawn])


def word_counts(translator: Translator) -> Counter:
    """How often each word, English or French, is written in COUNTED training sentences; 0 for a word that is not."""
    drawn = examples("training", 0, COUNTED)
    text = " ".join(text for example in drawn for text in (example.source, example.target))
    return Counter(word.lower() for word in translator.tokenizer.words(text))


def see(
    translator: Translator, reference: Reference, frequency: Counter, tick: Callable[[int], None] = lambda done: None
) -> dict[str, list[Seen]]:
    """What every head sees in the reference sentences, by part, in their order; a part the network lacks is not there.

    tick is called with the number of sentences done.
    """
    result = {part: [None] * len(reference.examples) for part in PARTS}
    done = 0
    for batch in batches(translator, reference.examples):
        for part, number, seen in read_batch(translator, batch):
            example = reference.examples[number]
            targets, rivals = role_targets(seen, part, example, frequency)
            result[part][number] = replace(seen, targets=targets, rivals=rivals)
        done += len(batch)
        tick(done)
    return {part: seen for part, seen in result.items() if all(one is not None for one in seen) and seen}


@dataclass(frozen=True)
class Sentence:
    """One sentence, cut: its number, and the axes of what is read, what is written, and what has been written before."""

    number: int
    source: Axis
    target: Axis
    prefix: Axis


def cut(translator: Translator, number: int, example: PronounExample) -> Sentence:
    target = translator.target_axis(translator.tokenizer.ids_of_many([example.target])[0])
    return Sentence(number, translator.source_axis(example.source), target, prefix_axis(target))


def batches(translator: Translator, sentences: list[PronounExample]) -> Iterator[list[Sentence]]:
    """Sentences of like length together."""
    order = [cut(translator, number, example) for number, example in enumerate(sentences)]
    order.sort(key=lambda one: (len(one.source), len(one.target)))
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]


def ids_of(axes: list[Axis], device) -> tuple[torch.Tensor, torch.Tensor]:
    return padded([[token.id for token in axis.tokens] for axis in axes], device)


def read_batch(translator: Translator, batch: list[Sentence]) -> Iterator[tuple[str, int, Seen]]:
    """One pass over a batch; for each part and sentence its number and what was seen, without targets."""
    source, mask = ids_of([one.source for one in batch], translator.device)
    prefix, _ = ids_of([one.prefix for one in batch], translator.device)
    for part, tensors in looked(translator.network, source, prefix, mask).items():
        weights, lengths = (tensor.cpu().numpy() for tensor in tensors)
        for row, sentence in enumerate(batch):
            yield part, sentence.number, seen_in(part, sentence, weights[row], lengths[row])


@torch.inference_mode()
def looked(
    network: nn.Module, source: Tensor, prefix: Tensor, mask: Tensor | None = None
) -> dict[str, tuple[Tensor, Tensor]]:
    """By part, the weights (B, layer · head, T, S), and how long the vectors are that they move (B, layer · head, S).

    source, mask: (B, S), None where nothing is padded; prefix: (B, T). Parts without attention are not there.
    """
    with watched_values(network) as values:
        seen = forward(network, source, prefix, mask, record=True)
    return {
        part: (
            torch.cat([one.weights for one in record], 1),
            torch.cat(moved_lengths(network, part, values, seen.memory), 1),
        )
        for part, record in seen.records.items()
    }


def seen_in(part: str, sentence: Sentence, weights: np.ndarray, lengths: np.ndarray) -> Seen:
    """weights: (head, T, S) and lengths: (head, S), over tokens, with padding at the end."""
    queries = sentence.source if part == "encoder" else sentence.target
    keys = sentence.prefix if part == "decoder" else sentence.source
    weights, lengths = weights[:, : len(queries), : len(keys)], lengths[:, : len(keys)]
    rows = [i for i, word in enumerate(queries.words) if word.kind != "special"]
    spread, even = evenness(weights[:, : -1 if queries.tokens[-1].id == END else None], part == "decoder")
    key_places = np.arange(len(keys.words)) - (part == "decoder")  # <s> stands before the first word
    query_places = np.array(rows)
    offsets = key_places[None] - query_places[:, None]
    visible = {"encoder": offsets != 0, "decoder": offsets < 0, "cross": np.ones_like(offsets, bool)}[part]
    moved = (weights[:, :-1].sum(1) * lengths) @ pieces_of(keys).T  # (head, key word)
    return Seen(
        sentence=sentence.number,
        weights=to_words(weights, queries, keys)[:, rows],
        query_words=tuple(queries.words[i].text for i in rows),
        key_words=tuple(word.text for word in keys.words),
        key_kinds=tuple(word.kind for word in keys.words),
        query_places=query_places,
        key_places=key_places,
        visible=visible,
        spread=spread,
        even=even,
        moved=moved / moved.sum(1, keepdims=True),
    )


def evenness(weights: np.ndarray, causal: bool) -> tuple[np.ndarray, float]:
    """The mean entropy of the rows over that of a uniform row, (head,) in [0, 1], and what rows drawn at random have.

    weights: (head, T, S). A row drawn evenly from all possible rows of n keys has an entropy of 1/2 + 1/3 + … + 1/n nats.
    Rows that see fewer than three keys are left out: they are even for want of choice.
    """
    n = np.arange(1, weights.shape[1] + 1) if causal else np.full(weights.shape[1], weights.shape[2])
    wide = n > 2
    if not wide.any():
        return np.ones(len(weights)), 1.0
    entropy = -(weights * np.log(np.maximum(weights, 1e-30))).sum(-1)[:, wide] / np.log(n[wide])
    random = [sum(1 / k for k in range(2, keys + 1)) / np.log(keys) for keys in n[wide]]
    return entropy.mean(1), float(np.mean(random))
