"""Which art makes which order, and how it is saved."""

import random
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageWriter

from app.sandbox.media.film import frames
from app.sandbox.media.given import given_picture, laid_over, shape_like, travel
from app.sandbox.media.picture import still
from app.sandbox.media.plain import plain_frames, plain_picture, plain_sound
from app.sandbox.media.recorder import record_film, record_sound
from app.sandbox.media.scene import Stage
from app.sandbox.media.scoring import score_film
from app.sandbox.media.sound import sound_of
from app.sandbox.media.subject import subject_of
from app.sandbox.media.voice import spoken
from app.sandbox.order import THUMBNAIL, Medium, RenderOrder

PLAIN_FRAMES = 12  # half a second
THUMBNAIL_SIDE = 640  # pixels of the longer side
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
        UnreadablePictureError: the order came with a picture that is none.
    """
    if order.words:
        path.write_text(order.words, encoding="utf-8")
    elif order.medium is Medium.IMAGE:
        picture = _picture(order, seed)
        if order.source is not None:
            picture = laid_over(picture, given_picture(order.source), order.strength)
        _save(picture, path, order.image_format)
    elif order.medium is Medium.AUDIO:
        record_sound(path, _sound(order, seed, order.duration_s))
    elif order.scored and order.source is not None:
        score_film(path, order.source, lambda seconds: _sound(order, seed, seconds))
    else:
        _film(order, seed, path)


def _sound(order: RenderOrder, seed: int, seconds: float) -> bytes:
    if order.plain:
        return plain_sound(order.prompt, seed, min(seconds, 1.0) if order.spoken else seconds)
    return spoken(order.prompt, seed) if order.spoken else sound_of(order.prompt, seed, seconds)


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
    pictures, size, sound = _shot(order, seed)
    if order.thumbnail:
        pictures = _with_thumbnail(pictures, path.with_name(path.name + THUMBNAIL))
    record_film(path, pictures, size, order.frames_per_second, None if order.silent else sound)


def _shot(order: RenderOrder, seed: int) -> tuple[Iterator[QImage], QSize, bytes]:
    """A film's pictures, their size, and its sound."""
    rate, count = order.frames_per_second, order.frames
    if order.plain:
        count = min(count, PLAIN_FRAMES)
    if order.source is not None:
        given = given_picture(order.source)
        size = (order.width, order.height) if order.width else shape_like(given)
        pictures = travel(given, size, count, order.strength, random.Random(seed))
        return pictures, QSize(*size), plain_sound(order.prompt, seed, count / rate)
    frame = QSize(order.width, order.height)
    if order.plain:
        picture = plain_picture(order.prompt, seed, order.width, order.height)
        return plain_frames(picture, count), frame, plain_sound(order.prompt, seed, count / rate)
    subject = subject_of(order.prompt, seed)
    scene = subject.scene(Stage(order.width, order.height, count / rate))
    sound = sound_of(order.prompt, seed, count / rate, _FILM_SOUND[subject.family])
    return frames(scene, random.Random(seed), count, rate), frame, sound


def _with_thumbnail(pictures: Iterator[QImage], path: Path) -> Iterator[QImage]:
    """The same pictures; the first is saved on its way."""
    first = next(pictures)
    aspect, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    _save(first.scaled(THUMBNAIL_SIDE, THUMBNAIL_SIDE, aspect, smooth), path, "jpeg")
    yield first
    yield from pictures


def _save(picture: QImage, path: Path, image_format: str) -> None:
    picture.setText("Software", SOFTWARE)
    writer = QImageWriter(str(path), image_format.encode())
    writer.setQuality(92 if image_format == "jpeg" else 60)
    if not writer.write(picture):
        raise OSError(f"cannot save the picture: {writer.errorString()}")
