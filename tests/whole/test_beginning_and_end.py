"""The studio begins and ends well, also when its folder is broken or somebody is in a hurry."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from app.application import Options, Studio
from app.domain.job import Job, JobState
from app.domain.local_errors import (
    StorageError,
)
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.self_test import self_test
from app.store.database import Database
from app.store.job_store import JobStore
from tests.conftest import Run


def _wish(studio: Studio) -> str:
    spec = next(spec for spec in studio.catalogue.models(Medium.IMAGE) if spec.provider_id == "demo")
    params = {**spec.defaults(), "prompt": "a lake"}
    return studio.jobs.submit(GenerationRequest("demo", spec.model_id, spec.title, Medium.IMAGE, params))


def test_without_its_database_the_studio_still_has_models_and_settings_and_sends_nothing(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        (tmp_path / "slowlight.db").mkdir()
        studio = Studio(Options(profile=tmp_path))
        with pytest.raises(StorageError):
            await studio.start()
        studio.settings.set("appearance.mode", "light")
        job_id = _wish(studio)
        while (job := studio.jobs.job(job_id)) is None or job.state is not JobState.FAILED:
            await asyncio.sleep(0.01)
        assert job.problem is not None
        assert job.problem.code == "storage"
        await studio.close()
        assert "light" in (tmp_path / "settings.json").read_text()

    run(story())


@pytest.mark.parametrize("turns", [0, 1, 3, 10, 30])
def test_leaving_before_the_start_is_over_leaves_nothing_behind(run: Run[None], tmp_path: Path, turns: int) -> None:
    async def story() -> None:
        studio = Studio(Options(profile=tmp_path))
        starting = studio.tasks.start("start", studio.start())
        for _ in range(turns):
            await asyncio.sleep(0)
        await studio.close()
        assert starting.done()
        assert studio.tasks.names == []
        while any(thread.name.startswith("database") for thread in threading.enumerate()):
            await asyncio.sleep(0.01)
        again = Studio(Options(profile=tmp_path))
        await again.start()
        await again.close()

    run(story())


def test_a_signal_ends_the_window_well_at_any_moment(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for awaited in ("settings.json", "slowlight.db", "library"):
        profile = tmp_path / awaited
        (profile / "logs").mkdir(parents=True)
        (profile / "settings.json").write_text('{"demo": {"enabled": true}}')
        command = [sys.executable, "-m", "app", "--profile", str(profile)]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as window:
            while not (profile / awaited).exists() or not (profile / "logs" / "crash.txt").exists():
                assert window.poll() is None
            window.send_signal(signal.SIGTERM)
            _, said = window.communicate(timeout=30)
            assert window.returncode == 0, said
            assert "Traceback" not in said


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "app", "--profile", str(tmp_path / "file" / "profile")]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as window:
        assert window.stderr is not None
        said = window.stderr.readline()
        assert "Slowlight cannot write to its own folder" in said
        window.send_signal(signal.SIGTERM)
        _, rest = window.communicate(timeout=30)
        assert window.returncode == 1
        assert "Traceback" not in rest
    tested = subprocess.run([*command, "--self-test"], env=environment, capture_output=True, text=True, check=False)
    assert (tested.returncode, tested.stderr) == (1, "")
    assert "self-test failed: Slowlight cannot write to its own folder" in tested.stdout


def test_a_self_test_that_is_told_to_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "app", "--self-test"], env=environment, stdout=subprocess.PIPE
    ) as test:
        while not list(tmp_path.glob("slowlight-self-test-*/demo/jobs/*.json")):
            assert test.poll() is None
            time.sleep(0.01)
        children = psutil.Process(test.pid).children(recursive=True)
        test.send_signal(signal.SIGTERM)
        said, _ = test.communicate(timeout=30)
        assert (test.returncode, said) == (1, b"self-test failed: it was told to stop\n")
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_a_self_test_leaves_the_jobs_of_its_profile_as_they_stand(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        studio = Studio(Options(profile=tmp_path))
        await studio.start()
        job_id = _wish(studio)
        await studio.close()
        before = await _stored(tmp_path, job_id)
        assert before is not None
        assert await self_test(Options(profile=tmp_path, self_test=True), said.append) == 0
        assert await _stored(tmp_path, job_id) == before

    said: list[str] = []
    run(story())
    assert said[-1] == "self-test passed", said


async def _stored(profile: Path, job_id: str) -> Job | None:
    database = Database(profile / "slowlight.db")
    await database.open()
    try:
        return await JobStore(database).get(job_id)
    finally:
        await database.close()


def test_a_second_start_brings_the_first_window_forward_and_ends(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "app", "--profile", str(tmp_path)]
    with subprocess.Popen(command, env=environment) as first:
        while not (tmp_path / "slowlight.knock").exists():
            assert first.poll() is None
            time.sleep(0.01)
        assert subprocess.run(command, env=environment, timeout=60, check=False).returncode == 0
        assert first.poll() is None
        tested = subprocess.run([*command, "--self-test"], env=environment, capture_output=True, text=True, check=False)
        assert (tested.returncode, tested.stdout) == (1, "self-test failed: Slowlight is open already.\n")
        first.kill()
        first.wait()
    note = tmp_path / "slowlight.knock" / "note"
    note.touch()
    with subprocess.Popen(command, env=environment) as again:
        while note.exists():
            assert again.poll() is None
            time.sleep(0.01)
        again.send_signal(signal.SIGTERM)
        assert again.wait(30) == 0


def test_a_start_while_the_last_one_is_leaving_waits_for_its_place(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        leaving = Studio(Options(profile=tmp_path))
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-m", "app", "--profile", str(tmp_path)]
        (tmp_path / "slowlight.knock").mkdir()
        with subprocess.Popen(command, env=environment) as coming:  # noqa: ASYNC220 - starting it takes no time
            while not list((tmp_path / "slowlight.knock").iterdir()):
                assert coming.poll() is None
                await asyncio.sleep(0.01)
            await leaving.close()
            while list((tmp_path / "slowlight.knock").iterdir()):
                assert coming.poll() is None
                await asyncio.sleep(0.01)
            coming.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(coming.wait, 30) == 0

    run(story())
