"""The demo server as a process of its own: started when first needed, ended with the studio."""

import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import IO

from PySide6.QtCore import QObject, Signal

from app.domain.errors import StudioError
from app.domain.text import text
from app.system.environment import for_children

log = logging.getLogger(__name__)

START_DEADLINE_S = 30.0
STOP_DEADLINE_S = 3.0
LAST_WORDS_BYTES = 2000


class DemoUnavailableError(StudioError):
    """The demo server could not be started."""

    code = "demo_unavailable"
    happened = text("The demo on this computer could not be started.")
    advice = text("Close other programs and try again.")
    short = text("demo did not start")
    not_started = True


def demo_command(extra: Sequence[str] = ()) -> list[str]:
    """The command that starts the demo server from source and from the packaged program alike."""
    start = [sys.executable, "--sandbox"] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app.sandbox"]
    return [*start, "--port", "0", "--announce", "--parent-pid", str(os.getpid()), *extra]


class DemoService(QObject):
    """States: "off", "starting", "running", "failed". `arguments` go to the server, such as a state folder."""

    state_changed = Signal(str)

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        super().__init__()
        self._arguments = tuple(arguments)
        self._process: asyncio.subprocess.Process | None = None
        self._base_url = ""
        self._words: IO[bytes] | None = None
        self._lock = asyncio.Lock()
        self._is_closed = False

    @property
    def is_alive(self) -> bool:
        """Whether the server's process runs."""
        return self._process is not None and self._process.returncode is None

    async def ensure_running(self) -> str:
        """The server's address; starts it first when it is not there. Raises DemoUnavailableError."""
        async with self._lock:
            if self._is_closed:
                raise DemoUnavailableError
            if self.is_alive and self._base_url:
                return self._base_url
            await self._end()  # one that died, or whose start was broken off
            self.state_changed.emit("starting")
            try:
                async with asyncio.timeout(START_DEADLINE_S):
                    await self._start()
            except (OSError, ValueError, LookupError, TypeError, TimeoutError) as error:
                log.exception("the demo server did not start")
                await self._end()
                self.state_changed.emit("failed")
                raise DemoUnavailableError from error
            self.state_changed.emit("running")
            return self._base_url

    async def _start(self) -> None:
        """The server prints one line of JSON with its address when it really listens."""
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
        self._process = await asyncio.create_subprocess_exec(
            *demo_command(self._arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._words,
            env={**for_children(), "QT_QPA_PLATFORM": "offscreen"},
        )
        if self._process.stdout is None:
            raise ValueError
        line = await self._process.stdout.readline()
        self._base_url = str(json.loads(line)["base_url"])

    def _log_last_words(self, returncode: int | None) -> None:
        """What the server said before it ended by itself."""
        words, self._words = self._words, None
        if words is None:
            return
        with words:
            words.seek(max(0, words.seek(0, os.SEEK_END) - LAST_WORDS_BYTES))
            said = words.read().decode("utf-8", "replace").strip()
        if returncode not in (None, 0) or said:
            log.warning("the demo server ended with %s: %s", returncode, said)

    async def _end(self) -> None:
        process, self._process, self._base_url = self._process, None, ""
        self._log_last_words(process.returncode if process is not None else None)
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def close(self) -> None:
        """Ends the server for good."""
        self._is_closed = True
        await self._end()
