"""What the browser makes of a component's bytes: its own decoder, run by node once a call (about 50 ms)."""

import json
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

DECODER = Path(__file__).parent / "js" / "decoded.mjs"


def node() -> str:
    """The path of node; without it the test that asks is skipped."""
    return shutil.which("node") or pytest.skip("node is not installed, and the scripts of the browser need it")


@lru_cache(8)  # a page is asked several things; the largest is 20 MB of text
def decoded(component: str, packed: bytes) -> str:
    return subprocess.run([node(), DECODER, component], input=packed, capture_output=True, check=True).stdout.decode()


def explorer(packed: bytes) -> dict:
    """The records, with "weights" by part as (layer, head, query, key), and in "stack" the same for each word of a part."""
    records = json.loads(decoded("explorer", packed))
    records["weights"] = {part: array(weights) for part, weights in records["weights"].items()}
    for about in (records["stack"] or {}).get("parts", {}).values():
        about["numbers"] = np.stack([array(numbers) for numbers in about.pop("maps")])
    return records


def diagram(packed: bytes) -> dict:
    """The records, with the "shares" of each strip's full colour as (row, column)."""
    records = json.loads(decoded("diagram", packed))
    for strip in records["strips"]:
        strip["shares"] = np.array(strip["shares"])
    return records


def headgrid(packed: dict) -> list:
    """By part, head and cell, the colour in the light."""
    return json.loads(decoded("headgrid", json.dumps(packed).encode()))


def array(numbers: dict) -> np.ndarray:
    return np.array(numbers["numbers"]).reshape(numbers["shape"])
