"""How this program and the process that looks into files talk: a line of facts as JSON, and pixels behind it.

A message is eight bytes that tell the length of the facts, the facts, and then as many bytes of pixels as the facts
announce in `image`. The answering side is not trusted: lengths and sizes are checked before anything is kept.
"""

import json
from typing import BinaryIO

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from app.domain.values import Json, JsonObject
from app.system.pictures import MAX_PIXELS

MAX_FACTS_BYTES = 256 * 1024
_LENGTH_BYTES = 8
_PIXEL_BYTES = 4


class WireError(Exception):
    """The other side ended in the middle of a message, or said what cannot be."""


def form_of(*, has_alpha: bool, straight: bool = False) -> QImage.Format:
    """Formats that paint fast; `straight` keeps the colours below half-transparent pixels exact."""
    if not has_alpha:
        return QImage.Format.Format_RGB32
    return QImage.Format.Format_ARGB32 if straight else QImage.Format.Format_ARGB32_Premultiplied


def send(stream: BinaryIO, facts: JsonObject, image: QImage | None = None) -> None:
    """Writes one message. `image` must be in one of the formats of `form_of`. Raises OSError."""
    if image is not None:
        kind = {
            QImage.Format.Format_RGB32: "rgb",
            QImage.Format.Format_ARGB32: "argb",
            QImage.Format.Format_ARGB32_Premultiplied: "argb_premultiplied",
        }[image.format()]
        facts = {**facts, "image": [image.width(), image.height(), kind]}
    words = json.dumps(facts).encode()
    stream.write(len(words).to_bytes(_LENGTH_BYTES, "big") + words)
    if image is not None:
        stream.write(image.constBits())
    stream.flush()


def receive(stream: BinaryIO) -> tuple[JsonObject, QImage | None] | None:
    """Reads one message; None when the other side has ended. Raises WireError, and OSError."""
    head = bytearray(_LENGTH_BYTES)
    if not _fill(stream, memoryview(head), may_end=True):
        return None
    length = int.from_bytes(head, "big")
    if length > MAX_FACTS_BYTES:
        raise WireError("too many facts")
    words = bytearray(length)
    _fill(stream, memoryview(words))
    try:
        facts = json.loads(words)
    except (ValueError, RecursionError) as error:
        raise WireError("no facts") from error
    if not isinstance(facts, dict):
        raise WireError("no facts")
    announced = facts.pop("image", None)
    return facts, (None if announced is None else _receive_image(stream, announced))


def _receive_image(stream: BinaryIO, announced: Json) -> QImage:
    match announced:
        case [int(width), int(height), str(kind)] if width > 0 and height > 0 and width * height <= MAX_PIXELS:
            form = {
                "rgb": QImage.Format.Format_RGB32,
                "argb": QImage.Format.Format_ARGB32,
                "argb_premultiplied": QImage.Format.Format_ARGB32_Premultiplied,
            }.get(kind)
        case _:
            form = None
    if form is None:
        raise WireError("no picture")
    image = QImage(QSize(width, height), form)
    if image.isNull() or image.sizeInBytes() != width * height * _PIXEL_BYTES:
        raise WireError("no room for the picture")
    _fill(stream, memoryview(image.bits()))
    return image


def _fill(stream: BinaryIO, room: memoryview, *, may_end: bool = False) -> bool:
    """Reads until `room` is full. False when nothing came at all and the other side `may_end` here."""
    have = 0
    while have < len(room):
        got = stream.readinto(room[have:])  # type: ignore[attr-defined]  # raw and buffered binary streams have it
        if not got:
            if may_end and have == 0:
                return False
            raise WireError("it ended in the middle of a message")
        have += got
    return True
