"""Two sentences: the second one, the words between which a row may move, and the proofs that were asked for."""

from model.reading.recorded import EXAMPLES
from viz.scenes.fields import Field, between_commas, count_from_one, one_of, several, two

PROOFS = ("causal", "patching")  # sections that are computed on demand

FIELDS = (
    Field("second", EXAMPLES[1], str, "the sentence to compare with", read=str, widget="second"),
    Field(
        "nouns",
        None,
        tuple[int, int] | None,
        "two words between which a row may move",
        read=lambda value: two(between_commas(count_from_one)(value)),
    ),
    Field("opened", (), tuple[str, ...], "the proofs that were asked for", read=several(one_of(PROOFS))),
)
