"""Is this file what it claims to be, and can it be shown? Asked before a result is called saved."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import BrokenResultError
from app.domain.media import FileType, Medium
from app.services.media_completeness import is_complete
from app.services.probe_queue import ProbeQueue
from app.system import pictures

_log = logging.getLogger(__name__)

LARGEST_MOVING_PICTURE = 500_000_000  # pixels over all images; the rest of a longer one is not looked at


@dataclass(frozen=True)
class MediaFacts:
    """What was seen. Pixels and seconds; None where the medium has none or it could not be seen.

    `decodable` is False for a good file that this program cannot show: AV1 (ecosystem.md 2), pictures beyond
    `pictures.MAX_PIXELS`.
    """

    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    has_audio: bool = False
    decodable: bool = True


async def inspect(path: Path, file_type: FileType, probes: ProbeQueue) -> MediaFacts:
    """Decodes a picture whole, a film to its first frame, a sound to its end. Needs the loop that runs Qt.

    Raises BrokenResultError for what does not decode; a missing file is a broken one here.
    """
    if file_type.medium is Medium.OTHER:
        return MediaFacts(decodable=False)
    try:
        complete = await asyncio.to_thread(is_complete, path, file_type)
    except OSError as error:
        raise BrokenResultError from error
    if not complete:
        _log.info("A result of type %s ends before its end", file_type.mime)
        raise BrokenResultError
    if file_type.medium is Medium.IMAGE:
        return await asyncio.to_thread(_inspect_picture, path, file_type)
    if file_type.medium is Medium.VIDEO:
        return await _inspect_film(path, probes)
    return await _inspect_sound(path, probes)


def _inspect_picture(path: Path, file_type: FileType) -> MediaFacts:
    """Every image of it. Runs in a worker thread."""
    source = pictures.reader(path, file_type)
    size = pictures.size_of(source)
    if not size.isValid() or size.isEmpty():
        raise BrokenResultError
    one = size.width() * size.height()
    facts = MediaFacts(size.width(), size.height())
    if one > pictures.MAX_PIXELS:
        return MediaFacts(size.width(), size.height(), decodable=False)
    if source.read().isNull():
        raise BrokenResultError
    count = source.imageCount() if source.supportsAnimation() else 1
    for _ in range(1, min(count, LARGEST_MOVING_PICTURE // one)):
        if source.read().isNull():
            raise BrokenResultError
    return facts


async def _inspect_film(path: Path, probes: ProbeQueue) -> MediaFacts:
    found = await probes.film(path)
    if found.error:
        _log.info("A film does not play: %s", found.error)
        raise BrokenResultError
    return MediaFacts(found.width, found.height, found.duration_s, found.has_audio, found.decodable)


async def _inspect_sound(path: Path, probes: ProbeQueue) -> MediaFacts:
    found = await probes.sound(path)
    if found.error:
        _log.info("A sound does not play: %s", found.error)
        raise BrokenResultError
    return MediaFacts(duration_s=found.duration_s, has_audio=True)
