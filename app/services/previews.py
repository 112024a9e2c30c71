"""Asks processes of their own what files hold: the window never decodes a file that a server sent.

Replies come on Qt's thread, whether a coroutine waits for them or a widget.
"""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, QSize, Qt, Signal, Slot

from app.domain.media import FileType, Medium
from app.domain.values import JsonObject
from app.services.preview_answers import film_of, picture_of, sound_of
from app.services.preview_crew import LATER, SOON, URGENT, Answer, PreviewCrew, Seen, seen
from app.system.previews import CLOSED, FilmFinding, PictureFinding, SoundFinding

PROCESSES = 2
IDLE_S = 30.0
TRIES = 2
"""A result that is about to be saved gets a second process when the first one ends over it."""
ENOUGH_OF_A_SOUND_S = 20.0
"""A sound that decodes so far may be played."""

_T = TypeVar("_T")
_Finding = TypeVar("_Finding", PictureFinding, FilmFinding, SoundFinding)


class Previews(QObject):
    """A `Looker`, made on Qt's thread. After `close` every reply is a finding with the error CLOSED."""

    _answered = Signal(object)  # a call to make on Qt's thread

    def __init__(self, parent: QObject | None = None, *, processes: int = PROCESSES, idle_s: float = IDLE_S) -> None:
        super().__init__(parent)
        self._crew = PreviewCrew(processes, idle_s)
        self._playable: set[Seen] = set()
        self._answered.connect(self._call, Qt.ConnectionType.QueuedConnection)

    @property
    def crew(self) -> PreviewCrew:
        """Those who do it."""
        return self._crew

    # --- for coroutines: what a download waits for. Raise CancelledError when the program closes

    async def prove_picture(self, path: Path, kind: FileType) -> PictureFinding:
        """Does every image of it decode?"""
        return await self._wait(picture_of, {"what": "prove", "path": str(path), "kind": kind.extension})

    async def prove_film(self, path: Path) -> FilmFinding:
        """Does it play?"""
        return await self._wait(film_of, {"what": "film", "path": str(path), "at_ms": None})

    async def prove_sound(self, path: Path) -> SoundFinding:
        """Does it decode to its end?"""
        return await self._wait(sound_of, {"what": "sound", "path": str(path), "enough_s": None})

    # --- for worker threads that wait

    def look(self, path: Path) -> PictureFinding:
        """What a picture's header tells. Blocks; never from Qt's thread."""
        return picture_of(self._block({"what": "look", "path": str(path)}))

    def pixels(self, path: Path) -> PictureFinding:
        """The whole picture with exact colours, to be written into a new file. Blocks; never from Qt's thread."""
        return picture_of(self._block({"what": "keep", "path": str(path)}))

    # --- for the screen

    def ask_picture(
        self,
        path: Path,
        reply: Callable[[PictureFinding], None],
        *,
        box: QSize | None = None,
        most_pixels: int | None = None,
        part: QRect | None = None,
        wanted: Callable[[], bool] = lambda: True,
        is_urgent: bool = True,
    ) -> None:
        facts: JsonObject = {"what": "show", "path": str(path)}
        if box is not None:
            facts["box"] = [box.width(), box.height()]
        if most_pixels is not None:
            facts["most_pixels"] = most_pixels
        if part is not None:
            facts["part"] = [part.x(), part.y(), part.width(), part.height()]
        self._put(facts, lambda answer: reply(picture_of(answer)), URGENT if is_urgent else SOON, wanted)

    def ask_frame(self, path: Path, number: int, reply: Callable[[PictureFinding], None]) -> None:
        facts: JsonObject = {"what": "frame", "path": str(path), "number": number}
        self._put(facts, lambda answer: reply(picture_of(answer)), URGENT)

    def ask_still(
        self,
        path: Path,
        at_ms: int,
        reply: Callable[[FilmFinding], None],
        *,
        wanted: Callable[[], bool] = lambda: True,
        is_urgent: bool = True,
    ) -> None:
        facts: JsonObject = {"what": "film", "path": str(path), "at_ms": at_ms}
        self._put(facts, lambda answer: reply(film_of(answer)), URGENT if is_urgent else SOON, wanted)

    def ask_peaks(self, path: Path, reply: Callable[[SoundFinding], None]) -> None:
        """The waveform, when its turn comes."""
        facts: JsonObject = {"what": "sound", "path": str(path)}
        self._put(facts, lambda answer: reply(sound_of(answer)), LATER)

    def ask_playable(
        self, path: Path, medium: Medium, reply: Callable[[str], None], *, wanted: Callable[[], bool] = lambda: True
    ) -> None:
        file = seen(path)
        if file is not None and file in self._playable:
            self._answered.emit(lambda: reply(""))
            return

        def judge(answer: Answer) -> None:
            error = film_of(answer).error if medium is Medium.VIDEO else sound_of(answer).error
            if not error and file is not None:
                self._playable.add(file)
            reply(error)

        facts: JsonObject = {"what": "film", "path": str(path)}
        if medium is not Medium.VIDEO:
            facts = {"what": "sound", "path": str(path), "enough_s": ENOUGH_OF_A_SOUND_S}
        self._put(facts, judge, URGENT, wanted)

    # --- inside

    async def close(self) -> None:
        """Gives up what runs. Returns when every file is closed and every question was replied to."""
        await asyncio.to_thread(self._crew.close)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    def _put(
        self,
        facts: JsonObject,
        reply: Callable[[Answer], None],
        urgency: int,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._crew.put(facts, lambda answer: self._answered.emit(lambda: reply(answer)), urgency=urgency, wanted=wanted)

    @Slot(object)
    def _call(self, call: Callable[[], None]) -> None:
        call()

    async def _wait(self, read: Callable[[Answer], _Finding], facts: JsonObject) -> _Finding:
        future: asyncio.Future[_Finding] = asyncio.get_running_loop().create_future()
        self._crew.put(
            facts,
            lambda answer: self._answered.emit(lambda: _resolve(future, read(answer))),
            urgency=URGENT,
            tries=TRIES,
        )
        found = await future
        if found.error == CLOSED:
            # a file that was not looked at to the end must not be taken for a broken one
            raise asyncio.CancelledError
        return found

    def _block(self, facts: JsonObject) -> Answer:
        there = threading.Event()
        answers: list[Answer] = []

        def take(answer: Answer) -> None:
            answers.append(answer)
            there.set()

        self._crew.put(facts, take, urgency=URGENT)
        there.wait()
        return answers[0]


def _resolve(future: "asyncio.Future[_T]", found: _T) -> None:
    """The one who asked may have been cancelled meanwhile."""
    if not future.done():
        future.set_result(found)
