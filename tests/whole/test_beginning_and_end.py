"""The studio begins and ends well, also when its folder is broken or somebody is in a hurry."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.application import Options, Studio
from app.domain.errors import StorageError
from app.domain.job import JobState
from app.domain.media import Medium
from app.domain.request import GenerationRequest
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
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("database")]
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
