"""Brings a fresh clone to the point where Slowlight runs: Python, the virtual environment, Qt's system libraries.

    python3 packaging/bootstrap.py {runtime|dev} [--then {run|test|lint}]

`runtime` installs what the studio needs, `dev` also the tools and the system packages of its tests; both into `.venv`,
from the hash-locked lists in `packaging/locks`. With everything in place it ends after some milliseconds. Missing system
libraries are a warning; before `run` and `test` they are an error, since what follows would only end in a traceback.
Standard library only, and readable by any Python 3.7: an old interpreter looks here for a newer one.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import system_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "packaging" / "locks"
# requires-python of pyproject.toml; qasync does not run on 3.14
OLDEST, NEWEST = (3, 11), (3, 13)
# measured: 0.8 GB of packages and, for the moment of unpacking, their archives
NEEDED_BYTES = 1_300_000_000

NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable"
)
PIP_STEP = re.compile(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)")
DISK_FULL = re.compile(r"No space left on device|Errno 28|Disk quota exceeded")


class SetupError(Exception):
    """Set-up cannot go on; the message is a sentence for the person who typed make."""


def main(arguments: list[str]) -> int:
    """Set up, say what was done, and give 0; or say in a sentence what is in the way, and give 1."""
    parser = argparse.ArgumentParser(description="Prepare this folder to run Slowlight.")
    parser.add_argument("what", choices=["runtime", "dev"])
    parser.add_argument(
        "--then", choices=["run", "test", "lint"], help="what follows; lint needs nothing of the system"
    )
    chosen = parser.parse_args(arguments)
    try:
        with one_at_a_time():
            if not is_done(chosen.what):
                _use_a_suitable_python()
                install_packages(chosen.what)
        if chosen.then != "lint":
            provide_system_packages(chosen.what, chosen.then)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{sentence_for(error)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Set-up was stopped. The next run goes on from here.\n")
        return 130
    return 0


# --- Python ---------------------------------------------------------------------------------------------------------------


def _use_a_suitable_python() -> None:
    """Return when this interpreter will do, become one that does, or raise SetupError."""
    version_fits = OLDEST <= sys.version_info[:2] <= NEWEST
    if version_fits and _can_make_environments():
        return
    for name in ("python3", "python3.13", "python3.12", "python3.11"):
        path = shutil.which(name)
        if path and Path(path).resolve() != Path(sys.executable).resolve() and _is_suitable(path):
            os.execv(path, [path, *sys.argv])  # noqa: S606  the same script, under a Python that was just found
    version = ".".join(str(part) for part in sys.version_info[:3])
    if not version_fits:
        raise SetupError(
            f"Slowlight needs Python 3.11, 3.12 or 3.13, and python3 here is {version}. Install one of them with its venv "
            "module (Debian and Ubuntu: sudo apt-get install python3 python3-venv) and try again."
        )
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not (_install_system_packages([package]) and _can_make_environments()):
        raise SetupError(
            f"Python {version} is here, but its venv module is not. Install it (Debian and Ubuntu: "
            f"sudo apt-get install {package}) and try again."
        )


def _can_make_environments() -> bool:
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(module) is not None for module in ("venv", "ensurepip"))


def _is_suitable(path: str) -> bool:
    check = f"import sys, venv, ensurepip; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return subprocess.run([path, "-c", check], capture_output=True, check=False).returncode == 0


# --- the virtual environment ----------------------------------------------------------------------------------------------


def is_done(what: str) -> bool:
    """Whether `.venv` holds exactly what the lock of `what` and the project say. `dev` holds all that `runtime` does."""
    if not VENV_PYTHON.exists():
        return False
    enough = ("runtime", "dev") if what == "runtime" else ("dev",)
    return any(read_text(_stamp(each)) == _fingerprint(each) for each in enough)


def install_packages(what: str) -> None:
    """Make `.venv` if need be and install the lock of `what`, then the project itself. Raises SetupError, OSError."""
    lock = LOCKS / f"{what}.txt"
    total = sum(1 for line in lock.read_text("utf-8").splitlines() if line[:1].isalnum())
    remark = ""
    if not _is_usable_environment():
        _check_room()
        remark = " (the first time that is a download of about 270 MB)"
        say(f"Making a virtual environment with Python {sys.version_info[0]}.{sys.version_info[1]} in .venv")
        if VENV.exists():
            shutil.rmtree(VENV)
        VENV.mkdir()
        run_step([sys.executable, "-m", "venv", str(VENV)], "The virtual environment cannot be made.")
    for each in ("runtime", "dev"):
        _stamp(each).unlink(missing_ok=True)
    say(f"Installing {total} packages into .venv{remark}")
    pip = [str(VENV_PYTHON), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-user"]
    run_step([*pip, "--progress-bar", "off", "--only-binary", ":all:", "--require-hashes", "-r", str(lock)], "", total)
    run_step(
        [*pip, "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
        "Slowlight itself cannot be installed into .venv.",
    )
    _stamp(what).write_text(_fingerprint(what), "utf-8")
    say("The packages are in place")


def _is_usable_environment() -> bool:
    """Whether `.venv` has a Python of the right version that finds its pip: not moved away, not left half made."""
    if not VENV_PYTHON.exists() or not _is_suitable(str(VENV_PYTHON)):
        return False
    return (
        subprocess.run([str(VENV_PYTHON), "-I", "-m", "pip", "--version"], capture_output=True, check=False).returncode
        == 0
    )


def _check_room() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise SetupError(
            f"There is not enough room on the disk of {ROOT}: {free / 1e9:.1f} GB are free and set-up needs about "
            f"{NEEDED_BYTES / 1e9:.1f} GB. Make room and try again."
        )


def _stamp(what: str) -> Path:
    return VENV / f".slowlight-{what}"


def _fingerprint(what: str) -> str:
    """Changes with the lock, the project's settings, the Python of `.venv`, and the folder (installed scripts name it)."""
    version = re.search(r"^version\w*\s*=.*$", read_text(VENV / "pyvenv.cfg"), re.MULTILINE)
    parts = (
        read_text(LOCKS / f"{what}.txt"),
        read_text(ROOT / "pyproject.toml"),
        version.group() if version else "",
        str(ROOT),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def read_text(path: Path) -> str:
    """The content of a file, or nothing where there is none."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""


# --- the system -----------------------------------------------------------------------------------------------------------


def provide_system_packages(what: str, then: str | None) -> None:
    """Install missing system packages where that is allowed, else name them; SetupError if `then` cannot work without."""
    wanted = system_packages.QT_CORE + system_packages.QT_X11
    if what == "dev":
        wanted += system_packages.TEST_TOOLS
    needs = system_packages.missing(wanted)
    if not needs:
        return
    _install_system_packages(system_packages.names_for("apt-get", needs))
    needs = system_packages.missing(wanted)
    if not needs:
        return
    sys.stderr.write(f"Parts of the system are missing. Install them with:  {system_packages.install_line(needs)}\n")
    # Under Wayland, or on a platform that was asked for by name, the studio opens without the libraries for X11.
    needs_x11 = then == "run" and not (os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))
    fatal = system_packages.QT_CORE + (system_packages.QT_X11 if needs_x11 else ())
    if then and any(need in fatal for need in needs):
        raise SetupError("Without them Slowlight cannot start.")


def _install_system_packages(names: list[str]) -> bool:
    command = system_packages.apt_command()
    if command is None:
        return False
    say(f"Installing system packages: {' '.join(names)}")
    return system_packages.install(command, names)


# --- running and saying ---------------------------------------------------------------------------------------------------


def run_step(command: list[str], failure: str, total: int = 0, scratch: Path = VENV / "tmp") -> None:
    """Run a step quietly, counting the packages pip goes through on a terminal. SetupError with a sentence when it fails."""
    environment = {
        key: value for key, value in os.environ.items() if key not in ("PIP_TARGET", "PIP_PREFIX", "PIP_USER")
    }
    scratch.mkdir(exist_ok=True)  # a place of our own: /tmp may be small, read-only or missing
    environment["TMPDIR"] = str(scratch)
    lines: list[str] = []
    seen = 0
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            step = PIP_STEP.match(line) if total and sys.stdout.isatty() else None
            if step:
                seen += 1
                sys.stdout.write(f"\r\033[K  {seen} of at most {total}  {step.group(1)}")
                sys.stdout.flush()
    if seen:
        sys.stdout.write("\r\033[K")
    shutil.rmtree(scratch, ignore_errors=True)
    if process.returncode != 0:
        raise SetupError(_explain("".join(lines), failure))


def _explain(output: str, failure: str) -> str:
    """A sentence for why pip or venv gave up, with the end of what it said where no better one is known."""
    if DISK_FULL.search(output):
        return f"The disk of {ROOT} is full. Make room (set-up needs about {NEEDED_BYTES / 1e9:.1f} GB) and try again."
    if "DO NOT MATCH THE HASHES" in output:
        return "A downloaded package is not the one that was locked, so nothing of it was installed. Try again later."
    if NO_NETWORK.search(output):
        return (
            "The package index cannot be reached. Check the network connection and try again; what is already "
            "downloaded is kept."
        )
    tail = "\n".join(output.strip().splitlines()[-12:])
    return f"{failure or 'The packages cannot be installed.'} The last words were:\n{tail}"


def sentence_for(error: OSError) -> str:
    """What an error of the system means for the person who typed make."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {ROOT} is full. Make room and try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{error.filename or ROOT} cannot be written. Check to whom this folder belongs and try again."
    return f"Set-up cannot go on: {error}"


def say(sentence: str) -> None:
    """Tell what is being done, at once."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold off a second set-up of the same folder until this one has ended."""
    try:
        import fcntl  # Unix only
    except ImportError:
        yield
        return
    with (ROOT / "pyproject.toml").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
