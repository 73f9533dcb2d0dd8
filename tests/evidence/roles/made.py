"""Attention made by hand, word by word, whose role is known. A rule: Seen without weights to (query, key), rows that sum to 1."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np

from model.evidence.roles.reference import Reference, evenness
from model.evidence.roles.seen import Seen, role_targets
from model.language.tokenizer import split_words

SENTENCES = 200

FREQUENCY = Counter({"the": 1000, "it": 500, "because": 300, ".": 900, ",": 800})


def one_hot(seen: Seen, keys) -> np.ndarray:
    return np.eye(len(seen.key_words))[np.asarray(keys)]


def itself(seen: Seen) -> np.ndarray:
    return np.arange(len(seen.query_words))


def previous(seen: Seen) -> np.ndarray:
    return one_hot(seen, np.maximum(itself(seen) - 1, 0))


def even(seen: Seen) -> np.ndarray:
    return np.full((len(seen.query_words), len(seen.key_words)), 1 / len(seen.key_words))


def resting(seen: Seen) -> np.ndarray:
    return 0.8 * one_hot(seen, np.full(len(seen.query_words), len(seen.key_words) - 1)) + 0.2 * even(seen)


def following(role: str):
    """Looks where the role says, and at itself where it says nothing."""

    def rule(seen: Seen) -> np.ndarray:
        keys = itself(seen)
        for query, right in seen.targets.get(role, ()):
            keys[query] = right[0]
        return one_hot(seen, keys)

    return rule


def blind_to_grammar(seen: Seen) -> np.ndarray:
    """A false friend: at every noun one word to the left, where its determiner is nine times of ten."""
    keys = itself(seen)
    for query, _ in seen.targets.get("noun_to_determiner", ()):
        keys[query] = query - 1
    return one_hot(seen, keys)


def nearest_noun(seen: Seen) -> np.ndarray:
    keys = itself(seen)
    if seen.rivals:
        query, *nouns = seen.rivals
        keys[query] = min(nouns, key=lambda noun: abs(noun - query))
    return one_hot(seen, keys)


def far_and_right(seen: Seen) -> np.ndarray:
    """The antecedent and every other long arc; otherwise the word farthest away."""
    words = len(seen.query_words)
    keys = np.where(itself(seen) < words / 2, words - 1, 0)
    for query, right in seen.targets.get("coreference", []) + seen.targets.get("long_arcs", []):
        keys[query] = right[0]
    return one_hot(seen, keys)


def like_words(vectors: dict):
    """Words whose vectors are alike, but not the word itself or its twin."""

    def rule(seen: Seen) -> np.ndarray:
        small = [word.lower() for word in seen.key_words]
        table = np.stack([vectors.get(word, np.zeros(7)) for word in small])
        twins = np.array([[word == other for other in small] for word in small[:-1]])
        return softmax(np.where(twins, -9, 4 * table[:-1] @ table.T))

    return rule


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def random(sharpness: float, seed: int):
    generator = np.random.default_rng(seed)
    return lambda seen: softmax(sharpness * generator.normal(size=(len(seen.query_words), len(seen.key_words))))


@cache
def unread(split: str, seed: int) -> tuple[list[Seen], Reference]:
    """Generated sentences with what there is to see in them, before anybody looks."""
    reference, sentences = Reference.of(split, seed, SENTENCES), []
    for number, example in enumerate(reference.examples):
        bare = bare_seen(number, tuple(word for word, *_ in split_words(" " + example.source)))
        targets, rivals = role_targets(bare, "encoder", example, FREQUENCY)
        sentences.append(replace(bare, targets=targets, rivals=rivals))
    return sentences, reference


def made(rules: list, split: str, seed: int, moved=None) -> tuple[list[Seen], Reference]:
    """What hand-made heads see in generated sentences. moved: which share of what a row moves the last key has, by head."""
    sentences, reference = unread(split, seed)
    return [looked_at(bare, rules, moved or {}) for bare in sentences], reference


def looked_at(bare: Seen, rules: list, moved: dict) -> Seen:
    weights = np.stack([rule(bare) for rule in rules])
    spread, even_rows = evenness(weights, causal=False)
    share = weights.mean(1)
    for head, last in moved.items():
        share[head] *= (1 - last) / max(share[head, :-1].sum(), 1e-9)
        share[head, -1] = last
    return replace(bare, weights=weights, spread=spread, even=even_rows, moved=share)


def bare_seen(number: int, words: tuple[str, ...]) -> Seen:
    places = np.arange(len(words) + 1)
    return Seen(
        sentence=number,
        weights=np.zeros((1, len(words), len(words) + 1)),
        query_words=words,
        key_words=(*words, "</s>"),
        key_kinds=(*("word" if any(map(str.isalnum, word)) else "punctuation" for word in words), "special"),
        query_places=places[:-1],
        key_places=places,
        visible=places[None] != places[:-1, None],
        spread=np.zeros(1),
        even=0.0,
        moved=np.zeros((1, len(words) + 1)),
    )
