"""What this process may do: read files and answer. It is set before the first file is opened.

Linux: a name space without any network where the system allows one to be made, at most 1 GiB of memory, files of a few
kilobytes at most are written, few are open, no core dump, two processors, and it dies with the program that started it.
macOS: the same without the name space, and that system does not hold to the limit of memory. Windows has none of these:
the time limit of the asking side and the empty environment remain. Keys are not here on any system: the environment
comes stripped, and neither the keychain nor a network library is imported.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from typing import BinaryIO

MEMORY_BYTES = 1 << 30
CPU_S = 10
OPEN_FILES = 256
WRITTEN_BYTES = 64 * 1024
"""Room for last words on the error stream."""
PROCESSORS = 2

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def answers_only() -> BinaryIO:
    """The way answers take. From now on what a library prints goes to the error stream and cannot mix into them."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def close_doors() -> bool:
    """Sets all limits that this system knows. Returns whether the network is cut off. Call it before any thread begins."""
    _limit()
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(OSError):
        # FFmpeg makes a thread, with a stack of its own, for each processor it is allowed
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:PROCESSORS]))
    system = ctypes.CDLL(None, use_errno=True)
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return bool(system.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def begin_question() -> None:
    """The next file has its own share of processor time; who takes more is ended by the system."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + CPU_S, hard))


def _limit() -> None:
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        _, hard = resource.getrlimit(what)
        low = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(OSError, ValueError):  # macOS refuses some
            resource.setrlimit(what, (low, low))
