"""The settings in memory, told to everybody who listens, written a moment later away from the window."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.domain.local_errors import (
    StorageError,
)
from app.domain.settings import declared, notices
from app.domain.text import Text
from app.domain.values import Json, JsonObject
from app.store.settings_store import SettingsStore

log = logging.getLogger(__name__)

PAUSE_S = 0.3
"""Changes in quick succession are one write."""


class SettingsService(QObject):
    """Keys are the declared ones of `app/domain/settings.py`, such as "appearance.mode"; others are a KeyError.

    `trouble` carries the Problem of a file that could not be written; it is tried again with the next change and at the
    end.
    """

    changed = Signal(str)
    trouble = Signal(object)

    def __init__(self, store: SettingsStore, start_task: Callable[[str, Coroutine[Any, Any, None]], object]) -> None:
        """Reads the file at once: it is small, and the window's very look depends on it."""
        super().__init__()
        self._store = store
        self._start_task = start_task
        self._data = store.load()
        self._is_writing = False
        self._is_dirty = False
        self._one_at_a_time = threading.Lock()

    @property
    def notices(self) -> tuple[Text, ...]:
        """What the person should know about the file: set aside, or values that are not valid."""
        return (*self._store.notices, *notices(self._data))

    def get(self, key: str) -> Json:
        """The value that holds, which is the default where nothing valid is set."""
        setting, name = declared(key)
        value: Json = setting.read(self._data, name)
        return value

    def set(self, key: str, value: Json) -> None:
        """Changes a value at once and writes it soon; None goes back to the default. ValueError if it is not valid."""
        setting, name = declared(key)
        new = setting.write(self._data, value, name)
        if new == self._data:
            return
        self._data = new
        self._is_dirty = True
        self.changed.emit(key)
        if not self._is_writing:
            self._is_writing = True
            self._start_task("write settings", self._write_soon())

    async def _write_soon(self) -> None:
        try:
            await asyncio.sleep(PAUSE_S)
            await self._write()
        finally:
            self._is_writing = False

    async def _write(self) -> None:
        while self._is_dirty:
            self._is_dirty = False
            try:
                await asyncio.to_thread(self._save, self._data)
            except StorageError as error:
                log.exception("the settings could not be written")
                self._is_dirty = True
                self.trouble.emit(error.problem())
                return

    def _save(self, data: JsonObject) -> None:
        """A cancelled task leaves its thread behind: the next write has to wait for that one."""
        with self._one_at_a_time:
            self._store.save(data)

    async def close(self) -> None:
        """Writes what is still unwritten; call after the tasks have ended."""
        await self._write()
