"""The one loop that runs both Qt and asyncio. Nothing else imports qasync.

qasync 0.28 leaves the Qt timer of a cancelled `call_later` running until it is due; every HTTP request with a 60 s
deadline would leave one behind. `StudioLoop` ends such timers at once. It touches a private field of `_SimpleTimer`,
so the version is pinned to 0.28 and `tests/system/test_event_loop.py` counts timers.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple, cast

os.environ.setdefault("QT_API", "pyside6")

import qasync  # type: ignore[import-untyped]  # it ships no types
from PySide6.QtCore import QCoreApplication

WORKER_THREADS = 6
"""Threads for disk, decoding and the like; started when first needed."""

_Ts = TypeVarTuple("_Ts")
_T = TypeVar("_T")


class _Handles(dict[int, asyncio.Handle]):
    """Handles by the id of their Qt timer. One that is gone already may be taken out once more.

    A callback may cancel the very timer that calls it, as the deadlines of anyio do; qasync takes it out afterwards.
    """

    called = 0
    """The timer that qasync has looked up last, to call its handle."""

    def __getitem__(self, timer_id: int) -> asyncio.Handle:
        self.called = timer_id
        return super().__getitem__(timer_id)

    def __delitem__(self, timer_id: int) -> None:
        self.pop(timer_id, None)


class StudioLoop(qasync.QEventLoop):  # type: ignore[misc]  # qasync builds this class at run time
    """A qasync loop whose cancelled timers are gone at once and whose threads are Python's own."""

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__(app)
        self._waiting = _Handles()
        self._timer._SimpleTimer__callbacks = self._waiting
        self._workers = ThreadPoolExecutor(WORKER_THREADS, thread_name_prefix="slowlight")
        self.set_default_executor(self._workers)

    def run_forever(self) -> int:
        """As qasync's, with asyncio's care for generators that are left half-way: they are closed by a task of this loop.

        A download that is broken off leaves some in the HTTP library, and without this their connections leak.
        """
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)
        try:
            return int(super().run_forever())
        finally:
            sys.set_asyncgen_hooks(*before)

    def call_later(
        self,
        delay: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's, and `cancel()` of the answer ends the Qt timer."""
        handle = asyncio.TimerHandle(self.time() + delay, callback, args, self, context)
        handle._scheduled = True  # type: ignore[attr-defined]  # asyncio reports cancelled timers only if scheduled
        return cast("asyncio.TimerHandle", self._add_callback(handle, delay))

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        for timer_id, known in list(self._waiting.items()):
            if known is handle:
                if timer_id != self._waiting.called:  # that one is ended by qasync when its callback returns
                    self._timer.killTimer(timer_id)
                    del self._waiting[timer_id]
                return

    def open_timer_count(self) -> int:
        """How many Qt timers the loop holds; for the test that guards against the leak."""
        return len(self._waiting)

    def close(self) -> None:
        if not self.is_closed():
            self._workers.shutdown(wait=True, cancel_futures=True)
            self.set_default_executor(None)
        super().close()


def run(app: QCoreApplication, main: Coroutine[Any, Any, _T]) -> _T:
    """Runs `main` to its end on the application's own loop, cancels what is left, closes the loop."""
    with asyncio.Runner(loop_factory=lambda: StudioLoop(app)) as runner:
        return runner.run(main)
