"""Gradients by distance: against finite differences and closed forms, fits of known factors, and what is shipped."""

import json
import math
import sys
from dataclasses import asdict, replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from model.race import gradients
from model.race.gradients import (
    COMPARED,
    LESSONS,
    LETTERS,
    NETWORKS,
    SMALLEST,
    TRAINED,
    TRAINING,
    Measurement,
    after_training,
    at_initialisation,
    curve_row,
    fitted_factor,
    gradient_by_distance,
    half_life,
    make_network,
    marked_letter,
)
from model.race.recall.runs import Log
from model.race.shipped import shipped

B, T, C, A = 2, 5, 4, 3
SMALL = Measurement(width=6, steps=13, sequences=5, seeds=(0, 1, 2), nearest=2, farthest=11)


class Leaky(nn.Module):
    """h' = factor · h + x: the gradient Δ steps back is factor^Δ, whatever the rest."""

    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor

    def forward(self, x, last):
        h = torch.zeros_like(x[:, 0])
        for t in range(x.shape[1]):
            h = self.factor * h + x[:, t]
        return h[:, None]


@pytest.mark.parametrize("name", NETWORKS)
def test_gradient_equals_finite_differences(name):
    torch.manual_seed(0)
    network = make_network(name, replace(SMALL, width=C)).double()
    x, answers = torch.randn(B, T, C, dtype=torch.float64), torch.tensor([1, 2])

    def losses(x):
        """One for every sequence: those of all cells at once, each with one number changed."""
        with torch.no_grad():
            named = network.readout(network.body(x.flatten(0, -3), 1)[:, 0])
            return F.cross_entropy(named, answers.repeat(len(named) // B), reduction="none").view(-1, B)  # (T · C, B)

    step = 1e-6
    bumps = step * torch.eye(T * C, dtype=torch.float64).view(T * C, 1, T, C)  # (T · C, 1, T, C)
    slow = ((losses(x + bumps) - losses(x - bumps)) / (2 * step)).T.view(B, T, C)
    expected = torch.stack([slow[:, T - 1 - distance].norm(dim=-1).mean() for distance in range(T)])
    torch.testing.assert_close(
        gradient_by_distance(network.body, network.readout, x, answers), expected, atol=1e-8, rtol=0
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_measurement_stays_on_one_device(name):
    """On "meta", where nothing is computed: a tensor made on another device is refused there as on a GPU."""
    meta = torch.device("meta")
    batch = marked_letter(B, torch.Generator().manual_seed(0), length=T).to(meta)
    with meta:
        network = make_network(name, SMALL)
    x = network.embedding(batch.tokens)
    gradient = gradient_by_distance(network.body, network.readout, x, batch.answers[:, 0])
    assert gradient.device == meta and gradient.shape == (T,)


def test_element_delta_belongs_to_the_step_delta_before_the_last():
    third_from_behind = lambda x, last: x[:, -3][:, None]  # noqa: E731
    gradient = gradient_by_distance(third_from_behind, nn.Linear(C, A), torch.randn(B, T, C), torch.tensor([0, 2]))
    assert gradient.nonzero().flatten().tolist() == [2]


@pytest.mark.parametrize("factor", [0.5, 0.97, 1.0, 1.02])
def test_fit_recovers_the_factor_of_a_linear_recurrence(factor):
    torch.manual_seed(0)
    x, readout = torch.randn(B, 64, C, dtype=torch.float64), nn.Linear(C, A).double()
    gradient = gradient_by_distance(Leaky(factor), readout, x, torch.tensor([0, 2]))
    assert fitted_factor(gradient, 5, 60) == pytest.approx(factor, rel=1e-9)


@pytest.mark.parametrize(("name", "bias"), [("lstm-forget-0", 0.0), ("lstm-forget-1", 1.0), ("lstm-forget-4", 4.0)])
def test_direct_path_of_an_lstm_is_the_product_of_its_forget_gates(name, bias):
    """No way but through the cell, and a gate that only its bias opens: 0.5^Δ, 0.731^Δ and 0.982^Δ."""
    torch.manual_seed(0)
    network = make_network(name, Measurement()).double()
    layer, size = network.body.layer, network.body.layer.hidden_size
    with torch.no_grad():
        layer.weight_hh_l0.zero_()
        layer.weight_ih_l0[size : 2 * size] = 0
    x = torch.randn(B, 64, size, dtype=torch.float64)
    # The same input at every step but the last, so that what is written into the cell differs by the gates alone.
    x[:, :-1] = x[:, :1]
    gradient = gradient_by_distance(network.body, network.readout, x, torch.tensor([1, 3]))
    assert fitted_factor(gradient, 5, 60) == pytest.approx(1 / (1 + math.exp(-bias)), rel=1e-9)


def test_forget_bias_is_what_the_name_says():
    for name, (architecture, bias) in NETWORKS.items():
        if architecture == "lstm":
            layer = make_network(name, SMALL).body.layer
            forget = slice(SMALL.width, 2 * SMALL.width)
            assert (layer.bias_ih_l0 + layer.bias_hh_l0)[forget].eq(bias).all()


def test_fit_leaves_out_what_underflowed():
    gradient = 0.001 ** torch.arange(200, dtype=torch.float64)  # 1e-3 a step: below 2.2e-308 from Δ = 103 on
    row = curve_row([gradient] * 3, replace(SMALL, steps=200, nearest=5, farthest=190))
    assert row["factor_median"] == pytest.approx(0.001, rel=1e-6)
    assert row["underflows"] == 3 * (200 - 103) and min(row["gradient_median"]) == SMALLEST
    assert fitted_factor(torch.zeros(200, dtype=torch.float64), 5, 190) is None


def test_half_life_worked_on_paper():
    """0.5 halves in 1 step, 0.5^(1/10) in 10; what does not shrink has none."""
    assert half_life(0.5) == pytest.approx(1) and half_life(0.5**0.1) == pytest.approx(10)
    assert half_life(1.0) is half_life(1.3) is half_life(None) is None


def test_marked_letter_is_what_is_asked():
    batch = marked_letter(64, torch.Generator().manual_seed(0), length=T)
    assert batch.tokens.shape == (64, T) and batch.answers.shape == (64, 1)
    assert (batch.tokens[:, -1] == 2 * LETTERS).all()
    marked = (batch.tokens >= LETTERS) & (batch.tokens < 2 * LETTERS)
    assert marked.sum(1).eq(1).all() and (batch.tokens[marked] - LETTERS).equal(batch.answers[:, 0])
    assert set(marked.nonzero()[:, 1].tolist()) == set(range(T - 1))  # every step but the last is marked somewhere
    far = marked_letter(64, torch.Generator().manual_seed(0), length=T, first=True)
    assert far.answers[:, 0].equal(far.tokens[:, 0] - LETTERS) and far.tokens[:, 1:-1].max() < LETTERS


def test_initialisation_has_a_row_for_each_network_and_is_repeatable():
    rows = at_initialisation(SMALL)
    assert rows == at_initialisation(SMALL) and json.loads(json.dumps(rows)) == rows
    assert [row["architecture"] for row in rows] == list(COMPARED)
    check_rows(rows, SMALL.steps, len(SMALL.seeds))


def test_order_at_initialisation_is_that_of_theory():
    """Forget bias 1 keeps more than 0; attention does not shrink with distance; a larger gain keeps more."""
    settings = replace(Measurement(), sequences=8)
    factor = {row["architecture"]: row["factor_median"] for row in at_initialisation(settings)}
    assert factor["rnn"] < factor["lstm-forget-1"] and factor["lstm-forget-0"] < factor["lstm-forget-1"] < 0.95
    assert factor["transformer"] == pytest.approx(1, abs=0.02)
    (small,), (large,) = (at_initialisation(replace(settings, gain=gain), ("rnn",)) for gain in (0.5, 2.0))
    assert small["factor_median"] < factor["rnn"] < large["factor_median"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"farthest": 64}, "got 5, 64, 64"),
        ({"nearest": -1}, "got -1"),
        ({"gain": 0}, "above 0"),
        ({"seeds": ()}, "above 0"),
    ],
)
def test_nonsense_sizes_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        replace(Measurement(), **wrong)
    with pytest.raises(ValueError, match='got "perceptron"'):
        make_network("perceptron", SMALL)


def test_training_gives_rows_of_the_same_kind(tmp_path):
    settings = replace(TRAINING, width=SMALL.width, steps=2, choosing_steps=1, batch=3, held_out=32, seeds=SMALL.seeds)
    lessons = dict.fromkeys(LESSONS, settings)
    rows = after_training(SMALL, lessons, Log(tmp_path / "log.jsonl", {}))
    check_rows(rows, SMALL.steps, len(SMALL.seeds))
    assert [(row["when"], row["architecture"]) for row in rows] == [
        (when, name) for when in LESSONS for name in COMPARED
    ]
    assert all(row["steps_median"] == 2 for row in rows)
    assert after_training(SMALL, lessons, Log(tmp_path / "log.jsonl", {})) == rows


def test_command_prints_live_and_shipped_rows(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["gradients", "--json", "--gain", "0.9"])
    gradients.main()
    found = json.loads(capsys.readouterr().out)
    whens = [row["when"] for row in found["results"]]
    assert whens == ["initialisation"] * 5 + ["trained"] * 5 + ["trained-far"] * 5 + ["initialisation", *LESSONS]
    assert found["settings"]["measurement"]["gain"] == 0.9 and "--train" in found["trained"]["command"]
    monkeypatch.setattr(sys, "argv", ["gradients", "--gain", "1e-90"])  # 1e-450 after five steps
    gradients.main()
    lines = capsys.readouterr().out.splitlines()
    assert "rnn\tunderflow" in lines[1] and "transformer\t1.0" in lines[5] and "never halves" in lines[5]
    monkeypatch.setattr(sys, "argv", ["gradients", "--gain", "0"])
    with pytest.raises(SystemExit, match="gain must be above 0"):
        gradients.main()


def test_command_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(gradients, "shipped", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["gradients", "--json"])
    with pytest.raises(SystemExit, match=r"^cannot measure gradients: no trained gradients.*--train"):
        gradients.main()


def check_rows(rows: list[dict], steps: int, seeds: int):
    for row in rows:
        low, high = row["gradient_quartiles"]
        assert row["distances"] == list(range(steps)) and len(row["gradient_median"]) == len(low) == len(high) == steps
        assert row["gradient_median"][0] == pytest.approx(1)  # relative to Δ = 0
        assert all(0 < a <= m <= b for a, m, b in zip(low, row["gradient_median"], high))
        assert row["seeds"] == len(row["factors"]) == seeds
        assert row["factor_quartiles"][0] <= row["factor_median"] <= row["factor_quartiles"][1]
        assert row["half_life_steps"] == half_life(row["factor_median"])


def test_shipped_results_agree_with_themselves():
    found = shipped("gradients")
    settings = {"measurement": asdict(TRAINED)} | {when: asdict(training) for when, training in LESSONS.items()}
    assert found["settings"] == json.loads(json.dumps(settings)) and len(TRAINED.seeds) >= 5
    rows = found["results"]
    assert [(row["when"], row["architecture"]) for row in rows] == [
        (when, name) for when in LESSONS for name in COMPARED
    ]
    assert {row["architecture"] for row in found["open_gates"]} == {"lstm-forget-4"}
    check_rows(rows + found["open_gates"], TRAINED.steps, len(TRAINED.seeds))
    for row in rows + found["open_gates"][1:]:
        assert all(0 <= accuracy <= 1 for accuracy in row["accuracies"])
        assert row["failures"] == sum(accuracy < TRAINING.learned for accuracy in row["accuracies"])
        assert row["parameters"] == sum(p.numel() for p in make_network(row["architecture"], TRAINED).parameters())
        curves = [
            torch.tensor(run["gradient"], dtype=torch.float64)
            for run in found["runs"]
            if (run["when"], run["architecture"], run["choosing"]) == (row["when"], row["architecture"], False)
        ]
        assert row["factors"] == pytest.approx([fitted_factor(curve, 5, 60) for curve in curves], rel=1e-9)
