"""A history that is damaged, or of a newer version, never keeps the studio from opening, and the person is told."""

import asyncio
import sqlite3
from pathlib import Path

from app.application import Options, Studio
from app.domain.history import HistoryQuery
from app.domain.job import Job, JobState
from app.domain.media import Medium
from app.domain.problem import Problem
from app.domain.request import GenerationRequest
from app.store.copies import copies
from app.store.job_store import JobStore
from tests.conftest import Run
from tests.store.jobs import job


async def _profile_with(profile: Path, *jobs: Job) -> Path:
    """One run that leaves these jobs; returns where the database lies."""
    studio = Studio(Options(profile=profile))
    await studio.start(take_up=False)
    for one in jobs:
        await JobStore(studio.database).add(one, b"body", "/v1")
    await studio.database.keep_house()
    for early in copies(studio.paths.database):
        early.unlink()
    await studio.database.keep_house()
    await studio.close()
    return studio.paths.database


def _wish(studio: Studio) -> str:
    spec = next(spec for spec in studio.catalogue.models(Medium.IMAGE) if spec.provider_id == "demo")
    return studio.jobs.submit(GenerationRequest("demo", spec.model_id, spec.title, Medium.IMAGE, {"prompt": "a lake"}))


def test_a_history_of_a_newer_version_is_shown_and_nothing_new_is_made(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        database = await _profile_with(tmp_path, job(1, state=JobState.RUNNING, remote_ref={"key": "r"}))
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA user_version = 99")
            connection.execute("ALTER TABLE jobs ADD COLUMN dream TEXT")
        connection.close()
        before = database.read_bytes()
        studio = Studio(Options(profile=tmp_path))
        told: list[Problem] = []
        studio.jobs.trouble.connect(told.append)
        await studio.start()
        assert [found.prompt for found in await studio.jobs.history(HistoryQuery(words="fox"), 0, 10)] == ["a fox"]
        assert studio.jobs.refusal is not None
        assert "newer version" in str(studio.jobs.refusal.happened)
        assert _wish(studio) == ""
        assert [problem.code for problem in told] == ["newer_database"]
        assert "newer version" in str(studio.activity.entries()[0].title)
        assert not [name for name in studio.tasks.names if name.startswith(("watch", "sweep inputs"))]
        await studio.close()
        assert database.read_bytes() == before

    run(story())


def test_a_damaged_history_comes_back_from_its_copy_and_what_waited_is_not_sent(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        waiting = job(2, state=JobState.WAITING)
        database = await _profile_with(tmp_path, job(1, state=JobState.CANCELLED), waiting)
        noisy = bytearray(database.read_bytes())
        noisy[4096:12000] = b"\xa5" * (12000 - 4096)
        database.write_bytes(noisy)
        studio = Studio(Options(profile=tmp_path))
        await studio.start()
        assert studio.opened.restored is not None
        assert studio.opened.entries_lost
        (entry,) = [entry for entry in studio.activity.entries() if "damaged" in str(entry.title)]
        assert "copy" in str(entry.detail)
        while (found := studio.jobs.job(waiting.job_id)) is None or found.state is not JobState.UNSURE:
            await asyncio.sleep(0.01)
        assert studio.jobs.refusal is None
        await studio.close()
        (aside,) = tmp_path.glob("slowlight.db.corrupt-*")
        assert aside.read_bytes() == noisy

    run(story())
