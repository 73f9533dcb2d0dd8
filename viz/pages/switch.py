"""Switch heads off, or cut single links, and see at once what becomes of the translation, beside what chance does."""

from html import escape

import streamlit as st

from model.evidence.causes.pairs import align
from model.reading.place import Link, Place
from model.reading.recorded import suggestions
from model.reading.run import Run
from viz.components import headgrid
from viz.figures.effect import effect_band
from viz.parts import charts, marks
from viz.parts.sentence import choose_text, read_sentence
from viz.scenes import switch
from viz.scenes.choice import Choice
from viz.scenes.fields import places
from viz.scenes.switch import Try
from viz.scenes.texts import percent, plain, signed
from viz.scenes.texts import texts as texts_in
from viz.session import address, caches, experiments

Cut = tuple[Link, ...]
Off = tuple[Place, ...]


def page(choice: Choice) -> None:
    texts = texts_in(choice.lang)["switch"]
    st.html(marks.STYLE)
    if (run := read_sentence(choice)) is None:
        return
    if "encoder" not in run.maps:
        st.info(texts["no_heads"].format(model=choice.model))
        return
    off = tuple(place for place in choice.off if switch.has_head(run, place))
    cut = tuple(link for link in choice.cut if switch.has_link(run, link))
    if missing := len(choice.off) + len(choice.cut) - len(off) - len(cut):
        st.warning(texts["missing"].format(count=missing))

    options = switch.tries(choice, run, texts)
    try_buttons(options, choice, texts)
    left, right = st.columns([2, 3], gap="large")
    with left:
        ask_how(texts)
        show_grid(run, off, texts)
    with right:
        show_what_becomes(choice, run, off, cut, options, texts)
    link_boxes(run, off, cut, choice.cut, texts)


# --- what is switched ---


def put(off: Off, cut: Cut) -> None:
    address.choose(off=off, cut=cut)


def try_buttons(options: list[Try], choice: Choice, texts: dict) -> None:
    st.caption(texts["try"])
    with st.container(horizontal=True, gap="xsmall", key="suggestions"):
        for number, one in enumerate(options):
            kind = "primary" if (one.off, one.cut) == (choice.off, choice.cut) else "secondary"
            st.button(one.label, key=f"try {number}", on_click=put, args=(one.off, one.cut), type=kind)


def ask_how(texts: dict) -> None:
    st.segmented_control(
        texts["how"],
        switch.HOWS,
        format_func=texts["hows"].get,
        key="how",
        required=True,
        on_change=address.remember,
        args=("how",),
        help=texts["how_help"],
    )


def show_grid(run: Run, off: Off, texts: dict) -> None:
    small = caches.thumbnails(run.model, run.text, run.beams, run)
    parts = [headgrid.grid_part(part, texts["parts"][part], maps) for part, maps in small.items()]
    headgrid.head_grid(parts, map(str, off), texts, key="switches", opens=False, on_change=switch_clicked)


def switch_clicked() -> None:
    address.choose(off=places(headgrid.clicked("switches")))


def link_boxes(run: Run, off: Off, cut: Cut, chosen: Cut, texts: dict) -> None:
    """Choose a link to cut, and take cuts back. cut: those of the chosen that the run has."""
    with st.expander(texts["links"], expanded=bool(cut)):
        st.caption(texts["links_how"])
        part = st.selectbox(texts["cut_part"], list(run.maps), format_func=texts["parts"].get, key="cut_part")
        ask_link(run, part, texts)
        st.button(texts["cut"], on_click=cut_link, args=(chosen,), key="cut_link")
        with st.container(horizontal=True, gap="xsmall", key="cuts"):
            for link in cut:
                name, rest = switch.link_name(link, run, texts), tuple(one for one in cut if one != link)
                st.button(f"{name} ×", key=f"uncut {link}", on_click=put, args=(off, rest), help=texts["uncut"])


def ask_link(run: Run, part: str, texts: dict) -> None:
    queries, keys = (
        [word.text for word in axis.words] for axis in (run.maps[part].query_axis, run.maps[part].key_axis)
    )
    queries.insert(0, texts["every_word"])
    heads = [None, *(place for place in switch.all_heads(run) if place.part == part)]
    left, right, last = st.columns(3)
    left.selectbox(texts["cut_query"], range(len(queries)), format_func=named(queries), key="cut_query")
    right.selectbox(texts["cut_key"], range(len(keys)), format_func=named(keys), key="cut_key")
    last.selectbox(texts["cut_head"], heads, format_func=lambda place: switch.head_number(place, texts), key="cut_head")


def named(names: list[str]):
    """A box may still hold a place of a longer sentence."""
    return lambda place: names[min(place, len(names) - 1)]


def cut_link(chosen: Cut) -> None:
    part, query, key, place = (st.session_state[f"cut_{name}"] for name in ("part", "query", "key", "head"))
    link = Link(part, query - 1 if query else None, key, *(place[1:] if place else ()))
    address.choose(cut=tuple(sorted({*chosen, link}, key=str)))


# --- what becomes of it ---


def show_what_becomes(choice: Choice, run: Run, off: Off, cut: Cut, options: list[Try], texts: dict) -> None:
    try:
        with st.spinner(texts["reading"], show_time=True):
            done = experiments.comparison(choice.model, choice.text, choice.beams, off, choice.how, cut, run)
    except Exception as error:  # whatever it is, the page stays and says so
        st.error(texts["failed"].format(message=plain(str(error))))
        return
    show_result(done, bool(off or cut), texts)
    if choice.how == "zero":
        say_measured([one for one in options if (one.off, one.cut) == (off, cut)], choice.model, texts)
    if off or cut:
        other_sentence(choice, texts)
    st.caption(texts["not"])
    probabilities_button(done, texts)


def show_result(done, changed: bool, texts: dict) -> None:
    both = align(done.before.target, done.after.target)
    shown = [("before", done.before, [False] * len(both.changed[0]))]
    if changed:
        shown.append(("after", done.after, both.changed[1]))
    st.html(
        "".join(
            marks.translation_html(texts[name], run, marks.word_probabilities(run), differs)
            for name, run, differs in shown
        )
    )
    say_verdict(done, changed, texts)
    if done.log_odds is not None:
        show_leaning(done, changed, texts)


def say_verdict(done, changed: bool, texts: dict) -> None:
    """In one sentence: does the pronoun flip?"""
    (was, share_was), (now, share_now) = map(marks.pronoun_text, (done.before, done.after))
    name = switch.verdict(done, changed, was, now)
    facts = {"was": was, "now": now, "share_was": share_was, "share_now": share_now}
    facts["plausibility"] = f"{100 * done.plausibility:.1f} %"
    st.html(f"<p class=mj-verdict>{texts[name].format(**{key: escape(value) for key, value in facts.items()})}</p>")


def show_leaning(done, changed: bool, texts: dict) -> None:
    before, after = done.log_odds
    band = done.band and (done.band.low, done.band.high)
    figure = effect_band(before, after if changed else None, band, names=texts["leaning"], dark=charts.dark())
    alt = texts["leaning_alt"].format(before=signed(before), after=signed(after))
    st.plotly_chart(figure, theme=None, config=charts.CHART, alt=alt)
    st.caption(texts["leaning_how"])
    if done.band:
        inside = done.band.low <= done.change <= done.band.high
        numbers = {"change": done.change, "low": done.band.low, "high": done.band.high}
        facts = {name: signed(number) for name, number in numbers.items()}
        facts |= {"sets": done.band.sets, "flips": percent(done.band.flips)}
        st.markdown(texts["within" if inside else "beyond"].format(**facts))
    elif changed:
        st.markdown(texts["no_band"])


def say_measured(same: list[Try], model: str, texts: dict) -> None:
    """What the same does over many pairs. same: the suggestions that are what is off now."""
    for one in same:
        if one.measured:
            say_held_out(one.measured, texts)
        if one.searched:
            found, turned = suggestions(model), percent(one.searched)
            facts = {"n": found["search"]["n"], "turned": turned, "tested": len(found["heads"])}
            st.markdown(texts["searched"].format(**facts))


def say_held_out(about: dict, texts: dict) -> None:
    low, high = about["flip_interval"]
    shares = {"flips": about["flip_rate"], "low": low, "high": high}
    facts = {name: percent(share) for name, share in shares.items()}
    facts |= {name: signed(about[f"separation_{name}"]) for name in ("before", "after")}
    said = texts["held_out"].format(n=about["n"], **facts)
    if about["random"]:
        middle = about["random"]["leaning_flip_rate"][1]
        said += " " + texts["held_out_random"].format(random=percent(middle))
    st.markdown(said)


def other_sentence(choice: Choice, texts: dict) -> None:
    """If the sentence belongs to a pair that is known, one click to its other half, with the same heads off."""
    if other := switch.other_half(choice):
        st.button(
            texts["other"].format(sentence=other),
            on_click=choose_text,
            args=(other,),
            key="other",
            type="tertiary",
            icon=":material/arrow_forward:",
            wrap=True,
        )


def probabilities_button(done, texts: dict) -> None:
    """The first translation's words, before and after, as data."""
    before, after = marks.word_probabilities(done.before), marks.word_probabilities(done.before, done.forced)
    words = [word.text for word in done.before.target.words]
    header = ("word", "probability before", "probability of the same word after")
    rows = list(zip(words, before, after, strict=True))
    marks.csv_button(texts["csv"], "switched-off.csv", header, rows, "switch csv")


page(address.current_choice())
