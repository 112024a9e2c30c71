"""From what a preview process sends to findings. A file may have taken it over: nothing is believed unseen."""

from math import isfinite

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from app.domain.values import Json, JsonObject
from app.services.preview_crew import Answer
from app.system.previews import PEAKS, FilmFinding, PictureFinding, SoundFinding

LARGEST_SIDE = 1 << 20
LONGEST_S = 1e7
_LONGEST_ERROR = 300


def picture_of(answer: Answer) -> PictureFinding:
    """What is not as agreed is left out."""
    if isinstance(answer, str):
        return PictureFinding(error=answer)
    facts, image = answer
    return PictureFinding(
        error=_error(facts),
        size=_size(facts.get("size")),
        image=image,
        moves=facts.get("moves") is True,
        delay_ms=_whole(facts.get("delay_ms"), 0, 60_000) or 0,
        as_is=facts.get("as_is") is not False,
    )


def film_of(answer: Answer) -> FilmFinding:
    """What is not as agreed is left out."""
    if isinstance(answer, str):
        return FilmFinding(error=answer)
    facts, image = answer
    return FilmFinding(
        error=_error(facts),
        width=_whole(facts.get("width"), 1, LARGEST_SIDE),
        height=_whole(facts.get("height"), 1, LARGEST_SIDE),
        duration_s=_seconds(facts.get("duration_s")),
        has_audio=facts.get("has_audio") is True,
        decodable=facts.get("decodable") is not False,
        picture=_shown(image),
    )


def sound_of(answer: Answer) -> SoundFinding:
    """What is not as agreed is left out."""
    if isinstance(answer, str):
        return SoundFinding(error=answer)
    facts, _ = answer
    peaks = facts.get("peaks")
    told = peaks[:PEAKS] if isinstance(peaks, list) else []
    return SoundFinding(_error(facts), _seconds(facts.get("duration_s")), tuple(_share(peak) for peak in told))


def _error(facts: JsonObject) -> str:
    error = facts.get("error", "")
    return error[:_LONGEST_ERROR] if isinstance(error, str) else "not understood"


def _size(given: Json) -> QSize | None:
    match given:
        case [int(width), int(height)] if 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE:
            return QSize(width, height)
    return None


def _whole(given: Json, least: int, most: int) -> int | None:
    return given if isinstance(given, int) and least <= given <= most else None


def _seconds(given: Json) -> float | None:
    return float(given) if isinstance(given, int | float) and 0 < given <= LONGEST_S else None


def _share(given: Json) -> float:
    return min(1.0, max(0.0, float(given))) if isinstance(given, int | float) and isfinite(given) else 0.0


def _shown(image: QImage | None) -> QImage | None:
    return image if image is not None and not image.isNull() else None
