"""Search against the slow way: every continuation scored one sentence at a time."""

import torch

from model.language.tokenizer import END, PAD, SPECIALS, START
from model.reading.search import NEVER, search


def greedy_by_hand(network, source):
    prefix = [START]
    while len(prefix) <= 2 * source.shape[1] + 10:
        logits = network(source, torch.tensor([prefix]))[0, -1]
        logits[list(NEVER)] = float("-inf")
        prefix.append(int(logits.argmax()))
        if prefix[-1] == END:
            break
    return [token for token in prefix[1:] if token != END]


def score(network, source, target):
    prefix = torch.tensor([[START, *target]])
    logits = network(source, prefix)[0]
    logits[:, list(NEVER)] = float("-inf")
    return logits.log_softmax(-1)[range(len(target) + 1), [*target, END]].sum().item()


def test_one_beam_is_greedy(translator):
    for text in ("The animal sleeps.", "It is raining"):
        source = torch.tensor([translator.ids(text)])
        assert search(translator.network, source)[0] == greedy_by_hand(translator.network, source)


def test_padding_does_not_change_a_translation(translator):
    short, long = (
        translator.ids(text) for text in ("It is raining", "The animal didn't cross the street because it slept.")
    )
    together = torch.tensor([short + [PAD] * (len(long) - len(short)), long])
    found = search(translator.network, together, together != PAD, beams=3)
    assert found[1] == search(translator.network, torch.tensor([long]), beams=3)[0]


def test_more_beams_find_nothing_less_probable(translator):
    source = torch.tensor([translator.ids("The dog sleeps.")])
    greedy, beam = (search(translator.network, source, beams=k, length_power=0.0)[0] for k in (1, 5))
    assert score(translator.network, source, beam) >= score(translator.network, source, greedy) - 1e-4


def test_specials_are_never_written(translator):
    source = torch.tensor([translator.ids("It is raining")])
    assert all(token >= len(SPECIALS) for token in search(translator.network, source, beams=2)[0])
