"""The facts of each claim, from the shipped results: the numbers that stand in its sentences, by the name of their place.

Each raises what looking up a missing result raises: KeyError, IndexError, TypeError or StopIteration.
"""

from model.race.cost import remembered
from model.race.curves import medians
from model.race.shipped import shipped, timings
from viz.parts.race.numbers import two_digits
from viz.scenes.models import card
from viz.scenes.race import RACERS
from viz.scenes.texts import percent

LENGTH, WIDTH = 512, 256  # for which the memory claim is worked out


def machine_times(mode: str) -> tuple[str, dict[str, dict[int, float]]]:
    """The name of the first shipped machine, and its milliseconds by architecture and length."""
    name, document = next(iter(timings().items()))
    rows = document["results"]
    times = {each: medians(rows, each, mode) for each in dict.fromkeys(row["architecture"] for row in rows)}
    return name, times


def both(times: dict[str, dict[int, float]]) -> tuple[int, int]:
    """The shortest and the longest length at which LSTM and Transformer were both measured."""
    lengths = sorted(set(times["lstm"]) & set(times["transformer"]))
    return lengths[0], lengths[-1]


def sequential(texts: dict) -> dict:
    machine, times = machine_times("forward")
    _, long = both(times)
    ratio = {length: time / times["lstm"][length] for length, time in times["transformer"].items() if length <= long}
    best = min(ratio, key=ratio.get)
    document = timings()[machine]
    return {
        "machine": machine,
        "step": two_digits(1e6 * document["limits"]["step_s"]["forward"]["lstm"]),
        "length": long,
        "lstm": two_digits(times["lstm"][long]),
        "gru": two_digits(times["gru"][long]) if long in times["gru"] else "–",
        "transformer": two_digits(times["transformer"][long]),
        "best": best,
        "best_ratio": two_digits(ratio[best]),
        "gru_ratio": two_digits(times["transformer"][best] / times["gru"][best]) if best in times["gru"] else "–",
    }


def gradient(texts: dict) -> dict:
    found = shipped("gradients")
    rows = {(row["when"], row["architecture"]): row for row in found["results"] + found["open_gates"]}
    names = {"rnn": "rnn", "lstm": "lstm-forget-1", "gru": "gru", "transformer": "transformer"}
    facts = {"seeds": rows["trained", "rnn"]["seeds"]}
    for name, network in names.items():
        near, far = rows["trained", network], rows["trained-far", network]
        facts |= {
            name: f"{far['factor_median']:.2f}",
            f"{name}_learned": far["seeds"] - far["failures"],
            f"{name}_near": near["seeds"] - near["failures"],
        }
    wide_open = rows["trained-far", "lstm-forget-4"]
    return facts | {
        "near_factor": f"{rows['trained', 'lstm-forget-1']['factor_median']:.2f}",
        "open_learned": wide_open["seeds"] - wide_open["failures"],
        "open_factor": f"{wide_open['factor_median']:.2f}",
    }


def bleu(model: str, group: str, place: int) -> float:
    return card(model)["scores"]["by_length"][group][place]["bleu"]


def bottleneck(texts: dict) -> dict:
    joined = card("gru")["scores"]["by_length"]["joined"]
    facts = {"sentences": joined[-1]["sentences"], "words": f"{joined[-1]['mean_words']:.0f}"}
    for name in ("gru", "gru-attention"):
        key = name.replace("-", "_")
        facts |= {
            f"{key}_short": f"{bleu(name, 'buckets', 0):.1f}",
            f"{key}_long": f"{bleu(name, 'buckets', -1):.1f}",
            f"{key}_joined": f"{bleu(name, 'joined', -1):.1f}",
        }
    gains = {place: bleu("gru-attention", "buckets", place) - bleu("gru", "buckets", place) for place in (0, -1)}
    return facts | {"short_gain": f"{gains[0]:.1f}", "long_gain": f"{gains[-1]:.1f}"}


def parallel(texts: dict) -> dict:
    machine, times = machine_times("training")
    _, writing = machine_times("generation")
    _, long = both(times)
    _, last = both(writing)
    return {
        "machine": machine,
        "length": long,
        "transformer": two_digits(times["transformer"][long]),
        "lstm": two_digits(times["lstm"][long]),
        "gru": two_digits(times["gru"][long]) if long in times["gru"] else "–",
        "generated": last,
        "writing_transformer": two_digits(writing["transformer"][last]),
        "writing_lstm": two_digits(writing["lstm"][last]),
    }


def long_range(texts: dict) -> dict:
    rows = shipped("recall")["results"]

    def at_end(task: str, axis: str, architecture: str, in_range: bool) -> dict:
        own = [r for r in rows if (r["task"], r["axis"], r["architecture"]) == (task, axis, architecture)]
        return [r for r in own if r["in_range"] == in_range][-1]

    recall = {name: at_end("recall", "pairs", name, True) for name in ("rnn", "lstm", "gru", "transformer")}
    parity = {name: at_end("parity", "length", name, False) for name in ("rnn", "lstm", "gru", "transformer")}
    best = max(("rnn", "lstm", "gru"), key=lambda name: parity[name]["accuracy_median"])
    return {
        "pairs": recall["transformer"]["pairs"],
        **{name: percent(row["accuracy_median"]) for name, row in recall.items()},
        "length": parity[best]["length"],
        "best": texts["names"][best],
        "parity_best": percent(parity[best]["accuracy_median"]),
        "parity_transformer": percent(parity["transformer"]["accuracy_median"]),
    }


def memory(texts: dict) -> dict:
    _, document = next(iter(timings().items()))
    peaks = {
        row["length"]: row["peak_bytes"]
        for row in document["results"]
        if (row["architecture"], row["mode"]) == ("transformer", "forward") and row["peak_bytes"]
    }
    long = max(peaks)
    return {
        "length": LENGTH,
        "width": WIDTH,
        **{name: f"{float(remembered(name, LENGTH, WIDTH)):,.0f}" for name in ("gru", "lstm", "transformer")},
        "half": long // 2,
        "long": long,
        "growth": two_digits(peaks[long] / peaks[long // 2]),
    }


def scalability(texts: dict) -> dict:
    cards = {name: card(name) for name in RACERS}
    scores = {name: card["scores"]["translation"]["bleu"] for name, card in cards.items()}
    best = max((name for name in scores if name != "transformer-twin"), key=scores.get)
    machine, times = machine_times("forward")
    _, long = both(times)
    return {
        "parameters": f"{cards['transformer-twin']['parameters'] / 1e6:.1f}",
        "millions": f"{cards['transformer-twin']['tokens'] / 1e6:.0f}",
        "transformer": f"{scores['transformer-twin']:.1f}",
        "best": texts["names"][best],
        "bleu": f"{scores[best]:.1f}",
        "pronoun_transformer": percent(cards["transformer-twin"]["scores"]["pronouns"]["pronoun_accuracy"]),
        "pronoun_best": percent(cards[best]["scores"]["pronouns"]["pronoun_accuracy"]),
        "half": long // 2,
        "long": long,
        "growth": two_digits(times["transformer"][long] / times["transformer"][long // 2]),
        "lstm_growth": two_digits(times["lstm"][long] / times["lstm"][long // 2]),
        "machine": machine,
    }


FACTS = {
    "sequential": sequential,
    "gradient": gradient,
    "bottleneck": bottleneck,
    "parallel": parallel,
    "long_range": long_range,
    "memory": memory,
    "scalability": scalability,
}
