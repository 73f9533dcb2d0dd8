"""What every page asks: the sentence, the language of the screen, the model and its search."""

from model.reading.recorded import EXAMPLES
from viz.scenes import models
from viz.scenes.fields import Field, one_of
from viz.scenes.texts import LANGUAGES

BEAMS = {4: "beam", 1: "greedy"}

FIELDS = (
    Field("text", EXAMPLES[0], str, "the sentence that is read", read=str, widget="text"),
    Field("lang", "en", str, "the language of the screen", read=one_of(LANGUAGES), widget="lang"),
    Field("model", "transformer", str, "the checkpoint that reads", read=one_of(lambda: models.available_models())),
    Field("beams", 4, int, "of the search; 1 is greedy", read=one_of(BEAMS, int), widget="beams"),
)
