"""Is the whole file there? Decoders forgive a missing tail, so the containers' own lengths and end marks are checked.

A body that ends by close without a length is a silent short 200 (reliability.md fact 9); a picture would be grey at the
bottom, a film would stop half way, and both would "decode". Standard library only; reads little, may run in a thread.
"""

import os
from pathlib import Path
from typing import BinaryIO

from app.domain.media import GIF, JPEG, M4A, MOV, MP4, PNG, WAV, WEBP, FileType

_TAIL = 1 << 20  # some cameras and services append their own notes behind the end mark
_UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)  # what a program writes that streams a WAV and cannot go back


def is_complete(path: Path, file_type: FileType) -> bool:
    """False when the file is empty or provably misses its end. Formats without such a mark count as complete.

    Raises OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            return False
        if file_type in (MP4, MOV, M4A):
            return _boxes_fit(file, size)
        if file_type in (WAV, WEBP):
            return _riff_fits(file, size)
        tail_check = {JPEG: _jpeg_ends, GIF: _gif_ends, PNG: _png_ends}.get(file_type)
        if tail_check is None:
            return True
        file.seek(max(0, size - _TAIL))
        return tail_check(file.read(_TAIL))


def _boxes_fit(file: BinaryIO, size: int) -> bool:
    """ISO media: top-level boxes follow one another to the very end; a `moov` box must be among them."""
    at, has_index = 0, False
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        has_index |= kind == b"moov"
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:  # "to the end of the file"
            return has_index
        if not kind.isascii() or length < 8:
            return has_index  # rubbish behind the last box does not make the film shorter
        at += length
    return has_index and at <= size


def _riff_fits(file: BinaryIO, size: int) -> bool:
    length = int.from_bytes(file.read(8)[4:8], "little")
    return length in _UNKNOWN_LENGTHS or length + 8 <= size + 1  # the last pad byte is often left out


def _jpeg_ends(tail: bytes) -> bool:
    """The end mark cannot occur in picture data; in front of the last scan it may be that of a built-in preview."""
    return tail.rfind(b"\xff\xd9") > tail.rfind(b"\xff\xda")


def _gif_ends(tail: bytes) -> bool:
    return tail.rstrip(b"\0").endswith(b"\x3b")


def _png_ends(tail: bytes) -> bool:
    return b"IEND\xaeB`\x82" in tail  # with its checksum, which is always the same
