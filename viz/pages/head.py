"""Inside one head: one word asks, and every step of the formula is shown with its real numbers. Then: positions."""

import csv
import io
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from model.reading.place import PARTS
from model.reading.run import Axis, Run
from viz.figures import formula, head
from viz.figures.positions import distance_curve, position_heatmap
from viz.pages import script, session
from viz.pages.sentence import explain, read_sentence
from viz.pages.session import Choice

POSITIONS = 64  # of the code that are drawn, at least


@dataclass(frozen=True)
class Place:
    """Where to look, counted from 0. missing: what the address asked for in vain, counted from 1."""

    part: str
    layer: int
    head: int
    row: int
    missing: tuple[tuple[str, int], ...] = ()

    @property
    def names(self) -> tuple[str, int, int, int]:
        return self.part, self.layer, self.head, self.row


# --- what was asked for, and what there is ---


def place_of(run: Run, choice: Choice) -> Place:
    """The head and the word that the Choice names; what is not there is replaced by what the page suggests, and named."""
    part = choice.part if choice.part in run.maps else next(part for part in PARTS if part in run.maps)
    maps, best, missing = run.maps[part], session.best_head(run.model), []
    if part != "encoder" or not best or best["layer"] >= maps.layers or best["head"] >= maps.heads:
        best = {"layer": maps.layers - 1, "head": 0}

    def among(count: int, wanted: int | None, usual: int, what: str) -> int:
        if wanted is None:
            return usual
        if wanted <= count:
            return wanted - 1
        missing.append((what, wanted))
        return usual

    layer = among(maps.layers, choice.layer, best["layer"], "layer")
    number = among(maps.heads, choice.heads[0] if choice.heads else None, best["head"], "head")
    row = among(len(maps.query_axis), choice.query, usual_row(run, part, choice), "word")
    return Place(part, layer, number, row, tuple(missing))


def usual_row(run: Run, part: str, choice: Choice) -> int:
    """The word pinned in Explore; else *it*; else the last word."""
    axis = run.maps[part].query_axis
    if choice.word and choice.word <= len(axis.words):
        return axis.tokens_of(choice.word - 1)[0]
    if part == "encoder" and run.antecedents:
        return axis.tokens_of(run.antecedents[0].word)[0]
    return max((i for i, token in enumerate(axis.tokens) if axis.words[token.word].kind == "word"), default=0)


def ask(widget, name: str, options, value, **more):
    """A widget that shows what the address says and writes there what is answered."""
    st.session_state["head." + name] = value
    return widget(words[name], options, key="head." + name, on_change=answered, args=(name,), **more)


def answered(name: str) -> None:
    value = st.session_state["head." + name]
    if name == "part":
        session.choose(part=value, query=None, key=None, word=None)  # another part counts other words
    elif name == "head":
        session.choose(heads=(value,))
    elif name in ("query", "query_written"):
        session.choose(query=value, key=None)
    else:
        session.choose(**{{"degrees": "temperature"}.get(name, name): value})


def ask_place(place: Place, key: int) -> None:
    maps = run.maps[place.part]
    with st.container(horizontal=True, vertical_alignment="bottom", key="place"):
        parts = [part for part in PARTS if part in run.maps]
        ask(st.segmented_control, "part", parts, place.part, format_func=explorer_words.get, required=True)
        ask(st.segmented_control, "layer", range(1, maps.layers + 1), place.layer + 1, required=True)
        ask(st.segmented_control, "head", range(1, maps.heads + 1), place.head + 1, required=True)
    with st.container(horizontal=True, vertical_alignment="bottom", key="words"):
        name = "query" if place.part == "encoder" else "query_written"
        for axis, what, chosen in ((maps.query_axis, name, place.row), (maps.key_axis, "key", key)):
            ask(st.selectbox, what, range(1, len(axis) + 1), chosen + 1, format_func=labels(axis), width=230)
        changes = [name for name in session.CHANGES if name != "unmasked" or place.part == "decoder"]
        ask(st.pills, "change", changes, change, format_func=words.get, required=True)
        if change == "temperature":
            degrees = {"format_func": "{:g}".format, "required": True}
            ask(st.segmented_control, "degrees", session.TEMPERATURES, choice.temperature, **degrees)


def labels(axis: Axis):
    return lambda place: words["token"].format(place=place, text=axis.tokens[place - 1].text)


def texts(axis: Axis) -> list[str]:
    return [token.text for token in axis.tokens]


def safe(text: str) -> str:
    """A token inside a sentence of Markdown: every sign that Markdown could read is escaped."""
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+-.!|~$:&^=" else sign for sign in text)


# --- one step: a sentence, a formula, a picture ---


def step(name: str, sentence: str, latex: str, *drawn: str, note: str = "") -> None:
    """Numbered in the order in which they come."""
    st.session_state.head_step = number = st.session_state.get("head_step", 0) + 1
    title = f"{number} · {words[name]}"
    st.subheader(title, anchor=name)
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.markdown(sentence)
        st.latex(latex)
        if note:
            st.caption(note)
    with right:
        show(*drawn, label=words["picture"].format(title=words[name]))


def show(*drawn: str, label: str) -> None:
    st.markdown(head.picture(*drawn, label=label), unsafe_allow_html=True)


def vectors(*rows: tuple[str, str, str]) -> str:
    """Strips of the steps' vectors: (what to call it, whose it is, its name in the steps, key if one row of it)."""
    drawn = []
    for title, note, values in rows:
        pair = [values(own), *([values(changed)] if differs(values) else [])]
        drawn.append((words[title], note, *pair))
    return head.strips(drawn, words["scale"])


def differs(values) -> bool:
    """Whether the change has reached this step."""
    return change != "none" and not np.array_equal(values(own), values(changed))


def rows(values, *, mask: bool = True, weights: bool = False) -> str:
    """Bars over the keys, with a second one where something was changed. mask: the mask has been put on by now."""
    second = values(changed) if differs(values) else None
    hidden = [~steps.seen for steps in (own, changed)] if mask else []
    more = {"kept": kept, "chosen": key, "weights": weights, "hidden": hidden, "masked": words["masked"]}
    return head.bars(values(own), keys, changed=second, **more)


def show_steps() -> None:
    st.session_state.head_step = 0
    facts = {"word": safe(stands_at), "query": safe(query), "key": safe(keys[key]), "place": place.row}
    facts |= {"width": len(own.query), "root": f"{len(own.query) ** 0.5:.2f}"}
    step(
        "embedding",
        words["embedding_says" if place.part == "encoder" else "embedding_written"].format(**facts),
        formula.embedding_formula(place.row, shown.embedding[0], shown.position[0], shown.placed[0], len(own.placed)),
        vectors(
            ("vector_embedding", stands_at, lambda s: s.embedding),
            ("vector_position", str(place.row), lambda s: s.position),
            ("vector_placed", "", lambda s: s.placed),
        ),
        note=words["legend_strip"],
    )
    untouched = np.array_equal(own.stream, own.placed)
    says = "stream_post" if own.mean is None else "stream_first" if untouched else "stream_later"
    normed = (shown.stream[0], shown.mean, shown.spread, shown.gain[0], shown.shift[0], shown.entered[0])
    step(
        "stream",
        words[says],
        r"\hat x = x" if own.mean is None else formula.norm_formula(*normed),
        vectors(("vector_stream", stands_at, lambda s: s.stream)),
        vectors(("vector_entered", stands_at, lambda s: s.entered)),
    )
    step(
        "projection",
        words["projection_cross" if place.part == "cross" else "projection_says"].format(**facts),
        formula.projection_formula(shown.entered, shown.query_matrix[:, 0], shown.query_bias[0], shown.query[0]),
        vectors(
            ("vector_query", stands_at, lambda s: s.query),
            ("vector_key", keys[key], lambda s: s.keys[key]),
            ("vector_value", keys[key], lambda s: s.values[key]),
        ),
    )
    step(
        "product",
        words["product_says"],
        formula.product_formula(shown.query, shown.keys[key], shown.products[key]),
        vectors(("vector_product", f"{stands_at} × {keys[key]}", lambda s: s.query * s.keys[key])),
        rows(lambda s: s.products, mask=False),
    )
    unmasked = shown.products[key] / shown.divisor
    step(
        "scaling",
        words["scaling_says"].format(**facts),
        formula.scale_formula(
            shown.products[key], len(own.query), unmasked, scaled=change != "unscaled", temperature=heat
        ),
        rows(lambda s: s.products / s.divisor, mask=False),
    )
    if place.part == "decoder":
        step(
            "mask",
            words["mask_says"],
            formula.mask_formula(unmasked, bool(shown.seen[key])),
            rows(lambda s: s.scores),
        )
    powers = np.exp(shown.scores - shown.scores.max())
    step(
        "softmax",
        words["softmax_says"],
        formula.softmax_formula(shown.scores[key], shown.scores.max(), powers.sum(), shown.weights[key]),
        rows(lambda s: s.weights, weights=True),
        note=spread(),
    )
    mixtures = [
        head.mixture(
            s.weights, s.values, keys, s.mixed, total=words["sum"], scale_text=words["scale"], changed=s is not own
        )
        for s in variants
    ]
    step(
        "mixture",
        words["mixture_says"],
        formula.mixture_formula(shown.weights[key], shown.values[key, 0], shown.mixed[0], keys[key]),
        *mixtures,
    )
    lengths = {"written": np.linalg.norm(shown.written), "stream": np.linalg.norm(shown.stream)}
    step(
        "writing",
        words["writing_says"].format(
            **facts | {"width": len(own.written)} | {n: f"{v:.1f}" for n, v in lengths.items()}
        ),
        formula.writing_formula(shown.mixed, shown.output_matrix[:, 0], shown.written[0]),
        vectors(("vector_mixed", "", lambda s: s.mixed)),
        vectors(("vector_written", "", lambda s: s.written)),
    )
    show_pushes()


def show_pushes() -> None:
    kind = own.pushes.kind
    up, down = ("same_way", "other_way") if kind == "nearest" else ("up", "down")
    groups = [(words[up], own.pushes.up, False), (words[down], own.pushes.down, False)]
    asked = words[f"named_{kind}"] if own.pushes.named else words[up]
    if own.pushes.named:
        groups.insert(0, (asked, own.pushes.named, False))
    if change != "none":
        groups.insert(1, (words["group_changed"].format(title=asked), changed.pushes.named or changed.pushes.up, True))
    named = [(title, [(named_word(push), push.value) for push in found], amber) for title, found, amber in groups]
    first = (own.pushes.named or own.pushes.up)[0]
    step(
        "pushes",
        words[f"pushes_{kind}"],
        formula.push_formula(kind, own.pushes.spread, first.value, named_word(first)),
        head.pushed_words(named, scale_text=words["cosine" if kind == "nearest" else "logits"]),
        note="" if kind == "nearest" else words["pushes_caveat"],
    )


def named_word(push) -> str:
    return words["nothing"] if push.text == "<none>" else push.text


def show_answer() -> None:
    """What the head does with this word, in one line; how spread the row is; and the way to the head's other views."""
    facts = {"layer": place.layer + 1, "head": place.head + 1, "query": safe(query), "key": safe(keys[key])}
    says = words["answer" if place.part == "encoder" else "answer_written"]
    with st.container(key="answer"):
        st.markdown(says.format(**facts, weight=head.weight_text(own.weights[key])))
    st.markdown(spread())
    if len(kept) < len(keys):
        left_out = 1 - own.weights[kept].sum()
        st.caption(words["folded"].format(hidden=len(keys) - len(kept), weight=head.weight_text(left_out)))
    word = run.maps[place.part].query_axis.tokens[place.row].word + 1
    there = replace(choice, part=place.part, layer=place.layer + 1, heads=(place.head + 1,), word=word)
    icon = {"icon": ":material/visibility:", "query_params": there.to_query()}
    st.page_link(script("explore"), label=words["explore"], **icon)


def spread() -> str:
    bits = [head.small_text(steps.entropy_bits) for steps in (own, changed)]
    if change == "none":
        return words["answer_spread"].format(own=bits[0], most=f"{np.log2(max(1, own.seen.sum())):.2f}")
    weight = head.weight_text(changed.weights[key])
    return words["answer_changed"].format(change=words[change], weight=weight, own=bits[0], changed=bits[1])


def as_csv() -> str:
    """One line a key: product, score and weight, as the model does it and changed."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("product", "score", "weight")
    writer.writerow(["place", "key", *names, *(f"{name}_{change}" for name in names if change != "none")])
    for place_of_key, text in enumerate(keys):
        numbers = [row[place_of_key] for s in variants for row in (s.products, s.scores, s.weights)]
        writer.writerow([place_of_key + 1, text, *(f"{value:.9g}" for value in numbers)])
    return out.getvalue()


# --- positions ---


def show_positions() -> None:
    dark = st.context.theme.type == "dark"
    length = max(POSITIONS, len(run.source), len(run.target))
    code, products, deviations = session.positions(length, len(own.placed))
    options = {"config": {"toImageButtonOptions": {"format": "svg"}, "displaylogo": False}}
    st.header(words["positions"], anchor="positions")
    says = [words["positions_says"].format(width=code.shape[1]), words["positions_marked"].format(word=safe(stands_at))]
    st.markdown(" ".join(says))
    st.plotly_chart(position_heatmap(code, words, dark=dark, marked=place.row), **options, key="code")
    left, right = st.columns([5, 7], gap="large")
    with left:
        pairs, deviation = length * (length + 1) // 2, head.small_text(deviations.max())
        st.markdown(words["distance_says"].format(pairs=f"{pairs:,}", length=length, deviation=deviation))
        st.caption(words["distance_caveat"])
    with right:
        st.plotly_chart(distance_curve(products, words, dark=dark), **options, key="curve")
    show_shuffle()


def show_shuffle() -> None:
    from model.inside.what_if import in_text_order, shuffle_difference

    st.header(words["shuffle"], anchor="shuffle")
    if len(run.source.words) <= 2:
        st.caption(words["shuffle_one"])
        return
    where = place.names[:3]
    passes = {
        (placed, shuffled): session.inside(choice.model, run.text, run.beams, placed, shuffled, run)
        for placed in (True, False)
        for shuffled in (False, True)
    }
    tokens = texts(run.source)
    text = " ".join(tokens[i] for i in passes[True, True].order[:-1])
    says = "shuffle_says" if place.part == "encoder" else f"shuffle_says_{place.part}"
    placed, unplaced = (shuffle_difference(passes[p, False], passes[p, True], *where) for p in (True, False))
    st.markdown(words[says].format(text=safe(text)))
    st.markdown(words["shuffle_result"].format(placed=f"{placed:.2f}", unplaced=head.small_text(unplaced)))
    drawn = [
        head.small_map(
            in_text_order(inside, *where),
            words["map_title"].format(
                order=words["in_disorder" if shuffled else "in_order"],
                positions=words["with_positions" if placed else "without_positions"],
            ),
        )
        for (placed, shuffled), inside in passes.items()
    ]
    show('<div class="mj-maps">', *drawn, "</div>", label=words["shuffle"])


# --- the page ---

st.html(session.TEXTS.parent / "pages" / "head.css")
choice = session.current_choice()
words, explorer_words = session.strings(choice.lang)["head"], session.strings(choice.lang)["explorer"]

if not (run := read_sentence(choice)):
    st.stop()
if "encoder" not in run.maps or any(maps.kind != "softmax" for maps in run.maps.values()):
    st.info(words["no_heads"].format(model=run.model))
    st.stop()

place = place_of(run, choice)
change = "none" if choice.change == "unmasked" and place.part != "decoder" else choice.change
try:
    with st.spinner(words["loading"], show_time=True):
        session.translator(choice.model)
    heat = choice.temperature if change == "temperature" else 1.0
    own, changed = session.head_steps(run.model, run.text, run.beams, place.names, change, heat, run)
except Exception as error:  # as in run_or_explain: a sentence, whatever it is
    explain(error, choice)
    st.stop()

variants = (own, changed) if change != "none" else (own,)
shown = variants[-1]
keys, query = texts(run.maps[place.part].key_axis), run.maps[place.part].query_axis.tokens[place.row].text
# To write a word the decoder stands at the word before it.
stands_at = query if place.part == "encoder" else run.maps["decoder"].key_axis.tokens[place.row].text
key, missing = int(own.weights.argmax()), list(place.missing)
if choice.key and choice.key <= len(keys):
    key = choice.key - 1
elif choice.key:
    missing.append(("word", choice.key))
kept = head.kept_keys(np.maximum(own.weights, changed.weights), keep=(key,))

st.markdown(words["lead"])
ask_place(place, key)
if missing:
    names = [words[f"missing_{what}"].format(number=number) for what, number in missing]
    instead = f"layer {place.layer + 1}, head {place.head + 1}, {query} → {keys[key]}"
    st.info(words["moved"].format(missing=", ".join(names), shown=safe(instead)))
show(
    head.sentence(keys, own.weights, chosen=key, changed=None if change == "none" else changed.weights),
    "" if change == "none" else head.legend(words["legend_own"], words["legend_changed"].format(change=words[change])),
    label=words["softmax"],
)
show_answer()
show_steps()
with st.container(border=True, key="check"):
    facts = {"difference": head.small_text(own.check), "count": f"{own.compared:,}"}
    st.markdown(":material/check: " + words["check"].format(**facts))
st.download_button(words["download"], as_csv(), file_name="head.csv", mime="text/csv")
show_positions()
