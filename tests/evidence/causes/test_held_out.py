"""What an intervention does over pairs is what it does to each of them; and the search for the heads that matter."""

import numpy as np
import pytest

from model.evidence.causes.compare import compare
from model.evidence.causes.held_out import edge, gather, held_out, retranslated
from model.evidence.causes.interventions import Edge, Intervention
from model.evidence.causes.questions import answer, question, written_ids
from model.evidence.causes.suggestions import grow
from model.language.pronouns import PronounExample
from model.reading.place import Place
from tests.evidence.causes.conftest import LONG, TIRED, WIDE


def test_held_out_numbers_are_those_of_the_pairs_one_by_one(shipped):
    pair = tuple(
        PronounExample(text, "", noun, other, pronoun, "classic")
        for text, noun, other, pronoun in ((TIRED, "animal", "street", "il"), (WIDE, "street", "animal", "elle"))
    )
    no_pair = (PronounExample("The dog sleeps.", "", "dog", "", "il", ""),) * 2
    pairs = gather(shipped, [pair, no_pair])
    found = held_out(shipped, pairs, edge("it_to_antecedent"), controls=2)
    cuts = [((1,), TIRED), ((5,), WIDE)]
    ratios = []
    for words, text in cuts:
        run = shipped.read(text)
        keys = tuple(i for word in words for i in run.source.tokens_of(word))
        ratios.append(
            compare(shipped, run, Intervention(edges=(Edge("encoder", keys, tuple(run.source.tokens_of(7))),)))
        )
    before, after = (ratios[0].log_odds[i] - ratios[1].log_odds[i] for i in (0, 1))
    assert (found["n"], found["excluded"]) == (1, 1)
    assert found["separation_before"] == pytest.approx(before, abs=1e-3)
    assert found["mean_change"] == pytest.approx(after - before, abs=1e-3)
    written = [question(shipped, one.before).prefix == question(shipped, one.after).prefix for one in ratios]
    pronouns = [[answer(shipped, run.text, written_ids(run)) for run in (one.before, one.after)] for one in ratios]
    assert all(written) and found["sentence_flip_rate"] == np.mean([was != now for was, now in pronouns])
    assert found["leaning_flip_rate"] == any(np.prod(one.log_odds) < 0 for one in ratios)


def test_each_sentence_is_translated_under_its_own_intervention(shipped):
    """Of different lengths, so that a batch reorders them: only the sentence whose edge is cut changes."""
    texts = ((WIDE, TIRED), (LONG, LONG.replace("wide", "tired")))
    pairs = gather(shipped, [tuple(PronounExample(text, "", "", "", "", "") for text in pair) for pair in texts[::-1]])
    cut = Intervention(edges=(Edge("encoder", (1,), tuple(shipped.read(TIRED).source.tokens_of(7))),))  # it -> animal
    done = [cut if member.example.source == TIRED else Intervention() for member in pairs.members]
    found = retranslated(shipped, pairs, done)
    changed = [tuple(ids) != one.translation for one, ids in zip(pairs.members, found, strict=True)]
    assert len(pairs.pairs) == 2 and changed == [one.example.source == TIRED for one in pairs.members]


def test_the_search_takes_the_head_that_matters(shipped):
    """Of three heads it begins with the one in the cross-attention that reads "it"."""
    pairs = gather(shipped, [tuple(PronounExample(text, "", "", "", "", "") for text in (TIRED, WIDE))])
    sets = [
        chosen
        for chosen, _ in grow(shipped, pairs, [Place("decoder", 0, 0), Place("cross", 1, 2), Place("encoder", 3, 0)])
    ]
    assert sets[0] == (Place("cross", 1, 2),) and [len(chosen) for chosen in sets] == [1, 2, 3]
