"""Values made fit for a disk: text that every encoding can carry, JSON as text, numbers that SQLite can hold.

Answers of servers and what people paste may hold half characters (lone surrogates), which pass JSON and then fail in
SQLite, in files and on labels (reliability.md S6).
"""

import json
from datetime import UTC, datetime

_LARGEST = 2**63 - 1


def storable_text(words: str) -> str:
    """The same text with half characters and NUL replaced by U+FFFD; halves that belong together become one."""
    if words.isascii() and "\0" not in words:
        return words
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\ufffd")


def storable_int(number: int | None) -> int | None:
    """The number, or the nearest one that SQLite can hold."""
    return None if number is None else max(-_LARGEST, min(_LARGEST, int(number)))


def dump_json(value: object) -> str:
    """Compact JSON text, storable."""
    return storable_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def dump_time(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a fixed width, so that text sorts as time does."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def load_time(stored: str | None) -> datetime | None:
    """Reads what `dump_time` wrote. Raises ValueError for anything else."""
    return None if stored is None else datetime.fromisoformat(stored)
