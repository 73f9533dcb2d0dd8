"""Every kind of translator by name: which configuration it has, and which network is made from it.

Worth knowing: all kinds answer to the same calls (encode, decode, start, step, logits, antecedent_logits), so training,
search and reading know none of them by name.
"""

from torch import nn

from model.networks.recurrent import Recurrent, RecurrentConfig
from model.networks.transformer import Transformer, TransformerConfig

KINDS = {"transformer": (TransformerConfig, Transformer), "recurrent": (RecurrentConfig, Recurrent)}


def kind_of(config: TransformerConfig | RecurrentConfig) -> str:
    return next(kind for kind, (sizes, _) in KINDS.items() if isinstance(config, sizes))


def build(config: TransformerConfig | RecurrentConfig) -> nn.Module:
    """An untrained network of this configuration."""
    return KINDS[kind_of(config)][1](config)


def config_from(kind: str, sizes: dict) -> TransformerConfig | RecurrentConfig:
    """The configuration that a checkpoint's card describes. Raises KeyError or TypeError if it describes none."""
    return KINDS[kind][0](**sizes)
