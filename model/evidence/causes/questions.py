"""Where a translation chooses, between il and elle or anything else an Outcome names, and how the network leans there.

Worth knowing: the question is always put behind the same words. The network's own translation is forced up to the place, and
the log-odds are read there; so two numbers differ by what was done to the network, never by what it wrote before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from model.evidence.causes.outcome import Measure, Outcome, log_odds
from model.evidence.causes.pronoun import pronoun_step
from model.language.tokenizer import START, Tokenizer
from model.reading.passes import padded
from model.reading.readers.own import Translator
from model.reading.run import BEAMS, Run
from model.reading.search import search

FORMS = (
    ("Ġil", "Ġelle"),
    ("il", "elle"),
    ("ĠIl", "ĠElle"),
    ("Il", "Elle"),
)  # Ġ: a space before; without, after a hyphen


@dataclass(frozen=True)
class Question:
    """A sentence, its translation up to a place, and what is measured there. Token ids; prefix begins with <s>."""

    source: tuple[int, ...]
    prefix: tuple[int, ...]
    outcome: Outcome

    @property
    def step(self) -> int:
        """The row of the decoder that answers."""
        return self.outcome.step


# --- il against elle ---


def pronoun_ids(tokenizer: Tokenizer) -> dict[int, tuple[int, int]]:
    """For the id of every il and elle, the two ids of that spelling: with a space or without, with a capital or without."""
    pairs = [tuple(map(tokenizer.fast.token_to_id, form)) for form in FORMS]
    return {token: pair for pair in pairs if None not in pair for token in pair}


def pronoun_outcome(translator: Translator, text: str, target: Sequence[int]) -> Outcome | None:
    """il against elle, in the spelling that was written, where a translation has one of them for "it"; else None."""
    step = pronoun_step(text, translator.target_axis(list(target)))
    forms = None if step is None else pronoun_ids(translator.tokenizer).get(target[step])
    return forms and Outcome(step, *((form,) for form in forms))


PRONOUN = Measure("il or elle for “it”", "log p(il) - log p(elle)", pronoun_outcome)


# --- asking, whatever the outcome ---


def question(translator: Translator, run: Run, measure: Measure = PRONOUN) -> Question | None:
    """The question that a Run answered; None if it has nothing of what is measured."""
    return question_of(translator, run.text, written_ids(run), measure)


def question_of(
    translator: Translator, text: str, target: Sequence[int], measure: Measure = PRONOUN
) -> Question | None:
    found = measure.find(translator, text, target)
    return found and Question(tuple(translator.ids(text)), (START, *target[: found.step]), found)


def written_ids(run: Run) -> list[int]:
    """What a Run wrote, without </s>."""
    return [token.id for token in run.target.tokens[:-1]]


def answer(translator: Translator, text: str, target: Sequence[int], measure: Measure = PRONOUN) -> str:
    """The word that was written where something is measured, in small letters: "il" or "elle"; "" where there is none."""
    found = measure.find(translator, text, target)
    return "" if found is None else translator.target_axis(list(target)).tokens[found.step].text.lower()


@torch.inference_mode()
def leanings(network: nn.Module, questions: Sequence[Question]) -> np.ndarray:
    """The log-odds of each question's outcome, in nats: one batch. Above 0 the network leans to what is wanted."""
    device = next(network.parameters()).device
    source, mask = padded([one.source for one in questions], device)
    prefix, _ = padded([one.prefix for one in questions], device)
    states = network.decode(prefix, network.encode(source, mask), mask)
    rows = torch.arange(len(questions), device=device)
    logits = network.logits(states[rows, [one.step for one in questions]])  # (B, V)
    return log_odds(logits, [one.outcome for one in questions]).double().cpu().numpy()


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
        found |= dict(
            zip(some, search(network, *padded([rows[i] for i in some], translator.device), beams), strict=True)
        )
    return [found[i] for i in range(len(rows))]
