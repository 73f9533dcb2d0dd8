"""Finds a translation, one word at a time. Greedy search is beam search with one beam.

Worth knowing: here the Transformer is as sequential as an RNN, because each word is read before the next is chosen. Both
keep what they need of the words so far (a key-value cache, a hidden state), so no word is read twice.
"""

import torch
from torch import Tensor

from model.language.tokenizer import END, NONE, PAD, START, UNKNOWN

NEVER = (PAD, START, UNKNOWN, NONE)  # may not be written

# B sentences   K beams   T words so far   V vocabulary


@torch.inference_mode()
def search(
    model, source: Tensor, mask: Tensor | None = None, beams: int = 1, length_power: float = 0.8, start: int = START
) -> list[list[int]]:
    """The most probable translation found for each sentence, as token ids without its start and </s>.

    source: (B, S) ids; mask: (B, S), True at real tokens; beams: how many unfinished translations are kept.
    start: the token an output begins with, which says its language.
    Ranks finished translations by log-probability / length**length_power, so that short ones do not win by being short.
    """
    sentences = source.shape[0]
    lengths = (source != PAD).sum(1).repeat_interleave(beams)
    limits = 2 * lengths + 10  # words after which a translation is cut off, ended or not
    memory = model.encode(source, mask).repeat_interleave(beams, 0)  # (B·K, S, C)
    memory_mask = None if mask is None else mask.repeat_interleave(beams, 0)
    kept = model.start(memory, memory_mask)
    prefix = torch.full((sentences * beams, 1), start, device=source.device)
    scores = torch.full((sentences, beams), float("-inf"), device=source.device)
    scores[:, 0] = 0.0  # all beams start alike: only the first may speak
    for step in range(int(limits.max())):
        states, kept = model.step(prefix[:, -1], kept, memory_mask)
        log_p = model.logits(states).float().log_softmax(-1)  # (B·K, V)
        log_p[:, [*NEVER, start]] = float("-inf")
        finished = (prefix == END).any(1) | (step >= limits)
        log_p[finished] = float("-inf")
        log_p[finished, PAD] = 0.0
        total = scores[:, :, None] + log_p.view(sentences, beams, -1)  # (B, K, V)
        scores, best = total.flatten(1).topk(beams)  # (B, K)
        beam, token = best // log_p.shape[1], best % log_p.shape[1]
        row = (beam + torch.arange(sentences, device=source.device)[:, None] * beams).flatten()
        prefix = torch.cat([prefix[row], token.flatten()[:, None]], 1)
        kept = [tensor[row] for tensor in kept]
        if finished.all():
            break
    prefix = prefix.view(sentences, beams, -1)[:, :, 1:]
    lengths = ((prefix != PAD) & (prefix != END)).sum(-1) + 1
    winner = (scores / lengths**length_power).argmax(1)
    chosen = prefix[torch.arange(sentences, device=source.device), winner].tolist()
    return [[token for token in ids if token not in (END, PAD)] for ids in chosen]
