"""What a page needs to know and remember: the Choice, the address it stands in, and every cache.

Worth knowing: nothing is kept per person but the widgets. A Run is the same for everybody who asks for the same model and
text, so it is made once and shared, and every cache is keyed by names, never by arrays. What a cache gives out is read, never
changed: that is why nothing is copied on the way.
"""

import gc
import json
import re
import threading
import tomllib
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from model.reading.place import PARTS, Link, Place
from model.reading.recorded import CHECKPOINTS, EXAMPLES, recordings
from model.reading.run import Run
from viz.components.explorer import explorer, pack_picture
from viz.figures.matrix import attention_matrix

TEXTS = Path(__file__).parent.parent / "text"
LANGUAGES = {"en": "English", "bn": "বাংলা"}
VIEWS = ("lines", "atlas", "matrix")
UNITS = ("words", "tokens")
MEANINGS = ("weights", "moved", "rollout", "gradient")  # of a colour
SECTIONS = ("sentence", "speed", "gradients", "recall", "path", "claims")  # of the race
RACERS = ("rnn", "lstm", "gru", "gru-attention", "transformer-twin")  # trained alike, to be compared
REPEATS = 5  # of a timed translation
CHART = {"toImageButtonOptions": {"format": "svg"}, "displaylogo": False}  # what every Plotly chart offers
LENGTHS = tuple(2**power for power in range(4, 17))  # tokens, of the table of paths
WIDTHS = tuple(2**power for power in range(5, 13))
# what the architecture page offers, and the checkpoint that each picture is drawn from
ARCHITECTURES = {
    "transformer": "transformer",
    "rnn": "rnn",
    "lstm": "lstm",
    "gru": "gru",
    "seq2seq": "gru",
    "attention": "gru-attention",
}
SHOWS = ("blocks", "steps", "words")
HOWS = ("zero", "mean", "uniform")  # what a head that is switched off does instead
PROOFS = ("causal", "patching")  # sections of the pair page that are computed on demand
# what Streamlit's own widgets ask; the browser answers everything else by itself
WIDGETS = ("text", "lang", "beams", "architecture", "show", "section", "length", "width", "second", "how")
BEAMS = {4: "beam", 1: "greedy"}
CHANGES = (
    "none",
    "unscaled",
    "temperature",
    "unmasked",
    "unplaced",
)  # what the head page may do otherwise than the model
TEMPERATURES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
WIRE_BYTES = 1_000_000  # what the maps of one text may weigh on their way to the browser
GATE = threading.BoundedSemaphore(2)  # forward passes at once; more would only slow each other down


@dataclass(frozen=True)
class Choice:
    """Everything a person has chosen, as it stands in the address. Layers, heads and words count from 1 there.

    None means "what the page suggests": the head that follows *it* best, and *it* as the pinned word.
    """

    text: str = EXAMPLES[0]
    lang: str = "en"
    model: str = "transformer"
    beams: int = 4
    part: str = "encoder"
    view: str = "lines"
    unit: str = "words"
    threshold: float = 0.05
    hide: bool = True
    layer: int | None = None
    heads: tuple[int, ...] | None = None  # () is all of them
    word: int | None = None  # 0 is none
    step: int | None = None
    section: str = "sentence"
    length: int = 64
    width: int = 256
    query: int | None = None  # on the head page: the token that asks
    key: int | None = None  # and the one that answers
    change: str = "none"
    temperature: float = 2.0
    architecture: str = "transformer"
    show: str = "blocks"
    block: str = ""  # "encoder.1.attention"; nothing is the whole diagram
    unfold: tuple[str, ...] = ()  # stacks that are drawn layer by layer
    stage: int = 1
    between: tuple[str, ...] = ()  # two tokens, "s3" of the sentence or "t5" of the translation
    cell: str = ""  # "f8" or "b8": the cell of token 8, forward or backward; "t5" of the translation
    second: str = EXAMPLES[1]  # the sentence to compare with
    nouns: tuple[int, ...] | None = None  # two words between which a row may move
    off: tuple[Place, ...] = ()  # heads that are switched off
    how: str = "zero"
    cut: tuple[Link, ...] = ()  # links that are cut, in all heads or in one
    opened: tuple[str, ...] = ()
    meaning: str = "weights"  # of a colour
    link: tuple[int, int] | None = None  # two words whose heads are looked for, the one that asks first
    score: str = "role"  # of the table of heads

    @classmethod
    def from_query(cls, query: dict[str, str]) -> "Choice":
        """The Choice an address stands for. Nonsense in a value gives that value's default, never an error."""
        read = {
            "text": str,
            "lang": one_of(LANGUAGES),
            "model": one_of(available_models()),
            "beams": lambda value: one_of(BEAMS)(int(value)),
            "part": one_of(PARTS),
            "view": one_of(VIEWS),
            "unit": one_of(UNITS),
            "threshold": share,
            "hide": lambda value: {"1": True, "0": False}[value],
            "layer": count_from_one,
            "heads": lambda value: () if value == "all" else tuple(map(count_from_one, value.split(","))),
            "word": lambda value: 0 if value == "none" else count_from_one(value),
            "step": count_from_one,
            "section": one_of(SECTIONS),
            "length": lambda value: one_of(LENGTHS)(int(value)),
            "width": lambda value: one_of(WIDTHS)(int(value)),
            "query": count_from_one,
            "key": count_from_one,
            "change": one_of(CHANGES),
            "temperature": lambda value: one_of(TEMPERATURES)(float(value)),
            "architecture": one_of(available_architectures()),
            "show": one_of(SHOWS),
            "block": one_matching(r"[a-z_]+(\.[a-z_]+|\.[0-9]+\.[a-z_]+)?"),
            "unfold": lambda value: tuple(map(one_of(("encoder", "decoder")), value.split(","))),
            "stage": count_from_one,
            "between": lambda value: tuple(map(one_matching(r"[st][1-9][0-9]{0,3}"), value.split(",", 1))),
            "cell": one_matching(r"[fbt][1-9][0-9]{0,3}"),
            "second": str,
            "nouns": lambda value: two(tuple(map(count_from_one, value.split(",")))),
            "off": several(Place.parse),
            "how": one_of(HOWS),
            "cut": several(Link.parse),
            "opened": several(one_of(PROOFS)),
            "meaning": one_of(MEANINGS),
            "link": lambda value: one_and_other(tuple(map(count_from_one, value.split(",")))),
            "score": one_matching(r"[a-z_]{1,40}"),
        }
        values = {}
        for name, value in query.items():
            with suppress(KeyError, ValueError):
                values[name] = read[name](value)
        return cls(**values)

    def to_query(self) -> dict[str, str]:
        """Only what differs from the default, so that an address says what somebody chose."""
        return {
            field.name: address_value(getattr(self, field.name), field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }


def one_of(values):
    def read(value):
        if value not in values:
            raise ValueError(f"{value!r} is not one of {list(values)}")
        return value

    return read


def one_matching(pattern: str):
    def read(value):
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not of the form {pattern}")
        return value

    return read


def several(read_one):
    """Values between commas, each once and in order."""

    def read(value):
        return tuple(sorted(set(map(read_one, value.split(","))), key=str))

    return read


def places(names) -> tuple[Place, ...]:
    """The heads of these names, each once and in order; what is no head is left out."""
    found = set()
    for name in names:
        with suppress(ValueError):
            found.add(Place.parse(name))
    return tuple(sorted(found))


def two(values: tuple) -> tuple:
    if len(set(one_and_other(values))) != 2:
        raise ValueError(f"{values!r} are not different")
    return values


def one_and_other(values: tuple) -> tuple:
    if len(values) != 2:
        raise ValueError(f"{values!r} are not two")
    return values


def share(value: str) -> float:
    number = float(value)
    if number != number:
        raise ValueError("not a number")
    return min(max(number, 0.0), 1.0)


def count_from_one(value: str) -> int:
    number = int(value)
    if not 1 <= number < 10_000:
        raise ValueError(f"{value!r} is not a number from 1")
    return number


def address_value(value, name: str) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "all"
    if name == "word":
        return str(value) if value else "none"
    return str(int(value)) if isinstance(value, bool) else str(value)


def current_choice() -> Choice:
    """The Choice of this person now, and the widgets made to agree with it.

    Widgets write the address (see remember); but an address that somebody edited, opened, or went back to wins over them.
    """
    keep_on_another_page()
    choice = Choice.from_query(st.query_params.to_dict())
    for name in WIDGETS:
        if name not in st.session_state or st.session_state.get("address." + name) != getattr(choice, name):
            st.session_state[name] = st.session_state["address." + name] = getattr(choice, name)
    return replace(choice, **{name: st.session_state[name] for name in WIDGETS})


def keep_on_another_page() -> None:
    """The menu opens a page with an empty address: the sentence, the language and the search come along."""
    page = urlsplit(st.context.url or "").path
    moved = st.session_state.get("page", page) != page
    st.session_state.page = page
    if moved:
        kept = {
            name: st.session_state.pop("address." + name) for name in WIDGETS
        }  # the new page's widgets are set anew
        if not st.query_params:
            st.query_params.from_dict(Choice(**kept).to_query())


def remember(name: str) -> None:
    """Puts a widget's value into the address; a default leaves it."""
    value = st.session_state["address." + name] = st.session_state[name]
    if value == getattr(Choice, name):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = address_value(value, name)


def choose(**changes) -> None:
    """Puts values that no widget holds into the address; a default leaves it."""
    for name, value in changes.items():
        if value == getattr(Choice, name):
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = address_value(value, name)


@cache
def available_models() -> list[str]:
    return sorted(card.parent.name for card in CHECKPOINTS.glob("*/card.json"))


def available_architectures() -> list[str]:
    """Those whose checkpoint is here."""
    return [name for name, model in ARCHITECTURES.items() if model in available_models()]


def drawn_model(choice: Choice) -> str:
    """The checkpoint that an architecture is drawn from; a Transformer is the chosen model's own, if it is one."""
    if choice.architecture == "transformer" and card(choice.model).get("kind") == "transformer":
        return choice.model
    return ARCHITECTURES[choice.architecture]


@cache
def strings(language: str) -> dict:
    """Every sentence on screen, by section and name."""
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def card(model: str) -> dict:
    """What is known of a checkpoint: data, training, measured scores. Empty if there is none."""
    try:
        return json.loads((CHECKPOINTS / model / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def best_head(model: str) -> dict | None:
    """The encoder head that follows *it* best, as measured on generated test sentences; layer and head from 0."""
    return card(model).get("scores", {}).get("pronouns", {}).get("best_head")


@st.cache_resource(show_spinner=False)
def translator(model: str):
    """The network, loaded once for everybody. Imports torch: the first call takes seconds, the first screen does not wait."""
    from model.reading.translate import Translator

    loaded = Translator.load(model)
    gc.collect()
    gc.freeze()  # a million objects of torch that no later collection needs to walk
    return loaded


@st.cache_resource(show_spinner=False, max_entries=512)
def computed_run(model: str, text: str, beams: int) -> Run:
    with GATE:
        return translator(model).read(text, beams)


@st.cache_resource(show_spinner=False, max_entries=512)
def latencies_ms(model: str, text: str, beams: int) -> list[float]:
    with GATE:
        return translator(model).latencies_ms(text, beams, REPEATS)


def dark() -> bool:
    """Whether this person reads on dark paper."""
    return st.context.theme.type == "dark"


@st.cache_resource(show_spinner=False, max_entries=64)
def traced(model: str, text: str, beams: int, _run: Run):
    """The Trace of a Run: its translation is read once more, not searched for again."""
    from model.inside.trace import trace

    with GATE:
        return trace(translator(model), text, [token.id for token in _run.target.tokens[:-1]])


@st.cache_resource(show_spinner=False, max_entries=64)
def inside(model: str, text: str, beams: int, positions: bool, shuffled: bool, _run: Run):
    """A Run's sentence and translation read once more, opened; without positions or with its words shuffled, if so."""
    from model.inside.opened import look_inside
    from model.inside.what_if import shuffled_order

    with GATE:
        order = shuffled_order(_run) if shuffled else ()
        return look_inside(translator(model), _run, positions=positions, order=order)


@st.cache_resource(show_spinner=False, max_entries=512)
def head_steps(model: str, text: str, beams: int, place: tuple, change: str, temperature: float, _run: Run):
    """One head and one query, as the model does it and with one thing changed. place: part, layer, head, row, from 0."""
    from model.inside.what_if import compare

    usual = inside(model, text, beams, True, False, _run)
    unplaced = inside(model, text, beams, False, False, _run) if change == "unplaced" else usual
    with GATE:
        return compare(usual, unplaced, place, change, temperature)


@cache
def positions(length: int, width: int):
    """The position code (position, dimension), and its dot products by distance with their greatest deviation."""
    from model.inside.what_if import position_code, position_products

    code = position_code(length, width)
    return code, *position_products(code)


def recorded_run(choice: Choice) -> Run | None:
    return recordings(choice.model).get((choice.text, choice.beams))


@st.cache_resource(show_spinner=False)
def warm(model: str) -> threading.Thread:
    """Loads the network in the background, once for the whole server, while the recorded Run is being looked at."""

    def load() -> None:
        try:
            translator(model).read(EXAMPLES[0])
        except Exception as error:  # the page that needs the network will meet the same error and say so
            print(f"{model} was not loaded: {error}")

    thread = threading.Thread(target=load, name="warm", daemon=True)
    thread.start()
    return thread


@st.cache_resource(show_spinner=False, max_entries=512)
def picture(model: str, text: str, beams: int, _run: Run) -> bytes:
    """What the explorer draws of a Run: texts, numbers and coded weights, packed once for everybody."""
    codes = {part: maps.codes(bits(_run)) for part, maps in _run.maps.items()}
    return pack_picture(run_record(_run), bits(_run), matrix_template(), codes)


def percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def cells(run: Run) -> int:
    return sum(m.layers * m.heads * len(m.query_axis) * len(m.key_axis) for m in run.maps.values())


def bits(run: Run) -> int:
    """What a number is coded in on its way to the browser."""
    return 16 if 2 * cells(run) <= WIRE_BYTES else 8


def run_id(run: Run) -> str:
    return f"{run.model}/{run.beams}/{run.text}"


def run_record(run: Run) -> dict:
    return {
        "id": run_id(run),
        "model": run.model,
        "device": run.device,
        "recorded": run.recorded,
        "method": BEAMS.get(run.beams, "beam"),
        "source": axis_record(run.source),
        "target": axis_record(run.target),
        "probabilities": list(run.probabilities),
        "alternatives": [[{"text": t, "probability": p} for t, p in three] for three in run.alternatives],
        "antecedents": [
            {"word": a.word, "candidates": [vars(candidate) for candidate in a.candidates]} for a in run.antecedents
        ],
        "maps": {
            part: {
                "layers": maps.layers,
                "heads": maps.heads,
                "query": axis_record(maps.query_axis),
                "key": axis_record(maps.key_axis),
                "causal": maps.causal,
                "kind": maps.kind,
            }
            for part, maps in run.maps.items()
        },
    }


def axis_record(axis) -> dict:
    return {
        "words": [{"text": word.text, "kind": word.kind} for word in axis.words],
        "tokens": [{"text": token.text, "word": token.word} for token in axis.tokens],
    }


@cache
def matrix_template() -> dict:
    """The matrix figure without its numbers: the browser puts the chosen head's in."""
    return json.loads(attention_matrix([[1.0]], ["query"], ["key"]).to_json())


def show(run: Run, choice: Choice, known: dict, stack: bytes) -> None:
    """Puts the explorer on the page, as the Choice says. known: what goes into its state besides, see `explorer`."""
    explorer(picture(run.model, run.text, run.beams, run), state(run, choice) | known, key="explorer", stack=stack)


def state(run: Run, choice: Choice) -> dict:
    """The Choice as it stands, what the explorer starts from where nothing was chosen, and its words."""
    suggested = {part: suggestion(run, part) for part in run.maps}
    return {
        "choice": view_state(choice, suggested),
        "defaults": view_state(Choice(part=choice.part), suggested) | {"part": Choice.part},
        "suggested": suggested,
        "strings": strings(choice.lang)["explorer"],
    }


def suggestion(run: Run, part: str) -> dict:
    """Where to look first: all heads of the last layer; in the encoder at *it*, with the head that follows *it* best."""
    start = {"layer": run.maps[part].layers, "heads": [], "word": None}
    if part != "encoder":
        return start
    if head := best_head(run.model):
        start |= {"layer": head["layer"] + 1, "heads": [head["head"] + 1]}
    return start | {"word": run.antecedents[0].word if run.antecedents else None}


def view_state(choice: Choice, suggested: dict[str, dict]) -> dict:
    """The parts of a Choice that the browser answers by itself. Words and steps count from 0 here, layers and heads from 1."""
    first = suggested.get(choice.part, {})
    return {
        "part": choice.part,
        "view": choice.view,
        "unit": choice.unit,
        "threshold": choice.threshold,
        "hide": choice.hide,
        "layer": first.get("layer") if choice.layer is None else choice.layer,
        "heads": first.get("heads", []) if choice.heads is None else list(choice.heads),
        "word": first.get("word") if choice.word is None else choice.word - 1 if choice.word else None,
        "step": None if choice.step is None else choice.step - 1,
        "meaning": choice.meaning,
    }
