"""The diary of the program: rotating private files, every line redacted, and the hooks for what nobody caught.

Nobody reads a traceback on the screen. It goes into the log, and `on_crash` gets the redacted text so that Activity can
offer it. The files are `slowlight.log`, `.1` and `.2` of at most 1 MiB each, and `crash.txt` for a death of the interpreter.
"""

import asyncio
import contextlib
import faulthandler
import io
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from app.system.private_files import ensure_private_file, private_folder
from app.system.redaction import hide_registered, redact

FILE_BYTES = 1024 * 1024
OLD_FILES = 2
LONGEST_LINE_CHARS = 16 * 1024
LONGEST_CRASH_CHARS = 64 * 1024
_FORMAT = "%(asctime)s %(levelname)-7s [%(name)s] %(message)s"
"""The name of a logger stands in brackets: before a colon, `secret_store` would look like the name of a secret."""
_LOUD = ("httpx", "httpcore", "asyncio", "qasync", "keyring", "secretstorage", "jeepney", "uvicorn", "PIL")
"""Libraries that talk at INFO, some with whole links in their lines (reliability.md K2)."""

_log = logging.getLogger(__name__)
_crash_file: IO[str] | None = None  # faulthandler keeps only the number of the file: it must stay open


class RedactingFormatter(logging.Formatter):
    """Hides secrets in the finished line, traceback and stack included, and cuts what is too long to be read."""

    def format(self, record: logging.LogRecord) -> str:
        # a key that lies across the cut must not show its first half
        return redact(hide_registered(super().format(record))[:LONGEST_LINE_CHARS])


class PrivateRotatingHandler(RotatingFileHandler):
    """A rotating log file that only its owner may read. A full disk costs log lines and nothing else."""

    def _open(self) -> io.TextIOWrapper:
        ensure_private_file(Path(self.baseFilename))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def start_logging(folder: Path, *, level: int = logging.INFO) -> None:
    """Opens the log in `folder` and shows warnings on the terminal where there is one. Call once, early."""
    private_folder(folder)
    handlers: list[logging.Handler] = [
        PrivateRotatingHandler(
            folder / "slowlight.log", maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8", errors="replace"
        )
    ]
    handlers[0].setLevel(level)
    if sys.stderr is not None:  # a windowed program on Windows has none
        handlers.append(logging.StreamHandler(sys.stderr))
        handlers[1].setLevel(logging.WARNING)
    root = logging.getLogger()
    root.setLevel(level)
    for handler in handlers:
        handler.setFormatter(RedactingFormatter(_FORMAT))
        root.addHandler(handler)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def watch_for_crashes(file: Path) -> str:
    """Lets the interpreter write its stacks to `file` when it dies, and returns what the last run left there.

    "" means the last run did not die of a crash. The text is redacted and at most `LONGEST_CRASH_CHARS` long.
    """
    global _crash_file  # noqa: PLW0603 - see above
    private_folder(file.parent)
    ensure_private_file(file)
    left = file.read_text(encoding="utf-8", errors="replace")[:LONGEST_CRASH_CHARS].strip()
    if _crash_file is not None:
        faulthandler.disable()
        _crash_file.close()
    _crash_file = file.open("w", encoding="utf-8")
    faulthandler.enable(_crash_file)
    return redact(left)


def traceback_of(error: BaseException) -> str:
    """Redacted, without values of variables, and not longer than a report may be."""
    whole = hide_registered("".join(traceback.format_exception(error)))
    return redact(whole[-LONGEST_CRASH_CHARS:])


def install_hooks(on_crash: Callable[[str], None]) -> None:
    """Sends every exception that nobody caught to the log and, redacted and without values of variables, to `on_crash`.

    Those of the running asyncio loop as well, where there is one. `on_crash` may be called from any thread.
    """

    def report(where: str, kind: type[BaseException], error: BaseException | None, tb: TracebackType | None) -> None:
        whole = hide_registered("".join(traceback.format_exception(kind, error, tb)))
        words = redact(whole[-LONGEST_CRASH_CHARS:])
        _log.critical("%s\n%s", where, words)
        try:
            on_crash(words)
        except Exception:  # noqa: BLE001 - the last resort must not raise into itself
            _log.critical("The crash could not be reported\n%s", traceback.format_exc())

    def uncaught(kind: type[BaseException], error: BaseException, tb: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, tb)
        else:
            report("Nobody caught this", kind, error, tb)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if not issubclass(args.exc_type, SystemExit):
            name = args.thread.name if args.thread else "?"
            report(f"Nobody caught this in thread {name}", args.exc_type, args.exc_value, args.exc_traceback)

    def unraisable(args: "sys.UnraisableHookArgs") -> None:
        report(args.err_msg or "This could not be raised", args.exc_type, args.exc_value, args.exc_traceback)

    def in_loop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            report(f"Nobody caught this in the loop: {context.get('message')}", type(error), error, error.__traceback__)
        else:
            _log.error("The loop says: %s", context.get("message"))

    with contextlib.suppress(RuntimeError):  # no loop runs
        asyncio.get_running_loop().set_exception_handler(in_loop)
    sys.excepthook = uncaught
    threading.excepthook = in_thread
    sys.unraisablehook = unraisable
