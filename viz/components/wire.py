"""The bytes between Python and the browser; shared/wire.js reads them."""

import json
import struct


def with_length(record: dict) -> bytes:
    """JSON behind its length in four bytes."""
    text = json.dumps(record, ensure_ascii=False).encode()
    return struct.pack("<I", len(text)) + text
