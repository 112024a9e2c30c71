"""One file is looked into at a time: films and sounds stand in line, and what a download waits for goes first."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Slot

from app.services.findings import CLOSED, FilmFinding, SoundFinding

if TYPE_CHECKING:  # Qt's media library is loaded when the first film or sound is there
    from app.services.film_probe import FilmProbe
    from app.services.sound_probe import SoundProbe

_T = TypeVar("_T")
_Finding = TypeVar("_Finding", FilmFinding, SoundFinding)


@dataclass(frozen=True)
class _FilmQuestion:
    path: Path
    still_at_ms: int | None
    reply: Callable[[FilmFinding], None]

    def refuse(self) -> None:
        self.reply(FilmFinding(error=CLOSED))


@dataclass(frozen=True)
class _SoundQuestion:
    path: Path
    reply: Callable[[SoundFinding], None]

    def refuse(self) -> None:
        self.reply(SoundFinding(error=CLOSED))


class ProbeQueue(QObject):
    """Every question gets exactly one reply, on Qt's thread; after `close` it is a finding with the error CLOSED."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._films: FilmProbe | None = None
        self._sounds: SoundProbe | None = None
        self._waiting: deque[_FilmQuestion | _SoundQuestion] = deque()
        self._current: _FilmQuestion | _SoundQuestion | None = None
        self._begun = False
        self._closed = False
        self._emptied: asyncio.Future[None] | None = None

    async def film(self, path: Path) -> FilmFinding:
        """Does it play? Goes before everything that waits. Raises CancelledError when the program closes."""
        future: asyncio.Future[FilmFinding] = asyncio.get_running_loop().create_future()
        self._put(_FilmQuestion(path, None, lambda found: _resolve(future, found)), first=True)
        return _unless_closed(await future)

    async def sound(self, path: Path) -> SoundFinding:
        """Does it decode? Goes before everything that waits. Raises CancelledError when the program closes."""
        future: asyncio.Future[SoundFinding] = asyncio.get_running_loop().create_future()
        self._put(_SoundQuestion(path, lambda found: _resolve(future, found)), first=True)
        return _unless_closed(await future)

    def ask_still(self, path: Path, at_ms: int, reply: Callable[[FilmFinding], None]) -> None:
        """The frame at about `at_ms`, when its turn comes."""
        self._put(_FilmQuestion(path, at_ms, reply))

    def ask_peaks(self, path: Path, reply: Callable[[SoundFinding], None]) -> None:
        """The waveform, when its turn comes."""
        self._put(_SoundQuestion(path, reply))

    async def close(self) -> None:
        """Nothing new begins; what waits is refused, what runs is given up. Returns when all files are closed."""
        self._closed = True
        while self._waiting:
            self._waiting.popleft().refuse()
        if self._current is not None:
            self._emptied = asyncio.get_running_loop().create_future()
            if self._begun and isinstance(self._current, _FilmQuestion) and self._films is not None:
                self._films.give_up()
            elif self._begun and self._sounds is not None:
                self._sounds.give_up()
            await self._emptied

    def _put(self, question: _FilmQuestion | _SoundQuestion, *, first: bool = False) -> None:
        if self._closed:
            question.refuse()
            return
        if first:
            self._waiting.appendleft(question)
        else:
            self._waiting.append(question)
        self._next()

    def _next(self) -> None:
        if self._current is None and self._waiting:
            self._current, self._begun = self._waiting.popleft(), False
            QTimer.singleShot(0, self._begin)

    @Slot()
    def _begin(self) -> None:
        """A plain slot: a player that is made inside a coroutine crashes (qasync #85)."""
        self._begun = True
        question = self._current
        if self._closed:
            if question is not None:
                question.refuse()
            self._finish()
        elif isinstance(question, _FilmQuestion):
            self._film_probe().ask(question.path, question.still_at_ms)
        elif isinstance(question, _SoundQuestion):
            self._sound_probe().ask(question.path)

    def _film_probe(self) -> "FilmProbe":
        if self._films is None:
            from app.services.film_probe import FilmProbe

            self._films = FilmProbe(self)
            self._films.answered.connect(self._on_film)
        return self._films

    def _sound_probe(self) -> "SoundProbe":
        if self._sounds is None:
            from app.services.sound_probe import SoundProbe

            self._sounds = SoundProbe(self)
            self._sounds.answered.connect(self._on_sound)
        return self._sounds

    @Slot(object)
    def _on_film(self, finding: FilmFinding) -> None:
        question = self._current
        if isinstance(question, _FilmQuestion):
            self._finish()
            question.reply(finding)

    @Slot(object)
    def _on_sound(self, finding: SoundFinding) -> None:
        question = self._current
        if isinstance(question, _SoundQuestion):
            self._finish()
            question.reply(finding)

    def _finish(self) -> None:
        self._current = None
        if self._emptied is not None:
            _resolve(self._emptied, None)
        self._next()


def _resolve(future: "asyncio.Future[_T]", found: _T) -> None:
    """The one who asked may have been cancelled meanwhile."""
    if not future.done():
        future.set_result(found)


def _unless_closed(found: _Finding) -> _Finding:
    """A file that was not looked at to the end must not be taken for a broken one."""
    if found.error == CLOSED:
        raise asyncio.CancelledError
    return found
