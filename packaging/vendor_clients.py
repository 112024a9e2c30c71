"""Installs the vendors' own clients, which the tests let loose on the demo server, into an environment of their own.

    .venv/bin/python packaging/vendor_clients.py

They want old packages and are no part of Slowlight, so nothing of `.venv` may be theirs. `octoai` and `octoai-sdk` are
two generations of one client under one package name: the older lies in a folder that is put in front of the newer.
With everything in place it ends after some milliseconds.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path

import bootstrap

LOCK = bootstrap.LOCKS / "clients.txt"
HOME = bootstrap.ROOT / "build" / "clients"
PYTHON = HOME / "venv" / "bin" / "python"
OLD_OCTOAI = HOME / "octoai-sdk"  # for PYTHONPATH
HAS_OLD_OCTOAI = sys.version_info < (3, 13)
"""It wants a numpy that has no wheel for Python 3.13."""

_OLD_PIN = re.compile(r"^octoai-sdk==(?:.*\\\n)*.*\n", re.MULTILINE)
_STAMP = HOME / "installed"


def main() -> int:
    """Install what is missing and give 0; or say in a sentence what is in the way, and give 1."""
    try:
        provide()
    except bootstrap.SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{bootstrap.sentence_for(error)}\n")
        return 1
    return 0


def provide() -> None:
    """Make the environment unless it is already what the lock says. Raises SetupError, OSError."""
    if is_done():
        return
    with bootstrap.one_at_a_time():
        if not is_done():
            _install()


def is_done() -> bool:
    """Whether everything is in place."""
    return bootstrap.read_text(_STAMP) == _fingerprint() and PYTHON.exists()


def _install() -> None:
    bootstrap.say("Installing the vendors' own clients for the tests into build/clients (a download of about 50 MB)")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    bootstrap.run_step(
        [sys.executable, "-m", "venv", "--without-pip", str(HOME / "venv")], "The virtual environment cannot be made."
    )
    lock = LOCK.read_text("utf-8")
    old = _OLD_PIN.search(lock)
    if old is None:
        raise bootstrap.SetupError(f"{LOCK} does not name octoai-sdk.")
    newer, older = HOME / "newer.txt", HOME / "older.txt"
    newer.write_text(lock.replace(old.group(), ""), "utf-8")
    older.write_text(old.group(), "utf-8")
    _pip("--python", str(PYTHON), lock=newer)
    _pip("--python", str(PYTHON), lock=older, into=("--no-deps", "--target", str(OLD_OCTOAI)))
    _STAMP.write_text(_fingerprint(), "utf-8")


def _pip(*options: str, lock: Path, into: tuple[str, ...] = ()) -> None:
    pip = [sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", *options, "install"]
    command = [*pip, "--quiet", "--only-binary", ":all:", "--require-hashes", *into, "-r", str(lock)]
    bootstrap.run_step(command, "The vendors' clients cannot be installed.")


def _fingerprint() -> str:
    """Changes with the lock, the Python, and the folder."""
    parts = (bootstrap.read_text(LOCK), sys.version, str(HOME))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
