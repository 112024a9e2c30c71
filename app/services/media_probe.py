"""Is this file what it claims to be, and can it be shown? Asked before a result is called saved."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import BrokenResultError
from app.domain.media import FileType, Medium
from app.services.media_completeness import is_complete
from app.services.previews import Previews
from app.system.previews import UNSEEN

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MediaFacts:
    """What was seen. Pixels and seconds; None where the medium has none or it could not be seen.

    `decodable` is False for a file that this program cannot show: AV1 (ecosystem.md 2), pictures beyond
    `pictures.MAX_PIXELS`, and files that ended the process that looked into them. Such a file is saved all the same:
    it was paid for, and another program may open it.
    """

    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    has_audio: bool = False
    decodable: bool = True


async def inspect(path: Path, file_type: FileType, previews: Previews) -> MediaFacts:
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
        return await _inspect_picture(path, file_type, previews)
    if file_type.medium is Medium.VIDEO:
        return await _inspect_film(path, previews)
    return await _inspect_sound(path, previews)


async def _inspect_picture(path: Path, file_type: FileType, previews: Previews) -> MediaFacts:
    """Every image of it."""
    found = await previews.prove_picture(path, file_type)
    size = found.size
    if found.error and found.error not in UNSEEN:
        raise BrokenResultError
    if size is None:
        return MediaFacts(decodable=False)
    return MediaFacts(size.width(), size.height(), decodable=not found.error)


async def _inspect_film(path: Path, previews: Previews) -> MediaFacts:
    found = await previews.prove_film(path)
    if found.error in UNSEEN:
        return MediaFacts(decodable=False)
    if found.error:
        _log.info("A film does not play: %s", found.error)
        raise BrokenResultError
    return MediaFacts(found.width, found.height, found.duration_s, found.has_audio, found.decodable)


async def _inspect_sound(path: Path, previews: Previews) -> MediaFacts:
    found = await previews.prove_sound(path)
    if found.error in UNSEEN:
        return MediaFacts(decodable=False)
    if found.error:
        _log.info("A sound does not play: %s", found.error)
        raise BrokenResultError
    return MediaFacts(duration_s=found.duration_s, has_audio=True)
