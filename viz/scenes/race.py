"""The race: its sections, and what its table of paths is worked out for."""

from viz.scenes.fields import Field, one_of

SECTIONS = ("sentence", "speed", "gradients", "recall", "path", "claims")
RACERS = ("rnn", "lstm", "gru", "gru-attention", "transformer-twin")  # trained alike, to be compared
LENGTHS = tuple(2**power for power in range(4, 17))  # tokens, of the table of paths
WIDTHS = tuple(2**power for power in range(5, 13))

FIELDS = (
    Field("section", "sentence", str, "of the race", read=one_of(SECTIONS), widget="section"),
    Field("length", 64, int, "tokens, of the table of paths", read=one_of(LENGTHS, int), widget="length"),
    Field("width", 256, int, "of its layers, in numbers a token", read=one_of(WIDTHS, int), widget="width"),
)
