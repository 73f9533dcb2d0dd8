"""What a training step sees: sentence pairs as ids, grouped by length so that hardly anything is padding.

Worth knowing: an epoch is a pure function of its seed and number. That is what makes an exact resume possible.
"""

import random
from dataclasses import dataclass

import torch
from torch import Tensor

from model.language import bengali, copying, pronouns
from model.language.corpora import PairSet
from model.language.pronouns import PronounExample
from model.language.tokenizer import END, NONE, PAD, START, Tokenizer

IGNORE = -100  # a label the loss leaves out
LONGEST = 160  # sub-words on one side; a longer pair is left out


@dataclass(frozen=True)
class Mixture:
    """What an epoch is made of, beside the pairs of the files. Shares are of the file's pairs in French."""

    batch_tokens: int = 3000  # padded source and target tokens a batch holds
    generator: int = 1  # version of the pronoun sentences
    generated_share: float = 0.28  # pronoun sentences, of all sentences that are pairs or pronoun sentences
    bengali_share: float = 0.0  # pronoun sentences in Bengali, as many times as French ones
    copied_share: float = 0.0  # freshly made sentences with names, numbers and terms, as many times as French pairs
    bengali_copied_share: float = 0.0  # the same in Bengali
    renamed: float = 0.0  # of the pairs with a name: those that get another one on both sides, and so for numbers
    split_rate: float = 0.0  # of the source's sub-words in pairs: how often one is read as the two it was made from


@dataclass(frozen=True)
class Example:
    """One sentence pair. it: position of the source token "it" whose antecedent is known, else -1."""

    source: list[int]
    target: list[int]
    it: int = -1
    antecedent: int = IGNORE  # id of the first sub-word of the antecedent, NONE where "it" stands for nothing
    start: int = START  # what the target begins with: it says the language


@dataclass(frozen=True)
class Batch:
    """source (B, S), source_mask (B, S) or None when nothing is padding, prefix (B, T) beginning with the language's start,
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


def sentence_examples(pairs, tokenizer: Tokenizer, language: str = "fr") -> list[Example]:
    sources = tokenizer.ids_of_many([english for english, _ in pairs])
    targets = tokenizer.ids_of_many([other for _, other in pairs])
    start = tokenizer.starts[language]
    return [Example([*source, END], target, start=start) for source, target in zip(sources, targets, strict=True)]


def pronoun_examples(generated: list[PronounExample], tokenizer: Tokenizer, language: str = "fr") -> list[Example]:
    it_ids = {ids[0] for ids in tokenizer.ids_of_many(["it", "It", "IT"]) if len(ids) == 1}
    names = sorted({example.antecedent for example in generated if example.antecedent})
    first = {name: ids[0] for name, ids in zip(names, tokenizer.ids_of_many(names), strict=True)}
    result = []
    pairs = sentence_examples([(e.source, e.target) for e in generated], tokenizer, language)
    for example, pair in zip(generated, pairs, strict=True):
        it = next((i for i, token in enumerate(pair.source) if token in it_ids), -1)
        named = (
            first.get(example.antecedent, NONE) if it >= 0 else IGNORE
        )  # "IT" in small vocabularies has several tokens
        result.append(Example(pair.source, pair.target, it, named, pair.start))
    return result


def split_tokens(ids: list[int], parts: dict[int, tuple[int, int]], rate: float, rng: random.Random) -> list[int]:
    """Some sub-words as the two they were merged from, and those again (compare Provilkov et al. 2020): what is rare in
    one piece is read in others, so a word never seen is less strange."""
    result, waiting = [], ids[::-1]
    while waiting:
        token = waiting.pop()
        if token in parts and rng.random() < rate:
            waiting.extend(reversed(parts[token]))
        else:
            result.append(token)
    return result


def drawn(pairs, weight: float, rng: random.Random) -> list[tuple[str, str]]:
    """Each pair `weight` times: the whole part for all of them, the rest for a draw."""
    whole = int(weight)
    return [*pairs] * whole + rng.sample(pairs, round(len(pairs) * (weight - whole)))


def read_pairs(one: PairSet, tokenizer: Tokenizer, mixture: Mixture, rng: random.Random) -> list[Example]:
    """A set's pairs as this epoch reads them: other names, other numbers, other cuts."""
    pairs = drawn(one.corpus.training, one.weight, rng)
    if mixture.renamed:
        for change in (copying.rename, copying.renumber):
            pairs = [change(*pair, one.language, rng) if rng.random() < mixture.renamed else pair for pair in pairs]
    examples = sentence_examples(pairs, tokenizer, one.language)
    return with_split_tokens(examples, tokenizer, mixture.split_rate, rng)


def with_split_tokens(examples: list[Example], tokenizer: Tokenizer, rate: float, rng: random.Random) -> list[Example]:
    if not rate:
        return examples
    return [Example(split_tokens(e.source, tokenizer.parts, rate, rng), e.target, start=e.start) for e in examples]


def generated_examples(tokenizer: Tokenizer, mixture: Mixture, seed: int, french_pairs: int) -> list[Example]:
    """Freshly generated sentences: pronouns first, then names, numbers and terms to copy."""
    count = round(french_pairs * mixture.generated_share / (1 - mixture.generated_share))
    fresh = pronouns.examples("training", seed, count, version=mixture.generator) if count else []
    result = pronoun_examples(fresh, tokenizer)
    if count := round(count * mixture.bengali_share):
        result += pronoun_examples(bengali.examples("training", seed, count), tokenizer, "bn")
    for language, share in (("fr", mixture.copied_share), ("bn", mixture.bengali_copied_share)):
        if count := round(french_pairs * share):
            made = sentence_examples(copying.sentences(language, seed, count), tokenizer, language)
            result += with_split_tokens(made, tokenizer, mixture.split_rate, random.Random(f"{seed}/{language}"))
    return result


def epoch(sets: tuple[PairSet, ...], tokenizer: Tokenizer, mixture: Mixture, *, seed: int, number: int) -> list[Batch]:
    """All batches of one epoch: every set's pairs by their weights, and freshly generated sentences among them."""
    rng = random.Random(f"{seed}/{number}/pairs")
    everything = [example for one in sets for example in read_pairs(one, tokenizer, mixture, rng)]
    french = sum(round(len(one.corpus.training) * one.weight) for one in sets if one.language == "fr")
    everything += generated_examples(tokenizer, mixture, seed * 1000 + number, french)
    everything = [e for e in everything if max(len(e.source), len(e.target)) <= LONGEST]
    generator = random.Random(f"{seed}/{number}")
    generator.shuffle(everything)
    everything.sort(key=lambda example: (len(example.source), len(example.target)))
    batches, start = [], 0
    while start < len(everything):
        end, longest = start, 0
        while end < len(everything):
            longest = max(longest, len(everything[end].source) + len(everything[end].target) + 1)
            if end > start and longest * (end - start + 1) > mixture.batch_tokens:
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
        prefix=pad([[example.start, *example.target] for example in examples], PAD),
        labels=pad([[*example.target, END] for example in examples], IGNORE),
        it=torch.tensor([example.it for example in examples]),
        antecedent=torch.tensor([example.antecedent for example in examples]),
    )


def pad(rows: list[list[int]], value: int) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])
