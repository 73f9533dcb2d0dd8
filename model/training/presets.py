"""Which networks are trained here, and how: frozen configurations, and named instances of them."""

from dataclasses import dataclass, field

from model.networks.recurrent import RecurrentConfig
from model.networks.transformer import TransformerConfig
from model.training.batches import Mixture

# Widths of the recurrent states: chosen so that all five of the race have as many parameters, to 3 %.
PRESETS = {
    "transformer": TransformerConfig(vocabulary=12_000, width=320, feed_forward=1280),  # the translator of the app
    "transformer-twin": TransformerConfig(vocabulary=8000),
    "rnn": RecurrentConfig(vocabulary=8000, cell="rnn", hidden=1044),
    "lstm": RecurrentConfig(vocabulary=8000, cell="lstm", hidden=550),
    "gru": RecurrentConfig(vocabulary=8000, cell="gru", hidden=656),
    "gru-attention": RecurrentConfig(vocabulary=8000, cell="gru", hidden=632, attention=True),
}


@dataclass(frozen=True)
class TrainingConfig:
    """How to train. Counts, unless a field says otherwise."""

    tokens: int = 36_000_000  # source and target tokens read before the end
    learning_rate: float = 2.5e-3  # at its peak
    warmup_tokens: int = 600_000  # from 0 to the peak, linearly
    decay_share: float = 0.35  # of the tokens, at the end: from the peak to 0, linearly
    weight_decay: float = 0.01
    clip_norm: float = 1.0  # of the gradient
    label_smoothing: float = 0.1
    word_dropout: float = 0.3  # of the decoder's input tokens, on sentences with a known antecedent
    plain_word_dropout: float = 0.1  # on all others
    antecedent_weight: float = 0.5  # of the antecedent loss, beside the translation loss
    seed: int = 0
    mixture: Mixture = field(default_factory=Mixture)


CONFIGS = {
    "transformer": TrainingConfig(
        tokens=60_000_000,
        learning_rate=2e-3,
        mixture=Mixture(
            batch_tokens=4000,
            generator=2,
            generated_share=0.26,
            bengali_share=0.2,
            copied_share=0.11,
            bengali_copied_share=0.045,
            renamed=0.5,
            split_rate=0.05,
        ),
    )
}

# Tokens read when the weights are kept for "How it learned", and once more at the end: early on more happens.
MOMENTS = (
    0, 50_000, 100_000, 200_000, 350_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000, 3_000_000, 4_000_000,
    5_000_000, 6_500_000, 8_000_000, 10_000_000, 13_000_000, 16_000_000, 20_000_000, 26_000_000, 33_000_000, 42_000_000,
    50_000_000,
)  # fmt: skip


def config_of(name: str) -> TrainingConfig:
    return CONFIGS.get(name, TrainingConfig())
