"""What the tests of causes share: an untrained translator that knows il and elle, and the shipped one."""

import pytest
import torch

from model.evidence.causes.outcome import Outcome
from model.evidence.causes.questions import Question
from model.language.tokenizer import START, Tokenizer
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.loading import load
from model.reading.readers.own import Translator
from model.reading.recorded import CHECKPOINTS, EXAMPLES
from tests.conftest import SENTENCES

TIRED, WIDE = EXAMPLES[:2]
LONG = "The old animal didn't cross the street because it was too wide."
FLOAT32 = 1e-5
ROOT = CHECKPOINTS.parent.parent


@pytest.fixture(scope="session")
def small() -> Translator:
    """Untrained, with il and elle in its vocabulary. A different prime for every size."""
    tokenizer = Tokenizer.train(
        [*SENTENCES, TIRED, WIDE, LONG, "Elle dort. Il dort. Qu'il dort, qu'elle dort."] * 3, 433
    )
    torch.manual_seed(3)
    config = TransformerConfig(len(tokenizer), width=33, heads=3, encoder_layers=2, decoder_layers=5, feed_forward=17)
    return Translator(Transformer(config), tokenizer, "small", torch.device("cpu"))


@pytest.fixture(scope="session")
def shipped() -> Translator:
    return load("transformer")


def asked(translator: Translator, text: str, prefix: str = "Elle dort") -> Question:
    """A question of the small network, whatever it would write itself."""
    il, elle = (translator.tokenizer.fast.token_to_id(form) for form in ("Ġil", "Ġelle"))
    before = translator.ids(prefix)[:-1]
    return Question(tuple(translator.ids(text)), (START, *before), Outcome(len(before), (il,), (elle,)))
