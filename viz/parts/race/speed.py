"""Speed: one layer of each architecture against the length of the sequence, measured here or on a named machine.

Worth knowing: a sweep runs in a process of its own (sweeps.py). The page asks once a second what has been measured and draws it;
leaving the page ends the sweep, and a second person waits for their turn.
"""

import csv
import io

import streamlit as st

from model.race.cost import MODES
from model.race.curves import ratio
from model.race.shipped import machine_name, timings
from viz.figures.timing import memory_by_length, time_by_length
from viz.parts.charts import dark
from viz.parts.race.chart import draw, how_made, json_button
from viz.parts.race.sweeps import Job, Sweeps
from viz.scenes.choice import Choice

COMMAND = "python -m model.race.timing --json"
DEFAULTS = {"batch": 1, "width": 128, "heads": 4, "longest": 4096, "repeats": 15}
COLUMNS = ("architecture", "mode", "length", "batch", "width", "median_ms", "iqr_ms", "peak_bytes", "limit", "reason")


@st.cache_resource(show_spinner=False)
def queue() -> Sweeps:
    """One for the whole server."""
    return Sweeps()


def show(choice: Choice, texts: dict) -> None:
    said = texts["speeds"]
    st.header(said["head"])
    st.caption(said["how"])
    controls(texts)
    job = st.session_state.get("sweep")
    waiting = bool(job and not job.over)
    st.fragment(board, run_every=1.0 if waiting else None)(choice, texts, waiting)


def controls(texts: dict) -> None:
    said = texts["speeds"]
    with st.container(horizontal=True, vertical_alignment="bottom", key="sweep-controls"):
        job = st.session_state.get("sweep")
        if job and not job.over:
            st.button(said["stop"], key="stop", on_click=queue().stop, args=(job,), type="primary")
        else:
            st.button(said["measure"], key="measure", on_click=start, type="primary")
        with st.popover(said["settings"], key="sweep-settings"):
            for name, usual in DEFAULTS.items():
                st.number_input(said[name], value=usual, step=1, format="%d", key=f"sweep-{name}")
            st.caption(said["settings_how"])


def start() -> None:
    """Puts this person's sweep into the queue; the settings are checked where the sweep is made."""
    chosen = {name: int(st.session_state.get(f"sweep-{name}", usual)) for name, usual in DEFAULTS.items()}
    lengths = [2**power for power in range(4, 13) if 2**power <= chosen["longest"]] or [chosen["longest"]]
    options = [word for name in ("batch", "width", "heads", "repeats") for word in (f"--{name}", str(chosen[name]))]
    st.session_state.sweep = queue().start(
        "-m", "model.race.timing", "--stream", *options, "--lengths", *map(str, lengths)
    )


def board(choice: Choice, texts: dict, waiting: bool) -> None:
    """Everything that changes while points arrive."""
    job = st.session_state.get("sweep")
    own = document_of(job) if job else None
    if job:
        report(job, texts)
    if shown := pick(own, texts):
        draw_document(*shown, texts)
    if waiting and job.over:
        st.rerun()  # the page that asked once a second may stop asking


def document_of(job: Job) -> dict | None:
    """What a sweep has measured so far, in the form of the shipped results; None before its first point."""
    records = list(job.records)
    results = [record["point"] for record in records if "point" in record]
    begun = next((record["start"] for record in records if "start" in record), None)
    return begun | {"results": results} if begun and results else None


def report(job: Job, texts: dict) -> None:
    """Where the sweep stands, in one line."""
    said = texts["speeds"]
    if job.state == "waiting":
        st.info(said["waiting"].format(before=queue().before(job)))
    elif job.state == "running":
        queue().before(job)  # somebody is looking
        progress = next((r["progress"] for r in reversed(job.records) if "progress" in r), None)
        share, left = (progress["share"], progress["seconds_left"]) if progress else (0.0, None)
        points = sum("point" in record for record in job.records)
        text = said["running"].format(points=points, left=round(left)) if progress else said["starting"]
        st.progress(min(max(share, 0.0), 1.0), text=text)
    elif job.state == "failed":
        st.warning(said["failed"].format(message=job.message))
    elif job.state != "done":
        st.caption(said["stopped"])


def pick(own: dict | None, texts: dict) -> tuple[dict, str] | None:
    """The results to draw, this person's own or those of a named machine; and the architecture whose limits are drawn."""
    said, shipped = texts["speeds"], timings()
    documents = ({said["yours"]: own} if own else {}) | shipped
    if not documents:
        st.info(texts["missing_data"].format(command=COMMAND))
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Another key once there are own results, so that they are what is chosen when the first point arrives.
        name = st.selectbox(said["source"], list(documents), key=f"source-{bool(own)}", width=460)
        limits_of = st.selectbox(
            said["limits_of"], present(documents[name]), format_func=texts["names"].get, key="limits-of", width=260
        )
    document = documents[name]
    if not any(reference["machine"]["device"] == "cuda" for reference in shipped.values()):
        st.caption(said["no_gpu"])
    return document, limits_of


def present(document: dict) -> list[str]:
    names = list(dict.fromkeys(row["architecture"] for row in document["results"]))
    return sorted(names, key=lambda name: name != "lstm")  # the LSTM first: the one whose limit is the lesson


def draw_document(document: dict, limits_of: str, texts: dict) -> None:
    said, machine, limits = texts["speeds"], document["machine"], document["limits"]
    st.markdown(
        said["limits_how"].format(
            architecture=texts["names"][limits_of],
            flops=limits["flops_per_s"] / 1e9,
            bandwidth=limits["bytes_per_s"] / 1e9,
            latency=1e6 * limits["step_s"]["forward"].get(limits_of, limits["kernel_s"]),
        )
    )
    names = texts["names"] | {name: said[name] for name in ("compute", "bytes", "steps")}
    for mode in MODES:
        rows = [row for row in document["results"] if row["mode"] == mode]
        if rows:
            draw_mode(mode, rows, names, limits_of, texts)
    facts = machine | {"name": machine_name(document)}
    st.caption(said["machine"].format(**facts, **document["results"][0]))
    how_made(COMMAND, texts)
    with st.container(horizontal=True):
        st.download_button(texts["csv"], as_csv(document), "timing.csv", "text/csv", key="timing-csv")
        json_button(document, "timing", texts)


def draw_mode(mode: str, rows: list[dict], names: dict, limits_of: str, texts: dict) -> None:
    said = texts["speeds"]
    st.subheader(said[mode])
    st.caption(said[f"{mode}_how"])
    time, memory = st.columns([5, 3])
    with time:
        axes = (said["length_axis"], said["time_axis"])
        figure = time_by_length(rows, names=names, limits_of=limits_of, axes=axes, dark=dark())
        draw(figure, f"time-{mode}")
    with memory:
        axes = (said["length_axis"], said["memory_axis"])
        figure = memory_by_length(rows, names=names, axes=axes, dark=dark())
        draw(figure, f"memory-{mode}")
    if ratios := ratio(rows, mode):
        st.markdown(said["ratio"])
        st.table({str(length): [f"{times:.2f}"] for length, times in ratios.items()})
    gaps = [row for row in rows if row["median_ms"] is None]
    if gaps:
        listed = "; ".join(
            said["gap"].format(architecture=names[row["architecture"]], length=row["length"], reason=row["reason"])
            for row in gaps
        )
        st.caption(said["gaps"].format(gaps=listed))


def as_csv(document: dict) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(document["results"])
    return text.getvalue()
