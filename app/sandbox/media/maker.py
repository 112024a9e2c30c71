"""Which art makes which order, and how it is saved."""

import random
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageWriter

from app.sandbox.media.film import frames
from app.sandbox.media.picture import still
from app.sandbox.media.plain import plain_frames, plain_picture, plain_sound
from app.sandbox.media.recorder import record_film, record_sound
from app.sandbox.media.scene import Stage
from app.sandbox.media.sound import sound_of
from app.sandbox.media.subject import subject_of
from app.sandbox.order import FRAMES_PER_SECOND, Medium, RenderOrder

PLAIN_FRAMES = 12  # half a second
LARGEST_PAINTED = 3072  # pixels of the longer side; larger pictures are painted at this size and scaled up
SOFTWARE = "Slowlight demo, drawn by a formula"
_FILM_SOUND = {  # for prompts that name no sound themselves
    "ridges": "wind",
    "lake": "stream",
    "sea": "waves",
    "dunes": "wind",
    "forest": "birds",
    "aurora": "bells",
    "flow": "music",
    "city": "city",
    "botanical": "birds",
    "geometric": "beat",
}


def make(order: RenderOrder, seed: int, path: Path) -> None:
    """Make one result and save it.

    Raises:
        OSError: the file cannot be written.
        RecordingFailedError: the encoder refused.
    """
    if order.medium is Medium.IMAGE:
        _save(_picture(order, seed), path, order.image_format)
    elif order.medium is Medium.AUDIO:
        plain = order.plain
        record_sound(path, (plain_sound if plain else sound_of)(order.prompt, seed, order.duration_s))
    else:
        _film(order, seed, path)


def _picture(order: RenderOrder, seed: int) -> QImage:
    width, height = order.width, order.height
    if order.plain:
        return plain_picture(order.prompt, seed, width, height)
    scale = min(1.0, LARGEST_PAINTED / max(width, height))
    stage = Stage(max(round(width * scale), 1), max(round(height * scale), 1))
    subject = subject_of(order.prompt, seed)
    picture = still(subject.scene(stage), subject.rng)
    aspect, quality = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return picture if scale == 1.0 else picture.scaled(width, height, aspect, quality)


def _film(order: RenderOrder, seed: int, path: Path) -> None:
    size, rate = QSize(order.width, order.height), FRAMES_PER_SECOND
    if order.plain:
        picture = plain_picture(order.prompt, seed, order.width, order.height)
        sound = plain_sound(order.prompt, seed, PLAIN_FRAMES / rate)
        record_film(path, plain_frames(picture, min(order.frames, PLAIN_FRAMES)), size, rate, sound)
        return
    seconds = order.frames / rate
    subject = subject_of(order.prompt, seed)
    scene = subject.scene(Stage(order.width, order.height, seconds))
    sound = sound_of(order.prompt, seed, seconds, _FILM_SOUND[subject.family])
    rng = random.Random(seed)
    record_film(path, frames(scene, rng, order.frames, rate), size, rate, sound)


def _save(picture: QImage, path: Path, image_format: str) -> None:
    picture.setText("Software", SOFTWARE)
    writer = QImageWriter(str(path), image_format.encode())
    writer.setQuality(92 if image_format == "jpeg" else 60)
    if not writer.write(picture):
        raise OSError(f"cannot save the picture: {writer.errorString()}")
