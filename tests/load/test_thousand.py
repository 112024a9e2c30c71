"""T-25: a thousand jobs at once with the window open: none is lost, nothing grows, and the window stays quick.

The service is a process of its own, and so is a loop with nothing to do that tells how late this machine wakes anybody
at the moment: a busy machine makes everybody late, and what is left above that is the studio's own.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from urllib.request import urlopen

import psutil
import pytest
from PySide6.QtWidgets import QApplication

from app.application import Options, Studio
from app.domain.job import JobState
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.store.settings_store import SettingsStore
from app.studio_window import StudioWindow
from app.system.event_loop import StudioLoop
from tests.counts import say
from tests.load.bare_loop import Lag
from tests.virtual.conftest import quick_disk

S = JobState
JOBS = 1000
MIB = 1024 * 1024
MOST_GROWTH_MIB, MOST_FILES = 20.0, 64
P99_MS, WORST_MS = 25.0, 250.0
CALM_P99_MS = 2.1
"""Of a loop with nothing to do on a calm machine (reliability.md T-25); what a machine is above that, it is slower by."""
MODEL = "Qwen/Qwen-Image"


class BusyStudio(Studio):
    """Sends as many jobs at once as it is asked for."""

    def _number(self, key: str) -> int:
        return JOBS if key.startswith("limits.") else super()._number(key)


@contextmanager
def beside(module: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that ends when its input does."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()


def said_by(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def profile() -> Iterator[Path]:
    made = Path(mkdtemp(prefix="slowlight-test-", dir=quick_disk()))
    yield made
    rmtree(made, ignore_errors=True)


def points_at(profile: Path, address: str) -> None:
    """The settings of a person with a key and a service at that address."""
    profile.mkdir(exist_ok=True)
    settings = SettingsStore(profile / "settings.json")
    settings.save({"providers": {"netmind": {"base_url": address}}, "welcome": {"seen": True}})


class Thousand:
    """The studio with its window, its jobs, and what is measured of it. Rounds of jobs follow each other."""

    def __init__(self, qt: QApplication, profile: Path) -> None:
        qt.setQuitOnLastWindowClosed(False)
        self.studio = BusyStudio(Options(profile=profile))
        self.desk = StudioWindow(qt, self.studio, asyncio.Event())
        self.process = psutil.Process()
        self.lag = Lag()
        self.ids: list[str] = []

    async def open(self) -> None:
        self.desk.open()
        await self.studio.start()
        self.desk.window.show_page("image")

    def submit(self, number: int) -> None:
        spec = self.studio.catalogue.spec_for("netmind", MODEL)
        assert spec is not None
        params = {**spec.defaults(), "prompt": f"job {number}", "seed": number}
        self.ids.append(self.studio.jobs.submit(GenerationRequest("netmind", MODEL, spec.title, Medium.IMAGE, params)))

    def on_the_way(self) -> int:
        return len(self.studio.jobs.unfinished())

    def memory_mib(self) -> float:
        return float(self.process.memory_info().rss / MIB)

    def files(self) -> int:
        return int(self.process.num_fds())

    async def round(self, jobs: int) -> int:
        """So many wishes, and until all of them have ended. Returns the most that were on their way at once."""
        most = 0
        for number in range(jobs):
            self.submit(number)
            await asyncio.sleep(0.01)  # a script that sends, not a frozen window
        while unfinished := self.on_the_way():
            most = max(most, unfinished)
            await asyncio.sleep(0.2)
        return most


async def live(here: Thousand, rounds: int, jobs: int) -> str:
    """Plays the rounds; returns what was measured. Raises AssertionError for a promise that does not hold."""
    await here.open()
    await asyncio.sleep(1.0)
    base_tasks, base_files = set(here.studio.tasks.names), here.files()
    await here.round(50)  # warms up: libraries, pools, threads, the child that looks into files
    watching = asyncio.create_task(here.lag.watch())
    warm, most_files, most = 0.0, 0, 0
    for number in range(rounds):
        most = max(most, await here.round(jobs))
        most_files = max(most_files, here.files() - base_files)
        warm = here.memory_mib() if number == 0 else warm
    watching.cancel()
    growth = here.memory_mib() - warm
    states = [job.state for job_id in here.ids if (job := here.studio.jobs.job(job_id)) is not None]
    leftover = set(here.studio.tasks.names) - base_tasks
    here.desk.end()
    await here.studio.close()
    assert states == [S.DONE] * len(here.ids)
    assert most_files <= MOST_FILES
    assert growth <= MOST_GROWTH_MIB
    assert not leftover
    return (
        f"{len(here.ids)} jobs, {most} at once, 0 lost, {growth:+.0f} MiB after warm-up, {most_files} more files open, "
        f"loop late p99 {here.lag.p99_ms():.1f} worst {here.lag.worst_ms():.0f} ms"
    )


def play(studio_loop: StudioLoop, qt: QApplication, profile: Path, rounds: int, jobs: int, *lasts: str) -> str:
    with beside("tests.load.far_service", *lasts) as service, beside("tests.load.bare_loop") as bare:
        address = f"http://127.0.0.1:{said_by(service)}"
        points_at(profile, address)
        here = Thousand(qt, profile)
        measured: str = studio_loop.run_until_complete(live(here, rounds, jobs))
        with urlopen(f"{address}/count") as answer:  # noqa: S310 - our own service
            asked = json.load(answer)
        assert bare.stdin is not None
        bare.stdin.close()
        bare_p99_ms = float(said_by(bare).split()[0])
    assert asked["post"] == len(here.ids), "every job was paid once"
    slower = max(1.0, bare_p99_ms / CALM_P99_MS)
    assert here.lag.p99_ms() <= P99_MS * slower, (
        f"p99 {here.lag.p99_ms():.0f} ms on a machine {slower:.1f} times as slow"
    )
    assert here.lag.worst_ms() <= WORST_MS * slower
    return f"{measured} (a bare loop beside it: p99 {bare_p99_ms:.1f} ms), {asked['list']} lists, 0 paid twice"


def test_two_hundred_jobs_at_once(
    studio_loop: StudioLoop, qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short form: as many as a machine with two cores does in half a minute beside other work."""
    monkeypatch.setenv("NETMIND_API_KEY", "not-a-real-key-for-a-thousand-jobs")
    say("T-25 short", play(studio_loop, qapp, profile, 1, 200, "--shortest", "6", "--longest", "16"))


@pytest.mark.long
def test_a_thousand_jobs_at_once_for_half_an_hour(
    studio_loop: StudioLoop, qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETMIND_API_KEY", "not-a-real-key-for-a-thousand-jobs")
    say("T-25 long", play(studio_loop, qapp, profile, 15, JOBS, "--shortest", "60", "--longest", "110"))
