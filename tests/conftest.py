"""What several test files share: a small trained-from-nothing translator, made once."""

import pytest
import torch

from model.language.tokenizer import Tokenizer
from model.networks.recurrent import Recurrent, RecurrentConfig
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.device import one_thread
from model.reading.readers.own import Translator

torch.set_num_threads(1)  # the networks here are tiny: two threads that wait for each other take many times longer

SENTENCES = [
    "The animal didn't cross the street because it was too tired.",
    "L'animal n'a pas traversé la rue parce qu'il était trop fatigué.",
    "It is raining and the dog sleeps.",
    "Il pleut et le chien dort.",
]


one_thread()  # as loading does; made once, so that the order of tests changes nothing


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(SENTENCES * 3, 400)


@pytest.fixture(scope="session")
def translator(tokenizer) -> Translator:
    """Untrained: it writes nonsense, which is all these tests need. A different prime for every size."""
    torch.manual_seed(0)
    config = TransformerConfig(len(tokenizer), width=33, heads=3, encoder_layers=2, decoder_layers=5, feed_forward=17)
    return Translator(Transformer(config), tokenizer, "small", torch.device("cpu"))


@pytest.fixture(scope="session")
def recurrent(tokenizer) -> dict[str, Translator]:
    """Untrained recurrent translators by name."""
    torch.manual_seed(0)
    shapes = {"rnn": ("rnn", False), "lstm": ("lstm", False), "gru": ("gru", False), "gru-attention": ("gru", True)}
    configs = {
        name: RecurrentConfig(len(tokenizer), cell, attention, width=11, hidden=14, score=5)
        for name, (cell, attention) in shapes.items()
    }
    cpu = torch.device("cpu")
    return {name: Translator(Recurrent(config), tokenizer, name, cpu) for name, config in configs.items()}
