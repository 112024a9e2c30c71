"""Ending together with the program that started us, also when that program was killed."""

import ctypes
import os
import select
import sys
import threading
import time
from collections.abc import Callable

_CHECK_EVERY_S = 0.5


def when_gone(pid: int, then: Callable[[], None]) -> threading.Thread:
    """Call `then` once, in a thread of its own, when process `pid` has ended (at once if it has already)."""

    def watch() -> None:
        wait_until_gone(pid)
        then()

    thread = threading.Thread(target=watch, name="parent-watch", daemon=True)
    thread.start()
    return thread


def wait_until_gone(pid: int) -> None:
    """Block until process `pid` has ended; a dead process that nobody has collected counts as ended."""
    if sys.platform == "win32":
        _wait_on_windows(pid)
    elif hasattr(os, "pidfd_open"):
        _wait_on_linux(pid)
    else:
        _wait_by_asking(pid)


def _wait_on_linux(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except OSError:  # an old kernel, or a sandbox that forbids it
        _wait_by_asking(pid)
        return
    try:
        select.select([handle], [], [])
    finally:
        os.close(handle)


def _wait_by_asking(pid: int) -> None:
    ours = os.getppid() == pid
    while True:
        if ours and os.getppid() != pid:  # we were handed to another parent
            return
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        except PermissionError:
            pass  # it lives, as somebody else
        time.sleep(_CHECK_EVERY_S)


def _wait_on_windows(pid: int) -> None:
    synchronize, infinite = 0x00100000, 0xFFFFFFFF
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined, unused-ignore]
    handle = kernel.OpenProcess(synchronize, False, pid)
    if handle:
        kernel.WaitForSingleObject(handle, infinite)
        kernel.CloseHandle(handle)
