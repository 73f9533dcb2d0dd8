"""One pass of a network over finished input, one sentence or a padded batch: the only place that calls encode and decode to look.

Worth knowing: with `record` the readable path runs and its weights are kept, without it the fused kernels do. The two agree to
1e-6, and a test holds them together.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from model.language.tokenizer import PAD
from model.reading.place import PARTS
from model.reading.reader import Pass

STAGES = ("encode", "reference", "decode", "output", "done")

# B sentences   S source tokens   T target tokens


def forward(
    network: nn.Module,
    source: Tensor,
    prefix: Tensor,
    mask: Tensor | None = None,
    *,
    its: Tensor | None = None,
    record: bool = False,
    entering: Callable[[str], None] = lambda stage: None,
) -> Pass:
    """Reads source (B, S) and, all at once, what was written, prefix (B, T) that begins with <s>.

    mask: (B, S), True at real tokens, None where nothing is padded. Rows of a padded prefix are rows of padding: leave them out.
    its: (B, S), True at every "it" whose meaning is asked for. entering is called with each of STAGES as it begins.
    """
    records = {part: [] for part in PARTS} if record else dict.fromkeys(PARTS)
    entering("encode")
    memory = network.encode(source, mask, record=records["encoder"])
    entering("reference")
    named = network.antecedent_logits(memory[its]) if its is not None else None
    entering("decode")
    states = network.decode(prefix, memory, mask, record=records["decoder"], cross_record=records["cross"])
    entering("output")
    logits = network.logits(states)
    entering("done")
    kept = {part: record for part, record in records.items() if record}
    return Pass(memory, states, logits, kept, named)


def padded(rows: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Ids of several sentences, (B, longest), and (B, longest), True at real tokens."""
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows], device=device)
    return ids, ids != PAD
