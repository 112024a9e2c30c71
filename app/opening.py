"""A studio with its window, from the first look at its profile to the last thing closed."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from app.application import Options, ProfileInUseError, Studio
from app.domain.errors import StudioError
from app.domain.problem import Problem
from app.studio_window import StudioWindow
from app.system.language import say
from app.system.logs import start_logging

LEAVING_S = 20.0
"""A studio that is closing has its profile a little longer: a paid request may still wait for its answer."""
LOOK_AGAIN_S = 0.2


async def open_studio(qt: QApplication, options: Options) -> int:
    """The window first, then what takes a moment; returns when the person has closed it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    try:
        studio = await _as_the_only_one(options)
    except StudioError as error:
        await _say_why_not(error.problem(), stop)
        return 1
    if studio is None:
        return 0
    start_logging(studio.paths.logs)
    desk = StudioWindow(qt, studio, stop)
    desk.support.watch_for_crashes(studio.paths.crash)
    desk.open()
    # a task of its own: the window can be closed however long this takes
    studio.tasks.start("start", desk.start())
    studio.instance.knocked.connect(desk.come_forward)
    studio.instance.listen()
    try:
        await stop.wait()
        studio.instance.stop_listening()
        desk.end()
        await asyncio.sleep(0)  # the player closes in the loop's next turn, before anything it plays from goes
    finally:
        await studio.close()
    return 0


async def _as_the_only_one(options: Options) -> Studio | None:
    """The studio of a profile; None when the one that is open already has come forward. Raises StudioError."""
    note: Path | None = None
    for _ in range(int(LEAVING_S / LOOK_AGAIN_S)):
        try:
            return Studio(options)
        except ProfileInUseError as error:
            note = note or error.instance.knock()
            if not note.exists():
                return None
        await asyncio.sleep(LOOK_AGAIN_S)
    return Studio(options)


async def _say_why_not(problem: Problem, stop: asyncio.Event) -> None:
    """There is no studio to open: says so on the terminal, and in a window for those who have none."""
    happened, advice = say(problem.happened), say(problem.advice)
    print(happened, advice, file=sys.stderr)
    box = QMessageBox(QMessageBox.Icon.Critical, "Slowlight", happened, QMessageBox.StandardButton.Close)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(advice)
    box.finished.connect(lambda _result: stop.set())
    box.open()
    await stop.wait()
    box.close()
