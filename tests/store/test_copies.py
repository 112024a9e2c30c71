"""Copies are made in time and kept in number; a damaged or lost database comes back from the newest sound one."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.domain.job import JobState
from app.domain.local_errors import StorageError
from app.store.copies import KEPT, back_up_once_a_day, copies
from app.store.database import Database, OpenReport
from app.store.job_store import JobStore
from app.store.migrations import MIGRATIONS
from app.store.reserve import SIZE_BYTES
from tests.store.jobs import job

TODAY = datetime.now().astimezone().date()


def damage(path: Path) -> bytes:
    """Writes noise over the middle of a file and returns what it is then."""
    noisy = bytearray(path.read_bytes())
    noisy[len(noisy) // 3 : len(noisy) // 3 + 9000] = os.urandom(9000)
    path.write_bytes(noisy)
    return bytes(noisy)


def test_a_copy_is_made_once_a_day_and_seven_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"

    async def story() -> None:
        db = Database(path)
        await db.open()
        await JobStore(db).add(job(0), b"body", "/v1")
        await db.keep_house()
        await db.keep_house()
        assert len(copies(path)) == 1
        await db.close()

    asyncio.run(story())
    (first,) = copies(path)
    for days in range(1, 11):
        older = (TODAY - timedelta(days=days)).strftime("%Y%m%d")
        (first.parent / f"slowlight-v1-{older}-120000.db").write_bytes(first.read_bytes())
    (first.parent / "slowlight-v1-20200101-120000.part").write_bytes(b"a half")
    first.unlink()
    assert back_up_once_a_day(path, TODAY) is not None
    assert len(copies(path)) == KEPT
    assert copies(path)[0].name.split("-")[2] == TODAY.strftime("%Y%m%d")
    assert not list(first.parent.glob("*.part"))
    copy = sqlite3.connect(copies(path)[0])
    assert copy.execute("SELECT count(*) FROM jobs").fetchone() == (1,)
    copy.close()
    if os.name == "posix":
        assert copies(path)[0].stat().st_mode & 0o777 == 0o600


def test_a_damaged_database_is_set_aside_and_the_newest_sound_copy_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"

    async def story() -> None:
        db = Database(path)
        await db.open()
        store = JobStore(db)
        await store.add(job(0, state=JobState.WAITING), b"body", "/v1")
        await db.keep_house()
        for number in range(1, 30):
            await store.add(job(number), b"x" * 1000, "/v1")
        await db.close()
        sound = copies(path)[0]
        # a newer copy that is damaged is passed over
        broken = sound.with_name(sound.name.replace(f"-v{len(MIGRATIONS)}-", f"-v{len(MIGRATIONS)}-9"))
        broken.write_bytes(sound.read_bytes())
        damage(broken)
        before = damage(path)
        db = Database(path)
        report = await db.open()
        assert report.restored == sound
        assert report.entries_lost
        assert report.set_aside is not None
        assert report.set_aside.read_bytes() == before
        assert len(report.notices) == 3
        (found,) = await JobStore(db).unfinished()
        assert found.state is JobState.SENDING, "it may have been sent since; the engine asks the person about it"
        assert found.sent_at is not None
        await db.close()
        db = Database(path)
        assert (await db.open()).notices == ()
        await db.close()

    asyncio.run(story())


def test_a_database_that_is_gone_comes_back_from_its_copy(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"

    async def story() -> None:
        db = Database(path)
        await db.open()
        await JobStore(db).add(job(0), b"body", "/v1")
        await db.keep_house()
        await db.close()
        path.unlink()
        db = Database(path)
        report = await db.open()
        assert report.restored is not None
        assert await JobStore(db).get(job(0).job_id) is not None
        await db.close()

    asyncio.run(story())


def test_a_journal_that_was_taken_away_is_noticed_and_what_waits_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"

    async def story() -> OpenReport:
        db = Database(path)
        await db.open()
        await JobStore(db).add(job(0, state=JobState.WAITING), b"body", "/v1")
        await db.close()
        # killed while it was open, and the journal deleted by somebody
        path.with_name("slowlight.db-open").touch()
        db = Database(path)
        report = await db.open()
        (found,) = await JobStore(db).unfinished()
        assert found.state is JobState.SENDING
        await db.close()
        db = Database(path)
        assert await db.open() == OpenReport()
        await db.close()
        # killed while it was closing: the journal was put away in order
        path.with_name("slowlight.db-closing").touch()
        db = Database(path)
        assert await db.open() == OpenReport()
        await db.close()
        return report

    report = asyncio.run(story())
    assert report.entries_lost
    assert "newest entries" in str(report.notices[0])


def test_the_reserve_is_given_up_for_a_reference_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"
    reserve = path.with_name("slowlight.db-reserve")

    def limit(pages: int) -> Callable[[sqlite3.Connection], None]:
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").close()

    async def story() -> None:
        db = Database(path)
        await db.open()
        store = JobStore(db)
        await store.add(job(0, state=JobState.WAITING), b"body", "/v1")
        assert reserve.stat().st_size == SIZE_BYTES
        pages = await db.read(lambda connection: int(connection.execute("PRAGMA page_count").fetchone()[0]))
        await db.run(limit(pages))
        with pytest.raises(StorageError):
            await store.add(job(1), b"x" * 100_000, "/v1")
        assert reserve.exists(), "nothing was paid for it"
        with pytest.raises(StorageError):
            await store.save(job(0, state=JobState.WAITING, prompt="x" * 100_000))
        assert not reserve.exists()
        await db.run(limit(100_000))
        await db.keep_house()
        assert reserve.stat().st_size == SIZE_BYTES
        await db.close()

    asyncio.run(story())


def test_nothing_is_sent_while_there_is_no_room_for_its_reference(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"

    async def story() -> None:
        db = Database(path)
        await db.open()
        store = JobStore(db)
        waiting = job(0, state=JobState.WAITING)
        await store.add(waiting, b"body", "/v1")
        reserve = path.with_name("slowlight.db-reserve")
        reserve.unlink()
        reserve.mkdir()  # nothing can be written there
        with pytest.raises(StorageError) as caught:
            await store.mark_sending(waiting.job_id, waiting.created_at)
        assert "full" in str(caught.value.problem().happened)
        reserve.rmdir()
        await store.mark_sending(waiting.job_id, waiting.created_at)
        assert reserve.stat().st_size == SIZE_BYTES
        await db.close()

    asyncio.run(story())
