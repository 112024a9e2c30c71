"""Gives files to a preview process as the window does, starts a new one when it ends, and counts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.domain.values import JsonObject
from app.services.preview_answers import picture_of
from app.services.preview_process import ANSWER_WITHIN_S, PreviewProcess, ProcessGoneError
from app.system.previews import DIED, PictureFinding

MOST_MEMORY_BYTES = 1 << 30


@dataclass
class Tally:
    """Numbers of one run."""

    tried: int = 0
    decoded: int = 0
    refused: int = 0
    ended: int = 0
    slowest_s: float = 0.0
    most_bytes: int = 0

    def __str__(self) -> str:
        return (
            f"{self.tried:,} tried, {self.decoded:,} decoded, {self.refused:,} refused, {self.ended} ended a preview "
            f"process, 0 ended the window; slowest {self.slowest_s:.2f} s, at most {self.most_bytes / 1e6:.0f} MB"
        )


class Asker:
    """One process after the other."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._process: PreviewProcess | None = None

    def ask(self, facts: JsonObject) -> PictureFinding:
        """An answer that cannot be read counts as a process that ended."""
        begun = time.monotonic()
        try:
            if self._process is None:
                self._process = PreviewProcess()
            found = picture_of(self._process.ask(facts))
        except ProcessGoneError:
            self._process = None
            found = PictureFinding(error=DIED)
        self._count(found, time.monotonic() - begun)
        return found

    def _count(self, found: PictureFinding, seconds: float) -> None:
        tally = self.tally
        tally.tried += 1
        tally.decoded += not found.error
        tally.ended += found.error == DIED
        tally.refused += found.error not in ("", DIED)
        tally.slowest_s = max(tally.slowest_s, seconds)
        if self._process is not None and tally.tried % 50 == 0:
            self.measure()

    def measure(self) -> None:
        """The memory that the process holds."""
        if self._process is not None:
            held = psutil.Process(self._process.pid).memory_info().rss
            self.tally.most_bytes = max(self.tally.most_bytes, held)

    def close(self) -> None:
        if self._process is not None:
            self._process.end()


@contextmanager
def asker() -> Iterator[Asker]:
    """Within the limits, or the test fails."""
    made = Asker()
    try:
        yield made
        made.measure()
    finally:
        made.close()
    assert made.tally.most_bytes <= MOST_MEMORY_BYTES
    assert made.tally.slowest_s <= ANSWER_WITHIN_S + 5


def written(folder: Path, name: str, data: bytes) -> str:
    """The path of a file with these bytes."""
    path = folder / name
    path.write_bytes(data)
    return str(path)
