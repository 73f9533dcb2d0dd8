"""From runs to rows: what was measured at each point, beside what it takes to answer there."""

import math
from functools import partial

import numpy as np

from model.race.recall.networks import ARCHITECTURES, Network, count_parameters, equal_network, state_floats
from model.race.recall.runs import Log, effort, over_seeds, quartiles
from model.race.recall.tasks import TASKS, Point, Task
from model.race.recall.training import Settings, run


def sweep(settings: Settings, log: Log, tasks: tuple[Task, ...] = TASKS) -> list[dict]:
    """One row a point and architecture, over the seeds."""
    rows = []
    for task in tasks:
        for architecture in ARCHITECTURES:
            key = {"task": task.name, "architecture": architecture}
            runs = over_seeds(key, partial(run, task, architecture, settings), settings, log)
            network = equal_network(architecture, task, settings.width, settings.feed_forward)
            cost = effort(runs, settings)
            for number, point in enumerate(task.points):
                found = [each["accuracies"][number] for each in runs]
                rows.append(key | point_row(task, network, point, found) | cost)
    return rows


def bits_shown(accuracy: float, answers: int) -> float:
    """Bits that a state must hold about one of `answers` equally likely symbols to name it this often; no less will do.

    The rate-distortion function of a uniform source, with the share of errors as distortion (Cover & Thomas 2006, chapter 10).
    """
    wrong = 1 - accuracy
    if accuracy <= 1 / answers:
        return 0.0
    doubt = -sum(share * math.log2(share) for share in (accuracy, wrong) if share > 0)
    return max(0.0, math.log2(answers) - doubt - wrong * math.log2(answers - 1))


def unbound_accuracy(held: int, answers: int) -> float:
    """What naming the commonest symbol earns, for who knows which ones are held but not whose: E[greatest count] / held.

    k!/Vᵏ · [xᵏ] (Σ xʲ/j! for j ≤ m)ⱽ is the share of draws in which no symbol comes more than m times.
    """

    def at_most(most: int) -> float:
        powers = np.polynomial.polynomial.polypow([1 / math.factorial(j) for j in range(most + 1)], answers)
        return powers[held] * math.factorial(held) / answers**held if len(powers) > held else 0.0

    return sum(1 - at_most(most) for most in range(held)) / held


def point_row(task: Task, network: Network, point: Point, found: list[float]) -> dict:
    """What was measured at a point, beside what it takes.

    floor_bits: that the state must hold to answer without error whatever is asked, floor_floats the same in 32-bit numbers
    filled to the last bit; shown_bits: that it must at least hold to have answered what was asked as well as it did.
    unbound: see unbound_accuracy; None for parity, where one bit is held and there is nothing to mix up.
    """
    low, median, high = quartiles(found)
    floor = point.held * math.log2(task.answers)
    return {
        "parameters": count_parameters(network),
        "axis": point.axis,
        point.axis: point.value,
        "in_range": point.in_range,
        "accuracy_median": median,
        "accuracy_quartiles": [low, high],
        "accuracies": found,
        "chance": 1 / task.answers,
        "unbound": unbound_accuracy(point.held, task.answers) if point.axis != "length" else None,
        "state_floats": state_floats(network, point.read),
        "state_bits": 32 * state_floats(network, point.read),
        "floor_bits": floor,
        "floor_floats": floor / 32,
        "shown_bits": point.asked * bits_shown(median, task.answers),
    }
