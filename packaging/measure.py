"""Holds the packaged program against a bare window (size) and against the source (start), in one run.

    build/package/venv/bin/python packaging/measure.py        after packaging/package.py has frozen both

The machine may be busy: starts alternate, and the quickest of each are compared, since other work only ever adds. A
start ends when the first pixel of the window is on the screen, seen from outside, so that both are watched in the same
way. Linux with Xvfb; elsewhere the sizes alone. Exit 1 when a limit is broken.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frozen

LARGEST_SIZE_RATIO = 1.35
LARGEST_START_RATIO = 1.5
STARTS = 9
PATIENCE_S = 60.0
SCREEN = "1440x900x24"


def main() -> int:
    """Print the numbers beside their limits."""
    good = sizes()
    if shutil.which("Xvfb"):
        good = starts() and good
    else:
        print("start-up is not measured: there is no Xvfb here")
    return 0 if good else 1


def sizes() -> bool:
    """Whether the program is not much larger than a bare window made in the same way."""
    studio, bare = (frozen.size_mb(frozen.FROZEN / name) for name in ("slowlight", "bare"))
    ratio = studio / bare
    print(f"size: Slowlight {studio:.0f} MB    bare PySide6 window with QtMultimedia {bare:.0f} MB")
    print(f"size ratio: {ratio:.2f} (limit {LARGEST_SIZE_RATIO})")
    return ratio <= LARGEST_SIZE_RATIO


def starts() -> bool:
    """Whether the packaged program opens its window about as quickly as `make run` does (without make's own time)."""
    packaged = [str(frozen.program_of(frozen.FROZEN / "slowlight"))]
    source = [sys.executable, "-m", "app"]
    with _screen() as display, tempfile.TemporaryDirectory(prefix="slowlight-measure-") as folder:
        watch = _Watch(display)
        profile = ["--demo", "--profile", str(Path(folder) / "profile")]
        for command in (source, packaged):  # the first start makes folders and reads the disk
            watch.start_s([*command, *profile])
        times = [(watch.start_s([*source, *profile]), watch.start_s([*packaged, *profile])) for _ in range(STARTS)]
    from_source, from_package = (min(column) for column in zip(*times, strict=True))
    ratio: float = from_package / from_source
    print(f"start: packaged {from_package:.2f} s    from source {from_source:.2f} s    (the quickest of {STARTS} each)")
    print(f"start ratio: {ratio:.2f} (limit {LARGEST_START_RATIO})")
    return ratio <= LARGEST_START_RATIO


@contextmanager
def _screen() -> Iterator[str]:
    """The name of an X screen of its own, black and empty."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


class _Watch:
    """Looks at a screen from outside."""

    def __init__(self, display: str) -> None:
        from PySide6.QtGui import QGuiApplication

        self._environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        self._environment.pop("WAYLAND_DISPLAY", None)
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)  # people's second start finds compiled modules
        os.environ.update(DISPLAY=display, QT_QPA_PLATFORM="xcb")
        self._qt = QGuiApplication(["measure"])

    def start_s(self, command: list[str]) -> float:
        """Seconds from starting `command` until something is painted. Raises TimeoutError."""
        self._wait(is_shown=False)
        begin = time.monotonic()
        with subprocess.Popen(command, cwd=frozen.ROOT, env=self._environment, stderr=subprocess.DEVNULL) as process:
            try:
                self._wait(is_shown=True)
                return time.monotonic() - begin
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE_S)

    def _wait(self, *, is_shown: bool) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self._is_painted() != is_shown:
            if time.monotonic() > deadline:
                raise TimeoutError("the window did not appear" if is_shown else "the last window did not go away")
            time.sleep(0.005)

    def _is_painted(self) -> bool:
        """Whether any of some points of the screen is no longer black."""
        strip = self._qt.primaryScreen().grabWindow(0, 0, 300, 300, 1).toImage()
        return any(strip.pixelColor(x, 0).value() > 2 for x in range(0, strip.width(), 10))


if __name__ == "__main__":
    sys.exit(main())
