"""The race: that the layers do what they are timed for, that a sweep keeps its rules, and that nothing stays behind."""

import itertools
import json
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch import nn

from model.networks.attention import causal_mask
from model.race import clock, layers, sweep, timing
from model.race.cost import MODES, Cost
from model.race.curves import ratio, slope
from model.race.layers import ARCHITECTURES
from model.race.limits import Limits
from model.race.summary import document, report
from model.race.sweep import Point, Progress, Start, Sweep
from model.race.timing import measure

B, T, C, H = 2, 7, 33, 3
FLOAT32 = 1e-5  # sums of a few dozen float32 products
SMALL = {"width": 8, "heads": 1, "repeats": 3, "device": "cpu", "threads": 1, "seconds": 3600}  # time is no matter
CPU = torch.device("cpu")
LIMITS = Limits(1e9, 1e9, 1e-6, {mode: dict.fromkeys(ARCHITECTURES, 1e-6) for mode in MODES}, 0)


@pytest.fixture
def known_limits(monkeypatch):
    """Limits that nobody has to wait for."""
    monkeypatch.setattr(timing, "measure_limits", lambda *_: LIMITS)


def points(records):
    return [record for record in records if isinstance(record, Point)]


# --- the layers ---


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_token_by_token_equals_all_at_once(architecture):
    """Attention all at once sees the future unless a mask hides it; token by token there is none to see."""
    torch.manual_seed(0)
    layer, x = layers.make(architecture, C, H), torch.randn(B, T, C)
    if architecture == "transformer":
        expected = layer(x, causal_mask(T), None)
    elif architecture == "attention":
        expected = layer(x, x, causal_mask(T))
    else:
        expected = layers.apply(architecture, layer, x)
    torch.testing.assert_close(layers.generate(architecture, layer, x), expected, atol=FLOAT32, rtol=0)


def test_loop_equals_the_fused_lstm():
    torch.manual_seed(0)
    layer, x = layers.make("lstm", C, H), torch.randn(B, T, C)
    assert isinstance(layer, nn.LSTM)
    torch.testing.assert_close(layers.apply("lstm-loop", layer, x), layer(x)[0], atol=FLOAT32, rtol=0)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_training_reaches_input_and_weights(architecture, monkeypatch):
    layer, x = layers.make(architecture, C, H), torch.randn(B, T, C)
    reached = []
    monkeypatch.setattr(layer, "zero_grad", lambda: reached.extend(p.grad is not None for p in layer.parameters()))
    layers.runner(architecture, "training", layer, x)()
    assert reached and all(reached)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_work_stays_on_one_device(architecture, mode, monkeypatch):
    """On "meta", where nothing is computed: a tensor made on another device is refused there as on a GPU."""
    meta, gradients = torch.device("meta"), []
    with meta:
        layer, x = layers.make(architecture, C, H), torch.randn(B, T, C)
    monkeypatch.setattr(layer, "zero_grad", lambda: gradients.extend(p.grad for p in layer.parameters()))
    out = layers.runner(architecture, mode, layer, x)()
    if mode == "training":
        assert gradients and {gradient.device for gradient in gradients} == {meta}
    else:
        assert out.device == meta and out.shape == x.shape
        last = layers.memory_runner(architecture, mode, layer, x)()[:, -1]
        assert last.device == meta and last.shape == (B, C)


def test_memory_of_generation_holds_the_whole_cache():
    layer, x = layers.make("attention", C, H), torch.randn(B, 1009, C)
    peak = clock.peak_bytes(layers.memory_runner("attention", "generation", layer, x), CPU)
    assert 2 * x.nbytes <= peak < 2.2 * x.nbytes  # keys and values of every token, and one token's work


# --- the clock ---


def test_peak_is_what_was_held_at_once():
    def call():
        first = torch.zeros(1000, dtype=torch.uint8)
        del first
        return torch.zeros(3000, dtype=torch.uint8), torch.zeros(500, dtype=torch.uint8)

    assert clock.peak_bytes(call, CPU) == 3500


def test_highest_level_of_rises_and_falls():
    assert clock.highest([5, -2, 4, -7, 3]) == 7
    assert clock.highest([]) == 0


def test_clock_divides_by_the_calls(monkeypatch):
    ticks = itertools.count(0, 6)
    monkeypatch.setattr(clock.time, "perf_counter", lambda: next(ticks))
    called = []
    assert clock.seconds(lambda: called.append(1), CPU, calls=3) == 2
    assert len(called) == 3


# --- the limits ---


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        # 1 Gflop/s, 1 GB/s, 1 µs a step: 5e6 operations take 5 ms, 3e6 bytes 3 ms, 2000 steps 2 ms
        (Cost(5e6, 3e6, 2000), "compute"),
        (Cost(1e6, 3e6, 2000), "bytes"),
        (Cost(1e6, 1e6, 2000), "steps"),
    ],
)
def test_slowest_limit_is_the_one(work, expected):
    times = LIMITS.seconds(work, "lstm", "forward")
    assert times == pytest.approx({"compute": work.flops / 1e9, "bytes": work.bytes / 1e9, "steps": 0.002})
    assert max(times, key=times.get) == expected


# --- a sweep ---


def test_points_come_in_order_after_the_machine(known_limits, monkeypatch):
    monkeypatch.setattr(timing, "LISTING", 0)  # count all memory, however slow the machine is just now
    chosen = Sweep(lengths=(5, 3), **SMALL)
    records = list(measure(chosen))
    assert isinstance(records[0], Start) and records[0].limits is LIMITS
    order = [(point.length, point.mode, point.architecture) for point in points(records)]
    assert order == list(itertools.product((3, 5), MODES, ARCHITECTURES))
    for point in points(records):
        assert point.reason is None and point.repeats == 3 and point.peak_bytes > 0
        low, high = point.quartiles_ms
        assert 0 < low <= point.median_ms <= high and point.iqr_ms == pytest.approx(high - low)
        assert point.limit == max(point.limits_ms, key=point.limits_ms.get)


def test_layers_take_turns(known_limits, monkeypatch):
    turns = []
    monkeypatch.setattr(timing.Runner, "turn", lambda self: turns.append(self.entry[0]) or self.samples.append(1.0))
    list(measure(Sweep(lengths=(3,), modes=("forward",), architectures=("lstm", "gru"), **SMALL)))
    assert turns == ["lstm", "gru"] * 4  # three repeats after the warm-up


def test_sweep_stops_between_points(known_limits):
    before = torch.get_num_threads()
    with closing(measure(Sweep(lengths=(3, 5), **SMALL))) as running:
        kept = next(record for record in running if isinstance(record, Point))
    assert kept.median_ms > 0
    assert list(running) == [] and torch.get_num_threads() == before


def test_progress_comes_between_repeats(known_limits, monkeypatch):
    monkeypatch.setattr(timing, "PAUSE_S", 0.0)
    seen = [r for r in measure(Sweep(lengths=(3, 5), modes=("forward",), **SMALL)) if isinstance(r, Progress)]
    assert len(seen) > 10
    assert all(0 <= progress.share <= 1 and progress.seconds_left >= 0 for progress in seen)
    assert seen[-1].share > seen[0].share


def test_what_does_not_fit_in_the_time_is_a_gap(monkeypatch):
    """Three times the slowest limit is expected, so at 1 Gflop/s a long LSTM must be refused before it is run."""
    monkeypatch.setattr(timing, "measure_limits", lambda *_: replace(LIMITS, bytes_per_s=1e12))
    chosen = Sweep(lengths=(4096,), modes=("forward",), architectures=("lstm",), seconds=5, width=512, device="cpu")
    (point,) = points(measure(chosen))
    # 16·4096·512² = 17.18 Gflop: 17.18 s at best, three times that expected, and four calls of it for three repeats
    assert point.median_ms is None and point.reason.startswith("would take about 206 s; ")


def test_what_does_not_fit_in_memory_is_a_gap(known_limits):
    chosen = Sweep(lengths=(3, 9973), modes=("forward",), architectures=("lstm",), memory_bytes=1_000_000, **SMALL)
    short, long = points(measure(chosen))
    assert short.median_ms > 0
    # 9973·8·(2 + 4) numbers of 4 bytes, 1.9 MB, and the weights
    assert (long.median_ms, long.reason) == (None, "would take about 2 MB; a point may take 1 MB")


def test_out_of_memory_is_a_gap_and_the_others_go_on(known_limits, monkeypatch):
    make = layers.make

    def full(architecture, *sizes):
        if architecture == "gru":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")
        return make(architecture, *sizes)

    monkeypatch.setattr(layers, "make", full)
    found = {point.architecture: point for point in points(measure(Sweep(lengths=(3,), modes=("forward",), **SMALL)))}
    assert (found["gru"].median_ms, found["gru"].reason) == (None, "out of memory")
    assert all(point.median_ms > 0 for name, point in found.items() if name != "gru")


def test_lost_device_ends_the_sweep_and_keeps_its_points(known_limits, monkeypatch):
    turn = timing.Runner.turn

    def lost(runner):
        if runner.entry[2] == 5:
            raise RuntimeError("CUDA error: device-side assert triggered\nCompile with…")
        turn(runner)

    monkeypatch.setattr(timing.Runner, "turn", lost)
    monkeypatch.setattr(clock, "translated", lambda error, _: clock.DeviceLost(str(error).splitlines()[0]))
    short, long = points(measure(Sweep(lengths=(3, 5), modes=("forward",), architectures=("lstm",), **SMALL)))
    assert short.median_ms > 0
    assert (long.median_ms, long.reason) == (None, "CUDA error: device-side assert triggered")


@pytest.mark.parametrize(
    ("error", "device", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), "cuda", clock.OutOfMemory),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "cpu", clock.OutOfMemory),
        (RuntimeError("CUDA error: unspecified launch failure"), "cuda", clock.DeviceLost),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), "cpu", RuntimeError),  # our own slip stays one
    ],
)
def test_errors_are_told_apart(error, device, expected):
    assert type(clock.translated(error, torch.device(device))) is expected


@pytest.mark.parametrize("stopped", [False, True])
def test_memory_returns(stopped, monkeypatch):
    """After a sweep, whole or stopped between two repeats, the process holds at most 100 MB more than before."""
    monkeypatch.setattr(timing, "measure_limits", lambda *_: replace(LIMITS, flops_per_s=1e12, bytes_per_s=1e11))
    monkeypatch.setattr(timing, "PAUSE_S", 0.0)
    sizes = SMALL | {"batch": 128, "width": 128, "modes": ("training",), "architectures": ("attention", "transformer")}
    list(measure(Sweep(lengths=(3,), **sizes | {"batch": 1})))  # what libraries load once and keep
    before = resident_bytes()
    running, found = measure(Sweep(lengths=(128,), **sizes)), []
    for record in running:
        found.append(record)
        if stopped and len(found) == 4:  # both layers have run; their tensors are alive
            running.close()
    assert stopped or max(point.peak_bytes for point in points(found)) > 100e6
    assert resident_bytes() - before < 100e6


def resident_bytes() -> int:
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


@pytest.mark.parametrize(
    ("nonsense", "sentence"),
    [
        ({"repeats": 0}, "repeats must be a whole number from 3 to 1,000; got 0"),
        ({"width": -4}, "width must be a whole number from 1 to 8,192; got -4"),
        ({"width": 10, "heads": 3}, "width must be a multiple of heads; got 10 and 3"),
        ({"batch": 2.5}, "batch must be a whole number from 1 to 4,096; got 2.5"),
        ({"lengths": (16, 10**9)}, "length must be a whole number from 1 to 65,536; got 1000000000"),
        ({"lengths": ()}, "at least one length"),
        ({"lengths": (65_536,), "batch": 4096}, "batch × length × width may be at most 2,147,483,648"),
        ({"modes": ("sleeping",)}, 'mode must be one of forward, training, generation; got "sleeping"'),
        ({"architectures": ()}, "architecture must be one of .*; got none"),
        ({"device": "abacus"}, 'device must be one of cpu.* on this machine; got "abacus"'),
        ({"dtype": "float8"}, 'dtype must be one of .*; got "float8"'),
        ({"seconds": float("nan")}, "seconds must be from 1 to 3600; got nan"),
        ({"threads": 0}, "threads must be a whole number from 1"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(nonsense, sentence):
    with pytest.raises(ValueError, match=sentence):
        Sweep(**nonsense)


def test_busy_cores_are_left_alone(monkeypatch):
    """Ticks of idle time in a second, of the hundred a core has: nearly one core free, none, and more than there are."""
    monkeypatch.setattr(sweep.os, "sysconf", lambda _: 100)
    monkeypatch.setattr(sweep.time, "sleep", lambda _: None)
    monkeypatch.setattr(sweep, "processors", lambda: 2)
    for idle, expected in ((90, 1), (0, 1), (170, 2), (900, 2)):
        ticks = iter((1000, 1000 + idle))
        monkeypatch.setattr(sweep, "idle_ticks", lambda: next(ticks))
        assert sweep.idle_processors(1.0) == expected


# --- what the points say together ---


def curve(architecture, times, mode="forward"):
    return [asdict(Point(architecture, mode, length, B, C, median_ms=ms)) for length, ms in times.items()]


def test_slope_is_the_power_of_the_length():
    lengths = np.array([16, 32, 64, 128, 256])
    assert slope(curve("lstm", dict(zip(lengths, 0.3 * lengths))), "lstm", "forward") == pytest.approx(
        {"all": 1, "short": 1, "long": 1}
    )
    bends = slope(curve("attention", dict(zip(lengths, lengths + lengths**2 / 64))), "attention", "forward")
    assert 1 < bends["short"] < bends["all"] < bends["long"] < 2


def test_slope_needs_three_lengths():
    assert slope(curve("lstm", {16: 1.0, 32: 2.0, 64: None}), "lstm", "forward") is None


def test_ratio_leaves_gaps_out():
    both = curve("transformer", {16: 3.0, 32: 4.0, 64: None}) + curve("lstm", {16: 2.0, 32: None, 64: 5.0})
    assert ratio(both, "forward") == {16: 1.5}


def test_document_keeps_gaps_as_nothing(known_limits):
    chosen = Sweep(lengths=(3, 5, 7), modes=("forward",), architectures=("lstm", "transformer"), **SMALL)
    start, *rest = measure(chosen)
    found = [*points(rest), Point("lstm", "forward", 11, 1, 8, reason="out of memory")]
    read = json.loads(json.dumps(document(chosen, start, found)))
    assert read["results"][-1]["median_ms"] is None and read["results"][-1]["reason"] == "out of memory"
    assert set(read["slopes"]["forward"]) == {"lstm", "transformer"}
    assert list(read["transformer_to_lstm"]["forward"]) == ["3", "5", "7"]
    assert any("gap: LSTM at 11: out of memory" in line for line in report(document(chosen, start, found)))


# --- the command ---


def run(*options):
    command = [sys.executable, "-m", "model.race.timing", "--device", "cpu", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_command_streams_a_record_a_line():
    small = "--lengths 3 5 --modes forward --architectures lstm attention --width 8 --heads 1 --repeats 3 --threads 1"
    records = [json.loads(line) for line in run("--stream", *small.split()).stdout.splitlines()]
    start = records[0]["start"]
    assert start["machine"]["device"] == "cpu" and start["machine"]["threads"] == 1
    assert start["machine"]["attention_kernel"] == "flash_attention_for_cpu"
    limits = start["limits"]
    assert limits["flops_per_s"] > 1e8 and limits["bytes_per_s"] > 1e8 and limits["kernel_s"] > 0
    assert {name: set(steps) for name, steps in limits["step_s"].items()} == {"forward": {"lstm", "attention"}}
    assert [record["point"]["length"] for record in records if "point" in record] == [3, 3, 5, 5]


def test_command_refuses_nonsense_in_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["timing", "--width", "10", "--heads", "3"])
    with pytest.raises(SystemExit, match=r"^cannot measure: width must be a multiple of heads; got 10 and 3$"):
        timing.main()
