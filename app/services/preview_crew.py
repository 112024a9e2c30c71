"""Threads that each keep one preview process warm and give it one question after the other, the urgent ones first.

A thread and its process end when nothing was asked for a while. A file that ended a process is remembered and not tried
again in this run. Knows nothing of what is asked.
"""

import contextlib
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from PySide6.QtGui import QImage

from app.domain.values import JsonObject
from app.services.preview_process import PreviewProcess, ProcessGoneError
from app.system.previews import ABSENT, CLOSED, DIED

log = logging.getLogger(__name__)

URGENT, SOON, LATER = 0, 1, 2
"""What a download or a person waits for; what is on the screen; what comes when there is time."""

START_AGAIN_AFTER_S = 30.0
"""Where the system lets no process start, it is not asked for every picture."""

Answer: TypeAlias = "tuple[JsonObject, QImage | None] | str"
"""Facts and pixels, or one of the errors CLOSED, DIED and ABSENT."""

Seen: TypeAlias = tuple[str, int, int]


def seen(path: Path) -> Seen | None:
    """A file in its present form: path, size, time of the last change. None where there is none."""
    with contextlib.suppress(OSError):
        told = path.stat()
        return str(path), told.st_size, told.st_mtime_ns
    return None


@dataclass(order=True)
class _Order:
    urgency: int
    number: int
    facts: JsonObject = field(compare=False)
    deliver: Callable[[Answer], None] = field(compare=False)
    wanted: Callable[[], bool] = field(compare=False)
    tries: int = field(compare=False)


class PreviewCrew:
    """At most `most` processes. May be used from any thread."""

    def __init__(self, most: int, idle_s: float) -> None:
        self._most, self._idle_s = most, idle_s
        self._numbers = itertools.count()
        self._news = threading.Condition()
        self._waiting: list[_Order] = []
        self._threads: set[threading.Thread] = set()
        self._processes: set[PreviewProcess] = set()
        self._resting = 0
        self._closed = False
        self._deadly: set[Seen] = set()
        self._absent_until = 0.0

    def put(
        self,
        facts: JsonObject,
        deliver: Callable[[Answer], None],
        *,
        urgency: int = SOON,
        wanted: Callable[[], bool] = lambda: True,
        tries: int = 1,
    ) -> None:
        """`deliver` is called once, from some thread. More than one try is for what must not fail by a bad moment."""
        with self._news:
            if not self._closed:
                heapq.heappush(self._waiting, _Order(urgency, next(self._numbers), facts, deliver, wanted, tries))
                if self._resting < len(self._waiting) and len(self._threads) < self._most:
                    thread = threading.Thread(target=self._work, name="previews", daemon=True)
                    self._threads.add(thread)
                    thread.start()
                self._news.notify()
                return
        deliver(CLOSED)

    @property
    def processes(self) -> list[PreviewProcess]:
        """Those that run now."""
        with self._news:
            return list(self._processes)

    def close(self) -> None:
        """Refuses what waits, ends what runs, and returns when all files are closed."""
        with self._news:
            self._closed = True
            refused, self._waiting = self._waiting, []
            threads = list(self._threads)
            for process in self._processes:
                process.kill(quietly=True)
            self._news.notify_all()
        for order in refused:
            order.deliver(CLOSED)
        for thread in threads:
            thread.join()

    # --- in a thread

    def _work(self) -> None:
        process: PreviewProcess | None = None
        try:
            while (order := self._next()) is not None:
                process = self._serve(order, process)
        finally:
            self._let_go(process)

    def _next(self) -> _Order | None:
        """The most urgent order that is still wanted; None when this thread may end."""
        with self._news:
            if not self._waiting and not self._closed:
                self._resting += 1
                self._news.wait(self._idle_s)
                self._resting -= 1
            if self._waiting:
                return heapq.heappop(self._waiting)
            self._threads.discard(threading.current_thread())
            return None

    def _serve(self, order: _Order, process: PreviewProcess | None) -> PreviewProcess | None:
        file = seen(Path(str(order.facts["path"])))
        answer: Answer = CLOSED
        if order.wanted():
            answer = DIED if order.tries == 1 and file in self._deadly else ABSENT
        for _ in range(order.tries if answer == ABSENT else 0):
            try:
                process = process or self._start()
                answer = process.ask(order.facts)
                break
            except ProcessGoneError as error:
                self._let_go(process)
                process = None
                answer = self._why(error)
                if answer == CLOSED:
                    break
        if answer == DIED and file is not None:
            log.warning("a file could not be looked into: %s", order.facts.get("what"))
            self._deadly.add(file)
        order.deliver(answer)
        return process

    def _why(self, error: ProcessGoneError) -> str:
        if self._closed:
            return CLOSED
        return DIED if error.started else ABSENT

    def _start(self) -> PreviewProcess:
        """Raises ProcessGoneError."""
        if self._why_not():
            raise ProcessGoneError(started=False)
        try:
            process = PreviewProcess()
            with self._news:
                self._processes.add(process)  # from now on `close` ends it, also while it gets ready
            if self._why_not():
                process.kill(quietly=True)
            self._ready(process)
        except ProcessGoneError:
            self._absent_until = time.monotonic() + START_AGAIN_AFTER_S
            raise
        return process

    def _ready(self, process: PreviewProcess) -> None:
        try:
            process.wait_until_ready()
        except ProcessGoneError:
            with self._news:
                self._processes.discard(process)
            raise

    def _why_not(self) -> bool:
        return self._closed or time.monotonic() < self._absent_until

    def _let_go(self, process: PreviewProcess | None) -> None:
        if process is not None:
            process.end(kill=self._closed)
            with self._news:
                self._processes.discard(process)
