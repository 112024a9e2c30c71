"""JSON with pictures and films inside: read in pieces from a file, its long strings left where they are.

What remains when each long string is replaced by a mark is small, and is read by the same strict parser as every other
answer. A long string is known by its place in the file (`Span`) and decoded from there, a block at a time.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import NotAServiceAnswerError
from app.domain.values import Json
from app.net.answer import MAX_BODY_BYTES, parse_json, too_large

LONG_BYTES = 4096
"""Longer strings are left in the file."""

_BLOCK_BYTES = 256 * 1024
_STOP = re.compile(rb'["\\]')


@dataclass(frozen=True)
class Span:
    """The inside of a string, without its quotes: from byte `start` to before byte `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class BigJson:
    """`value` is the JSON with a mark in place of each long string; `span` tells where such a string lies."""

    value: Json
    _spans: Mapping[str, Span]

    def span(self, value: Json) -> Span | None:
        """The place of a long string, or None for any other value."""
        return self._spans.get(value) if isinstance(value, str) else None


def read_big_json(path: Path) -> BigJson:
    """Blocks. Raises NotAServiceAnswerError for what is not JSON or too much beside its long strings, and OSError."""
    reader = _Reader()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            reader.feed(block)
    return reader.finish()


@dataclass
class _Reader:
    """Copies everything but long strings. Bytes below 128 mean themselves in UTF-8, so no decoding is needed here."""

    rest: bytearray = field(default_factory=bytearray)
    spans: dict[str, Span] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: f"long-{secrets.token_hex(8)}-")
    position: int = 0
    start: int = -1  # of the string that is being read; -1 outside of strings
    head: bytearray = field(default_factory=bytearray)  # of that string, while it is not long
    is_escaped: bool = False

    def feed(self, block: bytes) -> None:
        at = 0
        while at < len(block):
            at = self._outside(block, at) if self.start < 0 else self._inside(block, at)
        self.position += len(block)
        if len(self.rest) > MAX_BODY_BYTES:
            raise too_large(MAX_BODY_BYTES)

    def _outside(self, block: bytes, at: int) -> int:
        quote = block.find(b'"', at)
        if quote < 0:
            self.rest += block[at:]
            return len(block)
        self.rest += block[at : quote + 1]
        self.start = self.position + quote + 1
        self.head.clear()
        return quote + 1

    def _inside(self, block: bytes, at: int) -> int:
        if self.is_escaped:
            self.is_escaped = False
            self._keep(block[at : at + 1])
            return at + 1
        stop = _STOP.search(block, at)
        if stop is None:
            self._keep(block[at:])
            return len(block)
        self._keep(block[at : stop.start()])
        if stop[0] == b"\\":
            self.is_escaped = True
            self._keep(b"\\")
        else:
            self._close(self.position + stop.start())
        return stop.end()

    def _keep(self, part: bytes) -> None:
        room = LONG_BYTES + 1 - len(self.head)
        if room > 0:
            self.head += part[:room]

    def _close(self, end: int) -> None:
        if len(self.head) > LONG_BYTES:
            name = f"{self.mark}{len(self.spans)}"
            self.spans[name] = Span(self.start, end)
            self.rest += name.encode()
        else:
            self.rest += self.head
        self.rest += b'"'
        self.start = -1

    def finish(self) -> BigJson:
        if self.start >= 0:
            raise NotAServiceAnswerError("The answer ended in the middle.")
        return BigJson(parse_json(bytes(self.rest)), self.spans)
