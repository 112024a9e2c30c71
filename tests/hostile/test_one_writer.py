"""T-36: however often and in whatever state it is started again, one program at a time writes a profile."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.sandbox.running import QUICK, RunningSandbox
from app.system.one_instance import OneInstance
from tests.counts import say

ROOT = Path(__file__).resolve().parents[2]
STARTS = 50
KILLS = 10
INTRUDERS = 2
WORKER = """
import sys, time
from pathlib import Path
from random import Random
from app.system.one_instance import OneInstance
folder, number, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
chance = Random(int(number))
won = 0
for _ in range(rounds):
    time.sleep(chance.random() * 0.004)
    one = OneInstance(folder / "slowlight.lock")
    if not one.claim():
        continue
    won += 1
    inside = folder / "inside"
    try:
        inside.touch(exist_ok=False)  # raises when a second writer is here
    except FileExistsError:
        sys.exit("two writers")
    time.sleep(chance.random() * 0.004)
    inside.unlink()
    one.close()
print(won)
"""
HOLDER = """
import sys, time
from pathlib import Path
from app.system.one_instance import OneInstance
one = OneInstance(Path(sys.argv[1]) / "slowlight.lock")
print(one.claim(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    folder.mkdir()
    return folder


def _holder(profile: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(profile)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def _may_claim(profile: Path) -> bool:
    one = OneInstance(profile / "slowlight.lock")
    claimed = one.claim()
    one.close()
    return claimed


def test_of_two_that_start_again_and_again_at_random_moments_one_writes(profile: Path) -> None:
    """Two processes, fifty starts each."""
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(profile), str(number), str(STARTS)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    ended = [starter.communicate() for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0], ended
    won = [int(out) for out, _ in ended]
    assert all(won), "each of them had the profile at some time"
    say("T-36", f"one writer: 2 programs x {STARTS} starts, {sum(won)} times one of them wrote, never both")


def test_a_holder_that_is_killed_leaves_a_lock_that_is_not_believed(profile: Path) -> None:
    for _ in range(KILLS):
        with _holder(profile) as holder:
            assert not _may_claim(profile)
            holder.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
            holder.wait()
        assert (profile / "slowlight.lock").exists(), "it is stale now"
        assert _may_claim(profile)
    say("T-36 killed", f"one writer: {KILLS} holders killed, the stale lock was taken over each time")


@pytest.mark.parametrize(
    "content", [b"", b"1\n", b"999999\nother-host\n", bytes(range(64))], ids=["empty", "first", "foreign", "noise"]
)
def test_what_stands_in_the_lock_file_decides_nothing(profile: Path, content: bytes) -> None:
    """A foreign process id, a copied or damaged file: the system's own lock counts, and that ends with its holder."""
    (profile / "slowlight.lock").write_bytes(content)
    assert _may_claim(profile)
    with _holder(profile) as holder:
        (profile / "slowlight.lock").write_bytes(content)
        assert not _may_claim(profile)
        holder.kill()


def test_a_copied_profile_is_another_one(profile: Path, tmp_path: Path) -> None:
    with _holder(profile) as holder:
        copied = tmp_path / "copied"
        shutil.copytree(profile, copied)
        assert _may_claim(copied)
        assert not _may_claim(profile)
        holder.kill()


@pytest.mark.skipif(os.name != "posix", reason="the limits of who may read are those of POSIX")
def test_nobody_else_can_knock_or_hold(profile: Path) -> None:
    one = OneInstance(profile / "slowlight.lock")
    assert one.claim()
    one.close()
    assert (profile / "slowlight.lock").stat().st_mode & 0o077 == 0


def test_random_kills_and_starts_in_between_leave_one_writer(profile: Path) -> None:
    """Holders come and are killed while somebody tries: at no moment are there two."""
    chance = Random(36)
    tried = 0
    for _ in range(5):
        with _holder(profile) as holder:
            until = time.monotonic() + chance.random() * 0.05
            while time.monotonic() < until:
                assert not _may_claim(profile)
                tried += 1
            holder.kill()
            holder.wait()
        assert _may_claim(profile)
    assert tried


def _driver(profile: Path, *prompt: str) -> "subprocess.Popen[str]":
    """The studio without a window, as `tests/whole/driver.py` tells."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.whole.driver", str(profile), *prompt],
        cwd=ROOT,
        env={**os.environ, "NETMIND_API_KEY": "demo-key", "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_studios_that_are_started_while_one_works_pay_for_nothing(profile: Path) -> None:
    """One job is on its way; whoever is started meanwhile finds the profile taken and sends nothing. Then one is killed."""
    with RunningSandbox(replace(QUICK, speed=1.0)) as service:
        settings = {"providers": {"netmind": {"base_url": service.base_url}}}
        (profile / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        first = _driver(profile, "a", "lake", "[slow]")
        assert first.stdout is not None
        while not any(word in (line := first.stdout.readline()) for word in (" queued", " running")):
            assert line, first.communicate()
        intruders = [_driver(profile) for _ in range(INTRUDERS)]
        said = [intruder.communicate()[1] for intruder in intruders]
        assert first.poll() is None, "it still works"
        assert all("ProfileInUseError" in words for words in said), said
        first.kill()
        first.communicate()
        asked = len(service.requests)
        with _driver(profile) as heir:
            while len(service.requests) == asked:  # it takes the job up: it asks how it stands
                assert heir.poll() is None
                time.sleep(0.02)
            heir.kill()
        assert len(service.posts) == 1
    say(
        "T-36 studios",
        f"one writer: {INTRUDERS} studios started while one worked, 1 after it was killed: 1 paid request",
    )
