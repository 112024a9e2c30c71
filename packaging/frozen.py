"""Freezing with PyInstaller: a spec becomes a folder with a program that needs no Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bootstrap

ROOT = bootstrap.ROOT
BUILD = ROOT / "build" / "package"
FROZEN = BUILD / "frozen"
SPECS = {"slowlight": ROOT / "build.spec", "bare": ROOT / "packaging" / "bare" / "bare.spec"}


def freeze(python: Path, name: str) -> Path:
    """The folder that PyInstaller makes of one of `SPECS`. Raises SetupError with its last words."""
    command = [str(python), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", str(FROZEN)]
    command += ["--workpath", str(BUILD / "work"), str(SPECS[name])]
    bootstrap.run_step(command, f"{SPECS[name].name} cannot be frozen.", scratch=BUILD / "tmp")
    folder = FROZEN / name
    if sys.platform.startswith("linux"):
        _strip_python(folder)
    return folder


def _strip_python(folder: Path) -> None:
    """Take the debugging tables out of Python's own parts (17 MB); Qt and FFmpeg stay as they are, or films do not play."""
    inside = folder / "_internal"
    for file in (*inside.glob("libpython3*.so*"), *inside.glob("python3*/lib-dynload/*.so")):
        subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)


def program_of(folder: Path) -> Path:
    """The file that starts it."""
    if sys.platform == "darwin":
        return folder.parent / "Slowlight.app" / "Contents" / "MacOS" / "Slowlight"
    return folder / ("Slowlight.exe" if sys.platform == "win32" else folder.name)


def self_test(program: Path) -> bool:
    """Whether the packaged program makes one demo job of each medium to saved and checked files; prints what it says."""
    done = subprocess.run([str(program), "--self-test"], capture_output=True, text=True, timeout=600, check=False)
    sys.stdout.write(done.stdout + done.stderr)
    return done.returncode == 0


def size_mb(folder: Path) -> float:
    """What the files of a folder take, in millions of bytes; a link is not counted twice."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink()) / 1e6
