"""The only caller of `create_task`: every task has a name, is kept alive, reported when it fails, and ended together."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """All running work of the studio. `on_crash` gets the name and the exception of a task that failed unexpectedly."""

    def __init__(self, on_crash: Callable[[str, BaseException], None] | None = None) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._on_crash = on_crash
        self._is_closing = False

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Starts `work` and keeps it until it ends. After `close` nothing starts any more."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        if self._is_closing:
            task.cancel()
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self.report(task.get_name(), error)

    def report(self, name: str, error: BaseException) -> None:
        """Something went wrong in a way that nobody thought of. For work that goes on all the same."""
        log.error("task %s failed", name, exc_info=error)
        if self._on_crash is not None:
            self._on_crash(name, error)

    @property
    def names(self) -> list[str]:
        """Names of what runs now, for Activity and tests."""
        return sorted(task.get_name() for task in self._running)

    async def close(self) -> None:
        """Cancels everything and waits until it has ended."""
        self._is_closing = True
        while self._running:
            waiting = list(self._running)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
