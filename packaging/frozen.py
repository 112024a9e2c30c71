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
        _tidy_python(folder)
    return folder


def _tidy_python(folder: Path) -> None:
    """Take out of Python's own parts and packages what only the building machine needs.

    That is debugging tables (25 MB) and the folder in which that machine keeps its Python, where every start would look
    for libraries. Qt and FFmpeg stay as they are: stripped, they play no film and say no word (ecosystem.md 5).
    """
    inside = folder / "_internal"
    for file in inside.rglob("*.so*"):
        if file.is_symlink() or {"PySide6", "shiboken6"} & set(file.relative_to(inside).parts):
            continue
        subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)
        subprocess.run(["patchelf", "--remove-rpath", str(file)], check=True)


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
