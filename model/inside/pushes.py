"""What a head's writing does to the words of the vocabulary, by the direct path to the output.

Worth knowing: a direct path is exact only straight through the last norm; with post-norm there is none, and only likeness is
said.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from model.inside.opened import PLACES, Inside
from model.language.tokenizer import END, NONE, PAD, START, UNKNOWN
from model.networks.transformer import Transformer
from model.reading.readers.own import Translator

# C width of the model   V vocabulary

TOP = 6  # words named in either direction


@dataclass(frozen=True)
class Push:
    """How far a sub-word is pushed. id: its number in the vocabulary; value: in logits, or a cosine."""

    text: str
    id: int
    value: float


@dataclass(frozen=True)
class Pushes:
    """What a head's writing does to the words of the vocabulary by the direct path.

    kind: "output": to the logits of the next word; "antecedent": to the logits of the word that "it" stands for. Both are
    exact for the path straight through the last norm, whose divisor is held at what it was, and relative to the average word,
    which is all that a softmax sees. "nearest": nothing reads this place directly, so the value is only the cosine between
    the writing and each word's embedding. up, down: strongest first. named: the words that are in question here. spread: the
    last norm's divisor.
    """

    kind: str
    up: tuple[Push, ...]
    down: tuple[Push, ...]
    named: tuple[Push, ...] = ()
    spread: float | None = None


def pushes(inside: Inside, part: str, row: int, written: np.ndarray) -> Pushes:
    """Which words of the vocabulary this writing pushes up and down. written: (C,)."""
    network, translator, stack = inside.network, inside.translator, PLACES[part][0]
    table = network.embedding.weight.detach().float().cpu().numpy()  # (V, C)
    kind = kind_of_pushes(inside, part, row)
    if kind == "nearest":
        lengths = np.linalg.norm(table, axis=1) * np.linalg.norm(written)
        cosines = table @ written.astype(np.float32) / np.maximum(lengths, 1e-12)
        return Pushes(kind, *ranked(translator, cosines, (PAD, START, UNKNOWN, NONE)))
    norm, end = getattr(network, f"{stack}_norm"), inside.ends[stack][row].astype(float)
    spread = float(np.sqrt(end.var() + norm.eps))
    direct = (written - written.mean()) / spread * numbers(norm.weight)  # what the last norm lets through, (C,)
    if kind == "antecedent":
        direct = direct @ numbers(network.antecedent.weight).T
    logits = table @ direct.astype(np.float32)
    logits -= logits.mean()
    never = (PAD, START, UNKNOWN, END if kind == "antecedent" else NONE)
    asked = candidates(inside, row) if kind == "antecedent" else likeliest(network, norm, end)
    named = tuple(Push(translator.tokenizer.text_of(i), i, float(logits[i])) for i in asked)
    return Pushes(kind, *ranked(translator, logits, never), named, spread)


def kind_of_pushes(inside: Inside, part: str, row: int) -> str:
    if inside.network.config.norm == "post":  # more norms stand on the road, so no path from here is direct
        return "nearest"
    if part != "encoder":
        return "output"
    token = inside.run.source.tokens[inside.order[row]]
    return "antecedent" if token.id in inside.translator.it_ids else "nearest"


def candidates(inside: Inside, row: int) -> list[int]:
    """The words that the "it" in this row may stand for, as the Run names them: ids of their first sub-words."""
    source = inside.run.source
    found = next(a for a in inside.run.antecedents if a.word == source.tokens[inside.order[row]].word)
    return [NONE if c.word < 0 else source.tokens[source.tokens_of(c.word)[0]].id for c in found.candidates]


@torch.inference_mode()
def likeliest(network: Transformer, norm: nn.LayerNorm, end: np.ndarray) -> list[int]:
    """The three likeliest next sub-words. end: (C,), the road at its end."""
    state = norm(torch.tensor(end, dtype=norm.weight.dtype, device=norm.weight.device))
    return network.logits(state).topk(3).indices.tolist()


def ranked(
    translator: Translator, values: np.ndarray, never: tuple[int, ...]
) -> tuple[tuple[Push, ...], tuple[Push, ...]]:
    """The strongest up and down. Pieces of letters, and signs that are never written here, are left out."""

    def strongest(order):
        found = []
        for i in map(int, order):
            text = translator.tokenizer.text_of(i)
            if i not in never and text and "\ufffd" not in text:
                found.append(Push(text, i, float(values[i])))
            if len(found) == TOP:
                break
        return tuple(found)

    order = np.argsort(values)
    return strongest(order[::-1]), strongest(order)


def numbers(tensor: Tensor) -> np.ndarray:
    return tensor.detach().double().cpu().numpy()
