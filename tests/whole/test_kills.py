"""T-01 and T-05: kill -9 at any instant, in a real process, with the real demo server behind real HTTP.

Three services stand for the three ways to find a job again whose answer was lost: Haiper's list shows the request,
NetMind's shows ids and times, OctoAI has none. In every life one job of each is asked for.
"""

import contextlib
import hashlib
import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Self

import pytest

from app.sandbox.running import QUICK, RunningSandbox
from tests.counts import say

KEY = "a-key-for-many-lives"
SERVICES = ("netmind", "haiper", "octoai")
SHORT, LONG, CHAINS = 40, 200, 100
DEPTH = 3
LONGEST_LIFE_S = 0.8
WAIT_S = 60.0
SENDS = 0.75
"""The share of lives whose time is counted from their first request; the others die before, as well."""


class Lives:
    """One process that has everything imported, and the lives that it forks on one profile."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        environment = {**os.environ, "NETMIND_API_KEY": KEY, "OCTOAI_TOKEN": KEY, "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-m", "tests.whole.lives"]
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.__exit__(None, None, None)

    def begin(self, wishes: dict[str, str], *, rests: bool = False, sends: bool = False) -> int:
        """Starts a life and returns its process id."""
        assert self._process.stdin is not None
        order = {"profile": str(self._profile), "wishes": wishes, "rests": rests, "sends": sends}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._told("pid").split()[1])

    def wait_until_up(self) -> bool:
        """False when the life ended before it was up."""
        return self._told("up", "ended") == "up"

    def kill(self, pid: int) -> None:
        """kill -9; a life that has just ended by itself is dead all the same."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._told("ended")

    def ends_well(self) -> bool:
        return self._told("ended") == "ended 0"

    def _told(self, *beginnings: str) -> str:
        """The next line that begins so; others are passed over."""
        while True:
            line = self._line()
            if line.split()[0] in beginnings:
                return line

    def _line(self) -> str:
        assert self._process.stdout is not None
        until_s = time.monotonic() + WAIT_S
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, until_s - time.monotonic()))
            came = os.read(self._process.stdout.fileno(), 4096) if ready else b""
            if not came:
                raise AssertionError("the process says nothing any more")
            self._rest += came
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()


@pytest.fixture
def server() -> Iterator[RunningSandbox]:
    """Jobs last some tenths of a second, so that a kill may meet them anywhere."""
    with RunningSandbox(replace(QUICK, keys=(KEY,), speed=40.0)) as running:
        yield running


def _profile(folder: Path, server: RunningSandbox) -> Path:
    profile = folder / "profile"
    profile.mkdir()
    settings = {"providers": {name: {"base_url": server.base_url} for name in SERVICES}}
    (profile / "settings.json").write_text(json.dumps(settings))
    return profile


def _wishes(number: int) -> dict[str, str]:
    return {name: f"life {number} at {name}" for name in SERVICES}


def _check(profile: Path, server: RunningSandbox, wanted: int) -> dict[str, int]:
    """Nothing is paid twice, nothing that is paid is unknown, every file is what it should be."""
    made = Counter(str(job.config["prompt"]) for job in server.jobs)
    assert [prompt for prompt, count in made.items() if count > 1] == []
    (database,) = profile.rglob("slowlight.db")
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        states = dict(connection.execute("SELECT prompt, state FROM jobs"))
        known = {row[0] for row in connection.execute("SELECT remote_key FROM ledger WHERE event = 'reference'")}
        saved = connection.execute("SELECT path, sha256 FROM assets WHERE state = 'saved'").fetchall()
    unknown = [job for job in server.jobs if job.id not in known]
    lost = [job for job in unknown if states.get(str(job.config["prompt"])) != "unsure" and job.service != "octoai"]
    assert lost == []
    assert [job for job in unknown if states.get(str(job.config["prompt"])) not in ("unsure", "done")] == []
    assert [job for job in unknown if job.service == "haiper"] == []
    library = next(profile.rglob("library"))
    for path, digest in saved:
        assert hashlib.sha256((library / path).read_bytes()).hexdigest() == digest
    assert set(states.values()) <= {"done", "unsure", "expired"}
    assert len(states) <= wanted
    return Counter(states.values())


def _play(folder: Path, server: RunningSandbox, kills: int, *, luck: Random) -> None:
    profile = _profile(folder, server)
    with Lives(profile) as lives:
        for number in range(kills):
            pid = lives.begin(_wishes(number), sends=luck.random() < SENDS)
            if lives.wait_until_up():
                time.sleep(luck.uniform(0, LONGEST_LIFE_S))
                lives.kill(pid)
        lives.begin({}, rests=True)
        assert lives.wait_until_up()
        assert lives.ends_well()
    states = _check(profile, server, kills * len(SERVICES))
    say(
        "T-01",
        f"{kills} kills with 3 kinds of handle, {len(server.posts)} requests paid for, {dict(states)}:"
        " 0 paid twice, 0 paid and unknown, 0 bad files, integrity ok",
    )


@pytest.mark.timeout(300)
def test_t01_whenever_it_is_killed_nothing_is_paid_twice_or_lost(server: RunningSandbox, tmp_path: Path) -> None:
    _play(tmp_path, server, SHORT, luck=Random(1))


@pytest.mark.long
def test_t01_long_whenever_it_is_killed_nothing_is_paid_twice_or_lost(server: RunningSandbox, tmp_path: Path) -> None:
    _play(tmp_path, server, LONG, luck=Random())


@pytest.mark.long
def test_t05_killed_again_while_it_recovers_nothing_is_paid_twice_or_lost(
    server: RunningSandbox, tmp_path: Path
) -> None:
    luck = Random()
    profile = _profile(tmp_path, server)
    with Lives(profile) as lives:
        for number in range(CHAINS):
            pid = lives.begin(_wishes(number), sends=luck.random() < SENDS)
            if lives.wait_until_up():
                time.sleep(luck.uniform(0, LONGEST_LIFE_S))
                lives.kill(pid)
            for _ in range(DEPTH):
                pid = lives.begin({})
                time.sleep(luck.uniform(0, LONGEST_LIFE_S))
                lives.kill(pid)
        lives.begin({}, rests=True)
        assert lives.wait_until_up()
        assert lives.ends_well()
    states = _check(profile, server, CHAINS * len(SERVICES))
    say("T-05", f"{CHAINS} chains of kills, each {DEPTH} deep in recovery, {dict(states)}: as T-01")
