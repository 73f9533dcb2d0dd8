"""The measured data that comes with the project, by name. Read once; what is missing or damaged is None.

Worth knowing: no torch. A page draws what was measured elsewhere without loading what measures.
"""

import json
from functools import cache
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@cache
def shipped(name: str) -> dict | None:
    try:
        return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def timings() -> dict[str, dict]:
    """Shipped timings by the name of the machine that gave them."""
    documents = filter(None, (shipped(file.stem) for file in sorted(RESULTS.glob("timing-*.json"))))
    return {machine_name(document): document for document in documents}


def machine_name(document: dict) -> str:
    return f"{document['machine']['device_name']}, {document['machine']['dtype']}"
