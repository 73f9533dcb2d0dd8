"""What a training step sees: sentence pairs as ids, grouped by length so that hardly anything is padding.

Worth knowing: an epoch is a pure function of its seed and number. That is what makes an exact resume possible.
"""

import random
from dataclasses import dataclass

import torch
from torch import Tensor

from model.language.pronouns import PronounExample, examples
from model.language.tokenizer import END, NONE, PAD, START, Tokenizer

IGNORE = -100  # a label the loss leaves out


@dataclass(frozen=True)
class Example:
    """One sentence pair. it: position of the source token "it" whose antecedent is known, else -1."""

    source: list[int]
    target: list[int]
    it: int = -1
    antecedent: int = IGNORE  # id of the first sub-word of the antecedent, NONE where "it" stands for nothing


@dataclass(frozen=True)
class Batch:
    """source (B, S), source_mask (B, S) or None when nothing is padding, prefix (B, T) beginning with <s>,
    labels (B, T) the token after each prefix, it (B,) and antecedent (B,) as in Example, generated (B,)."""

    source: Tensor
    source_mask: Tensor | None
    prefix: Tensor
    labels: Tensor
    it: Tensor
    antecedent: Tensor

    @property
    def tokens(self) -> int:
        return int((self.source != PAD).sum() + (self.labels != IGNORE).sum())

    def to(self, device) -> "Batch":
        return Batch(*(x if x is None else x.to(device) for x in vars(self).values()))


def sentence_examples(pairs, tokenizer: Tokenizer) -> list[Example]:
    sources = tokenizer.ids_of_many([english for english, _ in pairs])
    targets = tokenizer.ids_of_many([french for _, french in pairs])
    return [Example([*source, END], target) for source, target in zip(sources, targets, strict=True)]


def pronoun_examples(generated: list[PronounExample], tokenizer: Tokenizer) -> list[Example]:
    it_ids = {tokenizer.ids_of_many([it])[0][0] for it in ("it", "It")}
    names = sorted({example.antecedent for example in generated if example.antecedent})
    first = {name: ids[0] for name, ids in zip(names, tokenizer.ids_of_many(names), strict=True)}
    result = []
    for example, pair in zip(
        generated, sentence_examples([(e.source, e.target) for e in generated], tokenizer), strict=True
    ):
        it = next(i for i, token in enumerate(pair.source) if token in it_ids)
        result.append(Example(pair.source, pair.target, it, first.get(example.antecedent, NONE)))
    return result


def epoch(
    pairs: list[Example], tokenizer: Tokenizer, *, generated_share: float, batch_tokens: int, seed: int, number: int
) -> list[Batch]:
    """All batches of one epoch: every sentence pair once, and freshly generated pronoun sentences among them.

    generated_share: their share of all sentences; batch_tokens: padded source and target tokens a batch holds.
    """
    count = round(len(pairs) * generated_share / (1 - generated_share))
    fresh = examples("training", seed * 1000 + number, count) if count else []
    everything = pairs + pronoun_examples(fresh, tokenizer)
    generator = random.Random(f"{seed}/{number}")
    generator.shuffle(everything)
    everything.sort(key=lambda example: (len(example.source), len(example.target)))
    batches, start = [], 0
    while start < len(everything):
        end, longest = start, 0
        while end < len(everything):
            longest = max(longest, len(everything[end].source) + len(everything[end].target) + 1)
            if end > start and longest * (end - start + 1) > batch_tokens:
                break
            end += 1
        batches.append(everything[start:end])
        start = end
    generator.shuffle(batches)
    return batches


def collate(examples: list[Example]) -> Batch:
    source = pad([example.source for example in examples], PAD)
    mask = source != PAD
    return Batch(
        source=source,
        source_mask=None if bool(mask.all()) else mask,
        prefix=pad([[START, *example.target] for example in examples], PAD),
        labels=pad([[*example.target, END] for example in examples], IGNORE),
        it=torch.tensor([example.it for example in examples]),
        antecedent=torch.tensor([example.antecedent for example in examples]),
    )


def pad(rows: list[list[int]], value: int) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])
