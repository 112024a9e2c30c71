"""One process that looks into files: started without keys, asked one thing at a time, ended when it takes too long.

Everything here blocks: for the threads of `app.services.previews`.
"""

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, BinaryIO

from PySide6.QtGui import QImage

from app.domain.values import JsonObject
from app.system.preview_wire import WireError, receive, send

log = logging.getLogger(__name__)

START_WITHIN_S = 60.0
"""Until it is ready. A busy computer may need seconds; nothing of a file is read before."""
ANSWER_WITHIN_S = 15.0
END_WITHIN_S = 5.0
_LAST_WORDS_BYTES = 2000
_HANDED_ON = frozenset(
    {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "WINDIR"}
)
"""What Python and Qt need to start. No key, no proxy, no home, no display, no bus."""


class ProcessGoneError(Exception):
    """It ended, was ended, or said what cannot be: nothing is known about the file.

    `started` is False when it never became ready.
    """

    def __init__(self, *, started: bool) -> None:
        super().__init__("answered" if started else "did not start")
        self.started = started


def command() -> list[str]:
    """The command that starts it from source and from the packaged program alike."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
    return [*start, "--preview-worker"]


def environment() -> dict[str, str]:
    """The little that it is told about this computer."""
    handed = {name: value for name, value in os.environ.items() if name.upper() in _HANDED_ON}
    own = {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_LOGGING_RULES": "*=false",
        # one pool of memory instead of one for each thread, which would use up the limit unused
        "MALLOC_ARENA_MAX": "1",
    }
    if not getattr(sys, "frozen", False):
        own["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    return {**handed, **own}


class PreviewProcess:
    """Making one starts it. Raises ProcessGoneError when that fails."""

    def __init__(self) -> None:
        self._let_go = False
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `_bury`
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command(),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                env=environment(),
                # the wish to end it comes from us and not from a Ctrl+C that reaches a whole group
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            self._words.close()
            log.warning("the process that looks into files cannot be started: %s", error)
            raise ProcessGoneError(started=False) from error
        self._is_ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> None:
        """It has limited itself and listens. Raises ProcessGoneError, and then this process is over."""
        if self._is_ready:
            return
        try:
            facts, _ = self._answer(START_WITHIN_S)
        except ProcessGoneError as error:
            raise ProcessGoneError(started=False) from error
        self._is_ready = True
        log.info("a process looks into files, cut off from the network: %s", facts.get("cut_off"))

    def ask(self, facts: JsonObject) -> tuple[JsonObject, QImage | None]:
        """One question, one answer. Raises ProcessGoneError, and then this process is over."""
        self.wait_until_ready()
        try:
            send(_pipe(self._process.stdin), facts)
        except OSError as error:
            self.end(kill=True)
            raise ProcessGoneError(started=True) from error
        return self._answer(ANSWER_WITHIN_S)

    def kill(self, *, quietly: bool = False) -> None:
        """From any thread: whoever waits for an answer gets ProcessGoneError."""
        self._let_go |= quietly
        with contextlib.suppress(OSError):
            self._process.kill()

    def end(self, *, kill: bool = False) -> None:
        """Closes its questions, which ends it, and waits for that."""
        if kill:
            self.kill()
        with contextlib.suppress(OSError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()
        self._bury()

    def _answer(self, within_s: float) -> tuple[JsonObject, QImage | None]:
        watchdog = threading.Timer(within_s, self.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            answer = receive(_pipe(self._process.stdout))
        except (WireError, OSError):
            answer = None
        finally:
            watchdog.cancel()
        if answer is None:
            self.end(kill=True)
            raise ProcessGoneError(started=True)
        return answer

    def _bury(self) -> None:
        if self._words.closed:
            return
        with self._words as words:
            words.seek(max(0, words.seek(0, os.SEEK_END) - _LAST_WORDS_BYTES))
            said = words.read().decode("utf-8", "replace").strip()
        if self._process.returncode and not self._let_go:
            # in quotes: what a decoder says may come out of the file
            log.warning("the process that looks into files ended with %s: %r", self._process.returncode, said)


def _pipe(end: IO[bytes] | None) -> BinaryIO:
    if end is None:
        raise OSError("no pipe")
    return end  # type: ignore[return-value]  # a raw file of bytes
