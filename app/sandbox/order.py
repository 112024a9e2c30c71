"""What the server asks a painter for: a picture, a film or a sound, fully described by plain values."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FRAMES_PER_SECOND = 24  # upstream's HunyuanVideo (apis.md 2.3)
SOURCE = "given-picture"  # the file, in a job's folder, that was sent along with it; whatever it is
THUMBNAIL = ".thumbnail"  # what a film's picture is called after the film's own name (apis.md 1.2)


class Medium(StrEnum):
    """The three things that can be made."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """One job's work. The same prompt, seed and size give the same result, on every run.

    `count` results are made with the seeds seed, seed + 1, ... (or the ones of `seeds`) and saved into `folder`.
    """

    medium: Medium
    prompt: str
    seed: int
    folder: Path
    count: int = 1
    width: int = 1024  # pixels
    height: int = 1024
    image_format: str = "png"  # png | jpeg
    frames: int = 121  # film
    frames_per_second: int = FRAMES_PER_SECOND
    duration_s: float = 8.0  # sound
    plain: bool = False  # right size and format, no art
    seeds: tuple[int, ...] = ()  # one for each result
    source: Path | None = None  # a picture to begin with: a film moves over it, a picture is painted over it
    strength: float = 1.0  # how much of the result is new: 0 shows the source, 1 hides it; for a film, its movement
    silent: bool = False  # a film without a sound track
    scored: bool = False  # the source is a film, and gets another sound track
    spoken: bool = False  # the sound is a voice of tones that says the prompt
    words: str = ""  # a text instead of media
    thumbnail: bool = False  # a film's first picture lies beside it, as name.mp4.thumbnail (JPEG)

    def seed_of(self, number: int) -> int:
        """The seed of one result, counted from 0."""
        return self.seeds[number] if number < len(self.seeds) else self.seed + number


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One finished file on the server's disk."""

    file_id: str  # "file-" and 24 letters, as upstream
    name: str  # such as output_image.png; no folder
    medium: Medium
    mime: str  # sent with the download
    path: Path
