"""Jobs in memory: bounded, found again, and never overtaken by the disk."""

import asyncio
from dataclasses import replace
from pathlib import Path

from app.domain.history import HistoryQuery
from app.domain.job import Job, JobState
from app.services.job_book import RESTING_KEPT, SEEN_KEPT, JobBook
from app.store.database import Database
from app.store.job_store import JobStore
from tests.store.jobs import job


async def _book(folder: Path) -> tuple[JobBook, JobStore, Database]:
    database = Database(folder / "test.db")
    await database.open()
    store = JobStore(database)
    return JobBook(store, lambda _old, _new: None), store, database


def test_a_long_run_keeps_a_bounded_number_of_ended_jobs_in_memory(tmp_path: Path) -> None:
    async def story() -> None:
        book, _, database = await _book(tmp_path)
        many = RESTING_KEPT + SEEN_KEPT + 50
        first = job(0)
        for number in range(many):
            book.begin(job(number))
            await book.change(job(number).job_id, JobState.CANCELLED)
            if number == RESTING_KEPT + 10:
                assert book.get(first.job_id) is not None  # lists may still show it
        assert len(book.all()) <= RESTING_KEPT + 1
        assert book.get(first.job_id) is None
        await database.close()

    asyncio.run(story())


def test_a_job_that_memory_has_let_go_is_changed_all_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        book, store, database = await _book(tmp_path)
        await store.add(job(1), b"", "")
        assert book.get(job(1).job_id) is None
        await book.change(job(1).job_id, favourite=True)
        stored = await store.get(job(1).job_id)
        assert stored is not None
        assert stored.favourite
        page = await book.history(HistoryQuery(), 0, 10)
        assert [found.favourite for found in page] == [True]
        await database.close()

    asyncio.run(story())


def test_a_job_that_is_deleted_while_it_changes_does_not_come_back(tmp_path: Path) -> None:
    async def story() -> None:
        told: list[Job] = []
        database = Database(tmp_path / "test.db")
        await database.open()
        store = JobStore(database)
        book = JobBook(store, lambda _old, new: told.append(new))
        failed = replace(job(1), state=JobState.FAILED, remote_ref={"v": 1, "key": "a"})
        await store.add(failed, b"", "")
        book.put(failed)
        change = asyncio.ensure_future(book.change(failed.job_id, JobState.QUEUED))
        await asyncio.sleep(0)
        book.forget(failed.job_id)
        assert await change is None
        assert (book.get(failed.job_id), told) == (None, [])
        await database.close()

    asyncio.run(story())


def test_two_changes_at_once_are_both_kept(tmp_path: Path) -> None:
    async def story() -> None:
        book, store, database = await _book(tmp_path)
        await store.add(job(1), b"", "")
        await book.load()
        job_id = job(1).job_id
        await asyncio.gather(
            book.change(job_id, favourite=True),
            book.change(job_id, tags=("lake",)),
            book.change(job_id, JobState.CANCELLED),
        )
        stored = await store.get(job_id)
        assert stored is not None
        assert (stored.favourite, stored.tags, stored.state) == (True, ("lake",), JobState.CANCELLED)
        await database.close()

    asyncio.run(story())
