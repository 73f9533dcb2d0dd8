"""Two sentences: which heads look elsewhere when one word changes, and which of them carry it into the translation."""

from dataclasses import replace
from html import escape

import numpy as np
import streamlit as st

from model.evidence.causes.pairs import candidates, most_moved_candidates, most_moved_word, shifts
from model.reading.place import Place, label
from model.reading.recorded import EXAMPLES, suggestions
from model.reading.run import Run
from viz.components import headgrid
from viz.components.interlinear import block, clicked, interlinear
from viz.figures.difference import difference_matrix
from viz.figures.matrix import attention_matrix
from viz.figures.patching import patching_heatmap
from viz.figures.style import FONT
from viz.pages import evidence, session, stacks
from viz.pages.sentence import run_or_explain

VIEW = {"word": None, "nouns": None, "layer": None, "heads": None}  # what belongs to one pair only


def new_sentence(box: str) -> None:
    session.remember(box)
    session.choose(**VIEW)


def choose_pair(first: str, second: str) -> None:
    st.session_state.text, st.session_state.second = first, second
    new_sentence("text")
    session.remember("second")


def choose_word() -> None:
    session.choose(**VIEW)
    if (word := clicked("sentences")) is not None:
        session.choose(word=word + 1)


def choose_nouns() -> None:
    chosen = tuple(st.session_state[name] + 1 for name in ("noun_a", "noun_b"))
    session.choose(nouns=chosen if len(set(chosen)) == 2 else None, layer=None, heads=None)


def choose_head(place: Place) -> None:
    session.choose(layer=place.layer + 1, heads=(place.head + 1,))


def choose_clicked_head() -> None:
    if chosen := session.places(headgrid.clicked("heads")):
        choose_head(chosen[0])


def open_section(name: str) -> None:
    session.choose(opened=tuple(sorted({*choice.opened, name})))


# --- the pair ---


def known_pairs(model: str) -> list[list[str]]:
    return [pair["sentences"] for pair in suggestions(model).get("pairs", ())] or [list(EXAMPLES[:2])]


def with_second(found: session.Choice) -> session.Choice:
    """A sentence that comes alone gets the other half of its pair; one that has none stands twice, to be changed."""
    if "second" in st.query_params or not found.text.strip():
        return found
    other = [pair[1 - pair.index(found.text)] for pair in known_pairs(found.model) if found.text in pair]
    st.session_state.second = (other or [found.text])[0]
    return replace(found, second=st.session_state.second)


def sentence_boxes() -> None:
    for column, box in zip(st.columns(2), ("text", "second"), strict=True):
        column.text_input(words[box], key=box, on_change=new_sentence, args=(box,))
    pairs = known_pairs(choice.model)
    with st.container(horizontal=True, gap="xsmall", key="examples"):
        for number, (first, second) in enumerate(pairs):
            kind = "primary" if (first, second) == (choice.text, choice.second) else "secondary"
            st.button(
                differing(first, second), key=f"pair {number}", on_click=choose_pair, args=(first, second), type=kind
            )


def differing(first: str, second: str) -> str:
    """What tells two sentences apart, as "tired / wide"."""
    lists = [[word.strip(".,;?!") for word in text.split()] for text in (first, second)]
    return " / ".join(" ".join(word for word in one if word not in other) for one, other in (lists, lists[::-1]))


def read_both() -> tuple[Run, Run] | None:
    """Both Runs, or None after saying in one sentence what is in the way."""
    if choice.text.split() == choice.second.split() != []:
        st.info(words["same"])
        return None
    asked = ((choice, "text"), (replace(choice, text=choice.second), "second"))
    runs = tuple(run_or_explain(one, box) for one, box in asked)
    if None in runs:
        return None
    if "encoder" not in runs[0].maps:
        st.info(words["no_encoder"].format(model=choice.model))
        return None
    return runs


def show_sentences(word: int | None) -> None:
    names = [[word.text for word in run.source.words if word.kind != "special"] for run in runs]
    answers = [[word.text for word in run.target.words if word.kind != "special"] for run in runs]
    blocks = []
    for name, texts, alignment, language in (
        ("sentences", names, pair.alignment, "en"),
        ("translations", answers, pair.answers, "fr"),
    ):
        inside = [(one, other) for one, other in alignment.words if one < len(texts[0]) and other < len(texts[1])]
        blocks.append(
            block(
                words[name], tuple(texts), inside, alignment.changed, language=language, choosable=name == "sentences"
            )
        )
    interlinear(blocks, word, words, key="sentences", on_change=choose_word)
    alone = [
        sum(place not in {both[side] for both in pair.alignment.words} for place in range(len(run.source.words)))
        for side, run in enumerate(runs)
    ]
    if any(alone):
        st.caption(words["unequal"].format(first=alone[0], second=alone[1]))


# --- what is looked at ---


def word_or_default() -> int:
    """The chosen word if it is there in both sentences, else "it", else the word whose row moves most."""
    aligned = {one for one, _ in pair.alignment.words}
    if choice.word and choice.word - 1 in aligned:
        return choice.word - 1
    if choice.word:
        st.warning(words["no_word"].format(word=choice.word))
    if runs[0].antecedents and runs[0].antecedents[0].word in aligned:
        return runs[0].antecedents[0].word
    st.caption(words["no_it"])
    return most_moved_word(runs[0].source, pair.alignment, pair.changes)


def nouns_or_default(word: int) -> tuple[int, int]:
    """The chosen candidates; else what the model itself says "it" is; else the words between which the row moves most."""
    aligned = {one for one, _ in pair.alignment.words}
    if choice.nouns and all(noun - 1 in aligned for noun in choice.nouns):
        return tuple(noun - 1 for noun in choice.nouns)
    if choice.nouns:
        st.warning(words["no_word"].format(word=max(choice.nouns)))
    named = candidates(*runs)
    if named and word == runs[0].antecedents[0].word:
        return named
    return most_moved_candidates(pair.alignment, pair.changes, word)


def noun_boxes(word: int, nouns: tuple[int, int]) -> None:
    aligned = [one for one, _ in pair.alignment.words]
    for column, name, noun in zip(st.columns(2), ("noun_a", "noun_b"), nouns, strict=True):
        st.session_state[name] = noun
        column.selectbox(
            words[name].format(word=evidence.plain(text_of(word))),
            aligned,
            format_func=text_of,
            key=name,
            on_change=choose_nouns,
        )


def text_of(word: int) -> str:
    return pair.labels[[one for one, _ in pair.alignment.words].index(word)]


def opened_head(ranked: list) -> tuple[int, int]:
    """(layer, head) that was chosen, if the model has it; else the one that moves most."""
    layers, heads = pair.changes.shape[:2]
    if choice.layer and choice.layer <= layers and heads == 1:
        return choice.layer - 1, 0
    if choice.layer and choice.heads and choice.layer <= layers and choice.heads[0] <= heads:
        return choice.layer - 1, choice.heads[0] - 1
    return ranked[0].layer, ranked[0].head


def show_heads(word: int, nouns: tuple[int, int]) -> tuple[int, int]:
    """The ranking, as a list and as small maps. Returns the head that is open."""
    ranked = shifts(*runs, word, nouns, rows=pair.rows)
    noun_boxes(word, nouns)
    layer, head = opened_head(ranked)
    names = {str(Place("encoder", one.layer, one.head)): one for one in ranked}
    st.session_state.ranked = str(Place("encoder", layer, head))
    st.selectbox(
        words["ranked"].format(word=evidence.plain(text_of(word))),
        list(names),
        format_func=lambda name: words["rank"].format(
            place=list(names).index(name) + 1, head=head_label(names[name]), moved=f"{abs(names[name].flip):.2f}"
        ),
        key="ranked",
        on_change=lambda: choose_head(Place.parse(st.session_state.ranked)),
    )
    moved = {(one.layer, one.head): f"{abs(one.flip):.2f}" for one in ranked}
    part = headgrid.grid_part("encoder", words["grid"], pair.changes, [moved[place] for place in sorted(moved)])
    headgrid.head_grid([part], [st.session_state.ranked], words, key="heads", opens=True, on_change=choose_clicked_head)
    evidence.csv_button(
        words["ranking_csv"],
        "ranking.csv",
        ("layer", "head", f"first: {text_of(nouns[0])} - {text_of(nouns[1])}", "second", "moved"),
        [
            (one.layer + 1, one.head + 1, *(pair.largest * number for number in (one.first, one.second, abs(one.flip))))
            for one in ranked
        ],
        "ranking csv",
    )
    return layer, head


def head_label(one) -> str:
    return head_name(one.layer, one.head)


def head_name(layer: int, head: int) -> str:
    """Rollout has one map a layer, of all heads together."""
    name = "layer_name" if meaning == "rollout" else "head_name"
    return words[name].format(layer=layer + 1, head=head + 1)


def ask_meaning(word: int) -> None:
    """What the numbers are, whether the places where heads rest are shown, and what is hidden with them."""
    st.session_state.update(pair_meaning=meaning, pair_hide=choice.hide)
    st.selectbox(
        colour["meaning"],
        offered,
        format_func=lambda name: colour[f"meaning_{name}"],
        key="pair_meaning",
        on_change=lambda: session.choose(meaning=st.session_state.pair_meaning),
    )
    st.caption(scale_text())
    hide = st.checkbox(
        colour["hide"], key="pair_hide", on_change=lambda: session.choose(hide=st.session_state.pair_hide)
    )
    if hide:
        places = (word, pair.alignment.second(word))
        shares = [
            hidden_share(run, rows[:, :, place]) for run, rows, place in zip(runs, pair.rows, places, strict=True)
        ]
        facts = {name: session.percent(share) for name, share in zip(("first", "second"), shares, strict=True)}
        st.caption(words["hidden"].format(word=evidence.plain(text_of(word)), **facts))


def scale_text() -> str:
    outputs = [run.target.words[stacks.pronoun_word(run)].text for run in runs]
    facts = {"largest": f"{pair.largest:.3g}", "part": words["parts"]["encoder"]}
    facts["output"] = " / ".join(map(evidence.plain, dict.fromkeys(outputs)))
    return colour["scale" if meaning == "weights" else f"scale_{meaning}"].format(**facts)


def hidden_share(run: Run, rows: np.ndarray) -> float:
    """rows: (layer, head, key word). Of all that the rows hold, the share at signs and special tokens."""
    signs = np.array([one.kind != "word" for one in run.source.words])
    return float(rows[..., signs].sum() / (rows.sum() or 1))


def shown(kinds: list[str], *kept: int) -> list[int]:
    """The places of words that are drawn."""
    return [place for place, kind in enumerate(kinds) if kind == "word" or not choice.hide or place in kept]


def show_difference(layer: int, head: int, word: int, nouns: tuple[int, int]) -> None:
    aligned, dark = [one for one, _ in pair.alignment.words], session.dark()
    places = shown([runs[0].source.words[one].kind for one in aligned], *map(aligned.index, (word, *nouns)))
    labels, row = [pair.labels[place] for place in places], places.index(aligned.index(word))
    changed = [name for name in labels if " / " in name]
    say_row(layer, head, word, nouns)
    figure = difference_matrix(
        pair.changes[layer, head][np.ix_(places, places)],
        labels,
        labels,
        names=[words["less"], "0", words["more"]],
        marked=row,
        changed=changed,
        dark=dark,
    )
    alt = words["difference_alt"].format(layer=layer + 1, head=head + 1)
    with st.container(key="difference"):
        st.plotly_chart(figure, theme=None, config=session.CHART, alt=alt)
    st.caption(words["difference_how"])
    evidence.csv_button(
        words["difference_csv"],
        f"difference-{meaning}-layer{layer + 1}-head{head + 1}.csv",
        ("", *pair.labels),
        [
            (name, *(pair.largest * values).tolist())
            for name, values in zip(pair.labels, pair.changes[layer, head], strict=True)
        ],
        "difference csv",
    )


def show_maps(layer: int, head: int) -> None:
    """The head as it is in each sentence."""
    for column, run, rows in zip(st.columns(2), runs, pair.rows, strict=True):
        places = shown([word.kind for word in run.source.words])
        texts = [run.source.words[place].text for place in places]
        figure = attention_matrix(rows[layer, head][np.ix_(places, places)], texts, texts, dark=session.dark())
        figure.update_traces(showscale=False)
        figure.update_layout(
            height=130 + 26 * len(texts), margin={"t": 100, "r": 44}, font={"size": 15, "family": FONT}, dragmode=False
        )
        column.html(f"<p class=mj-sentence>{escape(run.text)}</p>")
        column.plotly_chart(figure, theme=None, config=session.CHART, alt=run.text)
    st.caption(words["maps_how"] if meaning == "weights" else colour[f"tells_{meaning}"])


def say_row(layer: int, head: int, word: int, nouns: tuple[int, int]) -> None:
    """The row of the chosen word in numbers, in both sentences."""
    to = dict(pair.alignment.words)
    first = [pair.rows[0][layer, head, word, noun] for noun in nouns]
    second = [pair.rows[1][layer, head, to[word], to[noun]] for noun in nouns]
    numbers = {name: f"{value:.2f}" for name, value in zip("abcd", (*first, *second), strict=True)}
    texts = {"word": text_of(word), "one": text_of(nouns[0]), "other": text_of(nouns[1])}
    facts = {name: escape(text) for name, text in (texts | numbers).items()}
    facts |= {"head": head_name(layer, head), "quantity": colour[f"meaning_{meaning}"]}
    said = words["row" if meaning == "weights" else "row_other"].format(**facts)
    st.html(f"<p class=mj-row>{said}</p>")


# --- proofs ---


def causal_section(word: int) -> None:
    st.header(words["causal"])
    st.markdown(words["causal_why"])
    if "causal" not in choice.opened:
        st.button(words["causal_button"], on_click=open_section, args=("causal",), key="causal")
        return
    found = evidence.left_to_right(choice.model, choice.text, choice.second, word)
    numbers = [(f"{found.both_ways:.3f}", words["both_ways"])]
    numbers.append(("0" if found.causal == 0 else f"{found.causal:.3g}", words["left_to_right"]))
    cells = "".join(f"<div><b>{number}</b>{escape(text)}</div>" for number, text in numbers)
    st.html(f"<div class=mj-zero>{cells}</div>")
    st.caption(
        words["changes_before" if found.changes_before else "exactly"].format(word=evidence.plain(text_of(word)))
    )


def patching_section() -> None:
    st.header(words["patching"])
    st.markdown(words["patching_how"])
    if "patching" not in choice.opened:
        st.button(words["patching_button"], on_click=open_section, args=("patching",), key="patching")
        return
    session.translator(choice.model)
    if not evidence.writes_pronoun(choice.model, runs[0]):
        st.info(words["no_pronoun"].format(translation=evidence.plain(runs[0].translation)))
        return
    try:
        job = evidence.filling(choice.model, choice.text, choice.second, choice.beams, runs)
    except ValueError:  # all other reasons were met above
        st.info(words["alike"])
        return
    fill_in(job)


def fill_in(job: evidence.Filling) -> None:
    """The heatmap, drawn again as each layer comes in."""
    shape = {part: (maps.layers, maps.heads) for part, maps in runs[0].maps.items()}
    bar, place = st.empty(), st.container(key="patched").empty()
    for effects in job.fill():
        done = len(effects) / job.patching.steps
        if done < 1:
            bar.progress(done, words["filling"].format(done=len(effects), all=job.patching.steps))
        figure = patching_heatmap(effects, shape, names=words["parts"], dark=session.dark())
        place.plotly_chart(figure, theme=None, config=session.CHART)
    bar.empty()
    say_patching(job)


def say_patching(job: evidence.Filling) -> None:
    strongest = max((one for one in job.effects if one[2] is not None), key=lambda one: one[3])
    part, layer, head, effect = strongest
    name = f"{words['parts'][part]} {label(layer, head)}"
    facts = {name: evidence.signed(getattr(job.patching, name)) for name in ("clean", "corrupted")}
    st.markdown(words["patching_found"].format(head=name, effect=f"{effect:.2f}", **facts))
    if not job.patching.whole:
        st.caption(words["patching_unequal"])
    st.caption(words["patching_not"])
    rows = [(part, layer + 1, "all" if head is None else head + 1, effect) for part, layer, head, effect in job.effects]
    evidence.csv_button(
        words["patching_csv"], "patching.csv", ("part", "layer", "head", "effect"), rows, "patching csv"
    )


choice = with_second(session.current_choice())
words, colour = session.strings(choice.lang)["pair"], session.strings(choice.lang)["explorer"]
st.html(evidence.STYLE)
sentence_boxes()
if (runs := read_both()) is None:
    st.stop()
if not evidence.comparable(runs):
    st.info(words["nothing_shared"])
    st.stop()
offered = stacks.meanings(runs[0])
meaning = choice.meaning if choice.meaning in offered else "weights"
try:
    pair = evidence.both(choice.model, choice.text, choice.second, choice.beams, meaning, runs)
except Exception as error:  # the weights are there and stay
    st.error(colour["meaning_failed"].format(message=evidence.plain(str(error))))
    meaning = "weights"
    pair = evidence.both(choice.model, choice.text, choice.second, choice.beams, meaning, runs)

word = word_or_default()
show_sentences(word)
nouns = nouns_or_default(word)
left, right = st.columns([2, 3], gap="large")
with left:
    layer, head = show_heads(word, nouns)
    ask_meaning(word)
with right:
    show_difference(layer, head, word, nouns)
with st.container(key="maps"):
    show_maps(layer, head)
causal_section(word)
patching_section()
