"""Which art makes which order, and how it is saved."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QImageWriter

from app.sandbox.media.plain import plain_frames, plain_picture, plain_sound
from app.sandbox.media.recorder import record_film, record_sound
from app.sandbox.order import FRAMES_PER_SECOND, Medium, RenderOrder

PLAIN_FRAMES = 12  # half a second
SOFTWARE = "Slowlight demo, drawn by a formula"


def make(order: RenderOrder, seed: int, path: Path) -> None:
    """Make one result and save it.

    Raises:
        OSError: the file cannot be written.
        RecordingFailedError: the encoder refused.
    """
    if order.medium is Medium.IMAGE:
        _save(plain_picture(order.prompt, seed, order.width, order.height), path, order.image_format)
    elif order.medium is Medium.AUDIO:
        record_sound(path, plain_sound(seed, order.duration_s))
    else:
        _film(order, seed, path)


def _film(order: RenderOrder, seed: int, path: Path) -> None:
    picture = plain_picture(order.prompt, seed, order.width, order.height)
    frames = plain_frames(picture, min(order.frames, PLAIN_FRAMES))
    sound = plain_sound(seed, PLAIN_FRAMES / FRAMES_PER_SECOND)
    record_film(path, frames, QSize(order.width, order.height), FRAMES_PER_SECOND, sound)


def _save(picture: QImage, path: Path, image_format: str) -> None:
    picture.setText("Software", SOFTWARE)
    writer = QImageWriter(str(path), image_format.encode())
    writer.setText("Software", SOFTWARE)
    writer.setQuality(92 if image_format == "jpeg" else 60)
    if not writer.write(picture):
        raise OSError(f"cannot save the picture: {writer.errorString()}")
