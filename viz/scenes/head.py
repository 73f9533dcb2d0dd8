"""Inside one head: the two tokens that are followed, and what the head may do otherwise than the model."""

from viz.scenes.fields import Field, count_from_one, one_of

CHANGES = ("none", "unscaled", "temperature", "unmasked", "unplaced")
TEMPERATURES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)

FIELDS = (
    Field("query", None, int | None, "the token that asks", read=count_from_one),
    Field("key", None, int | None, "and the one that answers", read=count_from_one),
    Field("change", "none", str, "what the head does otherwise than the model", read=one_of(CHANGES)),
    Field("temperature", 2.0, float, "of the softmax, where that is changed", read=one_of(TEMPERATURES, float)),
)
