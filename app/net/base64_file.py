"""A result in base64 inside a bigger file becomes a part file: in blocks, off the window's thread, never whole in memory.

Read mildly, as services write it (apis.md case 58): a `data:` prefix, url-safe letters, line breaks, JSON's escapes and
missing padding are fine. Anything else is not a result, and nothing is left of it.
"""

import binascii
import re
from collections.abc import Iterator
from pathlib import Path

from app.domain.errors import BrokenResultError, ResultTooLargeError
from app.domain.media import SNIFF_BYTES, sniff
from app.net.big_json import Span
from app.net.download import Downloaded, size_in_words
from app.net.part_file import KEEP_FREE_BYTES, PartFile
from app.net.threads import in_thread

_BLOCK_BYTES = 1024 * 1024
_PREFIX_BYTES = 256
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BLANKS = b" \t\r\n\x0b\x0c"
_ESCAPE = re.compile(rb"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SHORT_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"f": b"\x0c", b"b": b""}


async def decode_to_part(
    source: Path, span: Span, part: Path, *, max_bytes: int, keep_free_bytes: int = KEEP_FREE_BYTES
) -> Downloaded:
    """Writes the media that lies at `span` of `source` into `part`, synced; the caller renames it.

    Raises BrokenResultError, ResultTooLargeError, DiskFullError and LibraryMissingError; nothing is kept then.
    """
    file = PartFile(part, keep_free_bytes=keep_free_bytes)
    try:
        await in_thread(_decode, source, span, file, max_bytes)
    except BaseException:
        await in_thread(file.discard)
        raise
    return Downloaded(file.size_bytes, file.sha256, file.head)


def _decode(source: Path, span: Span, file: PartFile, max_bytes: int) -> None:
    expected = (span.end - span.start) * 3 // 4
    file.check_space(min(expected, max_bytes))
    file.open(0)
    for data in _decoded(_letters(_blocks(source, span))):
        if not file.size_bytes and sniff(data[:SNIFF_BYTES]) is None:
            raise BrokenResultError("The result inside the answer is no picture, film or sound.")
        file.write(data)
        if file.size_bytes > max_bytes:
            raise ResultTooLargeError(limit=size_in_words(max_bytes))
    if not file.size_bytes:
        raise BrokenResultError("The result inside the answer is empty.")
    file.finish()


def _blocks(source: Path, span: Span) -> Iterator[bytes]:
    try:
        with source.open("rb") as file:
            file.seek(span.start)
            left = span.end - span.start
            while left > 0:
                block = file.read(min(_BLOCK_BYTES, left))
                if not block:
                    raise BrokenResultError("The kept answer became shorter.")
                left -= len(block)
                yield block
    except OSError as error:
        raise BrokenResultError(f"The kept answer cannot be read: {error.strerror}") from error


def _letters(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Without escapes, blanks and prefix, in the plain alphabet."""
    half = b""
    is_first = True
    for raw in blocks:
        block = half + raw
        cut = _half_escape(block)
        block, half = block[:cut], block[cut:]
        if b"\\" in block:
            block = _ESCAPE.sub(_meant, block)
        block = block.translate(_URL_SAFE, _BLANKS) if not is_first else _without_prefix(block.lstrip())
        is_first = False
        yield block
    if half:
        raise BrokenResultError("The result inside the answer ends in the middle.")


def _half_escape(block: bytes) -> int:
    """Where an escape begins that goes on in the next block; the length of the block where there is none."""
    last = block.rfind(b"\\", max(0, len(block) - 5))
    if last < 0:
        return len(block)
    before = len(block[:last]) - len(block[:last].rstrip(b"\\"))
    follows = block[last + 1 :]
    is_whole = bool(follows) and (follows[:1] != b"u" or len(follows) > 4)
    return len(block) if before % 2 or is_whole else last


def _without_prefix(block: bytes) -> bytes:
    if block[:5].lower() == b"data:":
        _, comma, rest = block[:_PREFIX_BYTES].partition(b",")
        if not comma:
            raise BrokenResultError("The result inside the answer begins like a link and is none.")
        block = rest + block[_PREFIX_BYTES:]
    return block.translate(_URL_SAFE, _BLANKS)


def _meant(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    if code[:1] == b"u" and len(code) == 5:
        number = int(code[1:], 16)
        return bytes([number]) if number < 128 else b"?"  # no letter of base64
    return _SHORT_ESCAPES.get(code, code)


def _decoded(letters: Iterator[bytes]) -> Iterator[bytes]:
    """Whole groups of four; what is left waits for the next block, padding belongs to the end alone."""
    left = b""
    is_padded = False
    for block in letters:
        if is_padded and block.strip(b"="):
            raise BrokenResultError("The result inside the answer goes on after its end.")
        body = block.rstrip(b"=")
        is_padded = is_padded or len(body) < len(block)
        left += body
        whole = len(left) - len(left) % 4
        if whole:
            yield _plain(left[:whole])
            left = left[whole:]
    if len(left) == 1:
        raise BrokenResultError("The result inside the answer ends in the middle.")
    if left:
        yield _plain(left + b"=" * (4 - len(left)))


def _plain(letters: bytes) -> bytes:
    try:
        return binascii.a2b_base64(letters, strict_mode=True)
    except binascii.Error:
        raise BrokenResultError("The result inside the answer is not base64.") from None
