"""Switch heads off, or cut single links, and see at once what becomes of the translation, beside what chance does."""

from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from model.evidence.causes.pairs import align
from model.reading.place import Link, Place
from model.reading.recorded import suggestions
from model.reading.run import Run
from viz.components import headgrid
from viz.figures.effect import effect_band
from viz.pages import evidence, session
from viz.pages.sentence import choose_text, read_sentence

THUMBNAIL = (32, 32)  # rows and columns of a small map, at most


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


def switch(off: tuple[Place, ...], cut: tuple[Link, ...]) -> None:
    session.choose(off=off, cut=cut)


def switch_clicked() -> None:
    session.choose(off=session.places(headgrid.clicked("switches")))


def cut_link() -> None:
    part, query, key, place = (st.session_state[f"cut_{name}"] for name in ("part", "query", "key", "head"))
    link = Link(part, query - 1 if query else None, key, *(place[1:] if place else ()))
    session.choose(cut=tuple(sorted({*choice.cut, link}, key=str)))


# --- what to try ---


def tries() -> list[Try]:
    """Sets of heads and links found by measurement, then everything off, then nothing."""
    found = suggestions(choice.model)
    every = evidence.all_heads(run)
    nothing = [Try(words["try_all"], every), Try(words["try_nothing"])]
    return links_to_try(found) + heads_to_try(found) + nothing


def links_to_try(found: dict) -> list[Try]:
    """The links whose effect was measured: from "it" to the noun it stands for, to the other noun if that is known, and
    from the translation to "it"."""
    if not (run.antecedents and found):
        return []
    it, noun = run.antecedents[0].word, run.antecedents[0].candidates[0].word
    nouns = {"it_to_antecedent": noun, "it_to_distractor": other_noun(found, noun)}
    result = [
        Try(
            words["try_link"].format(query=word_text(it), key=word_text(place)),
            cut=(Link("encoder", it, place),),
            measured=found["edges"].get(name),
        )
        for name, place in nouns.items()
        if place is not None and place >= 0
    ]
    label = words["try_link"].format(query=words["translation"], key=word_text(it))
    return [*result, Try(label, cut=(Link("cross", None, it),), measured=found["edges"].get("cross_to_it"))]


def word_text(place: int) -> str:
    return evidence.plain(run.source.words[place].text)


def other_noun(found: dict, noun: int) -> int | None:
    """The other noun of a sentence whose pair was measured; None if it is not known."""
    names = [name for pair in found["pairs"] if choice.text in pair["sentences"] for name in pair["nouns"]]
    places = [place for place, word in enumerate(run.source.words) if word.text in names and place != noun]
    return places[0] if places else None


def heads_to_try(found: dict) -> list[Try]:
    """The first head of the search, the first set that turns most of its pairs, and the whole set, which was tested."""
    if not found:
        return []
    path = found["search"]["path"]
    steps = [*path[:1], *[step for step in path if step["leaning_flip_rate"] > 0.5][:1]]
    sets = {len(step["heads"]): (step["heads"], None, step["leaning_flip_rate"]) for step in steps}
    sets[len(found["heads"])] = found["heads"], found["held_out"], 0.0
    result = [
        Try(
            words["try_heads" if count > 1 else "try_head"].format(count=count),
            places_of(heads),
            (),
            measured,
            searched,
        )
        for count, (heads, measured, searched) in sets.items()
    ]
    only = found["encoder"]
    label = words["try_encoder"].format(count=len(only["heads"]))
    return [*result, Try(label, places_of(only["heads"]), (), only["held_out"])]


def places_of(heads: list[dict]) -> tuple[Place, ...]:
    return tuple(sorted(map(Place.of, heads)))


def try_buttons(options: list[Try]) -> None:
    st.caption(words["try"])
    with st.container(horizontal=True, gap="xsmall", key="suggestions"):
        for number, one in enumerate(options):
            kind = "primary" if (one.off, one.cut) == (choice.off, choice.cut) else "secondary"
            st.button(one.label, key=f"try {number}", on_click=switch, args=(one.off, one.cut), type=kind)


# --- what is switched ---


def show_grid() -> None:
    titles = words["parts"]
    parts = [headgrid.grid_part(part, titles[part], maps) for part, maps in thumbnails(run_key(), run).items()]
    headgrid.head_grid(parts, map(str, off), words, key="switches", opens=False, on_change=switch_clicked)


def run_key() -> tuple:
    return choice.model, choice.text, choice.beams


@st.cache_resource(show_spinner=False, max_entries=256)
def thumbnails(key: tuple, _run: Run) -> dict[str, np.ndarray]:
    """A small map of every head, (layer, head, row, column), strongest weight of each patch."""
    return {
        part: np.stack(
            [
                np.stack([maps.tile(layer, head, slice(None), slice(None), THUMBNAIL) for head in range(maps.heads)])
                for layer in range(maps.layers)
            ]
        )
        for part, maps in _run.maps.items()
    }


def link_boxes() -> None:
    """Choose a link to cut, and take cuts back."""
    with st.expander(words["links"], expanded=bool(cut)):
        st.caption(words["links_how"])
        part = st.selectbox(words["cut_part"], list(run.maps), format_func=words["parts"].get, key="cut_part")
        queries, keys = run.maps[part].query_axis.words, run.maps[part].key_axis.words
        names = [words["every_word"], *(numbered(queries, place) for place in range(len(queries)))]
        left, right, last = st.columns(3)
        left.selectbox(
            words["cut_query"], range(len(names)), format_func=lambda i: names[min(i, len(names) - 1)], key="cut_query"
        )
        right.selectbox(words["cut_key"], range(len(keys)), format_func=lambda i: numbered(keys, i), key="cut_key")
        last.selectbox(words["cut_head"], heads_to_cut(part), format_func=cut_head_name, key="cut_head")
        st.button(words["cut"], on_click=cut_link, key="cut_link")
        with st.container(horizontal=True, gap="xsmall", key="cuts"):
            for link in cut:
                rest = tuple(one for one in cut if one != link)
                st.button(
                    f"{link_name(link)} ×", key=f"uncut {link}", on_click=switch, args=(off, rest), help=words["uncut"]
                )


def heads_to_cut(part: str) -> list[Place | None]:
    """The heads in which a link can be cut; first, None for all of them."""
    return [None, *(place for place in evidence.all_heads(run) if place.part == part)]


def cut_head_name(place: Place | None) -> str:
    return f"{place.layer + 1}.{place.head + 1}" if place else words["every_head"]


def numbered(axis_words, place: int) -> str:
    return f"{axis_words[min(place, len(axis_words) - 1)].text}"


def link_name(link: Link) -> str:
    axes = run.maps[link.part]
    first = words["every_word"] if link.query is None else axes.query_axis.words[link.query].text
    where = words["parts"][link.part] + (f" {cut_head_name(link.place)}" if link.place else "")
    return f"{where}: {evidence.plain(first)} → {evidence.plain(axes.key_axis.words[link.key].text)}"


# --- what becomes of it ---


def compared():
    """The Comparison; None after saying what is in the way."""
    try:
        with st.spinner(words["reading"], show_time=True):
            return evidence.comparison(choice.model, choice.text, choice.beams, off, choice.how, cut, run)
    except Exception as error:  # whatever it is, the page stays and says so
        st.error(words["failed"].format(message=evidence.plain(str(error))))
        return None


def show_result(done) -> None:
    both = align(done.before.target, done.after.target)
    html = evidence.translation_html(
        words["before"], done.before, evidence.word_probabilities(done.before), [False] * len(both.changed[0])
    )
    if off or cut:
        html += evidence.translation_html(
            words["after"], done.after, evidence.word_probabilities(done.after), both.changed[1]
        )
    st.html(html)
    say_verdict(done)
    if done.log_odds is not None:
        show_leaning(done)


def probabilities_button(done) -> None:
    """The first translation's words, before and after, as data."""
    before, after = evidence.word_probabilities(done.before), evidence.word_probabilities(done.before, done.forced)
    words_of = [word.text for word in done.before.target.words]
    header = ("word", "probability before", "probability of the same word after")
    rows = list(zip(words_of, before, after, strict=True))
    evidence.csv_button(words["csv"], "switched-off.csv", header, rows, "switch csv")


def say_verdict(done) -> None:
    """In one sentence: does the pronoun flip?"""
    (was, share_was), (now, share_now) = map(evidence.pronoun_text, (done.before, done.after))
    if not (off or cut):
        name = "nothing_off"
    elif done.nonsense:
        name = "nonsense"
    elif not was:
        name = "no_pronoun"
    elif now not in ("", was):
        name = "flips"
    elif not now:
        name = "lost"
    else:
        name = "stays"
    facts = {"was": was, "now": now, "share_was": share_was, "share_now": share_now}
    facts["plausibility"] = f"{100 * done.plausibility:.1f} %"
    st.html(f"<p class=mj-verdict>{words[name].format(**{key: escape(value) for key, value in facts.items()})}</p>")


def show_leaning(done) -> None:
    before, after = done.log_odds
    band = done.band and (done.band.low, done.band.high)
    figure = effect_band(before, after if off or cut else None, band, names=words["leaning"], dark=session.dark())
    alt = words["leaning_alt"].format(before=evidence.signed(before), after=evidence.signed(after))
    st.plotly_chart(figure, theme=None, config=session.CHART, alt=alt)
    st.caption(words["leaning_how"])
    if done.band:
        inside = done.band.low <= done.change <= done.band.high
        numbers = {"change": done.change, "low": done.band.low, "high": done.band.high}
        facts = {name: evidence.signed(number) for name, number in numbers.items()}
        facts |= {"sets": done.band.sets, "flips": session.percent(done.band.flips)}
        st.markdown(words["within" if inside else "beyond"].format(**facts))
    elif off or cut:
        st.markdown(words["no_band"])


def say_measured(options: list[Try]) -> None:
    """What the same does over many pairs, if it is one of the suggestions."""
    for one in options:
        if (one.off, one.cut) != (off, cut) or choice.how != "zero":
            continue
        if one.measured:
            say_held_out(one.measured)
        if one.searched:
            found, turned = suggestions(choice.model), session.percent(one.searched)
            facts = {"n": found["search"]["n"], "turned": turned, "tested": len(found["heads"])}
            st.markdown(words["searched"].format(**facts))


def say_held_out(about: dict) -> None:
    low, high = about["flip_interval"]
    shares = {"flips": about["flip_rate"], "low": low, "high": high}
    facts = {name: session.percent(share) for name, share in shares.items()}
    facts |= {name: evidence.signed(about[f"separation_{name}"]) for name in ("before", "after")}
    said = words["held_out"].format(n=about["n"], **facts)
    if about["random"]:
        middle = about["random"]["leaning_flip_rate"][1]
        said += " " + words["held_out_random"].format(random=session.percent(middle))
    st.markdown(said)


def other_sentence() -> None:
    """If the sentence belongs to a pair that is known, one click to its other half, with the same heads off."""
    for pair in suggestions(choice.model).get("pairs", ()):
        if choice.text in pair["sentences"]:
            other = pair["sentences"][1 - pair["sentences"].index(choice.text)]
            st.button(
                words["other"].format(sentence=other),
                on_click=choose_text,
                args=(other,),
                key="other",
                type="tertiary",
                icon=":material/arrow_forward:",
                wrap=True,
            )
            return


choice = session.current_choice()
words = session.strings(choice.lang)["switch"]
st.html(evidence.STYLE)
run = read_sentence(choice)
if run is None:
    st.stop()
if "encoder" not in run.maps:
    st.info(words["no_heads"].format(model=choice.model))
    st.stop()
off = tuple(name for name in choice.off if evidence.has_head(run, name))
cut = tuple(link for link in choice.cut if evidence.has_link(run, link))
if missing := len(choice.off) + len(choice.cut) - len(off) - len(cut):
    st.warning(words["missing"].format(count=missing))

options = tries()
try_buttons(options)
left, right = st.columns([2, 3], gap="large")
with left:
    st.segmented_control(
        words["how"],
        session.HOWS,
        format_func=words["hows"].get,
        key="how",
        required=True,
        on_change=session.remember,
        args=("how",),
        help=words["how_help"],
    )
    show_grid()
with right:
    if (done := compared()) is not None:
        show_result(done)
        say_measured(options)
        if off or cut:
            other_sentence()
        st.caption(words["not"])
        probabilities_button(done)
link_boxes()
