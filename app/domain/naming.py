"""File names of results, made from our own fields only: date, prompt, job (reliability.md S1).

What a server calls a file never becomes a path. The name must work on every system a library may be carried to, so the
narrowest rules hold everywhere: Windows' reserved characters, at most 120 bytes of UTF-8, composed characters.
"""

import re
import unicodedata
from datetime import date

NAME_BYTES = 120
SLUG_CHARS = 60
_READ_CHARS = 400
"""More of a prompt than this is not looked at; a slug holds 60 characters."""

_RESERVED = str.maketrans(dict.fromkeys('<>:"/\\|?*', " "))
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")
_NOT_IN_IDS = re.compile(r"[^0-9A-Za-z]")


def short_id(job_id: str) -> str:
    """The last eight letters and digits of a job's id: the end differs in every kind of id, the beginning may not."""
    return _NOT_IN_IDS.sub("", job_id)[-8:].lower() or "0"


def slug(prompt: str, *, max_bytes: int = NAME_BYTES) -> str:
    """The beginning of a prompt as words that may stand in a file name; may be empty.

    No control, format (bidi, zero width), private or unassigned characters, nothing Windows reserves, no dot or blank
    at either end, at most 60 characters and `max_bytes` bytes, cut between words where that is near.
    """
    composed = unicodedata.normalize(
        "NFC", prompt[:_READ_CHARS].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )
    spaced = " ".join(composed.translate(_RESERVED).split())
    kept = "".join(char for char in spaced if not unicodedata.category(char).startswith("C") and char != "\ufffd")
    # What stood apart may have come together: compose again before counting.
    return _cut(unicodedata.normalize("NFC", " ".join(kept.split())).strip(" ."), max_bytes)


def safe_name(prompt: str, *, created_on: date, job_id: str, index: int, extension: str, copy: int = 1) -> str:
    """`2025-01-31 a fox in the snow 3f9a2c1b-2.png`: the name of one result, without a folder.

    `index` counts a job's results from 0; the first has no number. `copy` above 1 tells files apart that would collide.
    """
    number = f"-{index + 1}" if index > 0 else ""
    again = f" ({copy})" if copy > 1 else ""
    suffix = extension.lower().lstrip(".")
    ending = f"{short_id(job_id)}{number}{again}.{suffix if _EXTENSION.fullmatch(suffix) else 'bin'}"
    day = created_on.isoformat()
    words = slug(prompt, max_bytes=NAME_BYTES - len(day) - len(ending) - 2)
    return " ".join(part for part in (day, words, ending) if part)


def _cut(words: str, max_bytes: int) -> str:
    room = words[:SLUG_CHARS].encode()[:max_bytes].decode(errors="ignore")
    if len(room) < len(words) and not words[len(room)].isspace():
        whole_words = room.rpartition(" ")[0]
        # A half word reads badly, but a script without blanks, or one long word, would lose everything.
        if len(whole_words) >= len(room) // 2:
            room = whole_words
    return room.strip(" .")
