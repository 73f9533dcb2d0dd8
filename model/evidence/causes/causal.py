"""Switching off the heads that carry *it*, in one pair of sentences and over held-out pairs.

    python -m model.evidence.causal --pair "The animal didn't cross the street because it was too tired." \
        "The animal didn't cross the street because it was too wide." --json
    python -m model.evidence.causal --suggest --out model/checkpoints/transformer/suggestions.json

Worth knowing: a pair is judged by its separation, log p(il) - log p(elle) in the first sentence minus the same in the second:
how far the changed word moves the pronoun. A network that no longer knows what *it* stands for has a separation of 0, and
then one of the two pronouns must be wrong.
"""

import argparse
import json
from pathlib import Path

from model.evidence.causes.compare import Band, Comparison, compare, mean_values, random_interventions
from model.evidence.causes.held_out import generated, held_out
from model.evidence.causes.interventions import WAYS, Intervention, altered, shape_of
from model.evidence.causes.left_to_right import left_to_right
from model.evidence.causes.outcome import Measure
from model.evidence.causes.pairs import check_pair
from model.evidence.causes.patching import patching
from model.evidence.causes.questions import PRONOUN, answer, leanings, question, written_ids
from model.evidence.causes.suggestions import TEST, write
from model.reading.loading import load
from model.reading.place import Place
from model.reading.reader import CheckpointError
from model.reading.readers.own import Translator
from model.reading.recorded import suggestions

CONTROLS = 100  # random sets for one pair


def pair_report(
    translator: Translator,
    first: str,
    second: str,
    intervention: Intervention,
    means=None,
    measure: Measure = PRONOUN,
) -> dict:
    """What an intervention does to a pair of sentences. All numbers in nats.

    before, after: the pair's separation; random_band: percentiles of its change under random other heads of the same layers;
    flips: whether a translation's answer, its pronoun, changes. members: both sentences by themselves. Raises ValueError for
    a pair that is no pair, or that has nothing of what is measured.
    """
    check_pair(first, second)
    done = [compare(translator, text, intervention, means=means, measure=measure) for text in (first, second)]
    for one in done:
        if one.log_odds is None:
            raise ValueError(f"{measure.missing(one.before.translation)}.")
    members = [member_report(translator, one, measure) for one in done]
    before, after = (done[0].log_odds[i] - done[1].log_odds[i] for i in (0, 1))
    return {
        "heads": [head.record for head in intervention.heads],
        "how": intervention.how,
        "before": before,
        "after": after,
        "change": after - before,
        "random_band": pair_band(translator, done, intervention, means, measure),
        "flips": any(member["flips"] for member in members),
        "members": members,
    }


def member_report(translator: Translator, done: Comparison, measure: Measure) -> dict:
    before, after = done.before, done.after
    was, now = (answer(translator, before.text, written_ids(run), measure) for run in (before, after))
    return {
        "sentence": before.text,
        "translations": [before.translation, after.translation],
        "pronouns": [was, now],
        "flips": now not in ("", was),
        "log_ratio": list(done.log_odds),
        "random_band": done.band and vars(done.band),
        "nonsense": done.nonsense,
        "plausibility": done.plausibility,
    }


def pair_band(
    translator: Translator, done: list[Comparison], intervention: Intervention, means, measure: Measure
) -> dict | None:
    """How far random other heads of the same layers change the pair's separation, and whether they flip a leaning."""
    controls = random_interventions(translator.network, intervention, {}, CONTROLS, seed=0)
    if not controls:
        return None
    network = altered(translator.network, *controls, means=means)
    places = [question(translator, one.before, measure) for one in done]
    after = [leanings(network, [place] * len(controls)) for place in places]
    first, second = (one.log_odds[0] for one in done)
    changes = (after[0] - after[1]) - (first - second)
    flips = (after[0] * first < 0) | (after[1] * second < 0)
    return vars(Band.of(changes, flips))


def chosen_heads(arguments: argparse.Namespace) -> Intervention:
    """The heads that were asked for, else those suggested for this checkpoint."""
    if arguments.heads:
        return Intervention(tuple(map(Place.parse, arguments.heads.split(","))), arguments.how)
    found = suggestions(arguments.model)
    if not found:
        raise ValueError(
            f"No heads are suggested for the weights of “{arguments.model}”: name some with --heads, or find them with --suggest."
        )
    return Intervention(tuple(map(Place.of, found["heads"])), arguments.how)


def report(arguments: argparse.Namespace) -> dict:
    translator = load(arguments.model)
    shape_of(translator.network)
    intervention = chosen_heads(arguments)
    means = mean_values(translator) if intervention.how == "mean" else None
    first, second = arguments.pair
    result = {"pair": pair_report(translator, first, second, intervention, means)}
    result["pair"]["left_to_right"] = vars(left_to_right(translator, first, second))
    effects = sorted(patching(translator, first, second).effects(), key=lambda one: -abs(one.effect))
    result["pair"]["patching"] = [vars(effect) for effect in effects[:5]]
    pairs = generated(translator, TEST[0], TEST[1], arguments.count)
    result["held_out"] = held_out(translator, pairs, lambda *_: intervention, means)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--pair", nargs=2, metavar=("FIRST", "SECOND"), help="two sentences that differ in a word or so"
    )
    parser.add_argument("--heads", help="instead of the suggested ones: encoder.2.4,cross.2.3, counted from 1")
    parser.add_argument("--how", choices=WAYS, default="zero")
    parser.add_argument("--count", type=int, default=TEST[2], help="held-out pairs to generate")
    parser.add_argument("--model", default="transformer")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--suggest", action="store_true", help="find the heads, measure them, and write --out")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    try:
        if arguments.suggest and arguments.out:
            write(load(arguments.model), arguments.out, lambda line: print(line, flush=True))
        elif arguments.pair:
            found = report(arguments)
            print(json.dumps(found, indent=1, ensure_ascii=False) if arguments.json else in_words(found))
        else:
            parser.error("give --pair, or --suggest with --out")
    except (CheckpointError, ValueError, OSError) as error:
        raise SystemExit(str(error)) from None


def in_words(found: dict) -> str:
    pair, rest = found["pair"], found["held_out"]
    lines = [f"switched off ({pair['how']}): {', '.join(head['label'] for head in pair['heads'])}"]
    lines += [f"{one['translations'][0]}  ->  {one['translations'][1]}" for one in pair["members"]]
    band = pair["random_band"]
    control = f"random heads {band['low']:.2f} to {band['high']:.2f}" if band else "no other heads to compare with"
    lines.append(f"separation {pair['before']:.2f} -> {pair['after']:.2f} nats; {control}")
    low, high = rest["interval"]
    lines.append(f"{rest['n']} held-out pairs: change {rest['mean_change']:.2f} [{low:.2f}, {high:.2f}] nats")
    return "\n".join([*lines, f"a pronoun flips in {rest['flip_rate']:.0%} of them"])


if __name__ == "__main__":
    main()
