"""T-02 and T-03: the program dies, or the disk refuses, at every write, sync, rename and send of a life.

strace puts the fault in place of the n-th call of each kind; then the studio starts once more on a disk that is well. Marks:
nothing paid twice, nothing paid and unknown, no file that is not whole, a database that holds together.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.counts import say
from tests.disk.far_side import PICTURE, FarSide

ROOT = Path(__file__).resolve().parents[2]
FILE_CALLS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "link", "rename", "unlink")
CALLS = (*FILE_CALLS, "sendto")
STUCK_S = 6.0
"""A life on a disk that stays full waits for room; it is ended after this."""
_LINE = re.compile(r"(\d+) +(\w+)\(")


def why_not() -> str:
    """Why the faults cannot be made here, or ""."""
    if shutil.which("strace") is None:
        return "needs strace (Debian: strace)"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "strace may not trace here"


pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(why_not()), reason=why_not())]


@dataclass(frozen=True)
class Fault:
    """The `number`-th call of a kind in some thread, and what becomes of it: the end of `inject=CALL:`."""

    call: str
    number: int
    what: str


def life(profile: Path, address: str, *prompts: str, strace: tuple[str, ...] = (), limit_s: float = 60.0) -> int:
    """The exit code of one life; one that does not end by itself is killed, and counts as 0."""
    command = [*strace, sys.executable, "-m", "tests.disk.life", str(profile), address, *prompts]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return 0


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile in which one job was made before."""
    folder = tmp_path_factory.mktemp("base") / "profile"
    folder.mkdir()
    with FarSide() as far_side:
        assert life(folder, far_side.address, "earlier") == 0
    return folder


@pytest.fixture(scope="module")
def counts(profile: Path, tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """How many calls of each kind the busiest thread of a life makes."""
    folder = tmp_path_factory.mktemp("counted")
    shutil.copytree(profile, folder / "profile")
    with FarSide(first=100) as far_side:
        log = folder / "log"
        trace = ("strace", "-f", "-o", str(log), "-e", f"trace={','.join(CALLS)}")
        assert life(folder / "profile", far_side.address, "counted", strace=trace) == 0
    by_thread = Counter(match.groups() for line in log.read_text().splitlines() if (match := _LINE.match(line)))
    most: Counter[str] = Counter()
    for (_, call), count in by_thread.items():
        most[call] = max(most[call], count)
    return most


def play(profile: Path, folder: Path, fault: Fault) -> str:
    """A life with one fault and a life after it; raises AssertionError, or says where the job stands."""
    shutil.copytree(profile, folder)
    trace = ("strace", "-f", "-o", os.devnull, "-e", f"trace={fault.call}", "-e", f"inject={fault.call}:{fault.what}")
    with FarSide(first=100) as far_side:
        life(folder, far_side.address, "a boat", strace=trace, limit_s=STUCK_S if "+" in fault.what else 60.0)
        assert life(folder, far_side.address) == 0, f"{fault}: the next start"
        paid = far_side.paid.count("a boat")
    assert paid <= 1, f"{fault}: paid {paid} times"
    with closing(sqlite3.connect(folder / "test.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], fault
        rows = connection.execute("SELECT job_id, state FROM jobs WHERE prompt = 'a boat'").fetchall()
        earlier = connection.execute("SELECT state FROM jobs WHERE prompt = 'earlier'").fetchall()
        paths = connection.execute("SELECT job_id, path FROM assets WHERE state = 'saved'").fetchall()
    assert earlier == [("done",)], fault
    for path in (folder / "library" / "images").glob("[!.]*"):
        assert path.read_bytes() == PICTURE, f"{fault}: {path.name} is not whole"
    state = rows[0][1] if rows else "no wish"
    if paid:
        assert state in ("done", "unsure"), f"{fault}: paid and {state}"
    if state == "done":
        (path,) = [folder / "library" / path for job_id, path in paths if job_id == rows[0][0]]
        assert path.read_bytes() == PICTURE, fault
    shutil.rmtree(folder)
    return str(state)


def play_all(profile: Path, folder: Path, faults: Iterator[Fault]) -> tuple[int, str]:
    """Every fault, two at a time; how many, and where the jobs stood after them."""
    with ThreadPoolExecutor(2) as pool:
        played = [pool.submit(play, profile, folder / str(number), fault) for number, fault in enumerate(faults)]
        states = Counter(one.result() for one in played)
    return len(played), ", ".join(f"{count} {state}" for state, count in sorted(states.items()))


def every(counts: Counter[str], calls: tuple[str, ...], what: Callable[[int], str]) -> Iterator[Fault]:
    for call in calls:
        for number in range(1, counts[call] + 1):
            yield Fault(call, number, what(number))


@pytest.mark.timeout(3600)
def test_t02_killed_at_every_call(profile: Path, counts: Counter[str], tmp_path: Path) -> None:
    faults = every(counts, CALLS, lambda number: f"signal=SIGKILL:when={number}")
    tried, words = play_all(profile, tmp_path, faults)
    say("T-02", f"killed at {tried} calls: {words}; 0 paid twice, 0 paid and unknown, 0 bad files")


@pytest.mark.timeout(3600)
def test_t03_an_error_of_the_disk_at_every_call(profile: Path, counts: Counter[str], tmp_path: Path) -> None:
    faults = every(counts, FILE_CALLS, lambda number: f"error=EIO:when={number}")
    tried, words = play_all(profile, tmp_path, faults)
    say("T-03 EIO", f"one error at {tried} calls: {words}; 0 paid twice, 0 paid and unknown, 0 bad files")


@pytest.mark.timeout(3600)
def test_t03_a_disk_that_is_full_from_every_call_on(profile: Path, counts: Counter[str], tmp_path: Path) -> None:
    faults = every(counts, FILE_CALLS, lambda number: f"error=ENOSPC:when={number}+")
    tried, words = play_all(profile, tmp_path, faults)
    say("T-03 ENOSPC", f"full from {tried} calls on: {words}; 0 paid twice, 0 paid and unknown, 0 bad files")
