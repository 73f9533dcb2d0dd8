"""What interventions do to pronouns: the question that is asked, comparison, random controls, patching, pairs, left to right."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.evidence.causes.causal import pair_report
from model.evidence.causes.compare import compare, mean_values, random_interventions
from model.evidence.causes.held_out import edge, gather, held_out, pronoun_in, retranslated
from model.evidence.causes.interventions import Edge, Intervention, all_heads, altered, shape_of, written
from model.evidence.causes.left_to_right import left_to_right
from model.evidence.causes.pairs import align, difference, most_moved_candidates, most_moved_word, shifts, word_rows
from model.evidence.causes.patching import Patching, patching
from model.evidence.causes.pronoun import pronoun_step
from model.evidence.causes.questions import Question, log_ratios, question
from model.evidence.causes.suggestions import grow
from model.language.pronouns import PronounExample, examples
from model.language.tokenizer import START, Tokenizer
from model.networks.recurrent import Recurrent, RecurrentConfig
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.place import Place
from model.reading.recorded import CHECKPOINTS, EXAMPLES, suggestions
from model.reading.run import Axis, Word
from model.reading.translate import TextError, Translator, axis
from model.training.evaluate import pronoun_of
from tests.conftest import SENTENCES
from tests.evidence.causes.test_interventions import by_hand

TIRED, WIDE = EXAMPLES[:2]
LONG = "The old animal didn't cross the street because it was too wide."
FLOAT32 = 1e-5
ROOT = CHECKPOINTS.parent.parent


@pytest.fixture(scope="module")
def small() -> Translator:
    """Untrained, with il and elle in its vocabulary. A different prime for every size."""
    tokenizer = Tokenizer.train(
        [*SENTENCES, TIRED, WIDE, LONG, "Elle dort. Il dort. Qu'il dort, qu'elle dort."] * 3, 433
    )
    torch.manual_seed(3)
    config = TransformerConfig(len(tokenizer), width=33, heads=3, encoder_layers=2, decoder_layers=5, feed_forward=17)
    return Translator(Transformer(config), tokenizer, "small", torch.device("cpu"))


@pytest.fixture(scope="module")
def shipped() -> Translator:
    return Translator.load("transformer")


def target_axis(text: str):
    tokenizer = Tokenizer.load(CHECKPOINTS / "transformer" / "tokenizer.json")
    return axis(tokenizer.words(text), tokenizer.encode(text))


def asked(translator: Translator, text: str, prefix: str = "Elle dort") -> Question:
    """A question of the small network, whatever it would write itself."""
    il, elle = (translator.tokenizer.fast.token_to_id(form) for form in ("Ġil", "Ġelle"))
    return Question(tuple(translator.ids(text)), (START, *translator.ids(prefix)[:-1]), il, elle)


def ids_of(run) -> list[int]:
    return [token.id for token in run.target.tokens[:-1]]


# --- the question ---


@pytest.mark.parametrize(
    "sentence, translation, word",
    [
        (TIRED, "L'animal n'a pas traversé la rue parce qu'il était trop fatigué.", "il"),
        ("It is wide.", "Elle est large.", "elle"),
        ("He likes the house because it is old.", "Il aime la maison parce qu'elle est vieille.", "elle"),
        ("Is it asleep?", "Dort-il ?", "il"),
        ("There is a dog because it is old.", "Il y a un chien parce qu'elle est vieille.", "elle"),
    ],
)
def test_the_pronoun_of_it_is_found(sentence, translation, word):
    target = target_axis(translation)
    assert target.tokens[pronoun_step(sentence, target)].text.lower() == word


def test_no_pronoun_is_none():
    assert pronoun_step("It is there.", target_axis("Il y a un chien.")) is None
    assert pronoun_step("The dog sleeps.", target_axis("Le chien dort sur l'illusion.")) is None


def test_the_pronoun_is_the_one_that_evaluation_counts():
    for example in examples("validation", seed=13, count=300):
        target = target_axis(example.target)
        step = pronoun_step(example.source, target)
        found = "" if step is None else target.tokens[step].text.lower()
        assert found == pronoun_of(example.source, example.target)


def test_log_ratio_is_that_of_the_softmax(small):
    one, two = asked(small, TIRED), asked(small, LONG, "Il")
    found = log_ratios(small.network, [one, two])  # of different lengths: padded
    for ratio, place in zip(found, (one, two), strict=True):
        logits = small.network(torch.tensor([place.source]), torch.tensor([place.prefix]))[0, -1].detach()
        log_p = logits.log_softmax(-1)
        assert ratio == pytest.approx(float(log_p[place.il] - log_p[place.elle]), abs=FLOAT32)


# --- before and after ---


def test_nothing_done_changes_nothing(small):
    done = compare(small, TIRED, Intervention())
    assert done.after is done.before and done.change in (None, 0.0)
    np.testing.assert_allclose(np.exp(done.forced), done.before.probabilities, rtol=1e-5)


def test_before_and_after_are_what_each_network_writes(small):
    heads = Intervention(tuple(head for head in all_heads(small.network) if head.part == "encoder"))
    done = compare(small, TIRED, heads, beams=2)
    alone = Translator(altered(small.network, heads), small.tokenizer, "small", torch.device("cpu")).read(TIRED, 2)
    assert done.before.probabilities == small.read(TIRED, 2).probabilities
    assert done.after.translation == alone.translation and done.after.probabilities == alone.probabilities
    assert len(done.forced) == len(done.before.target)


def test_without_a_pronoun_there_is_no_log_ratio(small):
    done = compare(small, "the dog sleeps", Intervention((Place("cross", 0, 0),)))
    assert question(small, done.before) is None  # untrained: it writes no il
    assert (done.step, done.log_ratio, done.band, done.change) == (None, None, None, None)


def test_a_text_that_cannot_be_read_says_so(small):
    with pytest.raises(TextError, match="no text to read"):
        compare(small, " ", Intervention((Place("cross", 0, 0),)))


def test_random_controls_are_other_heads_of_the_same_layers(shipped):
    chosen = Intervention((Place("cross", 1, 2), Place("encoder", 0, 5), Place("encoder", 0, 7)), "uniform")
    controls = random_interventions(shipped.network, chosen, {}, 20, seed=0)
    assert len(set(controls)) == 20 and controls == random_interventions(shipped.network, chosen, {}, 20, seed=0)
    for control in controls:
        assert control.how == "uniform" and not set(control.heads) & set(chosen.heads)
        assert sorted(head[:2] for head in control.heads) == sorted(head[:2] for head in chosen.heads)


def test_random_controls_of_an_edge_go_elsewhere(shipped):
    to_animal = Intervention(edges=(Edge("encoder", (1,), (8,)),))
    for control in random_interventions(shipped.network, to_animal, {"encoder": 13}, 20, seed=0):
        (other,) = control.edges
        assert other.keys != (1,) and 8 not in other.keys and replace(other, keys=(1,)) == to_animal.edges[0]
    one_head = Intervention(edges=(Edge("encoder", (1,), (8,), 2, 3),))
    controls = random_interventions(shipped.network, one_head, {"encoder": 13}, 20, seed=0)
    assert {control.edges[0].head for control in controls} == {0, 1, 2, 4, 5, 6, 7}


def test_all_heads_have_no_control(shipped):
    assert random_interventions(shipped.network, Intervention(tuple(all_heads(shipped.network))), {}, 20, seed=0) == []


# --- the shipped network ---


def test_cutting_it_to_the_animal_changes_the_pronoun(shipped):
    """it -> animal, in every head of the encoder: the network takes the street. it -> street changes nothing."""
    run = shipped.read(TIRED)
    it, animal, street = (run.source.tokens_of(word) for word in (7, 1, 5))
    cut, other = (
        compare(shipped, run, Intervention(edges=(Edge("encoder", tuple(keys), tuple(it)),)))
        for keys in (animal, street)
    )
    assert "qu'il était" in cut.before.translation and "qu'elle était" in cut.after.translation
    assert cut.log_ratio[0] > 3 and cut.log_ratio[1] < -3 and cut.leans_other_way
    assert other.after.translation == run.translation and abs(other.change) < 1
    assert cut.change < cut.band.median and not cut.nonsense


def test_all_heads_off_is_nonsense_and_called_so(shipped):
    done = compare(shipped, TIRED, Intervention(tuple(all_heads(shipped.network))))
    assert done.nonsense and done.plausibility < 0.05 and done.band is None


def test_suggestions_belong_to_the_shipped_weights_and_come_out_again(shipped):
    found = suggestions("transformer")
    heads = Intervention(tuple(Place(one["part"], one["layer"], one["head"]) for one in found["heads"]), found["how"])
    assert 1 <= len(heads.heads) <= 6 and found["held_out"]["n"] >= 100 and len(found["pairs"]) == 10
    first = found["pairs"][0]
    assert first["sentences"] == [TIRED, WIDE]
    for text, before, after in zip(first["sentences"], first["before"], first["after"], strict=True):
        assert compare(shipped, text, heads).log_ratio == pytest.approx((before, after), abs=1e-3)  # other processors
    report = pair_report(shipped, TIRED, WIDE, heads)
    assert report["before"] == pytest.approx(first["before"][0] - first["before"][1], abs=2e-3)
    assert report["random_band"]["low"] > report["change"]


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
    before, after = (ratios[0].log_ratio[i] - ratios[1].log_ratio[i] for i in (0, 1))
    assert (found["n"], found["excluded"]) == (1, 1)
    assert found["separation_before"] == pytest.approx(before, abs=1e-3)
    assert found["mean_change"] == pytest.approx(after - before, abs=1e-3)
    written = [question(shipped, one.before).prefix == question(shipped, one.after).prefix for one in ratios]
    pronouns = [[pronoun_in(shipped, run.text, ids_of(run)) for run in (one.before, one.after)] for one in ratios]
    assert all(written) and found["sentence_flip_rate"] == np.mean([was != now for was, now in pronouns])
    assert found["leaning_flip_rate"] == any(one.leans_other_way for one in ratios)


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


def test_mean_values_are_those_of_every_sentence_alone(small):
    found, few = mean_values(small, 3), examples("validation", seed=7, count=3)
    heard = [
        written(
            small.network,
            *(torch.tensor([ids]) for ids in (small.ids(one.source), [START, *small.ids(one.target)[:-1]])),
        )
        for one in few
    ]
    for part, (layers, heads) in shape_of(small.network).items():
        expected = torch.cat([values[part][:, 0] for values in heard], dim=2).mean(2)
        assert found[part].shape == (layers, heads, 11)
        torch.testing.assert_close(found[part], expected, atol=FLOAT32, rtol=1e-4)


# --- patching ---


def made_ready(translator: Translator, clean: str, corrupted: str) -> Patching:
    alignment = align(*(translator.source_axis(text) for text in (clean, corrupted)))
    questions = tuple(asked(translator, text) for text in (clean, corrupted))
    return Patching(
        translator, questions, alignment, *(float(log_ratios(translator.network, [one])[0]) for one in questions)
    )


@pytest.mark.parametrize("corrupted", [WIDE, LONG])
def test_patching_everything_is_the_other_run_and_nothing_is_none(small, corrupted):
    ready = made_ready(small, TIRED, corrupted)
    found = ready.patched(ready.values(), [all_heads(small.network), []])
    assert found == pytest.approx([1, 0], abs=1e-3)  # 1e-5 over a difference of a few hundredths


@pytest.mark.parametrize("head", [Place("encoder", 1, 2), Place("decoder", 3, 0), Place("cross", 4, 1)])
@pytest.mark.parametrize("corrupted", [WIDE, LONG])
def test_patching_a_head_is_writing_its_values_by_hand(small, head, corrupted):
    ready = made_ready(small, TIRED, corrupted)
    clean, other = ready.questions
    theirs = ready.values()[head.part][head.layer][:, head.head]
    steps = [(step, step) for step in range(len(clean.prefix))]

    def edit(part, layer, weights, values, mixed):
        if (part, layer) == head[:2]:
            mixed = mixed.clone()
            for there, here in ready.alignment.tokens if part == "encoder" else steps:
                mixed[:, head.head, here] = theirs[:, there]
        return mixed

    logits = by_hand(small.network, torch.tensor([other.source]), torch.tensor([other.prefix]), edit)[0, -1]
    patched = float(logits[other.il] - logits[other.elle])
    expected = (patched - ready.corrupted) / (ready.clean - ready.corrupted)
    assert ready.patched(ready.values(), [[head]]) == pytest.approx([expected], abs=1e-3)


def test_every_head_and_layer_has_an_effect(small):
    ready = made_ready(small, TIRED, WIDE)
    found = list(ready.effects())
    assert len(found) == ready.steps == 2 * 4 + 5 * 4 + 5 * 4
    first = [("encoder", 0, 0), ("encoder", 0, 1), ("encoder", 0, 2), ("encoder", 0, None), ("encoder", 1, 0)]
    assert [(one.part, one.layer, one.head) for one in found][:5] == first
    layer = [Place("encoder", 0, head) for head in range(3)]
    alone = [ready.patched(ready.values(), [some])[0] for some in ([layer[0]], [layer[1]], [layer[2]], layer)]
    assert alone == pytest.approx([one.effect for one in found[:4]], abs=1e-3)


def test_patching_needs_a_difference(shipped):
    with pytest.raises(ValueError, match="are the same"):
        patching(shipped, TIRED, TIRED + " ")
    with pytest.raises(ValueError, match="no il or elle"):
        patching(shipped, "I like apples.", "I like bread.")
    with pytest.raises(ValueError, match="no word in common"):
        patching(shipped, TIRED, "We always wanted to know more about stars!")
    with pytest.raises(ValueError, match=r"differs by .* only, less than 0\.5"):
        patching(shipped, TIRED, TIRED.replace("The", "This"))


def test_patching_says_what_it_could_not_align(shipped):
    ready = patching(shipped, TIRED, "The animal didn't cross the street because it was far too wide.")
    assert not ready.whole and len(ready.alignment.tokens) == len(ready.questions[1].source) - 1
    assert patching(shipped, TIRED, WIDE).whole


# --- two sentences side by side ---


def words_of(alignment, first, second):
    return [(first.words[one].text, second.words[other].text) for one, other in alignment.words]


def test_words_are_aligned_not_positions(small):
    first, second = small.source_axis(TIRED), small.source_axis(LONG)
    alignment = align(first, second)
    pairs = words_of(alignment, first, second)
    assert ("it", "it") in pairs and ("tired", "wide") in pairs and len(pairs) == len(first.words)
    changed = [
        [word.text for word, other in zip(axis.words, side, strict=True) if other]
        for axis, side in zip((first, second), alignment.changed, strict=True)
    ]
    assert changed == [["tired"], ["old", "wide"]]
    assert alignment.second(1) == 2  # animal
    back = align(second, first)
    with pytest.raises(ValueError, match="word 2 of the first sentence has no counterpart"):
        back.second(1)  # old


def test_tokens_of_a_changed_word_are_aligned_where_there_are_as_many(small):
    first, second = small.source_axis("the dog"), small.source_axis("the zzzzzz")
    assert len(second.tokens_of(1)) != len(first.tokens_of(1))
    ours, theirs = (len(axis.tokens_of(0)) for axis in (first, second))
    assert ours == theirs == 1
    assert align(first, second).tokens == ((0, 0), (len(first) - 1, len(second) - 1))


def test_equal_sentences_have_nothing_changed(small):
    alignment = align(small.source_axis(TIRED), small.source_axis(TIRED))
    assert not any(map(any, alignment.changed)) and len(alignment.tokens) == len(small.ids(TIRED))


def test_shifts_rank_heads_by_how_far_the_row_moves(small):
    first, second = small.read(TIRED, 1), small.read(LONG, 1)
    found = shifts(first, second, 7, (1, 5))  # it; animal, street
    assert len(found) == 6 and [abs(one.flip) for one in found] == sorted(
        (abs(one.flip) for one in found), reverse=True
    )

    def m(run, layer, head, it, a, b):  # by hand: mean over the pieces of it, sum over the pieces of a noun
        rows = run.maps["encoder"].weights(layer, head)[run.source.tokens_of(it)].mean(0)
        return rows[run.source.tokens_of(a)].sum() - rows[run.source.tokens_of(b)].sum()

    for one in found:
        assert one.first == pytest.approx(m(first, one.layer, one.head, 7, 1, 5), abs=1e-6)
        assert one.second == pytest.approx(m(second, one.layer, one.head, 8, 2, 6), abs=1e-6)


def test_difference_is_first_minus_second_over_aligned_words(small):
    first, second = (small.read(text, 1).maps["encoder"] for text in (TIRED, LONG))
    found = difference(first, second, (word_rows(first)[1, 2], word_rows(second)[1, 2]))
    assert found.queries == found.keys and "tired / wide" in found.keys and "old" not in found.keys
    assert found.values.shape == (len(found.queries), len(found.keys))
    animal, it = found.keys.index("animal"), found.queries.index("it")
    ours = first.weights(1, 2)[first.query_axis.tokens_of(7)].mean(0)[first.key_axis.tokens_of(1)].sum()
    theirs = second.weights(1, 2)[second.query_axis.tokens_of(8)].mean(0)[second.key_axis.tokens_of(2)].sum()
    assert found.values[it, animal] == pytest.approx(ours - theirs, abs=1e-6)
    assert np.abs(difference(first, first, (word_rows(first),) * 2).values).max() == 0
    nothing = small.read("zz yy xx", 1).maps["encoder"]
    with pytest.raises(ValueError, match="no word in common"):
        difference(first, nothing, (word_rows(first), word_rows(nothing)))


# --- from left to right ---


def test_word_that_moves_most_is_one_that_both_have():
    first, second = (Axis(tuple(map(Word, words.split())), ()) for words in ("a b c d", "a b x d"))
    changes = np.zeros((2, 3, 4, 4))
    changes[0, 1, 2] = [0.5, -0.5, 0, 0]  # "c / x", which is changed itself
    changes[1, 2, 3] = [0.1, -0.4, 0.3, 0]
    assert most_moved_word(first, align(first, second), changes) == 3
    assert most_moved_candidates(align(first, second), changes, 3) == (2, 1)


@pytest.mark.parametrize("second", [WIDE, "The animal didn't cross the street because it was far too wide."])
def test_from_left_to_right_the_row_differs_by_exactly_nothing(small, second):
    found = left_to_right(small, TIRED, second)
    assert found.causal == 0.0 and found.both_ways > 0 and not found.changes_before


def test_from_left_to_right_an_earlier_change_is_seen(small):
    found = left_to_right(small, TIRED, TIRED.replace("animal", "dog"))
    assert found.causal > 0 and found.changes_before and found.words == (7, 7)


def test_left_to_right_needs_a_pair_and_a_word(small):
    with pytest.raises(ValueError, match="are the same"):
        left_to_right(small, TIRED, TIRED)
    with pytest.raises(ValueError, match="no “it” in the first"):
        left_to_right(small, "The dog sleeps.", WIDE)


# --- the command line, and models without heads ---


def test_heads_are_named_as_on_screen():
    assert Place.parse("encoder.2.4") == Place("encoder", 1, 3)
    with pytest.raises(ValueError, match=r"counted from 1; got 'encoder\.0\.4'"):
        Place.parse("encoder.0.4")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--pair", TIRED, TIRED], "The two sentences are the same"),
        (["--pair", TIRED, WIDE, "--heads", "encoder.9.1"], "the encoder has 4 layers of 8 heads"),
        (["--pair", TIRED, WIDE, "--model", "nothing"], "lacks card.json"),
    ],
)
def test_wrong_input_is_one_sentence(arguments, message):
    command = [sys.executable, "-m", "model.evidence.causal", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and message in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_a_model_without_heads_says_so(small):
    network = Recurrent(RecurrentConfig(len(small.tokenizer), width=11, hidden=14))
    recurrent = Translator(network, small.tokenizer, "gru", torch.device("cpu"))
    for ask in (lambda: compare(recurrent, TIRED, Intervention((Place("cross", 0, 0),))),
                lambda: patching(recurrent, TIRED, WIDE), lambda: left_to_right(recurrent, TIRED, WIDE)):  # fmt: skip
        with pytest.raises(ValueError, match="only a Transformer has them"):
            ask()
