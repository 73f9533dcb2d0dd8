"""Switch off: the heads that are off, the links that are cut, which of them a run has, and what there is to try.

Worth knowing: `texts` are those of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.reading.place import Link, Place
from model.reading.recorded import suggestions
from model.reading.run import Run
from viz.scenes.fields import Field, one_of, several
from viz.scenes.texts import plain

if TYPE_CHECKING:
    from viz.scenes.choice import Choice

HOWS = ("zero", "mean", "uniform")  # what a head that is switched off does instead

FIELDS = (
    Field("off", (), tuple[Place, ...], "heads that are switched off", read=several(Place.parse)),
    Field("how", "zero", str, "what they do instead", read=one_of(HOWS), widget="how"),
    Field("cut", (), tuple[Link, ...], "links that are cut, in all heads or in one", read=several(Link.parse)),
)


def has_link(run: Run, link: Link) -> bool:
    """Whether both words of a link are there, with tokens to cut, and the head if it names one."""
    axes = run.maps[link.part]
    fits = (link.query or 0) < len(axes.query_axis.words) and link.key < len(axes.key_axis.words)
    fits &= link.place is None or has_head(run, link.place)
    return fits and all(tokens != () for tokens in tokens_of_link(run, link))


def tokens_of_link(run: Run, link: Link) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    """The tokens of both words: keys, and queries or None for all of them."""
    axes = run.maps[link.part]
    queries = None if link.query is None else tuple(axes.query_axis.tokens_of(link.query))
    return tuple(axes.key_axis.tokens_of(link.key)), queries


def has_head(run: Run, place: Place) -> bool:
    return place.layer < run.maps[place.part].layers and place.head < run.maps[place.part].heads


def all_heads(run: Run) -> tuple[Place, ...]:
    return tuple(
        sorted(
            Place(part, layer, head)
            for part, maps in run.maps.items()
            for layer in range(maps.layers)
            for head in range(maps.heads)
        )
    )


# --- what to try ---


@dataclass(frozen=True)
class Try:
    """Something to try. measured: what it does over held-out pairs; None if that was not measured.

    searched: for heads that are only a step of the search, the share of the searched pairs that they turn.
    """

    label: str
    off: tuple[Place, ...] = ()
    cut: tuple[Link, ...] = ()
    measured: dict | None = None
    searched: float = 0.0


def tries(choice: Choice, run: Run, texts: Mapping) -> list[Try]:
    """Sets of heads and links found by measurement, then everything off, then nothing."""
    found = suggestions(choice.model)
    nothing = [Try(texts["try_all"], all_heads(run)), Try(texts["try_nothing"])]
    return links_to_try(found, run, texts) + heads_to_try(found, texts) + nothing


def links_to_try(found: Mapping, run: Run, texts: Mapping) -> list[Try]:
    """The links whose effect was measured: from "it" to the noun it stands for, to the other noun if that is known, and
    from the translation to "it"."""
    if not (run.antecedents and found):
        return []
    it, noun = run.antecedents[0].word, run.antecedents[0].candidates[0].word
    nouns = {"it_to_antecedent": noun, "it_to_distractor": other_noun(found, run, noun)}
    words = [plain(word.text) for word in run.source.words]
    result = [
        Try(
            texts["try_link"].format(query=words[it], key=words[place]),
            cut=(Link("encoder", it, place),),
            measured=found["edges"].get(name),
        )
        for name, place in nouns.items()
        if place is not None and place >= 0
    ]
    label = texts["try_link"].format(query=texts["translation"], key=words[it])
    return [*result, Try(label, cut=(Link("cross", None, it),), measured=found["edges"].get("cross_to_it"))]


def other_noun(found: Mapping, run: Run, noun: int) -> int | None:
    """The other noun of a sentence whose pair was measured; None if it is not known."""
    names = [name for pair in found["pairs"] if run.text in pair["sentences"] for name in pair["nouns"]]
    places = [place for place, word in enumerate(run.source.words) if word.text in names and place != noun]
    return places[0] if places else None


def heads_to_try(found: Mapping, texts: Mapping) -> list[Try]:
    """The first head of the search, the first set that turns most of its pairs, and the whole set, which was tested."""
    if not found:
        return []
    path = found["search"]["path"]
    steps = [*path[:1], *[step for step in path if step["leaning_flip_rate"] > 0.5][:1]]
    sets = {len(step["heads"]): (step["heads"], None, step["leaning_flip_rate"]) for step in steps}
    sets[len(found["heads"])] = found["heads"], found["held_out"], 0.0
    result = []
    for count, (heads, measured, searched) in sets.items():
        label = texts["try_heads" if count > 1 else "try_head"].format(count=count)
        result.append(Try(label, places_of(heads), (), measured, searched))
    only = found["encoder"]
    label = texts["try_encoder"].format(count=len(only["heads"]))
    return [*result, Try(label, places_of(only["heads"]), (), only["held_out"])]


def places_of(heads: list[dict]) -> tuple[Place, ...]:
    return tuple(sorted(map(Place.of, heads)))


def other_half(choice: Choice) -> str | None:
    """The other sentence of a pair that is known."""
    for pair in suggestions(choice.model).get("pairs", ()):
        if choice.text in pair["sentences"]:
            return pair["sentences"][1 - pair["sentences"].index(choice.text)]
    return None


# --- how things are called ---


def head_number(place: Place | None, texts: Mapping) -> str:
    """The head in which a link is cut; None for all of them."""
    return f"{place.layer + 1}.{place.head + 1}" if place else texts["every_head"]


def link_name(link: Link, run: Run, texts: Mapping) -> str:
    axes = run.maps[link.part]
    first = texts["every_word"] if link.query is None else axes.query_axis.words[link.query].text
    where = texts["parts"][link.part] + (f" {head_number(link.place, texts)}" if link.place else "")
    return f"{where}: {plain(first)} → {plain(axes.key_axis.words[link.key].text)}"


def verdict(done, changed: bool, was: str, now: str) -> str:
    """The name of the sentence that says whether the pronoun flips. was, now: il, elle or nothing."""
    if not changed:
        return "nothing_off"
    if done.nonsense:
        return "nonsense"
    if not was:
        return "no_pronoun"
    if not now:
        return "lost"
    return "stays" if now == was else "flips"
