"""The queue of sweeps, with small programs in their place: order, stop, failure, abandonment, and what is kept."""

import time

import pytest

from viz.parts.race import sweeps
from viz.parts.race.sweeps import Sweeps

COUNT = "import json, time\nfor i in range({n}):\n  print(json.dumps(dict(i=i)), flush=True)\n  time.sleep({pause})"


def program(n: int, pause: float = 0.0) -> tuple[str, str]:
    return "-c", COUNT.format(n=n, pause=pause)


@pytest.fixture
def queue():
    return Sweeps()


def wait_for(condition, seconds: float = 20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_records_arrive_one_by_one(queue):
    job = queue.start(*program(3, pause=0.3))
    wait_for(lambda: len(job.records) == 1)
    assert job.state == "running"
    wait_for(lambda: job.over)
    assert (job.state, job.records) == ("done", [{"i": 0}, {"i": 1}, {"i": 2}])


def test_second_one_waits_its_turn(queue):
    first, second = queue.start(*program(2, pause=0.3)), queue.start(*program(1))
    assert queue.before(second) == 1 and second.state == "waiting"
    wait_for(lambda: second.over)
    assert first.state == second.state == "done" and queue.before(second) == 0


def test_stop_keeps_what_was_measured_and_lets_the_next_one_go(queue):
    first, second = queue.start(*program(1000, pause=0.1)), queue.start(*program(1))
    wait_for(lambda: first.records)
    queue.stop(first)
    wait_for(lambda: second.over)
    assert first.state == "stopped" and first.records[0] == {"i": 0} and second.state == "done"
    assert first.process.poll() is not None


def test_one_stopped_while_waiting_never_begins(queue):
    first, second = queue.start(*program(3, pause=0.2)), queue.start(*program(1))
    queue.stop(second)
    wait_for(lambda: first.over and not queue.jobs)
    assert second.state == "stopped" and second.process is None and second.records == []


def test_failure_has_its_sentence_and_keeps_its_records(queue):
    job = queue.start("-c", "import sys\nprint('{\"i\": 0}', flush=True)\nsys.exit('the device is gone')")
    wait_for(lambda: job.over)
    assert (job.state, job.message, job.records) == ("failed", "the device is gone", [{"i": 0}])


def test_page_that_was_closed_frees_the_queue(queue, monkeypatch):
    monkeypatch.setattr(sweeps, "ABANDONED_SECONDS", 0.5)
    job = queue.start(*program(1000, pause=0.1))
    wait_for(lambda: job.over)
    assert job.state == "abandoned" and job.records


def test_page_that_looks_keeps_its_sweep(queue, monkeypatch):
    monkeypatch.setattr(sweeps, "ABANDONED_SECONDS", 0.6)
    job = queue.start(*program(10, pause=0.15))
    wait_for(lambda: queue.before(job) == 0 and job.over)
    assert job.state == "done"
