"""How fast the evidence pages answer, in a real Chromium; and how long the heads of a model take to measure.

    python -m tests.bench_evidence           about a minute and a half; --quick: few repeats

Prints a table, then one JSON line. What cannot be measured is a gap with its reason, never a zero.
Worth knowing: an answer counts from the click to two animation frames after the page shows it. Every head that is clicked was
not clicked before, so nothing is read from what is kept.
"""

import argparse
import json
import sys
import time
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from model.evidence.causes.patching import patching
from model.evidence.roles.heads import SENTENCES, head_roles
from model.reading.loading import load
from model.reading.readers.own import Translator
from model.reading.recorded import EXAMPLES
from tests.bench_explore import SENTENCES as TWELVE_WORDS
from tests.bench_explore import context_of
from tests.bench_load import attempt, fact, machine, print_table, series
from tests.browser.chromium import FLAGS, HELP, find_chromium
from tests.browser.conftest import running_app

# Runs in every page before its own scripts: the time from a click, or from a choice, until its answer is painted.
WATCH = """
const bench = (window.bench = { asked: null });
addEventListener("click", (event) => { bench.asked ??= event.timeStamp; }, true);
addEventListener("change", (event) => { bench.asked ??= event.timeStamp; }, true);
bench.answer = (ready) => new Promise((done) => {
  const look = () => {
    if (bench.asked === null || !ready()) return requestAnimationFrame(look);
    requestAnimationFrame(() => requestAnimationFrame((at) => { done(at - bench.asked); bench.asked = null; }));
  };
  look();
});
"""
AT_REST = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def opened(context, address: str, ready: str, **query):
    page = context.new_page()
    page.goto(f"{address}?{urlencode(query)}")
    page.wait_for_selector(ready)
    page.wait_for_selector(AT_REST, state="attached")
    page.wait_for_timeout(500)
    return page


def head_switched_off(chromium, address: str, repeats: int) -> dict:
    """Click on a head of a 12-word sentence to its new translation; the control with random heads is among it."""
    waits = []
    with context_of(chromium, WATCH) as context:
        page = opened(context, f"{address}/switch-off", ".grid[data-chosen]", text=TWELVE_WORDS[0])
        for place in range(repeats + 2):
            head = f"encoder.{place // 8 + 1}.{place % 8 + 1}"
            before = page.inner_html(".mj-answer >> xpath=..")
            page.evaluate("(html) => { bench.before = html; bench.asked = null; }", before)
            answer = page.evaluate_handle(
                "() => ({ wait: bench.answer(() => document.querySelector('.mj-answer')?.parentNode.innerHTML !== bench.before)})"
            )
            page.click(f'[data-head="{head}"]')
            waits.append(answer.evaluate("(one) => one.wait") / 1000)
            page.wait_for_selector(AT_REST, state="attached")
            page.wait_for_timeout(300)
    return {"click to translation": series(waits[2:], "s", 0.5)}


def colour_meant(chromium, address: str) -> dict:
    """Choosing what the colour means to the repainted atlas: first asked of the server, then by the browser alone."""
    result = {}
    with context_of(chromium, WATCH) as context:
        page = opened(context, f"{address}/", ".mj-root[data-seq]", text=TWELVE_WORDS[1], view="atlas")
        for time_asked in ("first", "again"):
            for meaning in ("moved", "rollout", "gradient"):
                answer = page.evaluate_handle(
                    f"""() => {{ bench.asked = null; return {{ wait: bench.answer(() =>
                    document.querySelector('.mj-root[data-meaning="{meaning}"][data-waiting="false"]')) }}; }}"""
                )
                page.select_option(".mj-select", meaning)
                result[f"{meaning}, {time_asked}"] = fact(round(answer.evaluate("(one) => one.wait") / 1000, 3), "s")
                page.wait_for_selector(AT_REST, state="attached")
    return result


def carried_over(translator: Translator) -> dict:
    """Patching every head of a pair, head by head and layer by layer."""
    patching_ = patching(translator, *EXAMPLES[:2])
    start = time.perf_counter()
    effects = len(list(patching_.effects()))
    return {"all effects of a pair": fact(round(time.perf_counter() - start, 2), "s", 10, effects=effects)}


def heads_measured(translator: Translator, sentences: int) -> dict:
    found = head_roles(translator, sentences)
    target = 60 if sentences == SENTENCES else None
    return {f"{sentences:,} sentences, {len(found.rows)} heads": fact(found.latency_s, "s", target)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few repeats: does it run at all?")
    quick = parser.parse_args().quick
    path, results, about = find_chromium() or sys.exit(HELP), {}, machine()
    with sync_playwright() as playwright, running_app() as address:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        about["chromium"] = chromium.version
        results["switch_off_s"] = attempt(head_switched_off, chromium, address, 3 if quick else 20)
        results["meaning_s"] = attempt(colour_meant, chromium, address)
        chromium.close()
    translator = load("transformer")
    results["patching_s"] = attempt(carried_over, translator)
    results["heads_s"] = attempt(heads_measured, translator, 80 if quick else SENTENCES)
    print(f"{about['cpu']}, {about['cores']} cores, load {about['load_average']}; Chromium {about['chromium']}")
    print_table(results)
    print(
        json.dumps({"benchmark": "evidence", "quick": quick, "machine": about, "results": results}, ensure_ascii=False)
    )


if __name__ == "__main__":
    main()
