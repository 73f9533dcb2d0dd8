"""Activation patching: what one head wrote in one sentence, put in its place while the network reads the other.

Worth knowing: patching asks what is enough, switching off asks what is needed; the two need not agree. All heads of a layer
are patched in one batch, each row another head, so that a pair takes a second and not a minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from model.evidence.causes.interventions import AlteredAttention, Change, rebuilt, shape_of, written
from model.evidence.causes.outcome import Measure
from model.evidence.causes.pairs import Alignment, align, check_pair
from model.evidence.causes.questions import PRONOUN, Question, leanings, question
from model.reading.place import Place
from model.reading.readers.own import Translator
from model.reading.run import BEAMS, Run

SMALLEST = 0.5  # nats between the two sentences; below, the effect would be a ratio of two near-zeros

# B batch   H heads   S, T tokens of the corrupted sentence, of the prefix   D width of one head


@dataclass(frozen=True)
class Effect:
    """Of one head, or of all heads of a layer together (head None): 0 changes nothing, 1 makes the other sentence of it.

    (patched - corrupted) / (clean - corrupted), each in log-odds; it may leave [0, 1].
    """

    part: str
    layer: int
    head: int | None
    effect: float


@dataclass(frozen=True)
class Patching:
    """Two sentences made ready, and what is measured between them.

    clean, corrupted: log-odds in nats, both behind the clean translation's words up to the place where they are read.
    alignment: of the two sentences; where a token of the corrupted one has no counterpart, the head writes what it wrote.
    """

    translator: Translator
    questions: tuple[Question, Question]
    alignment: Alignment
    clean: float
    corrupted: float

    @property
    def whole(self) -> bool:
        """Whether every token of the corrupted sentence has a counterpart."""
        return len(self.alignment.tokens) == len(self.questions[1].source)

    @property
    def steps(self) -> int:
        """How many effects there are to come: every head, and every layer."""
        return sum(layers * (heads + 1) for layers, heads in shape_of(self.translator.network).values())

    def effects(self) -> Iterator[Effect]:
        """Every effect as soon as it is there: encoder, decoder, cross-attention, layer by layer, heads first."""
        values = self.values()
        for part, (layers, heads) in shape_of(self.translator.network).items():
            for layer in range(layers):
                here = [Place(part, layer, head) for head in range(heads)]
                found = self.patched(values, [*([head] for head in here), here])
                for head, effect in zip([*range(heads), None], found, strict=True):
                    yield Effect(part, layer, head, effect)

    def values(self) -> dict[str, Tensor]:
        """What every head wrote in the clean sentence, with its prefix: (layer, 1, H, T, D) for each part."""
        device, clean = self.translator.device, self.questions[0]
        ids = (torch.tensor([one], device=device) for one in (clean.source, clean.prefix))
        return written(self.translator.network, *ids)

    def patched(self, values: dict[str, Tensor], sets: list[list[Place]]) -> list[float]:
        """The effect of each set of heads: row b of one batch has those of the b-th set patched."""
        tokens = torch.tensor(self.alignment.tokens, device=self.translator.device)
        steps = torch.arange(len(self.questions[0].prefix), device=self.translator.device)
        places = {"encoder": tokens, "decoder": torch.stack([steps, steps], 1)}
        places["cross"] = places["decoder"]
        network = patched_network(self.translator.network, values, sets, places, len(self.questions[1].source))
        odds = leanings(network, [self.questions[1]] * len(sets))
        return ((odds - self.corrupted) / (self.clean - self.corrupted)).tolist()


def patching(
    translator: Translator,
    clean: str | Run,
    corrupted: str | Run,
    beams: int = BEAMS,
    measure: Measure = PRONOUN,
) -> Patching:
    """Two sentences made ready for patching. Each may be a text or the Run of it that is there already.

    Raises ValueError, with the reason in one sentence, if the sentences are the same, have no word in common, if the
    clean one's translation has nothing of what is measured, or if the network leans the same way in both.
    """
    shape_of(translator.network)
    check_pair(*(one.text if isinstance(one, Run) else one for one in (clean, corrupted)))
    first, second = (one if isinstance(one, Run) else translator.read(one, beams) for one in (clean, corrupted))
    asked = question(translator, first, measure)
    if asked is None:
        raise ValueError(f"{measure.missing(first.translation)}: there is nothing to measure.")
    alignment = align(first.source, second.source)
    if not alignment.shared:
        raise ValueError("The two sentences have no word in common: there is nothing to carry over.")
    other = replace(asked, source=tuple(translator.ids(second.text)))
    odds = [float(leanings(translator.network, [one])[0]) for one in (asked, other)]
    if abs(odds[0] - odds[1]) < SMALLEST:
        raise ValueError(
            f"Between the two sentences {measure.difference} differs by {abs(odds[0] - odds[1]):.2f} only, less than "
            f"{SMALLEST}: there is no difference to carry over."
        )
    return Patching(translator, (asked, other), alignment, *odds)


def patched_network(
    network: nn.Module, values: dict[str, Tensor], sets: list[list[Place]], places: dict[str, Tensor], source: int
) -> nn.Module:
    """A copy in which row b has the heads of sets[b] write `values` instead.

    places: for each part (aligned, 2), position in `values` and position here; source: tokens of the sentence that is read.
    """

    def make(part: str, layer: int, block: nn.Module) -> nn.Module:
        named = torch.tensor([[Place(part, layer, head) in some for head in range(block.heads)] for some in sets])
        if not named.any():
            return block
        theirs, here = places[part].T
        length = source if part == "encoder" else len(places[part])
        put = values[part].new_zeros(1, block.heads, length, values[part].shape[-1])
        put[:, :, here] = values[part][layer][:, :, theirs]
        where = torch.zeros(length, dtype=torch.bool, device=put.device)
        where[here] = True
        named = named.to(put.device)
        change = Change(named[..., None] & where, put, torch.zeros_like(named), ((),) * len(sets))
        return AlteredAttention(block, change, [0], False)

    return rebuilt(network, make)
