"""What is read together: ids of several sentences as one padded batch."""

import torch
from torch import Tensor

from model.language.tokenizer import PAD


def padded(rows: list[list[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Ids of several sentences, (B, longest), and (B, longest), True at real tokens."""
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows], device=device)
    return ids, ids != PAD
