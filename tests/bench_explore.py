"""How fast the Explore page answers, in a real Chromium, beside BertViz on the same tensors.

    python -m tests.bench_explore            about four minutes; --quick: a smoke run of about two

Prints a table, then one JSON line. What cannot be measured is a gap with its reason, never a zero.
Worth knowing: "painted" is two animation frames after the picture says that it is drawn (its root counts data-seq), read from
the page's own clock; the same two frames are added for BertViz. Pointing is script time, without the browser's own painting.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg

from model.language.tokenizer import END, Tokenizer
from tests import bench_load
from tests.bench_load import attempt, fact, machine, print_table, series
from tests.browser.chromium import FLAGS, HELP, find_chromium
from tests.browser.conftest import ROOT, running_app

CHECKPOINT = ROOT / "model" / "checkpoints" / "transformer"
LAYERS, HEADS, TOKENS = 12, 12, 64  # of the atlas that stands beside BertViz
LONG = 64  # sub-words, the end mark included, of the sentence whose bytes are counted
SENTENCES = (  # twelve words each, none of them recorded; the first two warm up
    "Yesterday my sister bought three red apples and a loaf of bread.",
    "The old man next door always feeds the birds in the morning.",
    "We cannot leave the house before the rain has stopped this evening.",
    "She told me that her brother works in a hospital in Paris.",
    "If you had called me earlier I would have waited for you.",
    "The children were playing in the garden when their mother came home.",
    "Nobody knows why the train to the city was so late today.",
    "I have never seen a more beautiful picture than this one here.",
    "My father wants to sell his car because it is too small.",
    "He forgot to close the window before he went to bed yesterday.",
    "They will travel to the mountains with their friends in the spring.",
)
# Runs in every page before its own scripts, and writes down when what was seen. Times in ms since navigation.
WATCH = """
const bench = (window.bench = { paints: [], pointer: [], asked: null, data: null, drawn: null, long: 0 });
const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now())));
const shown = () => [...document.querySelectorAll(".mj-source .mj-form")].map((node) => node.textContent).join("");
new MutationObserver((records) => {
  for (const { attributeName, target } of records) {
    if (attributeName === "data-pointer-ms") bench.pointer.push(Number(target.dataset.pointerMs));
    else { const text = shown(), view = target.dataset.showing; painted((at) => bench.paints.push({ at, text, view })); }
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-seq", "data-pointer-ms"] });
const asked = (event) => { if (event.type === "click" || event.key === "Enter") bench.asked = event.timeStamp; };
for (const kind of ["keydown", "click"]) addEventListener(kind, asked, true);
new PerformanceObserver((list) => { bench.long += list.getEntries().length; }).observe({ entryTypes: ["longtask"] });
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", ({ data }) => { if ((data.byteLength ?? data.size) > 1e5) bench.data = performance.now(); });
  }
};
"""
# BertViz says nothing when it is done; it is once the last of its lines stands in the document.
WATCH_LINES = """
const lines = document.getElementsByTagName("line");
const look = () => (lines.length >= COUNT ? painted((at) => { bench.drawn = at; }) : requestAnimationFrame(look));
look();
"""
HARNESS = """
import json, sys
sys.path.insert(0, ROOT)
import numpy as np, streamlit as st
from viz.components.explorer import explorer, pack_picture
from viz.figures.matrix import attention_matrix
from viz.scenes.texts import texts as texts_in
from viz.scenes.wire import WIRE_BYTES

st.set_page_config(layout="wide")
number = (st.session_state.get("number", -1) + 1) % SETS
st.session_state.number = number
st.button("other weights")
weights = np.load(f"weights{number}.npy")
layers, heads, queries, keys = weights.shape
texts = [f"{number}.{place} " for place in range(queries)]
axis = dict(words=[dict(text=text, kind="word") for text in texts],
            tokens=[dict(text=text, word=place) for place, text in enumerate(texts)])
bits = 16 if 2 * weights.size <= WIRE_BYTES else 8
codes = np.rint(np.sqrt(weights) * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16).ravel()
usual = dict(part="encoder", view="atlas", layer=layers, heads=[], unit="words", threshold=0.05, hide=True, step=None,
             word=None)
run = dict(id=str(number), model="random", device="CPU", recorded=False, method="greedy", source=axis, target=axis,
           probabilities=[1.0] * queries, alternatives=[], antecedents=[],
           maps=dict(encoder=dict(layers=layers, heads=heads, query=axis, key=axis, causal=False, kind="softmax")))
suggested = dict(encoder=dict(layer=layers, heads=[], word=None))
figure = json.loads(attention_matrix(np.eye(2), "ab", "ab").to_json())
state = dict(choice=usual, defaults=usual, suggested=suggested, strings=texts_in("en")["explorer"])
explorer(pack_picture(run, bits, figure, dict(encoder=codes)), state, key="explorer")
"""


@dataclass
class Visit:
    """One page, and all it said to and heard from its server."""

    page: object
    sent: list[bytes] = field(default_factory=list)
    received: list[int] = field(default_factory=list)  # bytes of each frame
    requests: list = field(default_factory=list)

    @classmethod
    def to(cls, context, address: str, **query) -> "Visit":
        visit = cls(context.new_page())
        visit.page.on("websocket", visit.listen)
        visit.page.on("requestfinished", lambda request: visit.requests.append(request))
        visit.page.goto(f"{address}/?{urlencode(query)}")
        return visit

    def listen(self, stream) -> None:
        stream.on("framesent", lambda frame: self.sent.append(frame))
        stream.on("framereceived", lambda frame: self.received.append(len(frame)))

    def when(self, condition: str, argument=None) -> float:
        """Waits for a number from the page's watcher, in ms. Polled seldom, so that asking does not slow the page."""
        return self.page.wait_for_function(condition, arg=argument, polling=50, timeout=120_000).json_value()

    def first_paint(self) -> float:
        return self.when("bench.paints[0]?.at")

    @classmethod
    def settled(cls, context, address: str, **query) -> "Visit":
        """A page that is painted and whose script has ended."""
        visit = cls.to(context, address, **query)
        visit.first_paint()
        visit.quiet()
        return visit

    def quiet(self) -> None:
        idle = '[data-testid="stApp"][data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]'
        self.page.wait_for_selector(idle, state="attached", timeout=60_000)
        self.page.wait_for_timeout(400)

    def ask(self, sentence: str) -> float:
        """Types a sentence. Milliseconds from Enter until the view is painted for it."""
        self.page.evaluate("bench.asked = null")
        box = self.page.locator('[data-testid="stTextInput"] input')
        box.fill(sentence)
        box.press("Enter")
        wait = self.repainted("".join(sentence.split()))
        self.quiet()
        return wait

    def repainted(self, text: str, since: str = "asked") -> float:
        seen = "bench.paints.find(({ at, text }) => text === wanted && bench.asked !== null && at > bench.asked)"
        return self.when(f"(wanted) => {{ const paint = {seen}; return paint && paint.at - bench.{since} }}", text)


@contextmanager
def context_of(chromium, script: str = WATCH):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.set_default_timeout(60_000)
    context.add_init_script(script)
    yield context
    context.close()


def first_picture(chromium, repeats: int) -> dict:
    """A fresh server each time, the first one to warm up. The second visit comes once the network is loaded."""
    first, second = [], []
    for _ in range(repeats + 1):
        with running_app() as address, context_of(chromium) as context:
            visit = Visit.to(context, address)
            first.append(visit.first_paint() / 1000)
            foot = visit.page.inner_text(".mj-foot")
            recorded = tomllib.loads((ROOT / "viz/text/en.toml").read_text("utf-8"))["explorer"]["recorded"]
            if recorded not in foot:
                raise RuntimeError(f"the first picture is not from a recorded Run: {foot}")
            visit.quiet()
            visit.ask(SENTENCES[0])
            visit.page.close()
            second.append(Visit.to(context, address).first_paint() / 1000)
    return {"first visit": series(first[1:], "s", 3), "second visit": series(second[1:], "s", 3)}


def new_sentence(chromium, address: str, repeats: int) -> dict:
    assert all(len(sentence.split()) == 12 for sentence in SENTENCES)
    with context_of(chromium) as context:
        visit = Visit.settled(context, address, view="atlas")
        waits = [visit.ask(sentence) / 1000 for sentence in SENTENCES[: 2 + repeats]]
        views = set(visit.page.evaluate("bench.paints.map(({ view }) => view)"))
    if views != {"atlas"}:
        raise RuntimeError(f"the atlas must be on screen throughout; got {views}")
    return {"Enter to atlas": series(waits[2:], "s", 1)}


def long_sentence() -> str:
    """English of exactly LONG sub-words, the end mark included."""
    tokenizer, kept = Tokenizer.load(CHECKPOINT / "tokenizer.json"), []
    for word in " ".join(SENTENCES).split() + ["and"] * LONG:
        ids = tokenizer.ids_of_many([" ".join([*kept, word])])[0] + [END]
        kept += [word] if len(ids) <= LONG else []
        if len(ids) == LONG:
            return " ".join(kept)
    raise RuntimeError(f"no sentence of {LONG} sub-words was found")


def pointer_ms(visit: Visit, places: list[tuple[float, float]]) -> dict:
    """Script time of each move over the page, leaving one thing and reaching the next; the first three warm up."""
    moves = []
    for place in places[:3] + places:
        visit.page.mouse.move(*place)
        visit.page.wait_for_timeout(60)
        times = visit.page.evaluate("bench.pointer.splice(0)")
        if not times:
            raise RuntimeError(f"nothing answered the pointer at {place}")
        moves.append(sum(times))
    return series(moves[3:], "ms", 16) | {"tasks over 50 ms": visit.page.evaluate("bench.long")}


def word_places(visit: Visit, most: int) -> list[tuple[float, float]]:
    """Middles of words in both columns, spread evenly; the page is made tall enough to hold them all."""
    middles = """nodes => nodes.map(node => node.getBoundingClientRect())
                             .map(box => [box.x + box.width / 2, box.y + box.height / 2])"""
    visit.page.set_viewport_size({"width": 1440, "height": 3600})
    visit.page.wait_for_timeout(500)
    visit.page.evaluate("(bench.pointer = [], bench.long = 0)")
    places = visit.page.eval_on_selector_all(".mj-left .mj-item, .mj-right .mj-item", middles)
    return places[:: max(1, len(places) // most)]


def pointing(chromium, address: str, most: int) -> dict:
    found = {}
    longest = {"text": long_sentence(), "unit": "tokens", "heads": "all", "hide": "0"}
    for name, query in (("example", {}), (f"{LONG} tokens, all heads", longest)):
        with context_of(chromium) as context:
            visit = Visit.settled(context, address, **query)
            found[f"lines, {name}"] = pointer_ms(visit, word_places(visit, most))
            visit.page.click("[data-view=atlas]")
            visit.page.wait_for_timeout(300)
            visit.page.evaluate("(bench.pointer = [], bench.long = 0)")
            box = visit.page.locator("canvas.mj-atlas").bounding_box()
            steps = [((7 * step) % most + 0.5) / most for step in range(most)]  # 7 is prime to any `most` used here
            left, top, width, height = box["x"] + 50, box["y"] + 40, box["width"] - 70, box["height"] - 60
            places = [(left + x * width, top + y * height) for x, y in zip(steps, sorted(steps))]
            found[f"atlas, {name}"] = pointer_ms(visit, places)
    return found


def wire(chromium, address: str) -> dict:
    """Formula: cells × bytes a code, cells = encoder layers·heads·S² + decoder layers·heads·(T² + T·S)."""
    with context_of(chromium) as context:
        visit = Visit.settled(context, address)
        visit.received.clear()
        visit.ask(long_sentence() + " ")  # the space makes it another text than the one that pointing has cached
        frames = list(visit.received)
        bits = next(bits for bits in (8, 16) if f" {bits} " in visit.page.inner_text(".mj-foot"))
        for control in ("[data-part=cross]", "[data-unit=tokens]", ".mj-hide"):
            visit.page.click(control)
        target, source = (visit.page.locator(f".{side} .mj-item").count() for side in ("mj-left", "mj-right"))
    net = json.loads((CHECKPOINT / "card.json").read_text())["network"]
    cells = net["heads"] * (net["encoder_layers"] * source**2 + net["decoder_layers"] * target * (target + source))
    about = {"source_tokens": source, "target_tokens": target, "bits": bits, "formula_bytes": cells * bits // 8}
    if source != LONG:
        raise RuntimeError(f"the sentence must have {LONG} sub-words; the page shows {source}")
    return {"all heads of all parts": fact(sum(frames), "bytes", 1_000_000, largest_frame=max(frames), **about)}


def round_trips(chromium, address: str) -> dict:
    """Frames that the page sends while a person reads. Every control has to repaint, or its silence would prove nothing."""
    heads = ["[data-head=all]", "[data-head='1']", "[data-head='2']"]
    controls = [*heads, "[data-layer='1']", "[data-unit=tokens]", "[data-unit=words]", ".mj-hide", "[data-view=atlas]"]
    controls += ["[data-view=matrix]", "[data-view=lines]", "[data-part=cross]", "[data-part=encoder]"]
    with context_of(chromium) as context:
        visit = Visit.settled(context, address)
        visit.sent.clear()
        visit.requests.clear()
        actions = [partial(visit.page.click, control) for control in controls]
        actions += [partial(visit.page.press, ".mj-threshold input", "ArrowRight")] * 5
        actions += [partial(visit.page.hover, f".mj-left .mj-item >> nth={place}") for place in range(10)]
        for action in actions:
            before = visit.page.evaluate("bench.paints.length")
            action()
            visit.when("(before) => bench.paints.length > before", before)
        visit.page.wait_for_timeout(1000)
        kinds = sorted(BackMsg.FromString(frame).WhichOneof("type") for frame in visit.sent)
        fetched = [request.url.rsplit("/", 1)[-1] for request in visit.requests if request.url.startswith("http")]
    return {"frames sent": fact(len(kinds), "frames", 1, actions=len(actions), kinds=kinds, http_requests=fetched)}


def random_weights(seed: int) -> np.ndarray:
    """(layer, head, query, key), float32: the softmax of normal scores; every row sums to 1."""
    scores = np.random.default_rng(seed).normal(size=(LAYERS, HEADS, TOKENS, TOKENS))
    weights = np.exp(scores)
    return (weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32)


def write_harness(folder: Path, sets: int) -> None:
    """An app of our component alone, with the app's own settings, fed with weights from files."""
    for number in range(sets):
        np.save(folder / f"weights{number}.npy", random_weights(number))
    (folder / "app.py").write_text(f"ROOT, SETS = {str(ROOT)!r}, {sets}\n{HARNESS}", encoding="utf-8")
    for name in (".streamlit", "static"):
        (folder / name).symlink_to(ROOT / name)


def atlas_of_ours(chromium, folder: Path, repeats: int) -> dict:
    sets, cold, warm, drawn, weights_bytes, page_bytes = 5, [], [], [], [], []
    write_harness(folder, sets)
    with running_app(folder) as address:
        for _ in range(repeats + 1):
            with context_of(chromium) as context:
                visit = Visit.to(context, address)
                cold.append(visit.first_paint() / 1000)
                visit.quiet()
                bodies = [request.sizes()["responseBodySize"] for request in visit.requests]
                page_bytes.append(sum(bodies) + sum(visit.received))
        with context_of(chromium) as context:
            visit = Visit.settled(context, address)
            for turn in range(1, repeats + 3):
                visit.received.clear()
                visit.page.evaluate("(bench.asked = null, bench.paints = [])")
                visit.page.click("text=other weights")
                text = "".join(f"{turn % sets}.{place} " for place in range(TOKENS))
                warm.append(visit.repainted(text) / 1000)
                drawn.append(visit.repainted(text, since="data") / 1000)
                visit.quiet()
                weights_bytes.append(sum(visit.received))
    return {
        "ours, navigation to painted": series(cold[1:], "s"),
        "ours, click to painted": series(warm[2:], "s"),
        "ours, data in browser to painted": series(drawn[2:], "s"),
        "ours, websocket": fact(max(weights_bytes), "bytes", formula_bytes=LAYERS * HEADS * TOKENS**2),
        "ours, whole first visit": fact(max(page_bytes), "bytes"),
    }


def libraries(folder: Path) -> dict[str, Path]:
    """What BertViz asks of a CDN, from npm. jquery 2.0.0 is not on npm; the nearest 2.x stands in for it."""
    if not shutil.which("npm"):
        raise RuntimeError("npm is not installed, and BertViz needs d3, jquery and require.js")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    subprocess.run([*command, "d3@5.7.0", "jquery@2", "requirejs@2.3.6"], check=True, capture_output=True, timeout=120)
    modules = folder / "node_modules"
    paths = {"d3": "d3/dist/d3.min.js", "jquery": "jquery/dist/jquery.min.js", "require": "requirejs/require.js"}
    return {name: modules / path for name, path in paths.items()}


def atlas_of_bertviz(chromium, folder: Path, repeats: int) -> dict:
    import torch

    try:
        from bertviz import model_view
    except ImportError:
        raise RuntimeError("BertViz is not installed: pip install -r requirements-bench.txt") from None

    scripts, drawn, built, lines = libraries(folder), [], [], LAYERS * HEADS * TOKENS**2
    served = partial(SimpleHTTPRequestHandler, directory=str(folder))
    served.func.log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), served)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def answer(route) -> None:
        name = next((name for name in scripts if f"/{name}" in route.request.url), None)
        if name:
            route.fulfill(path=scripts[name], content_type="text/javascript")
        else:
            route.abort()

    try:
        for number in range(repeats):  # no warm-up: each page is a document of its own
            start, weights = time.perf_counter(), torch.from_numpy(random_weights(number))
            tokens = [f"{number}.{place}" for place in range(TOKENS)]
            page = model_view(list(weights[:, None]), tokens, html_action="return")
            built.append(time.perf_counter() - start)
            (folder / "index.html").write_text(f"<!doctype html><meta charset=utf-8>{page.data}", encoding="utf-8")
            with context_of(chromium, WATCH + WATCH_LINES.replace("COUNT", str(lines))) as context:
                context.route(re.compile("^https:"), answer)
                visit = Visit.to(context, f"http://127.0.0.1:{server.server_port}")
                drawn.append(visit.when("bench.drawn") / 1000)
    finally:
        server.shutdown()
    html, code = (folder / "index.html").stat().st_size, sum(path.stat().st_size for path in scripts.values())
    return {
        "BertViz, navigation to painted": series(drawn, "s"),
        "BertViz, building the page": series(built, "s"),
        "BertViz, HTML": fact(html, "bytes", libraries_bytes=code, lines=lines),
    }


def forty_people(people: int, rounds: int) -> dict:
    with running_app() as address:
        return bench_load.measure(address, people, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few repeats: does it run at all?")
    quick = parser.parse_args().quick
    path, results = find_chromium() or sys.exit(HELP), {}
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        about = machine() | {"chromium": chromium.version}
        results["first_picture_s"] = attempt(first_picture, chromium, 1 if quick else 5)
        with running_app() as address:
            results["new_sentence_s"] = attempt(new_sentence, chromium, address, 3 if quick else 9)
            results["pointing_ms"] = attempt(pointing, chromium, address, 10 if quick else 24)
            results["wire_bytes"] = attempt(wire, chromium, address)
            results["round_trips"] = attempt(round_trips, chromium, address)
        ours, theirs = Path(folder, "ours"), Path(folder, "bertviz")
        ours.mkdir(), theirs.mkdir()
        results["atlas_12x12_64"] = attempt(atlas_of_ours, chromium, ours, 1 if quick else 5)
        bertviz = attempt(atlas_of_bertviz, chromium, theirs, 1 if quick else 3)
        renamed = {f"BertViz, {key}" if key == "gap" else key: entry for key, entry in bertviz.items()}
        results["atlas_12x12_64"] |= renamed
        chromium.close()
    results["forty_people"] = attempt(forty_people, 40, 2 if quick else 10)
    about["load_average_at_end"] = round(os.getloadavg()[0], 2)
    card = json.loads((CHECKPOINT / "card.json").read_text())
    about["checkpoint"] = {name: card.get(name) for name in ("name", "steps", "parameters")}
    load = f"load {about['load_average']} at the start, {about['load_average_at_end']} at the end"
    print(f"{about['cpu']}, {about['cores']} cores, {load}; Chromium {about['chromium']}, torch {about['torch']}")
    print("The browser, the server and the forty people share this machine.")
    print_table(results)
    record = {"benchmark": "explore", "quick": quick, "machine": about, "results": results}
    print(json.dumps(record, ensure_ascii=False))


if __name__ == "__main__":
    main()
