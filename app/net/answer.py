"""An answer as it came, and the strict reading of its JSON: sized, typed and storable, or one clear error."""

import asyncio
import html
import json
import math
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.domain.errors import NotAServiceAnswerError
from app.domain.redaction import redact_text
from app.domain.values import Json

MAX_BODY_BYTES = 8 * 1024 * 1024
"""Of one decoded JSON answer (reliability.md S3)."""
MAX_DEPTH = 64
MAX_WHOLE_NUMBER = 2**53
"""Larger numbers, which are ids and not amounts, are kept as text, digit by digit."""
EXCERPT_CHARS = 300

_BIG_BODY_BYTES = 64 * 1024
_UNPACKED_BYTES = 256 * 1024
_SCRIPT = re.compile(r"<(script|style|title|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """One whole HTTP answer. Header names are lowercase; `url` has no query."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Json:
        """The body as JSON, whatever its content type says. Raises NotAServiceAnswerError."""
        try:
            return parse_json(self.body)
        except NotAServiceAnswerError as error:
            raise NotAServiceAnswerError(error.server_text, http_status=self.status) from None

    def excerpt(self) -> str:
        """The first words of the body for a message: no markup, no secrets, at most `EXCERPT_CHARS`."""
        return excerpt(self.body)


async def apart(answer: Answer, read: Callable[[], T]) -> T:
    """What `read` makes of the answer, off the event loop's thread when it is big: eight megabytes may take seconds."""
    return await asyncio.to_thread(read) if len(answer.body) > _BIG_BODY_BYTES else read()


async def read_json(answer: Answer) -> Json:
    """`answer.json()`, off the event loop's thread when the body is big. Raises NotAServiceAnswerError."""
    return await apart(answer, answer.json)


def parse_json(body: bytes) -> Json:
    """Strict about size and depth, mild about the rest (reliability.md S6).

    A BOM and other UTF encodings are read; NaN and infinities become null; whole numbers beyond 2**53 become text; lone
    surrogates become the replacement character and control characters are dropped, so that every string can be stored
    and shown. Raises NotAServiceAnswerError for everything that is not JSON, or deeper than `MAX_DEPTH`.
    """
    try:
        decoded = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
        value = json.loads(decoded, parse_constant=_nothing, parse_float=_finite, parse_int=_whole)
        return _storable(value, MAX_DEPTH)
    except RecursionError:
        reason = "The answer is nested too deeply."
    except ValueError:
        reason = excerpt(body) or "The answer is empty."
    # raised out here, so that no chained error carries the whole body around
    raise NotAServiceAnswerError(reason)


def excerpt(body: bytes) -> str:
    """The first words of a text or HTML body without markup and secrets."""
    words = body[: 64 * EXCERPT_CHARS].decode("utf-8", "replace")
    title = _TITLE.search(words)
    words = _TAG.sub(" ", _SCRIPT.sub(" ", words))
    words = " ".join(html.unescape(f"{title[1] if title else ''} {words}").split())
    return redact_text(clean_text(words))[:EXCERPT_CHARS]


def clean_text(words: str) -> str:
    """The same text without what cannot be stored or shown: lone surrogates and control characters."""
    if _SURROGATE.search(words):
        words = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROL.sub("", words)


def _nothing(_name: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _whole(digits: str) -> int | str:
    if len(digits) > 17:  # longer than 2**53 with its sign
        return digits
    number = int(digits)
    return number if abs(number) <= MAX_WHOLE_NUMBER else digits


def _storable(value: Json, depth: int) -> Json:
    if depth < 0:
        raise RecursionError
    if isinstance(value, dict):
        return {clean_text(name): _storable(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner, depth - 1) for inner in value]
    return clean_text(value) if isinstance(value, str) else value


class Sink(Protocol):
    """Where an answer goes that is too big for memory (`spool.SpoolFile`)."""

    async def begin(self, size: int | None) -> None:
        """A good answer of `size` bytes follows, None where nobody says; what came before is void."""
        ...

    async def write(self, block: bytes) -> None: ...


class Unpacker:
    """Takes gzip off a body, in pieces of bounded size.

    It is ours because the HTTP library's own can be made to fill the memory (reliability.md 1.3).
    """

    def __init__(self, content_encoding: str) -> None:
        encoding = content_encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise NotAServiceAnswerError(f"The answer is packed in a way that was not asked for: {encoding[:40]}.")
        self._gzip = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in encoding else None
        self._is_begun = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """What the next bytes from the wire stand for. Raises NotAServiceAnswerError where that is nothing."""
        if self._gzip is None:
            yield raw
            return
        self._is_begun = self._is_begun or bool(raw)
        while raw and not self._gzip.eof:
            try:
                yield self._gzip.decompress(raw, _UNPACKED_BYTES)
            except zlib.error:
                raise NotAServiceAnswerError("The answer is not packed as it says.") from None
            raw = self._gzip.unconsumed_tail

    def finish(self) -> None:
        """Raises NotAServiceAnswerError when the packed stream ended early."""
        if self._gzip is not None and self._is_begun and not self._gzip.eof:
            raise NotAServiceAnswerError("The answer ended in the middle.")


class BoundedBody:
    """Collects a body that may be gzipped once, and stops before it outgrows its limit."""

    def __init__(self, content_encoding: str, max_bytes: int) -> None:
        self._unpacker = Unpacker(content_encoding)
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, raw: bytes) -> None:
        """Takes the next bytes from the wire. Raises NotAServiceAnswerError when it becomes too much."""
        for data in self._unpacker.feed(raw):
            self._size += len(data)
            if self._size > self._max_bytes:
                raise too_large(self._max_bytes)
            self._parts.append(data)

    def finish(self) -> bytes:
        """The whole body. Raises NotAServiceAnswerError when the packed stream ended early."""
        self._unpacker.finish()
        return b"".join(self._parts)


def too_large(max_bytes: int) -> NotAServiceAnswerError:
    """The error for an answer beyond its limit."""
    return NotAServiceAnswerError(f"The answer is larger than {max_bytes // 2**20} MB.")
