"""What a look into a file that nobody vouches for brings to light. The looking is done by a process of its own.

Results come from servers and may be made to break decoders, so this program decodes none of them: it asks
(`app.services.previews`), and pixels and plain facts come back (reliability.md S8 to S10).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QImage

from app.domain.media import Medium

PEAKS = 600
"""A waveform has at most so many numbers."""

CLOSED = "the program is closing"
"""The `error` of a question that was given up because the program ends. It says nothing about the file."""
DIED = "the process that looks into files ended over it"
"""The `error` of a file that crashed a decoder, or took more memory or time than a file may take."""
ABSENT = "the process that looks into files does not start"
TOO_LARGE = "it has too many pixels"

UNSEEN = frozenset({CLOSED, DIED, ABSENT, TOO_LARGE})
"""Errors that do not say that a file is broken: it was not looked at to the end."""


@dataclass(frozen=True)
class PictureFinding:
    """`error` is empty for a picture that was decoded. `size` is that of the whole picture, upright, in pixels.

    `image` holds what was asked for: all of it, a part, or a smaller copy. `moves` is True for more than one image;
    then `delay_ms` is how long this one is shown. `as_is` is False where models would read the file otherwise than
    people see it (turned, CMYK).
    """

    error: str = ""
    size: QSize | None = None
    image: QImage | None = None
    moves: bool = False
    delay_ms: int = 0
    as_is: bool = True


@dataclass(frozen=True)
class FilmFinding:
    """`error` is empty for a film that plays. `decodable` is False when it is whole but its codec is not ours (AV1).

    Pixels and seconds, None where not known; `picture` only when a still was asked for.
    """

    error: str = ""
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    has_audio: bool = False
    decodable: bool = True
    picture: QImage | None = None


@dataclass(frozen=True)
class SoundFinding:
    """`error` is empty for a sound that plays. `peaks` are at most `PEAKS` numbers from 0 to 1 over the whole length.

    A sound that is too long to be decoded in a few seconds has its length and no peaks.
    """

    error: str = ""
    duration_s: float | None = None
    peaks: tuple[float, ...] = ()


class Looker(Protocol):
    """Who can be asked by a widget. Every question gets exactly one reply, later, on Qt's thread.

    `wanted` is asked when the question's turn comes: an answer that nobody waits for is not made.
    """

    def ask_picture(
        self,
        path: Path,
        reply: Callable[[PictureFinding], None],
        *,
        most_pixels: int | None = None,
        part: QRect | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """The picture: whole, made smaller to have at most `most_pixels`, or a `part` of it in its own pixels."""

    def ask_frame(self, path: Path, number: int, reply: Callable[[PictureFinding], None]) -> None:
        """One image of a moving picture; numbers go round."""

    def ask_still(
        self, path: Path, at_ms: int, reply: Callable[[FilmFinding], None], *, wanted: Callable[[], bool]
    ) -> None:
        """The frame of a film at about `at_ms`."""

    def ask_playable(
        self, path: Path, medium: Medium, reply: Callable[[str], None], *, wanted: Callable[[], bool]
    ) -> None:
        """Replies "" for a film or sound that was looked into and plays, else the reason why not."""
