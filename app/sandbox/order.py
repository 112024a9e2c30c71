"""What the server asks a painter for: a picture, a film or a sound, fully described by plain values."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Medium(StrEnum):
    """The three things that can be made."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """One job's work. The same prompt, seed and size give the same result, on every run.

    `count` results are made with the seeds seed, seed + 1, ... and saved into `folder`.
    """

    medium: Medium
    prompt: str
    seed: int
    folder: Path
    count: int = 1
    width: int = 1024  # pixels
    height: int = 1024
    image_format: str = "png"  # png | jpeg
    frames: int = 121  # film, at FRAMES_PER_SECOND
    duration_s: float = 8.0  # sound
    plain: bool = False  # right size and format, no art


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One finished file on the server's disk."""

    file_id: str  # "file-" and 24 letters, as upstream
    name: str  # such as output_image.png; no folder
    medium: Medium
    mime: str  # sent with the download
    path: Path


FRAMES_PER_SECOND = 24  # upstream's HunyuanVideo (apis.md 2.3)
