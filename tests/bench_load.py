"""Many people at once on one server: what each of them waits between a click and the end of the script.

The first part of this file says how a benchmark sums up its numbers, its machine and its gaps; bench_explore uses it too.

    python -m tests.bench_load http://127.0.0.1:8501 --people 40 --rounds 6

Each person is a WebSocket of its own that speaks Streamlit's protobuf and answers as a browser does: it sends back the state
of every widget, takes over what the server sets, and names the messages that it still holds.
Worth knowing: everybody clicks at the same moment, and only on what the server has in its caches; so this measures the
wait in the queue. The client runs on the same machine, and its own work is part of every number.
"""

import argparse
import asyncio
import json
import math
import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlparse

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

MOST_PEOPLE, MOST_ROUNDS, TIME_LIMIT_S, RUN_LIMIT_S = 200, 50, 180, 60
PAUSE_S = 0.4  # between rounds, so that the server falls idle
TARGET_MS = 100
LANGUAGE = "lang"  # the key of that widget
MODEL_LOADER = "This sentence makes the server load its network before anything is measured."


def series(values: list[float], unit: str, target: float | None = None) -> dict:
    """Median, quartiles and worst of repeated measurements. target: what the median has to stay below."""
    quartiles = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    numbers = {"median": quartiles[1], "quartiles": [quartiles[0], quartiles[2]], "worst": max(values)}
    numbers = {name: [round(v, 3) for v in x] if isinstance(x, list) else round(x, 3) for name, x in numbers.items()}
    return {"unit": unit, **numbers, "repeats": len(values)} | ({} if target is None else {"target": target})


def fact(value: float, unit: str, target: float | None = None, **more) -> dict:
    return {"unit": unit, "value": value, **more} | ({} if target is None else {"target": target})


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that at least `percent` of the values do not exceed."""
    return round(sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)], 3)


def attempt(measure, *arguments) -> dict:
    """What was measured; or a gap that says why not. A benchmark goes on with what is left."""
    print(f"… {measure.__name__}", file=sys.stderr, flush=True)
    try:
        return measure(*arguments)
    except Exception as error:  # Playwright, the network, memory: whatever it was, the reader is told
        return {
            "gap": {"value": None, "gap": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}
        }


def machine() -> dict:
    """What a number depends on besides the code. None for a package that is not installed."""
    import torch

    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    versions = {}
    for name in ("streamlit", "torch", "numpy", "playwright", "bertviz"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "torch_threads": torch.get_num_threads(),
        "dtype": "float32",
        "load_average": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        **versions,
    }


def print_table(results: dict) -> None:
    print(f"{'':48}{'median':>11}  {'quartiles':>17}{'worst':>9}{'n':>5}  {'target':<12}")
    for name, found in results.items():
        print(name)
        for label, entry in found.items():
            if "gap" in entry:
                print(f"  {label:<46}{'—':>11}  {entry['gap']}")
                continue
            middle, target = entry.get("median", entry.get("value")), entry.get("target")
            spread = " – ".join(f"{value:,.4g}" for value in entry.get("quartiles", []))
            rest = f"{entry['worst']:>9,.4g}{entry['repeats']:>5}" if spread else " " * 14
            verdict = "" if target is None else f"< {target:,} {'met' if middle < target else 'MISSED'}"
            p95 = f"  p95 {entry['p95']:,.4g}" if "p95" in entry else ""
            value = f"{middle:,}" if isinstance(middle, int) else f"{middle:,.4g}"
            print(f"  {label + ', ' + entry['unit']:<46}{value:>11}  {spread:>17}{rest}  {verdict}{p95}")


@dataclass
class Person:
    """One session. widgets: what its browser would send back, by the widget's key."""

    socket: ClientConnection
    page: str = ""
    address: str = ""  # its query, as the server last set it
    widgets: dict[str, WidgetState] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)  # languages
    examples: list[str] = field(default_factory=list)  # ids of the buttons under the sentence
    pictures: int = 0  # explorers received in this run, whole or by name
    held: list[set[str]] = field(default_factory=lambda: [set(), set()])  # hashes kept from the last two runs

    async def run(self, pressed: str | None = None) -> float:
        """Asks for a run of the script, after pressing a button if one is named, and waits for its end: milliseconds.

        Raises RuntimeError if the script failed or brought no picture.
        """
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.address, self.page
        state.widget_states.widgets.extend(self.widgets.values())
        if pressed:
            state.widget_states.widgets.add(id=pressed, trigger_value=True)
        state.cached_message_hashes.extend(set.union(*self.held))
        self.examples = []
        self.held, self.pictures = [self.held[1], set()], 0
        request = message.SerializeToString()
        start = time.perf_counter()
        await self.socket.send(request)
        async with asyncio.timeout(RUN_LIMIT_S):
            while not self.take(ForwardMsg.FromString(await self.socket.recv())):
                pass
        wait = 1000 * (time.perf_counter() - start)
        if self.pictures != 1:
            raise RuntimeError(f"a run must bring one picture; got {self.pictures}")
        return wait

    def take(self, message: ForwardMsg) -> bool:
        """Takes one message in, as a browser would. True when it ends the run."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
        elif kind == "page_info_changed":
            self.address = message.page_info_changed.query_string
        elif kind == "ref_hash":
            self.held[1].add(message.ref_hash)
            self.pictures += 1  # the picture is the only message of this page that is large enough to be kept
        elif kind == "delta":
            if message.metadata.cacheable:
                self.held[1].add(message.hash)
            self.adopt(message.delta.new_element)
        elif kind == "script_finished":
            if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                raise RuntimeError(f"the script ended with status {message.script_finished}")
            return True
        return False

    def adopt(self, element) -> None:
        """A widget keeps its value while it is on the page, unless the server sets another."""
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(f"the page shows an exception: {element.exception.message}")
        self.pictures += kind == "bidi_component"
        if kind == "button":
            self.examples.append(element.button.id)
        if kind not in ("text_input", "button_group"):
            return
        widget = getattr(element, kind)
        key, texts = key_of(widget.id), [option.content for option in getattr(widget, "options", [])]
        if key == LANGUAGE:
            self.options = texts
        if key in self.widgets and not widget.set_value:
            return
        if kind == "text_input":
            self.write(widget.id, widget.value if widget.set_value else widget.default)
        else:
            self.choose(widget.id, list(widget.raw_values) or [texts[place] for place in widget.default])

    def choose(self, widget_id: str, values: list[str]) -> None:
        self.widgets[key_of(widget_id)] = WidgetState(id=widget_id)
        self.widgets[key_of(widget_id)].string_array_value.data.extend(values)

    def write(self, widget_id: str, text: str) -> None:
        self.widgets[key_of(widget_id)] = WidgetState(id=widget_id, string_value=text)

    async def act(self, turn: int) -> float:
        """Clicks: in even turns an example, each time another; in odd turns the other language. Milliseconds."""
        if turn % 2 == 0:
            return await self.run(self.examples[turn // 2 % len(self.examples)])
        language = self.widgets[LANGUAGE]
        place = self.options.index(language.string_array_value.data[0])
        self.choose(language.id, [self.options[(place + 1) % len(self.options)]])
        return await self.run()


def key_of(widget_id: str) -> str:
    """The name that the page gave a widget; Streamlit writes it behind a hash that has no hyphen."""
    return widget_id.removeprefix("$$ID-").split("-", 1)[1]


async def everybody(people: list[Person], turn: int) -> list[float]:
    """One round: all click at once, spread over the examples. Milliseconds, one a person."""
    return await asyncio.gather(*(person.act(turn + 2 * number) for number, person in enumerate(people)))


async def warm_up(people: list[Person]) -> None:
    """Loads the network, fills every cache that is used later, and lets everybody act."""
    first = people[0]
    for person in people:
        await person.run()
    first.write(first.widgets["text"].id, MODEL_LOADER)
    await first.run()
    for turn in range(2 * len(first.examples)):  # every example, and the languages in turn
        await first.act(turn)
    for turn in range(2):
        await everybody(people, turn)


async def crowd(address: str, people: int, rounds: int) -> dict:
    """people, rounds: counts. Returns series of ms, alone and all at once. Raises ValueError, RuntimeError, TimeoutError."""
    if urlparse(address).hostname != "127.0.0.1":
        raise ValueError(f"only a server on this machine (127.0.0.1) may be put under load; got {address}")
    if not (1 <= people <= MOST_PEOPLE and 1 <= rounds <= MOST_ROUNDS):
        raise ValueError(f"at most {MOST_PEOPLE} people and {MOST_ROUNDS} rounds; got {people} and {rounds}")
    stream = address.replace("http", "ws", 1).rstrip("/") + "/_stcore/stream"
    options = {"subprotocols": ["streamlit"], "max_size": None, "compression": None, "ping_interval": None}
    async with asyncio.timeout(TIME_LIMIT_S):
        sockets = [await connect(stream, **options) for _ in range(people)]
        try:
            persons = [Person(socket) for socket in sockets]
            await warm_up(persons)
            alone = []
            for turn in range(4 * rounds):
                await asyncio.sleep(PAUSE_S / 4)
                alone += await everybody(persons[:1], turn)
            waits, busy, wall = [], 0.0, 0.0
            for turn in range(rounds):
                await asyncio.sleep(PAUSE_S)
                start, start_busy = time.perf_counter(), time.process_time()
                waits += await everybody(persons, turn)
                wall, busy = wall + time.perf_counter() - start, busy + time.process_time() - start_busy
        finally:
            for socket in sockets:
                socket.transport.abort()
    return {
        "one_alone": series(alone, "ms") | {"p95": percentile(alone, 95)},
        "all_at_once": series(waits, "ms", TARGET_MS)
        | {"p95": percentile(waits, 95), "people": people, "rounds": rounds},
        "client_cpu": {"unit": "share of one core", "value": round(busy / wall, 3)},
    }


def measure(address: str, people: int, rounds: int) -> dict:
    return asyncio.run(crowd(address, people, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    print(json.dumps(measure(options.address, options.people, options.rounds)))


if __name__ == "__main__":
    main()
