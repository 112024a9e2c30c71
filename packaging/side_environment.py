"""Environments beside `.venv`, for tools that are no part of Slowlight: `build/<name>/venv`, from the lock of that name.

`package` holds the studio and PyInstaller and nothing else, so that nothing else can get into the packaged program;
`audit` holds what looks over the locked packages. With everything in place it ends after some milliseconds.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import bootstrap

BUILD = bootstrap.ROOT / "build"


def python_of(name: str) -> Path:
    """Where the environment's Python is, or will be."""
    inside = Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")
    return BUILD / name / "venv" / inside


def provide(name: str) -> Path:
    """Make the environment unless it is already what its lock says, and give its Python. Raises SetupError, OSError."""
    stamp = BUILD / name / "installed"
    python = python_of(name)
    if bootstrap.read_text(stamp) == _fingerprint(name) and python.exists():
        return python
    with bootstrap.one_at_a_time():
        bootstrap.say(f"Making the environment build/{name}/venv")
        stamp.unlink(missing_ok=True)
        venv = BUILD / name / "venv"
        shutil.rmtree(venv, ignore_errors=True)
        venv.parent.mkdir(parents=True, exist_ok=True)
        scratch = venv.parent / "tmp"  # /tmp may be small, read-only or missing
        bootstrap.run_step([sys.executable, "-m", "venv", str(venv)], "It cannot be made.", scratch=scratch)
        pip = [str(python), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
        lock = bootstrap.LOCKS / f"{name}.txt"
        command = [*pip, "--only-binary", ":all:", "--require-hashes", "-r", str(lock)]
        bootstrap.run_step(command, f"The packages of {lock.name} cannot be installed.", scratch=scratch)
        stamp.write_text(_fingerprint(name), "utf-8")
    return python


def _fingerprint(name: str) -> str:
    """Changes with the lock, the Python, and the folder."""
    parts = (bootstrap.read_text(bootstrap.LOCKS / f"{name}.txt"), sys.version, str(BUILD / name))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
