"""Closed while the library cannot take a result: nobody downloads then, one look at the disk is enough for all.

References stay, running jobs are asked for as before, and as soon as there is room again, everything goes on by itself.
"""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from app.domain.errors import StudioError
from app.domain.local_errors import DiskFullError, LibraryMissingError
from app.store.media_folder import MediaFolder

LOOK_EVERY_S = 5.0
"""Work goes on within 30 s after there is room again (reliability.md T-06)."""
LOOKS_FOR_ONE = 12
"""So long what is waited for is the room that the largest result said it needs; then the smaller ones get their turn."""

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]


class LibraryGate:
    """`trouble` is what stands in the way, None while the gate is open."""

    def __init__(
        self,
        folder: Callable[[], MediaFolder],
        start_task: StartTask,
        pause_s: Callable[[float], float],
        keep_free_bytes: Callable[[], int],
    ) -> None:
        self._folder = folder
        self._start_task = start_task
        self._pause_s = pause_s
        self._keep_free_bytes = keep_free_bytes
        self._needed_bytes = 0
        self._open = asyncio.Event()
        self._open.set()
        self._now = asyncio.Event()
        self.trouble: StudioError | None = None

    def close(self, error: StudioError) -> None:
        """The disk is full or the library is gone; other errors close nothing."""
        if not isinstance(error, DiskFullError | LibraryMissingError):
            return
        self.trouble = error
        self._needed_bytes = max(self._needed_bytes, getattr(error, "needed_bytes", 0))
        if self._open.is_set():
            self._open.clear()
            self._start_task("wait for the library", self._watch())

    async def until_open(self) -> None:
        """Returns at once while the gate is open."""
        await self._open.wait()

    def look_now(self) -> None:
        """Another folder was chosen."""
        self._needed_bytes = 0
        self._now.set()

    async def _watch(self) -> None:
        try:
            for look in count(1):
                if look > LOOKS_FOR_ONE:
                    self._needed_bytes = 0
                self._now.clear()
                try:
                    async with asyncio.timeout(self._pause_s(LOOK_EVERY_S)):
                        await self._now.wait()
                except TimeoutError:
                    pass
                if await asyncio.to_thread(self._has_room):
                    return
        finally:
            self.trouble, self._needed_bytes = None, 0
            self._open.set()

    def _has_room(self) -> bool:
        folder = self._folder()
        try:
            folder.check_writable()
            return folder.free_bytes() >= self._needed_bytes + self._keep_free_bytes()
        except StudioError:
            return False
