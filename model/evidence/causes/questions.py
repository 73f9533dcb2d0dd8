"""Where a translation chooses between il and elle, and how the network leans there.

Worth knowing: the question is always put behind the same words. The network's own translation is forced up to the pronoun,
and log p(il) - log p(elle) is read there; so two numbers differ by what was done to the network, never by what it wrote
before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from model.evidence.causes.pronoun import pronoun_step
from model.language.tokenizer import PAD, START, Tokenizer
from model.reading.run import Run
from model.reading.search import search
from model.reading.translate import BEAMS, Translator

FORMS = (
    ("Ġil", "Ġelle"),
    ("il", "elle"),
    ("ĠIl", "ĠElle"),
    ("Il", "Elle"),
)  # Ġ: a space before; without, after a hyphen


@dataclass(frozen=True)
class Question:
    """A sentence, and its translation up to the pronoun. All are token ids; prefix begins with <s>.

    step: index of the pronoun among the translation's tokens, which is also the row of the decoder that writes it.
    """

    source: tuple[int, ...]
    prefix: tuple[int, ...]
    il: int
    elle: int

    @property
    def step(self) -> int:
        return len(self.prefix) - 1


def pronoun_ids(tokenizer: Tokenizer) -> dict[int, tuple[int, int]]:
    """For the id of every il and elle, the two ids of that spelling: with a space or without, with a capital or without."""
    pairs = [tuple(map(tokenizer.fast.token_to_id, form)) for form in FORMS]
    return {token: pair for pair in pairs if None not in pair for token in pair}


def question(translator: Translator, run: Run) -> Question | None:
    """The question that a Run answered with il or elle; None if it wrote neither for "it"."""
    return question_of(translator, run.text, [token.id for token in run.target.tokens[:-1]])


def question_of(translator: Translator, text: str, target: Sequence[int]) -> Question | None:
    step = pronoun_step(text, translator.target_axis(list(target)))
    forms = None if step is None else pronoun_ids(translator.tokenizer).get(target[step])
    return forms and Question(tuple(translator.ids(text)), (START, *target[:step]), *forms)


def padded(rows: Sequence[Sequence[int]], device: torch.device) -> Tensor:
    """(row, longest), PAD at the end."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows], device=device)


@torch.inference_mode()
def log_ratios(network: nn.Module, questions: Sequence[Question]) -> np.ndarray:
    """log p(il) - log p(elle), in nats, for each question: one batch. Above 0 the network leans to il."""
    device = next(network.parameters()).device
    source, prefix = (padded([getattr(one, name) for one in questions], device) for name in ("source", "prefix"))
    states = network.decode(prefix, network.encode(source, source != PAD), source != PAD)
    rows = torch.arange(len(questions), device=device)
    logits = network.logits(states[rows, [one.step for one in questions]])  # (B, V)
    il, elle = ([getattr(one, name) for one in questions] for name in ("il", "elle"))
    return (logits[rows, il] - logits[rows, elle]).double().cpu().numpy()  # the softmax's denominator cancels


@torch.inference_mode()
def token_log_probabilities(network: nn.Module, source: Sequence[int], target: Sequence[int]) -> np.ndarray:
    """log p, in nats, of each token of a translation, its own words before it. source, target: ids; both end in </s>."""
    device = next(network.parameters()).device
    prefix = torch.tensor([[START, *target[:-1]]], device=device)
    states = network.decode(prefix, network.encode(torch.tensor([list(source)], device=device)))
    log_p = network.logits(states)[0].log_softmax(-1)
    return log_p[torch.arange(len(target)), list(target)].double().cpu().numpy()


def translations(
    translator: Translator, network: nn.Module, texts: Sequence[str], beams: int = BEAMS, batch: int = 64
) -> list[list[int]]:
    """Translations as ids, in the order of the texts, by a network that may be an altered one."""
    rows = [translator.ids(text) for text in texts]
    order, found = sorted(range(len(rows)), key=lambda i: len(rows[i])), {}
    for start in range(0, len(order), batch):
        some = order[start : start + batch]
        source = padded([rows[i] for i in some], translator.device)
        found |= dict(zip(some, search(network, source, source != PAD, beams), strict=True))
    return [found[i] for i in range(len(rows))]
