"""Takes the notes out of a picture file without touching its pixels: place and time, device, names, comments, previews.

A photo that is given to a service should not tell where its maker lives. Colour profiles stay. A file whose parts are not
as its format says is given back as it came; whether it can be used is decided by decoding it.
"""

import struct
from collections.abc import Iterator

from app.domain.media import JPEG, PNG, WEBP, FileType

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_RESTARTS = range(0xD0, 0xD8)
_KEPT_APPS = frozenset({0xE0, 0xEE})  # JFIF, and Adobe's which tells how colours are coded
_PROFILE = b"ICC_PROFILE\0"
_PNG_NOTES = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_PNG_HEAD = 8
_WEBP_NOTES = frozenset({b"EXIF", b"XMP "})
_WEBP_HEAD = 12
_WEBP_NOTE_FLAGS = 0x08 | 0x04  # of the chunk VP8X: "there is EXIF", "there is XMP"


class _OddError(ValueError):
    """The file is not built as its format says."""


def without_notes(data: bytes, kind: FileType) -> bytes:
    """The same picture without notes. The pixels' own bytes are the same, and so is all of it where there were none."""
    try:
        if kind is JPEG:
            return b"".join(_jpeg_parts(data))
        if kind is PNG:
            return b"".join(_png_parts(data))
        if kind is WEBP:
            return _webp(data)
    except (_OddError, struct.error, IndexError):
        return data
    return data


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    """Segment by segment to the first end: what lies behind it are previews and clips with notes of their own."""
    if data[:2] != bytes((0xFF, _SOI)):
        raise _OddError
    yield data[:2]
    at = 2
    while True:
        if data[at] != 0xFF:
            raise _OddError
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == _EOI:
            yield data[at : at + 2]
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise _OddError
        if marker == _SOS:
            end = _after_scan(data, end)
        if not _is_jpeg_note(marker, data[at + 4 : at + 4 + len(_PROFILE)]):
            yield data[at:end]
        at = end


def _is_jpeg_note(marker: int, head: bytes) -> bool:
    is_app = 0xE0 <= marker <= 0xEF and marker not in _KEPT_APPS
    return marker == 0xFE or (is_app and head != _PROFILE)


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands: in the coded pixels an FF is followed by 00 or a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _OddError
        if data[at + 1] != 0 and data[at + 1] not in _RESTARTS:
            return at
        at += 2


def _png_parts(data: bytes) -> Iterator[bytes]:
    yield data[:_PNG_HEAD]
    at = _PNG_HEAD
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise _OddError
        if name not in _PNG_NOTES:
            yield data[at:end]
        if name == b"IEND":
            return
        at = end


def _webp(data: bytes) -> bytes:
    parts, at = [], _WEBP_HEAD
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        name, end = data[at : at + 4], at + 8 + length + length % 2
        if end > len(data):
            raise _OddError
        part = bytearray(data[at:end])
        if name == b"VP8X":
            part[8] &= ~_WEBP_NOTE_FLAGS & 0xFF
        if name not in _WEBP_NOTES:
            parts.append(bytes(part))
        at = end
    body = b"".join(parts)
    return data[:4] + struct.pack("<I", len(body) + 4) + data[8:_WEBP_HEAD] + body
