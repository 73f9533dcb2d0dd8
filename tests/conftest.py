"""What several test files share: a small trained-from-nothing translator, made once."""

import json
import struct

import numpy as np
import pytest
import torch

from model.language.tokenizer import Tokenizer
from model.networks.recurrent import Recurrent, RecurrentConfig
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.translate import Translator

torch.set_num_threads(1)  # the networks here are tiny: two threads that wait for each other take many times longer

SENTENCES = [
    "The animal didn't cross the street because it was too tired.",
    "L'animal n'a pas traversé la rue parce qu'il était trop fatigué.",
    "It is raining and the dog sleeps.",
    "Il pleut et le chien dort.",
]


def unpack(packed: bytes) -> dict:
    """What the browser makes of the explorer's bytes, with the codes by part under "codes"; a stack that came along under
    "stack", with its codes (word, cell) beside the rest of each part."""
    records, place = {}, 0

    def record() -> dict:
        nonlocal place
        (length,) = struct.unpack_from("<I", packed, place)
        place += 4 + length
        return json.loads(packed[place - length : place])

    def numbers(count: int, bits: int) -> np.ndarray:
        nonlocal place
        place += count * bits // 8
        return np.frombuffer(packed, f"<u{bits // 8}", count, place - count * bits // 8)

    records |= record()
    records |= record()
    records["codes"] = {part: numbers(count, records["bits"]) for part, count in records["counts"].items()}
    records["stack"] = record() if place < len(packed) else None
    for about in (records["stack"] or {}).get("parts", {}).values():
        about["codes"] = [numbers(about["count"], records["stack"]["bits"]) for _ in about["largest"]]
    assert place == len(packed)
    return records


def unpack_diagram(packed: bytes) -> dict:
    """What the browser makes of a diagram's bytes, with each strip's numbers as (rows, columns) under "codes"."""
    records, place = {}, 0
    for _ in range(2):
        (length,) = struct.unpack_from("<I", packed, place)
        records |= json.loads(packed[place + 4 : place + 4 + length])
        place += 4 + length
    records["codes"] = []
    for strip in records["strips"]:
        shape = strip["rows"], strip["columns"]
        records["codes"].append(np.frombuffer(packed, np.int8, shape[0] * shape[1], place).reshape(shape))
        place += shape[0] * shape[1]
    assert place == len(packed)
    return records


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
