"""Many runs: one a seed, at a rate chosen before, each kept in a file so that a killed command goes on."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from model.race.recall.training import Settings


class Log:
    """Finished runs, kept in a file if there is one: a second call goes on after the last run of the first.

    The file's first line holds the settings. Raises ValueError if they were others. A line that a kill cut short is left out.
    """

    def __init__(self, path: Path | None, settings: dict, say: Callable[[str], None] = lambda line: None):
        self.path, self.runs, self.say = path, [], say
        if path and path.exists():
            first, *lines = path.read_text(encoding="utf-8").splitlines()
            if json.loads(first) != json.loads(json.dumps(settings)):
                raise ValueError(f"{path} holds runs with other settings; move it away, or go on with those")
            self.runs = [json.loads(line) for line in lines if line.endswith("}")]
        elif path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(settings), encoding="utf-8")

    def once(self, key: dict, make: Callable[[], dict]) -> dict:
        """The run of this key, made if there is none yet."""
        found = next((run for run in self.runs if key.items() <= run.items()), None)
        if found is None:
            found = key | make()
            self.runs.append(found)
            if self.path:
                with open(self.path, "a", encoding="utf-8") as file:
                    file.write("\n" + json.dumps(found))  # the line break first: a line cut short spoils no other
            self.say(f"{key}: {found['held_out']:.3f} after {found['steps']} steps")
        return found


def over_seeds(key: dict, make: Callable[[int, float, bool], dict], settings: Settings, log: Log) -> list[dict]:
    """One run a seed, with the learning rate that did best in short runs on a seed that does not count.

    Best is the highest held-out accuracy; of those that were enough, the soonest.
    """

    def once(seed: int, rate: float, choosing: bool) -> dict:
        own = {"seed": seed, "learning_rate": rate, "choosing": choosing}
        return log.once(key | own, lambda: make(seed, rate, choosing))

    rates = settings.learning_rates
    if len(rates) > 1:
        tried = [once(settings.choosing_seed, rate, True) for rate in rates]
        rates = [max(tried, key=lambda run: (min(run["held_out"], settings.enough), -run["steps"]))["learning_rate"]]
    return [once(seed, rates[0], False) for seed in settings.seeds]


def effort(runs: list[dict], settings: Settings) -> dict:
    """Over the seeds of one task and architecture: what training took, and how many did not learn it."""
    return {
        "seeds": len(runs),
        "failures": sum(r["held_out"] < settings.learned for r in runs),
        "learning_rate": runs[0]["learning_rate"],
        "steps_median": quartiles([r["steps"] for r in runs])[1],
        "tokens_median": quartiles([r["tokens"] for r in runs])[1],
        "seconds_median": quartiles([r["seconds"] for r in runs])[1],
        "cpu_seconds_median": quartiles([r["cpu_seconds"] for r in runs])[1],
    }


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """First quartile, median, third quartile, linear between the values."""
    return tuple(np.quantile(values, [0.25, 0.5, 0.75]).tolist())
