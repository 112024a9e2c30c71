"""Downloads wait in one line, what is lost first comes first, and a disk without room stops the line and loses nothing."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from app.domain.job import Job, JobState
from app.net.media_client import MediaClient
from app.services.download_line import DownloadLine
from app.services.job_tools import JobSeams, SavingLimits
from app.services.library import Library
from app.services.provider_service import Connected
from app.services.settings_service import SettingsService
from app.services.tasks import Tasks
from app.store.media_folder import MARK
from app.store.settings_store import SettingsStore
from tests.conftest import Run
from tests.services.scripted import INFO, SPEC, Cast, FileServer, Script, ScriptedProvider, done_with, staged
from tests.store.jobs import job

S = JobState
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def files() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


def expiring(number: int, hours: float | None, provider_id: str = "one") -> Job:
    expires = None if hours is None else NOW + timedelta(hours=hours)
    return job(number, provider_id=provider_id, expires_at=expires)


def test_what_the_server_deletes_first_comes_first_and_no_limit_is_passed() -> None:
    async def story() -> list[int]:
        order: list[int] = []
        busy: dict[str, int] = {"one": 0, "two": 0}
        most: dict[str, int] = {"one": 0, "two": 0, "all": 0}
        line = DownloadLine(lambda: 3, lambda: 2)

        async def fetch(number: int, one: Job) -> None:
            async with line.place(one):
                order.append(number)
                busy[one.provider_id] += 1
                most[one.provider_id] = max(most[one.provider_id], busy[one.provider_id])
                most["all"] = max(most["all"], sum(busy.values()))
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                busy[one.provider_id] -= 1

        hours = (None, 9, 5, 7, 1, None, 3, 2)
        jobs = [expiring(number, left, "one") for number, left in enumerate(hours)]
        jobs += [expiring(number + 20, None, "two") for number in range(6)]
        async with line.place(expiring(98, None)), line.place(expiring(99, None)):  # "one" is busy while all arrive
            tasks = [asyncio.ensure_future(fetch(number, one)) for number, one in enumerate(jobs)]
            await asyncio.sleep(0)
            tasks[3].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert most == {"one": 2, "two": 2, "all": 3}
        return [number for number in order if number < len(hours)]

    assert asyncio.run(story()) == [4, 7, 6, 2, 1, 0, 5]


def test_a_disk_without_room_stops_all_downloads_keeps_the_references_and_goes_on_by_itself(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        provider = ScriptedProvider(Script(polls=[done_with(files.url("/a.png"))]))
        cast = Cast(INFO, SPEC, lambda info, url, key: Connected(provider, MediaClient(allow_loopback=True)))
        has_room = False
        limits = SavingLimits(overall=lambda: 1, keep_free_bytes=lambda: 0 if has_room else 2**62)
        seams = JobSeams(random=Random(7), pace=lambda *_: 0.01, pause_factor=0.02, limits=limits)
        async with staged(tmp_path, cast, seams) as here:
            ids = [here.submit(f"lake {number}") for number in range(6)]
            for job_id in ids[:4]:
                await here.until(lambda job_id=job_id: problem_code(here.jobs.job(job_id)) == "disk_full")  # type: ignore[misc]
            saving = [job_id for job_id in ids if here.state(job_id) is S.SAVING]
            asked = len(files.requests)
            await asyncio.sleep(0.5)
            assert len(files.requests) - asked <= 1, "nobody tries again and again while the disk is full"
            for job_id in saving:
                stored = await here.store.get(job_id)
                assert stored is not None
                assert stored.remote_ref is not None
            has_room = True
            for job_id in ids:
                await here.until_state(job_id, S.DONE)
            assert not list(tmp_path.rglob("*.part"))

    run(story())


def problem_code(found: Job | None) -> str:
    return found.problem.code if found is not None and found.problem is not None else ""


def test_an_empty_mount_point_is_not_the_library_and_results_wait(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        provider = ScriptedProvider(Script(polls=[done_with(files.url("/a.png"))]))
        cast = Cast(INFO, SPEC, lambda info, url, key: Connected(provider, MediaClient(allow_loopback=True)))
        seams = JobSeams(random=Random(7), pace=lambda *_: 0.01, pause_factor=0.02)
        async with staged(tmp_path, cast, seams) as here:
            here.folder.mark()
            here.folder.is_marked = True
            (here.folder.root / MARK).rename(tmp_path / "unmounted")
            job_id = here.submit()
            await here.until(lambda: problem_code(here.jobs.job(job_id)) == "library_missing")
            assert list(here.folder.root.iterdir()) == [], "nothing goes to the system disk"
            (tmp_path / "unmounted").rename(here.folder.root / MARK)
            await here.until_state(job_id, S.DONE)

    run(story())


def test_a_library_is_known_by_its_mark_from_its_first_use_on(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        tasks = Tasks()
        settings = SettingsService(SettingsStore(tmp_path / "settings.json"), tasks.start)
        drive, profile = tmp_path / "drive", tmp_path / "profile"
        drive.mkdir()
        settings.set("library.folder", str(drive))

        def library() -> Library:
            return Library(settings, profile / "library", profile)

        assert await library().prepare() is None
        assert (drive / MARK).exists()
        (drive / MARK).unlink()  # the drive is away, its mount point is there
        problem = await library().prepare()
        assert problem is not None
        assert problem.code == "library_missing"
        assert list(drive.iterdir()) == []
        again = library()
        again.chosen()  # the person says that this is it
        assert await again.prepare() is None
        assert (drive / MARK).exists()
        settings.set("library.folder", None)
        for _ in range(2):
            # the private folder of the profile cannot be unplugged: its library is made again
            assert await library().prepare() is None
            (profile / "library" / MARK).unlink()
            (profile / "library").rmdir()
        elsewhere = Library(settings, tmp_path / "documents" / "Slowlight", profile)
        assert await elsewhere.prepare() is None
        (tmp_path / "documents" / "Slowlight" / MARK).unlink()
        (tmp_path / "documents" / "Slowlight").rmdir()
        assert await Library(settings, tmp_path / "documents" / "Slowlight", profile).prepare() is not None
        assert not (tmp_path / "documents" / "Slowlight").exists()
        await settings.close()
        await tasks.close()

    run(story())
