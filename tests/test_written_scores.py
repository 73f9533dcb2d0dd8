"""Sentences of visitors and of Bengali: what counts as near a reference, and what as unsound."""

import pytest

from model.language.corpora import PairSet
from model.language.tatoeba import Corpus
from model.language.tokenizer import Tokenizer
from model.reading.readers.own import Translator
from model.reading.recorded import EXAMPLES
from model.training.quality import read_table
from model.training.written_scores import bengali_scores, foreign_letters, is_repeating, unsound, visitor_scores
from tests.conftest import SENTENCES


class Parrot:
    """Writes what it is told to, whatever it is asked."""

    def __init__(self, name, answers):
        self.name, self.answers = name, answers

    def translate_many(self, texts, beams=1, language="fr"):
        return [self.answers.get(text, "x") for text in texts]


def test_visitors_take_the_nearer_reference_and_stand_beside_another_model(tmp_path):
    (tmp_path / "visitors.tsv").write_text(
        "english\tfrench\tkind\nHi.\tBonjour. ||| Salut.\tgreeting\nBye.\tAdieu.\tend\n"
    )
    good, bad = Parrot("good", {"Hi.": "Salut.", "Bye.": "Adieu."}), Parrot("bad", {"Hi.": "Salut."})
    scores = visitor_scores(good, tmp_path, 1, bad)
    assert scores["chrf"] == pytest.approx(100) and scores["by_kind"] == pytest.approx({"greeting": 100, "end": 100})
    assert scores["against"]["model"] == "bad" and scores["difference"] == pytest.approx(
        100 - scores["against"]["chrf"]
    )
    assert scores["against"]["chrf"] < 80
    assert "against" not in visitor_scores(good, tmp_path, 1)


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("ধীরে ধীরে চলো।", False),
        ("চলো চলো চলো।", True),
        ("সে যায়, সে যায়।", True),
        ("সে যায় আর সে আসে।", False),
        ("", False),
    ],
)
def test_repetition(text, repeats):
    assert is_repeating(text) is repeats


def test_what_the_source_repeats_may_be_repeated():
    assert not is_repeating("না, না, না!", "No, no, no!")


def test_letters_of_another_script_unless_the_source_has_the_word():
    assert foreign_letters("আমি chien দেখি।", "I see GPT.") and not foreign_letters("আমি GPT দেখি। ৭", "I see GPT.")


def test_unsound_names_every_fault():
    assert unsound("I am 7.", "আমার বয়স ৭।") == []
    assert unsound("I am 7.", "go go go") == ["repetition", "script", "number"]
    assert unsound("I am.", " ") == ["empty"]


def test_bengali_scores_of_a_model_that_knows_the_answers(tmp_path):
    (tmp_path / "bengali_examples.tsv").write_text("english\tbengali\nGo.\tযাও।\nStop.\tথামো।\n")
    tokenizer = Tokenizer.train(SENTENCES, 400, ("fr", "bn"))
    parrot = Parrot("parrot", {"Come.": "এসো।", "Go.": "যাও।", "Sit.": "বসো বসো বসো।"})
    parrot.tokenizer = tokenizer
    held_out = (("Come.", ("এসো।", "আসো।")), ("Sit.", ("বসো।",)))
    sets = (PairSet("small", "bn", Corpus((), (), held_out, 0), "0"),)
    scores = bengali_scores(parrot, sets, tmp_path, 1)
    assert (scores["n"], scores["counted"], scores["sound"]) == (2, 2, 0.5)
    assert scores["faults"] == {"repetition": 1, "script": 0, "number": 0, "empty": 0}
    assert list(scores["examples"]) == list(EXAMPLES) and scores["written"]["near"] == 0.5


def test_model_without_bengali_is_refused(translator: Translator):
    with pytest.raises(ValueError, match="no set holds Bengali"):
        bengali_scores(translator, (), None)


def test_table_with_a_gap_is_refused(tmp_path):
    (tmp_path / "t.tsv").write_text("english\tfrench\nHi.\t\n")
    with pytest.raises(ValueError, match="empty column"):
        read_table(tmp_path / "t.tsv", "english", "french")
    with pytest.raises(ValueError, match="no column kind"):
        read_table(tmp_path / "t.tsv", "english", "kind")
