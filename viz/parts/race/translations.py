"""One sentence through five models: what each writes, how long it takes, where it looks; and how good each is by length."""

from html import escape
from statistics import median
from urllib.parse import urlencode

import streamlit as st

from model.reading.run import Run
from viz.figures.matrix import attention_matrix
from viz.figures.quality import bleu_by_length
from viz.figures.style import FONT
from viz.parts.charts import dark
from viz.parts.race.chart import draw, how_made
from viz.parts.race.numbers import with_interval
from viz.parts.sentence import explain, sentence_box
from viz.scenes.choice import Choice
from viz.scenes.models import available_models, card
from viz.scenes.race import RACERS
from viz.scenes.texts import percent
from viz.session import caches

PRONOUNS = ("il", "elle")


def show(choice: Choice, texts: dict) -> None:
    said = texts["translations"]
    models = [name for name in RACERS if name in available_models()]
    if not models:
        st.info(said["absent"])
        return
    st.header(said["head"])
    st.caption(said["how"])
    sentence_box(choice, said["box"])
    try:
        with st.spinner(said["loading"], show_time=True):
            runs = {name: caches.computed_run(name, choice.text, choice.beams) for name in models}
            times = {name: caches.latencies_ms(name, choice.text, choice.beams) for name in models}
    except Exception as error:  # every known one has its sentence; an unknown one must not take the page down
        explain(error, choice)
    else:
        st.html(translations_table(runs, times, texts))
        st.caption(said["time_help"].format(repeats=caches.REPEATS, device=next(iter(runs.values())).device))
        attention(runs, choice, texts)
    quality({name: card(name) for name in models}, texts)
    pronouns({name: card(name) for name in models}, texts)


def translations_table(runs: dict[str, Run], times: dict[str, list[float]], texts: dict) -> str:
    """The models under one another, the translation in the largest type."""
    said = texts["translations"]
    rows = [
        f"<tr><th scope=row>{escape(texts['names'][name])}</th><td lang=fr dir=auto>{marked(run)}</td>"
        f"<td class=mj-time>{said['milliseconds'].format(median=median(times[name]))}"
        f"<small>{said['spread'].format(low=min(times[name]), high=max(times[name]))}</small></td></tr>"
        for name, run in runs.items()
    ]
    head = "".join(f"<th scope=col>{escape(said[name])}</th>" for name in ("model", "translation", "time"))
    return f"<table class=mj-translations><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def marked(run: Run) -> str:
    """The translation as HTML, its il and elle marked: they show what *it* was taken for."""
    text, place, pieces = run.translation, 0, []
    for word in run.target.words[:-1]:
        start = text.find(word.text, place)
        if start < 0:
            continue
        pieces.append(escape(text[place:start]))
        form = escape(word.text)
        pieces.append(f"<mark>{form}</mark>" if word.text.lower() in PRONOUNS else form)
        place = start + len(word.text)
    return "".join(pieces) + escape(text[place:])


def attention(runs: dict[str, Run], choice: Choice, texts: dict) -> None:
    """The last cross-attention of every model that has one, as matrices of texts."""
    said, shown = texts["translations"], {name: run for name, run in runs.items() if "cross" in run.maps}
    if not shown:
        return
    st.subheader(said["attention_head"])
    deepest = max((run.maps["cross"] for run in shown.values()), key=lambda maps: (maps.layers, maps.heads))
    st.caption(said["attention_how"].format(heads=deepest.heads, layer=deepest.layers))
    for column, (name, run) in zip(st.columns(len(shown)), shown.items(), strict=True):
        maps = run.maps["cross"]
        mean = sum(maps.weights(maps.layers - 1, head) for head in range(maps.heads)) / maps.heads
        title = said["additive_title" if maps.kind == "additive" else "mean_title"].format(heads=maps.heads)
        axes = ([word.text for word in axis.words] for axis in (maps.query_axis, maps.key_axis))
        figure = attention_matrix(maps.by_word(mean), *axes, title=f"{texts['names'][name]}: {title}", dark=dark())
        figure.update_traces(showscale=False)
        figure.update_layout(height=560, font={"size": 15, "family": FONT}, margin_r=44)
        with column:
            draw(figure, f"attention-{name}")
            query = Choice(text=choice.text, lang=choice.lang, model=name, part="cross").to_query()
            st.markdown(f"[{said['open']}](explore?{urlencode(query)})")
    without = [name for name in runs if name not in shown]
    if without:
        sizes = [card(name)["network"]["hidden"] for name in without]
        st.caption(said["attention_not"].format(numbers=", ".join(map(str, sizes))))


def quality(cards: dict[str, dict], texts: dict) -> None:
    """BLEU by length: sentences as they are, then several read as one text."""
    said, scored = texts["translations"], {n: c for n, c in cards.items() if "by_length" in c.get("scores", {})}
    if not scored:
        return
    first = next(iter(scored.values()))["scores"]["by_length"]
    st.header(said["quality_head"])
    st.caption(said["quality_how"])
    labels = [
        said["bucket" if high else "bucket_last"].format(low=low, high=high)
        for low, high in (row["words"] for row in first["buckets"])
    ]
    chart("buckets", scored, labels, said["quality_axis"], texts)
    mean_words = next(row["mean_words"] for row in first["joined"] if row["sentences"] == 1)
    st.caption(said["quality_not"].format(words=mean_words))
    st.subheader(said["joined_head"])
    st.caption(said["joined_how"])
    labels = [
        said["joined_label"].format(sentences=row["sentences"], words=row["mean_words"]) for row in first["joined"]
    ]
    chart("joined", scored, labels, said["joined_axis"], texts)
    how_made("python -m model.training.evaluate card --model NAME --pairs FILE", texts)


def chart(group: str, cards: dict[str, dict], labels: list[str], axis: str, texts: dict) -> None:
    series = {name: card["scores"]["by_length"][group] for name, card in cards.items()}
    figure = bleu_by_length(series, labels, names=texts["names"], axis=axis, dark=dark())
    draw(figure, f"bleu-{group}")


def pronouns(cards: dict[str, dict], texts: dict) -> None:
    said, scored = texts["translations"], {n: c for n, c in cards.items() if "pronouns" in c.get("scores", {})}
    if not scored:
        return
    st.header(said["pronouns_head"])
    st.caption(said["pronouns_how"])
    scores = [card["scores"]["pronouns"] for card in scored.values()]
    st.table(
        {
            said["model"]: [texts["names"][name] for name in scored],
            said["pronoun"]: [with_interval(score["pronoun_accuracy"], score["interval"]) for score in scores],
            said["pair"]: [percent(score["pair_accuracy"], 1) for score in scores],
            said["named"]: [percent(score["antecedent_accuracy"], 1) for score in scores],
            said["bleu"]: [f"{card['scores']['translation']['bleu']:.1f}" for card in scored.values()],
            said["parameters"]: [f"{card['parameters']:,}" for card in scored.values()],
            said["tokens"]: [said["million"].format(millions=card["tokens"] / 1e6) for card in scored.values()],
        }
    )
    if shipped := card("transformer").get("scores"):
        st.caption(
            said["longer"].format(
                millions=card("transformer")["tokens"] / 1e6,
                bleu=shipped["translation"]["bleu"],
                pronoun=percent(shipped["pronouns"]["pronoun_accuracy"], 1),
            )
        )
    st.caption(said["seeds"])
