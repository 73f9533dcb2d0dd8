"""Switching heads off, and cutting single edges, in a copy of a network that shares its weights.

Worth knowing: the network itself is never touched. `altered` builds a light copy whose attention blocks do something else;
one server thread can search with it while another reads with the original, and nothing can leak between them. Row b of a
batch can be under its own intervention, so a whole band of random controls is one forward pass.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model.language.tokenizer import PAD
from model.networks.attention import MultiHeadAttention, attention_scores, attention_weights
from model.reading.place import Place

# B batch   R interventions: 1, or a divisor of B   H heads   T queries   S keys   D width of one head

BLOCKS = {
    "encoder": ("encoder", "attention"),
    "decoder": ("decoder", "attention"),
    "cross": ("decoder", "cross_attention"),
}
WAYS = ("zero", "mean", "uniform")


@dataclass(frozen=True)
class Edge:
    """Weights that are taken out: from these query tokens to these key tokens, the rest of the row renormalised.

    layer, head: None stands for all of them; queries: None for every query. Positions count from 0, in the source for an
    encoder, in the translation for a decoder's queries: query t is the row that writes token t.
    A row with no key left moves nothing: the head gives zero there.
    """

    part: str
    keys: tuple[int, ...]
    queries: tuple[int, ...] | None = None
    layer: int | None = None
    head: int | None = None


@dataclass(frozen=True)
class Intervention:
    """What is done to a network. Hashable, so that it can name a cached result; empty, it does nothing at all.

    how: "zero": the heads write nothing; "mean": what they write on average over a reference set (see reference_means),
    whatever the sentence; "uniform": they look at every key they may see alike.
    """

    heads: tuple[Place, ...] = ()
    how: str = "zero"
    edges: tuple[Edge, ...] = ()

    def __post_init__(self):
        if self.how not in WAYS:
            raise ValueError(f"how must be one of {', '.join(WAYS)}; got {self.how!r}")
        object.__setattr__(self, "heads", tuple(sorted({Place(*head) for head in self.heads})))

    def __bool__(self) -> bool:
        return bool(self.heads or self.edges)


# --- the copy ---


def shape_of(network: nn.Module) -> dict[str, tuple[int, int]]:
    """(layers, heads) of each part. Raises ValueError for a network without multi-head attention."""
    if not isinstance(getattr(network, "encoder", None), nn.ModuleList):
        raise ValueError("This model has no heads to switch off: only a Transformer has them.")
    return {
        part: (len(getattr(network, stack)), getattr(getattr(network, stack)[0], name).heads)
        for part, (stack, name) in BLOCKS.items()
    }


def all_heads(network: nn.Module) -> list[Place]:
    return [
        Place(part, layer, head)
        for part, (layers, heads) in shape_of(network).items()
        for layer in range(layers)
        for head in range(heads)
    ]


def rebuilt(network: nn.Module, make: Callable[[str, int, MultiHeadAttention], nn.Module]) -> nn.Module:
    """A copy that shares every weight, its attention blocks replaced by make(part, layer, block)."""
    twin = copy.deepcopy(network, {id(weight): weight for weight in network.parameters()})
    for part, (stack, name) in BLOCKS.items():
        for number, layer in enumerate(getattr(twin, stack)):
            setattr(layer, name, make(part, number, getattr(layer, name)))
    return twin


class SharedAttention(MultiHeadAttention):
    """An attention block made of another one's weights."""

    def __init__(self, block: MultiHeadAttention):
        nn.Module.__init__(self)
        self.heads, self.training = block.heads, block.training
        self.to_queries, self.to_keys, self.to_values = block.to_queries, block.to_keys, block.to_values
        self.to_output = block.to_output


@dataclass(frozen=True)
class Change:
    """What is done in one attention block, intervention by intervention.

    replaced: (R, H, 1 or T), True where `values` (R or 1, H, 1 or T, D) stand in for what the head mixed;
    even: (R, H), heads that look at every key alike; edges: for each intervention those of this block. rows: whether any row of
    weights is changed at all; a number of the computer's own, so that no step waits for a GPU to say it.
    """

    replaced: Tensor
    values: Tensor
    even: Tensor
    edges: tuple[tuple[Edge, ...], ...]
    rows: bool = False


class AlteredAttention(SharedAttention):
    """An attention block under a Change. Heads, and rows, that the change does not name come out the same to the bit.

    A record shows what the queries and keys say, as if nothing had been done: what was put in its place, the change says.
    """

    def __init__(self, block: MultiHeadAttention, change: Change, place: list[int], knows_place: bool):
        super().__init__(block)
        self.change = change
        # Position of the first query: in a search, masked self-attention can tell it from its keys, cross-attention cannot.
        self.place, self.knows_place = place, knows_place

    def mix(self, queries, keys, values, mask, record):
        mixed = super().mix(queries, keys, values, mask, record)
        if self.knows_place:
            self.place[0] = keys.shape[-2] - queries.shape[-2]
        change = self.change
        if change.rows:
            even, cut = self.rows_to_change(queries, keys)
            scores = attention_scores(queries, keys).masked_fill(even[..., None, None], 0.0)
            weights = attention_weights(scores.masked_fill(cut, float("-inf")), mask).nan_to_num(0.0)
            mixed = torch.where((even[..., None] | cut.any(-1))[..., None], weights @ values, mixed)
        replaced, written = (spread(tensor, len(queries)) for tensor in (change.replaced, change.values))
        return torch.where(replaced[..., None], written, mixed)

    def rows_to_change(self, queries: Tensor, keys: Tensor) -> tuple[Tensor, Tensor]:
        """Which heads (B, H) look evenly, and which weights (B, H, T, S) are cut."""
        edges, (length, width) = self.change.edges, (queries.shape[-2], keys.shape[-2])
        cut = torch.zeros(len(edges), self.heads, length, width, dtype=torch.bool, device=queries.device)
        for row, cuts in zip(cut, edges, strict=True):
            for edge in cuts:
                heads = range(self.heads) if edge.head is None else [edge.head]
                here = range(length) if edge.queries is None else [query - self.place[0] for query in edge.queries]
                for head in heads:
                    for query in here:
                        if 0 <= query < length:
                            row[head, query, [key for key in edge.keys if key < width]] = True
        return spread(self.change.even, len(queries)), spread(cut, len(queries))


def spread(rows: Tensor, batch: int) -> Tensor:
    """One row an intervention to one row a sentence: a search holds the beams of a sentence side by side."""
    if len(rows) == 1:
        return rows
    if batch % len(rows):
        raise ValueError(f"the batch must be a multiple of the interventions = {len(rows)}; got {batch}")
    return rows.repeat_interleave(batch // len(rows), 0)


def altered(network: nn.Module, *interventions: Intervention, means: dict[str, Tensor] | None = None) -> nn.Module:
    """The network under an intervention, sharing its weights; under several, row b of a batch is under the b-th.

    means: from reference_means, needed where heads are replaced by their mean. Raises ValueError for a head, a layer or a
    part that the network does not have. Without any intervention it is the network itself.
    """
    if not any(interventions):
        return network
    shapes = shape_of(network)
    for intervention in interventions:
        check(intervention, shapes)
    if means is None and any(one.heads and one.how == "mean" for one in interventions):
        raise ValueError("the mean needs a reference set: give means")
    places = [[0] for _ in range(shapes["decoder"][0])]

    def make(part: str, layer: int, block: MultiHeadAttention) -> nn.Module:
        here = [within(intervention, part, layer) for intervention in interventions]
        needed = any(here) or (part == "decoder" and any(within(one, "cross", layer).edges for one in interventions))
        if not needed:
            return block
        change = change_of(here, block, None if means is None else means[part][layer])
        return AlteredAttention(block, change, [0] if part == "encoder" else places[layer], part != "cross")

    return rebuilt(network, make)


def check(intervention: Intervention, shapes: dict[str, tuple[int, int]]) -> None:
    for place in (*intervention.heads, *intervention.edges):
        if place.part not in shapes:
            raise ValueError(f"part must be one of {', '.join(shapes)}; got {place.part!r}")
        layers, heads = shapes[place.part]
        if not (0 <= (place.layer or 0) < layers and 0 <= (place.head or 0) < heads):
            raise ValueError(
                f"the {place.part} has {layers} layers of {heads} heads; got layer {place.layer}, head {place.head}"
            )
    for edge in intervention.edges:
        if min((*edge.keys, *(edge.queries or ())), default=-1) < 0:
            raise ValueError(f"an edge needs keys, and positions from 0; got {edge.queries} to {edge.keys}")


def within(intervention: Intervention, part: str, layer: int) -> Intervention:
    """What of an intervention happens in one block."""
    heads = tuple(head for head in intervention.heads if head[:2] == (part, layer))
    edges = tuple(edge for edge in intervention.edges if edge.part == part and edge.layer in (None, layer))
    return Intervention(heads, intervention.how, edges)


def change_of(interventions: Sequence[Intervention], block: MultiHeadAttention, mean: Tensor | None) -> Change:
    """mean: (H, D), what this block's heads write on average."""
    weight = block.to_output.weight
    named = torch.zeros(len(interventions), block.heads, dtype=torch.bool)
    for row, intervention in zip(named, interventions, strict=True):
        row[[head.head for head in intervention.heads]] = True
    named = named.to(weight.device)
    ways = {way: torch.tensor([one.how == way for one in interventions], device=weight.device) for way in WAYS}
    values = weight.new_zeros(len(interventions), block.heads, 1, weight.shape[1] // block.heads)
    if mean is not None:
        values = torch.where(ways["mean"][:, None, None, None], mean[:, None], values)
    even = named & ways["uniform"][:, None]
    rows = any(one.edges or (one.heads and one.how == "uniform") for one in interventions)
    return Change((named & ~even)[..., None], values, even, tuple(one.edges for one in interventions), rows)


# --- what heads write ---


class Listening(SharedAttention):
    """Keeps what its heads mixed in the last forward pass, (B, H, T, D)."""

    def mix(self, *arguments):
        self.heard = super().mix(*arguments)
        return self.heard


@torch.inference_mode()
def written(network: nn.Module, source: Tensor, prefix: Tensor, mask: Tensor | None = None) -> dict[str, Tensor]:
    """What every head mixes from its values, before the heads are joined: (layer, B, H, T, D) for each part.

    source: (B, S) ids, with mask where it is padded; prefix: (B, T) ids that begin with <s>.
    """
    ears = {part: [] for part in shape_of(network)}

    def make(part: str, layer: int, block: MultiHeadAttention) -> nn.Module:
        ears[part].append(Listening(block))
        return ears[part][-1]

    twin = rebuilt(network, make)
    twin.decode(prefix, twin.encode(source, mask), mask)
    return {part: torch.stack([ear.heard for ear in blocks]) for part, blocks in ears.items()}


def reference_means(network: nn.Module, source: Tensor, prefix: Tensor) -> dict[str, Tensor]:
    """What every head writes on average over all positions of a reference set: (layer, H, D) for each part.

    source: (B, S) and prefix: (B, T), ids padded at the end; padding is not counted.
    """
    counted = {"encoder": source != PAD, "decoder": prefix != PAD, "cross": prefix != PAD}
    return {
        part: (values * counted[part][:, None, :, None]).sum((1, 3)) / counted[part].sum()
        for part, values in written(network, source, prefix, source != PAD).items()
    }
