"""Recall: tasks worked by hand, equal sizes, nothing seen too early, runs that go on where they stopped, what is shipped."""

import json
import math
import sys
from dataclasses import asdict, replace
from functools import partial

import pytest
import torch
import torch.nn.functional as F

from model.race.recall import __main__ as command
from model.race.recall import results
from model.race.recall.networks import (
    ARCHITECTURES,
    count_parameters,
    equal_hidden,
    equal_network,
    make_body,
    state_floats,
)
from model.race.recall.results import bits_shown, sweep, unbound_accuracy
from model.race.recall.runs import Log, over_seeds
from model.race.recall.tasks import (
    COPY_SYMBOLS,
    KEYS,
    PARITY_LENGTH,
    TASKS,
    VALUES,
    Task,
    copying,
    parity,
    parity_point,
    recalling,
)
from model.race.recall.training import QUICK, Settings, accuracy, optimizer_of, train, training_step
from model.race.shipped import shipped

B, T = 3, 11
META = torch.device("meta")
BY_NAME = {task.name: task for task in TASKS}
POINTS = [(task, point) for task in TASKS for point in task.points]


def equal(architecture: str, task: Task):
    """The network of this task that is compared with the others."""
    return equal_network(architecture, task, Settings.width, Settings.feed_forward)


@pytest.fixture
def chance():
    return torch.Generator().manual_seed(5)


# --- the tasks ---


def test_copy_asks_for_each_symbol_after_the_same_distance(chance):
    """3 symbols, 2 blanks, 3 marks: symbol i at step i, its mark at step 3 + 2 + i, so 5 steps later."""
    batch = copying(B, chance, symbols=3, blanks=2)
    assert batch.tokens.shape == (B, 8) and batch.answers.equal(batch.tokens[:, :3])
    assert (batch.tokens[:, 3:5] == COPY_SYMBOLS).all()
    assert batch.tokens[0, 5:].tolist() == [COPY_SYMBOLS + 1, COPY_SYMBOLS + 2, COPY_SYMBOLS + 3]


def test_nothing_after_the_symbols_of_a_copy_depends_on_them(chance):
    after = copying(64, chance, symbols=3, blanks=2).tokens[:, 3:]
    assert after.equal(after[:1].expand(64, -1))


def test_recall_asks_every_key_once_for_the_value_beside_it(chance):
    batch = recalling(B, chance, pairs=5, blanks=2)
    for tokens, answers in zip(batch.tokens.tolist(), batch.answers.tolist()):
        keys, values, blanks, questions = tokens[0:10:2], tokens[1:10:2], tokens[10:12], tokens[12:]
        assert len(set(keys)) == 5 and max(keys) < KEYS
        assert blanks == [KEYS + VALUES] * 2 and sorted(questions) == sorted(keys)
        assert answers == [dict(zip(keys, values))[key] - KEYS for key in questions]


def test_recall_of_the_oldest_asks_the_first_pair_only(chance):
    """4 pairs and 3 blanks: its value at step 1, the question at step 2·4 + 3 = 11, so 10 = 2·4 - 1 + 3 steps later."""
    batch = recalling(B, chance, pairs=4, blanks=3, oldest=True)
    assert batch.tokens.shape == (B, 12) and batch.answers.shape == (B, 1)
    assert batch.tokens[:, 11].equal(batch.tokens[:, 0]) and batch.answers[:, 0].equal(batch.tokens[:, 1] - KEYS)


def test_order_of_the_questions_tells_nothing(chance):
    batch = recalling(4096, chance, pairs=4)
    first = (batch.tokens[:, 8:9] == batch.tokens[:, 0:8:2]).float().mean(0)  # how often each pair is asked first
    torch.testing.assert_close(first, torch.full((4,), 0.25), atol=0.035, rtol=0)  # 5 standard errors of 4096 draws


def test_parity_counts_the_ones_so_far(chance):
    batch = parity(B, chance, length=7)
    for bits, odd in zip(batch.tokens.tolist(), batch.answers.tolist()):
        assert odd == [sum(bits[: t + 1]) % 2 for t in range(7)]
    last = parity(B, torch.Generator().manual_seed(5), length=7, last=True)
    assert last.tokens.equal(batch.tokens) and last.answers.equal(batch.answers[:, -1:])


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_answer_is_as_likely_as_another(task, chance):
    answers = torch.cat([task.mixture(256, chance).answers.flatten() for _ in range(30)])
    shares = answers.bincount(minlength=task.answers) / len(answers)
    assert len(shares) == task.answers
    torch.testing.assert_close(shares, torch.full((task.answers,), 1 / task.answers), atol=0.02, rtol=0)


@pytest.mark.parametrize(("task", "point"), POINTS, ids=lambda each: getattr(each, "name", None) or str(each.value))
def test_point_is_what_it_says(task, point, chance):
    batch = point.draw(B, chance)
    asked = batch.answers.shape[1]
    assert batch.tokens.max() < task.vocabulary and asked == point.asked <= point.held
    assert batch.tokens.shape[1] == point.read + asked
    if point.axis == "length":
        assert batch.tokens.shape[1] == point.value
    if task.name == "recall" and point.axis == "distance":
        assert point.read - 1 == point.value  # from step 1, the first value, to the question
    if task.name == "copy":
        assert point.read == point.value


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_training_meets_what_is_in_range_and_nothing_beyond(task, chance):
    lengths = {task.mixture(1, chance).tokens.shape[1] for _ in range(600)}
    known = [point for point in task.points if point.in_range]
    beyond = [point for point in task.points if not point.in_range and point.axis != "pairs"]
    assert known and beyond
    assert all(point.read + point.asked <= max(lengths) for point in known)
    assert max(lengths) < max(point.read + point.asked for point in beyond)


# --- the networks ---


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_parameters_are_equal_to_two_percent(architecture, task):
    own, reference = (count_parameters(equal(name, task)) for name in (architecture, "transformer"))
    assert own == pytest.approx(reference, rel=0.02)


def test_parameters_that_cannot_be_equal_are_refused():
    with pytest.raises(ValueError, match="to 2 %"):
        equal_hidden("lstm", 5, 3, width=2, feed_forward=1)  # one more state number is a tenth of such a network
    with pytest.raises(ValueError, match='got "perceptron"'):
        make_body("perceptron", 4, 4)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_no_answer_depends_on_a_later_step(architecture, chance):
    torch.manual_seed(0)
    network = equal(architecture, BY_NAME["recall"])
    tokens = recalling(B, chance, pairs=5).tokens
    changed = tokens.clone()
    changed[:, 7:] = changed[:, 7:].flip(1)
    before, after = network(tokens, 15), network(changed, 15)
    torch.testing.assert_close(before[:, :7], after[:, :7], atol=1e-6, rtol=0)
    assert not torch.allclose(before[:, 7:], after[:, 7:], atol=1e-3)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_answers_at_the_last_steps_are_those_of_all_steps(architecture, chance):
    torch.manual_seed(0)
    network = equal(architecture, BY_NAME["recall"])
    tokens = recalling(B, chance, pairs=5).tokens
    torch.testing.assert_close(network(tokens, 5), network(tokens, 15)[:, -5:], atol=1e-6, rtol=0)


def test_forget_gates_start_open():
    layer = equal("lstm", BY_NAME["copy"]).body.layer
    bias, size = layer.bias_ih_l0 + layer.bias_hh_l0, layer.hidden_size
    assert bias[size : 2 * size].eq(1).all() and bias[:size].eq(0).all() and bias[2 * size :].eq(0).all()


def test_kept_numbers_counted_by_hand():
    """After 13 steps: RNN and GRU their state, LSTM state and cell, attention all 13 states; 2 layers · 2 · 13 · 32 = 1664."""
    networks = {name: equal(name, BY_NAME["copy"]) for name in ARCHITECTURES}
    hidden = {name: networks[name].body.layer.hidden_size for name in ("rnn", "lstm", "gru")}
    attentive = networks["gru-attention"].body.recurrence.layer.hidden_size
    expected = [hidden["rnn"], 2 * hidden["lstm"], hidden["gru"], 13 * attentive, 1664]
    assert [state_floats(networks[name], 13) for name in ARCHITECTURES] == expected


def test_recurrence_that_learned_parity_knows_lengths_it_never_met():
    torch.manual_seed(0)
    settings = replace(QUICK, held_out=128, tested=128)
    network = equal("rnn", BY_NAME["parity"])
    took = train(network, BY_NAME["parity"], seed=0, rate=3e-3, steps=200, settings=settings)
    assert took["held_out"] >= settings.enough and took["tokens"] == took["steps"] * settings.batch * PARITY_LENGTH
    batch = parity_point(40).draw(128, torch.Generator().manual_seed(7))
    assert accuracy(network, batch) > 0.95


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_step_of_training_stays_on_one_device(architecture, task, chance):
    """On "meta", where nothing is computed: a tensor made on another device is refused there as on a GPU."""
    batch = task.mixture(B, chance).to(META)
    with META:
        network = equal(architecture, task)
    optimizer = optimizer_of(network, 0.01)
    training_step(network, optimizer, batch, clip_norm=1.0)
    kept = [each for state in optimizer.state.values() for name, each in state.items() if name != "step"]
    gradients = [parameter.grad for parameter in network.parameters()]
    assert len(kept) == 2 * len(gradients) and {each.device for each in kept + gradients} == {META}


# --- floors ---


def test_bits_shown_worked_on_paper():
    """Without error log2 8 = 3 bits; at chance none; two symbols named right 3 times in 4: 1 - H(1/4) = 1 - 0.81128."""
    assert bits_shown(1.0, 8) == pytest.approx(3) and bits_shown(1 / 8, 8) == bits_shown(0.0, 8) == 0
    assert bits_shown(0.75, 2) == pytest.approx(0.18872, abs=1e-5)
    assert 0 < bits_shown(0.2, 8) < bits_shown(0.5, 8) < bits_shown(0.99, 8) < 3


def test_unbound_accuracy_worked_on_paper(chance):
    """2 of 8 symbols are equal 1 time in 8: (1 · 2 + 7 · 1) / 8 / 2 = 0.5625. And 16 of 8, against 20,000 draws."""
    assert unbound_accuracy(1, 8) == pytest.approx(1) and unbound_accuracy(2, 8) == pytest.approx(0.5625)
    draws = F.one_hot(torch.randint(8, (20_000, 16), generator=chance), 8).sum(1)
    assert unbound_accuracy(16, 8) == pytest.approx(float(draws.amax(1).float().mean()) / 16, abs=0.002)


# --- many runs ---

TINY_TASK = Task("parity", 2, 2, partial(parity, length=5), (parity_point(3), parity_point(7)))
TINY = replace(QUICK, steps=2, batch=3, held_out=32, tested=8)


def test_sweep_gives_a_row_for_every_point_and_architecture():
    log = Log(None, {})
    rows = sweep(TINY, log, (TINY_TASK,))
    assert [(row["architecture"], row["length"]) for row in rows] == [(a, n) for a in ARCHITECTURES for n in (3, 7)]
    assert len(log.runs) == len(ARCHITECTURES) * len(TINY.seeds)
    check_rows(rows, len(TINY.seeds))


def test_second_call_goes_on_after_the_last_run(tmp_path, monkeypatch):
    file, done = tmp_path / "log.jsonl", []
    real = results.run

    def three_and_then_killed(*arguments):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(results, "run", three_and_then_killed)
    with pytest.raises(KeyboardInterrupt):
        sweep(TINY, Log(file, asdict(TINY)), (TINY_TASK,))
    monkeypatch.setattr(results, "run", real)
    with open(file, "a") as cut_short:
        cut_short.write('\n{"task": "par')
    log = Log(file, asdict(TINY))
    kept = list(log.runs)
    rows = sweep(TINY, log, (TINY_TASK,))
    assert len(kept) == 3 and log.runs[:3] == kept and len(rows) == 10
    again = Log(file, asdict(TINY))
    assert sweep(TINY, again, (TINY_TASK,)) == rows and len(again.runs) == len(log.runs) == 10
    with pytest.raises(ValueError, match="other settings"):
        Log(file, asdict(replace(TINY, steps=3)))


@pytest.mark.parametrize(
    ("held_out", "steps", "best"),
    [
        ((0.5, 0.9, 0.8), (50, 50, 50), 0.2),  # none is enough: the most accurate
        ((0.9991, 1.0, 0.9995), (20, 40, 10), 0.3),  # all are: the soonest
    ],
)
def test_rate_is_chosen_on_a_seed_of_its_own(held_out, steps, best):
    made, rates = [], (0.1, 0.2, 0.3)

    def make(seed, rate, choosing):
        made.append((seed, rate, choosing))
        return {"held_out": held_out[rates.index(rate)], "steps": steps[rates.index(rate)]}

    settings = replace(TINY, learning_rates=rates, seeds=(0, 1))
    runs = over_seeds({"task": "none"}, make, settings, Log(None, {}))
    seed = settings.choosing_seed
    assert made == [(seed, rate, True) for rate in rates] + [(0, best, False), (1, best, False)]
    assert seed not in settings.seeds and [run["learning_rate"] for run in runs] == [best, best]


def test_command_prints_one_document(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(command, "QUICK", TINY)
    monkeypatch.setattr(command, "sweep", partial(sweep, tasks=(TINY_TASK,)))
    out = tmp_path / "recall.json"
    monkeypatch.setattr(sys, "argv", ["recall", "--quick", "--json", "--out", str(out)])
    command.main()
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads(out.read_text(encoding="utf-8"))
    told = ["command", "machine", "seconds", "cpu_seconds", "settings", "results", "runs", "quick", "tried"]
    assert list(found) == told == sorted(shipped("recall"), key=told.index)
    assert [set(row) for row in found["results"]] == [set(shipped("recall")["results"][-1])] * len(found["results"])
    monkeypatch.setattr(sys, "argv", ["recall", "--quick"])
    command.main()
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(found["results"])


# --- what is shipped ---


def check_rows(rows: list[dict], seeds: int):
    for row in rows:
        low, high = row["accuracy_quartiles"]
        assert 0 <= low <= row["accuracy_median"] <= high <= 1
        assert len(row["accuracies"]) == row["seeds"] == seeds and 0 <= row["failures"] <= seeds
        assert row["state_bits"] == 32 * row["state_floats"] and row["floor_floats"] == row["floor_bits"] / 32
        assert row["unbound"] is None or row["chance"] <= row["unbound"] <= 1
        assert 0 <= row["shown_bits"] <= row["floor_bits"] + 1e-9
        assert row["steps_median"] >= 1 and row["tokens_median"] >= 1


def test_shipped_results_agree_with_themselves():
    found = shipped("recall")
    settings, rows, runs = found["settings"], found["results"], found["runs"]
    assert settings == json.loads(json.dumps(asdict(Settings()))) and not found["quick"]
    assert len(settings["seeds"]) >= 5 and len(rows) == len(POINTS) * len(ARCHITECTURES)
    check_rows(rows, len(settings["seeds"]))
    for task in TASKS:
        of_task = [row for row in rows if row["task"] == task.name]
        sizes = {row["architecture"]: row["parameters"] for row in of_task}
        assert set(sizes) == set(ARCHITECTURES)
        assert all(size == pytest.approx(sizes["transformer"], rel=0.02) for size in sizes.values())
        assert {row["chance"] for row in of_task} == {1 / task.answers}
        for point in task.points:
            same = [r for r in of_task if r["axis"] == point.axis and r[point.axis] == point.value]
            assert {r["in_range"] for r in same} == {point.in_range} and len(same) == len(ARCHITECTURES)
            assert {r["floor_bits"] for r in same} == {point.held * math.log2(task.answers)}
    counted = [run for run in runs if not run["choosing"]]
    assert len(counted) == len(TASKS) * len(ARCHITECTURES) * len(settings["seeds"])
    assert all(run["steps"] <= settings["steps"] for run in counted)
    row = rows[-1]
    own = [r["accuracies"][-1] for r in counted if (r["task"], r["architecture"]) == (row["task"], row["architecture"])]
    assert own == row["accuracies"]
