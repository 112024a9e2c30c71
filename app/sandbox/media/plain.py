"""Results with the right size and format and nothing to look at, for tests in a hurry."""

import hashlib
from array import array
from collections.abc import Iterator
from math import sin, tau

from PySide6.QtGui import QColor, QImage

from app.sandbox.media.recorder import SAMPLE_RATE


def plain_picture(prompt: str, seed: int, width: int, height: int) -> QImage:
    """A field of one colour with a square in another; the pair tells prompt and seed apart."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    digest = hashlib.sha256(f"{seed} {prompt}".encode("utf-8", "surrogatepass")).digest()
    image.fill(QColor(*digest[:3]))
    for x in range(min(8, width)):
        for y in range(min(8, height)):
            image.setPixelColor(x, y, QColor(*digest[3:6]))
    return image


def plain_frames(picture: QImage, frames: int) -> Iterator[QImage]:
    """A still film."""
    for _ in range(frames):
        yield picture


def plain_sound(_prompt: str, seed: int, duration_s: float) -> bytes:
    """One soft tone, stereo, 16 bit."""
    period = [int(6000 * sin(tau * n / 100)) for n in range(100 + seed % 7)]
    count = int(duration_s * SAMPLE_RATE)
    mono = (period * (count // len(period) + 1))[:count]
    stereo = array("h", bytes(4 * count))
    stereo[0::2] = stereo[1::2] = array("h", mono)
    return stereo.tobytes()
