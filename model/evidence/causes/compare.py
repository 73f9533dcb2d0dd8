"""A sentence before and after an intervention, beside what random heads of the same layers do.

Worth knowing: the control is the claim's other half. Any head that is switched off changes something; a head carries *it*
only if as many random heads of its own layer do not do the same.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from model.evidence.causes.interventions import Edge, Intervention, altered, reference_means, shape_of
from model.evidence.causes.outcome import Measure
from model.evidence.causes.questions import PRONOUN, Question, leanings, question, token_log_probabilities
from model.language.pronouns import examples
from model.language.tokenizer import START
from model.reading.passes import padded
from model.reading.place import Place
from model.reading.readers.own import Translator
from model.reading.run import BEAMS, Run

RANDOM_SETS = 20  # as many random sets as there are in the band, at most
# A token, on geometric average, by the network as it was. On validation sentences the translation of another sentence reaches
# 0.05 at most, and one that differs in the pronoun has 0.48 at least: this lies between.
NONSENSE = 0.15


@dataclass(frozen=True)
class Band:
    """What random other heads of the same layers did.

    low, median, high: 5th, 50th and 95th percentile of the change of the log-odds, nats. sets: how many
    different sets were drawn; flips: the share of them after which the network leans to the other side.
    """

    low: float
    median: float
    high: float
    sets: int
    flips: float

    @classmethod
    def of(cls, changes: np.ndarray, flips: np.ndarray) -> "Band":
        return cls(*np.percentile(changes, [5, 50, 95]).tolist(), len(changes), float(flips.mean()))


@dataclass(frozen=True)
class Comparison:
    """A sentence before and after. before, after: what was done to the network is done in `after` only.

    step: the token of before's translation where the log-odds are read, its words before it forced; None where that
    translation has nothing of what is measured (no il or elle for "it"): then log_odds and band are None too.
    log_odds: (before, after), in nats, above 0 for what is wanted (il). forced: log p of every token of before's translation
    under the intervention. plausibility: the probability a token, on geometric average, that the network as it was gives to
    after's translation; below NONSENSE the translation is called nonsense.
    """

    intervention: Intervention
    before: Run
    after: Run
    step: int | None
    log_odds: tuple[float, float] | None
    band: Band | None
    forced: tuple[float, ...]
    plausibility: float

    @property
    def nonsense(self) -> bool:
        return self.plausibility < NONSENSE

    @property
    def change(self) -> float | None:
        return self.log_odds and self.log_odds[1] - self.log_odds[0]


def under(translator: Translator, intervention: Intervention, means: dict | None = None) -> Translator:
    """A translator that reads and searches under an intervention. The original is not touched."""
    network = altered(translator.network, intervention, means=means)
    return Translator(network, translator.tokenizer, translator.name, translator.device)


def mean_values(translator: Translator, sentences: int = 100) -> dict[str, torch.Tensor]:
    """What every head writes on average, over generated validation sentences and their reference translations."""
    some = examples("validation", seed=7, count=sentences)
    source, _ = padded([translator.ids(one.source) for one in some], translator.device)
    prefix, _ = padded([[START, *translator.ids(one.target)[:-1]] for one in some], translator.device)
    return reference_means(translator.network, source, prefix)


def compare(
    translator: Translator,
    text: str | Run,
    intervention: Intervention,
    *,
    beams: int = BEAMS,
    means: dict[str, torch.Tensor] | None = None,
    random_sets: int = RANDOM_SETS,
    seed: int = 0,
    measure: Measure = PRONOUN,
) -> Comparison:
    """What an intervention changes in one sentence, and what random heads of the same layers change.

    text: a sentence, or the Run of it that is there already (then with that Run's beams). means: from mean_values, needed
    for "mean". measure: what is looked for in the translation. Raises TextError for a text that cannot be read, ValueError
    for heads that the model does not have.
    """
    changed = under(translator, intervention, means)  # before the reading: what cannot be done costs no time
    before = text if isinstance(text, Run) else translator.read(text, beams)
    after = changed.read_on_device(before.asked) if intervention else before
    source = [token.id for token in before.source.tokens]
    forced = token_log_probabilities(changed.network, source, [token.id for token in before.target.tokens])
    own = token_log_probabilities(translator.network, source, [token.id for token in after.target.tokens])
    place = question(translator, before, measure)
    odds, band = None, None
    if place:
        odds = tuple(float(leanings(network, [place])[0]) for network in (translator.network, changed.network))
        band = random_band(translator, place, intervention, odds[0], means, random_sets, seed)
    return Comparison(
        intervention,
        before,
        after,
        place and place.step,
        odds,
        band,
        tuple(forced.tolist()),
        float(np.exp(own.mean())),
    )


def random_band(
    translator: Translator,
    place: Question,
    intervention: Intervention,
    before: float,
    means: dict[str, torch.Tensor] | None,
    sets: int = RANDOM_SETS,
    seed: int = 0,
) -> Band | None:
    """The same done with random other heads of the same layers, or with edges to random other words.

    None where there is no other choice. before: the log-odds of the network as it is.
    """
    lengths = {"encoder": len(place.source), "cross": len(place.source), "decoder": len(place.prefix)}
    controls = random_interventions(translator.network, intervention, lengths, sets, seed)
    if not controls:
        return None
    after = leanings(altered(translator.network, *controls, means=means), [place] * len(controls))
    return Band.of(after - before, after * before < 0)


def random_interventions(
    network: torch.nn.Module, intervention: Intervention, lengths: dict[str, int], sets: int, seed: int
) -> list[Intervention]:
    """Up to `sets` different interventions like this one, in random other heads of the same layers. May be empty.

    lengths: tokens a query may see, by part. An edge in all heads of a layer stays in all heads: it goes to random other keys.
    """
    random, found = np.random.default_rng(seed), {}
    for _ in range(5 * sets):
        others = other_heads(network, intervention, random)
        heads = tuple(Place(part, layer, others[part, layer, head]) for part, layer, head in intervention.heads)
        edges = tuple(moved(edge, others, lengths[edge.part], random) for edge in intervention.edges)
        if None in edges:
            return []
        other = Intervention(heads, intervention.how, edges)
        if other != intervention:
            found[other] = None
        if len(found) == sets:
            break
    return list(found)


def other_heads(network: torch.nn.Module, intervention: Intervention, random: np.random.Generator) -> dict:
    """For each head (part, layer, head) that is named, another of its layer; any of them where too few others are left."""
    shapes, named, result = shape_of(network), {}, {}
    for part, layer, head in (*intervention.heads, *((e.part, e.layer, e.head) for e in intervention.edges)):
        named.setdefault((part, layer), set()).update(() if head is None else (head,))
    for (part, layer), heads in named.items():
        everyone = set(range(shapes[part][1]))
        others = everyone - heads if 2 * len(heads) <= len(everyone) else everyone
        drawn = random.permutation(sorted(others)).tolist()
        result |= {(part, layer, head): other for head, other in zip(sorted(heads), drawn, strict=False)}
    return result


def moved(edge: Edge, others: dict, length: int, random: np.random.Generator) -> Edge | None:
    """The edge in another head, or in all heads to other keys; None if there are too few other keys."""
    if edge.head is not None:
        return replace(edge, head=others[edge.part, edge.layer, edge.head])
    keys = [key for key in range(length) if key not in edge.keys and key not in (edge.queries or ())]
    if len(keys) < len(edge.keys):
        return None
    return replace(edge, keys=tuple(sorted(random.choice(keys, len(edge.keys), replace=False).tolist())))
