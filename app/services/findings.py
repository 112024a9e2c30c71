"""What a look into a film or a sound brought to light."""

from dataclasses import dataclass

from PySide6.QtGui import QImage

CLOSED = "the program is closing"
"""The `error` of a question that was given up because the program ends. It says nothing about the file."""


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
    """`error` is empty for a sound that plays. `peaks` are at most 600 numbers from 0 to 1 over the whole length."""

    error: str = ""
    duration_s: float | None = None
    peaks: tuple[float, ...] = ()
