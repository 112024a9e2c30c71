"""A job that was paid for is on disk before and after every step, and one bad row hides nothing else."""

import asyncio
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from app.domain.history import HistoryQuery
from app.domain.job import Job, JobState, TransferState
from app.domain.local_errors import (
    StorageError,
)
from app.domain.media import Medium
from app.domain.money import Money
from app.store.database import Database
from app.store.job_store import JobStore
from tests.store.jobs import START, asset, full, job

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
EVERYTHING = HistoryQuery()


def with_store(tmp_path: Path, story: Callable[[JobStore, Database], Awaitable[T]]) -> T:
    """Runs a story with an open store and closes it."""

    async def run() -> T:
        db = Database(tmp_path / "slowlight.db")
        await db.open()
        try:
            return await story(JobStore(db, now=lambda: START), db)
        finally:
            await db.close()

    return asyncio.run(run())


def test_every_field_of_a_job_survives(tmp_path: Path) -> None:
    async def story(store: JobStore, _: Database) -> None:
        await store.add(job(1), b"{}", "/v1/generation")
        assert await store.get(job(1).job_id) == job(1)
        await store.save(full(1))
        assert await store.get(full(1).job_id) == full(1)
        await store.save(full(2))
        assert await store.get(full(2).job_id) == full(2), "a job that was adopted is not added first"
        assert await store.get("nobody") is None

    with_store(tmp_path, story)


def test_the_exact_request_is_kept_with_the_intent(tmp_path: Path) -> None:
    body = b'{"prompt": "f\\u00fcchse", "n":1 }\x00\xff'

    async def story(store: JobStore, db: Database) -> None:
        await store.add(job(1), body, "/v1/generation")
        assert await store.body(job(1).job_id) == ("/v1/generation", body)
        first = (await store.events(job(1).job_id))[0]
        assert (first.event, first.at, first.detail["size_bytes"]) == ("intent", START, len(body))
        with pytest.raises(LookupError):
            await store.body("nobody")
        with pytest.raises(sqlite3.IntegrityError):
            await store.add(job(1), body, "/v1/generation")
        await db.run(lambda connection: connection.execute("UPDATE bodies SET body = x'00'").close())
        with pytest.raises(StorageError) as caught:
            await store.body(job(1).job_id)
        assert "damaged" in str(caught.value.problem().happened)

    with_store(tmp_path, story)


def test_the_ledger_tells_the_story_of_a_job_in_order(tmp_path: Path) -> None:
    async def story(store: JobStore, db: Database) -> None:
        one = job(1, estimate=Money(Decimal("0.04")))
        await store.add(one, b"{}", "/v1/generation")
        await store.mark_sending(one.job_id, START)
        one = replace(one, state=JobState.QUEUED, sent_at=START, remote_ref={"key": "r-1"})
        await store.save(one)
        await store.save(replace(one, progress=0.5))
        one = replace(one, state=JobState.SAVING, assets=(asset(one.job_id, state=TransferState.KNOWN),))
        await store.save(one)
        one = replace(one, state=JobState.DONE, assets=(asset(one.job_id),))
        await store.save(one)
        await store.save(one)
        events = await store.events(one.job_id)
        assert [entry.event for entry in events] == [
            *("intent", "sending", "state", "reference", "state", "state", "saved"),
        ]
        assert events[1].detail == {"attempt": 1}
        assert events[2].detail == {"from": "sending", "to": "queued", "problem": ""}
        assert events[3].detail["ref"] == {"key": "r-1"}
        assert "a fox" not in str(events), "the words of a person do not stay in the ledger"
        for attack in ("DELETE FROM ledger", "UPDATE ledger SET event = 'other'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                await db.run(lambda connection, sql=attack: connection.execute(sql).close())  # type: ignore[misc]

    with_store(tmp_path, story)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from dataclasses import replace
from app.domain.job import JobState
from app.store.database import Database
from app.store.job_store import JobStore
from tests.store.jobs import START, job

async def main():
    db = Database(Path(sys.argv[1]))
    await db.open()
    store = JobStore(db)
    await store.add(job(1), b"body", "/v1/generation")
    await store.mark_sending(job(1).job_id, START)
    await store.add(job(2), b"body", "/v1/generation")
    await store.mark_sending(job(2).job_id, START)
    queued = replace(job(2), state=JobState.QUEUED, sent_at=START, remote_ref={"key": "r-2"})
    await store.save(queued)
    asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGKILL)
    await store.save(replace(queued, state=JobState.RUNNING))

asyncio.run(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
def test_a_kill_loses_neither_intent_nor_reference(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "slowlight.db")], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL

    async def story(store: JobStore, _: Database) -> None:
        found = {found.job_id: found for found in await store.unfinished()}
        assert found[job(1).job_id].state is JobState.SENDING
        assert found[job(1).job_id].remote_ref is None
        second = await store.get(job(2).job_id)
        assert second is not None
        assert second.remote_ref == {"key": "r-2"}
        assert await store.known_remote_keys("netmind") == {"r-2"}

    with_store(tmp_path, story)


def test_nothing_is_sent_for_a_job_that_is_not_written_down(tmp_path: Path) -> None:
    async def story(store: JobStore, _: Database) -> None:
        with pytest.raises(LookupError):
            await store.mark_sending("nobody", START)
        await store.add(job(1), b"", "")
        await store.remove(job(1).job_id)
        with pytest.raises(LookupError):
            await store.mark_sending(job(1).job_id, START)

    with_store(tmp_path, story)


def test_unfinished_and_unsure_jobs_come_back_oldest_first_and_resting_ones_do_not(tmp_path: Path) -> None:
    async def story(store: JobStore, _: Database) -> list[JobState]:
        for number, state in enumerate(reversed(JobState)):
            await store.save(job(number, state=state))
        return [found.state for found in await store.unfinished()]

    assert with_store(tmp_path, story) == [
        JobState.UNSURE,
        JobState.SAVING,
        JobState.RUNNING,
        JobState.QUEUED,
        JobState.SENDING,
        JobState.WAITING,
    ]


def test_one_row_that_cannot_be_read_hides_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damage = {
        "params": "'{not json'",
        "state": "'dancing'",
        "medium": "'smell'",
        "created_at": "'yesterday'",
        "amount": "'cheap'",
        "problem": "'['",
        "remote_ref": "'[1]'",
        "prompt": "CAST(x'ff61fe' AS TEXT)",
    }

    async def story(store: JobStore, db: Database) -> list[Job]:
        for number, (column, value) in enumerate(damage.items()):
            await store.save(full(number))
            sql = f"UPDATE jobs SET {column} = {value} WHERE job_id = '{job(number).job_id}'"  # noqa: S608
            await db.run(lambda connection, sql=sql: connection.execute(sql).close())  # type: ignore[misc]
        await store.save(full(100))
        sql = f"UPDATE assets SET medium = 'smell' WHERE job_id = '{job(100).job_id}' AND position = 1"  # noqa: S608
        await db.run(lambda connection: connection.execute(sql).close())
        return await store.page(EVERYTHING, 0, 50)

    with caplog.at_level(logging.ERROR):
        found = with_store(tmp_path, story)
    assert {job(100).job_id, job(7).job_id} <= {one.job_id for one in found}
    assert len(found) == 2, "text that is not UTF-8 is repaired, everything else is left out"
    assert [len(one.assets) for one in found if one.job_id == job(100).job_id] == [1]
    assert job(0).job_id in caplog.text


@pytest.mark.parametrize("prompt", ["half \ud800 pair", "nul \0 byte", "\ud83e\udd8a fox", "x" * 100_000, "e\u0301"])
def test_whatever_a_person_or_server_writes_can_be_kept(tmp_path: Path, prompt: str) -> None:
    odd = replace(
        full(1), prompt=prompt, params={"prompt": prompt}, wire_status=prompt, queue_position=2**70, tags=(prompt,)
    )

    async def story(store: JobStore, _: Database) -> Job | None:
        await store.add(odd, b"", "")
        await store.save(odd)
        return await store.get(odd.job_id)

    found = with_store(tmp_path, story)
    assert found is not None
    found.prompt.encode()
    assert found.queue_position == 2**63 - 1
    assert found.prompt == prompt.replace("\ud83e\udd8a", "\U0001f98a").replace("\ud800", "\ufffd").replace(
        "\0", "\ufffd"
    )
    assert found.params["prompt"] in (found.prompt, "nul \0 byte")


def test_a_job_that_was_removed_comes_back_when_wished(tmp_path: Path) -> None:
    async def story(store: JobStore, _: Database) -> None:
        await store.save(full(1))
        await store.remove(full(1).job_id)
        await store.remove(full(1).job_id)
        assert await store.get(full(1).job_id) is None
        assert await store.page(EVERYTHING, 0, 10) == []
        assert await store.all_tags() == []
        assert await store.known_remote_keys("netmind") == {"r-1"}
        await store.restore(full(1).job_id)
        assert await store.get(full(1).job_id) == full(1)
        assert [e.event for e in await store.events(full(1).job_id)][-2:] == ["removed", "restored"]

    with_store(tmp_path, story)


def test_a_purge_forgets_the_words_and_keeps_what_was_paid(tmp_path: Path) -> None:
    async def story(store: JobStore, db: Database) -> None:
        await store.add(full(1), b"secret wish", "/v1/generation")
        await store.save(full(1))
        await store.save(full(2))
        await store.remove(full(1).job_id)
        assert await store.purge(START) == []
        assets = await store.purge(START + timedelta(seconds=1))
        assert sorted(gone.path for gone in assets) == ["images/a-0.png", "images/a-1.png"]
        await store.restore(full(1).job_id)
        assert await store.count(EVERYTHING) == 1
        assert await store.spent(START) == {"usd": Decimal("0.08")}
        left = await db.read(
            lambda connection: "\n".join(
                str(tuple(row))
                for row in connection.execute("SELECT * FROM ledger WHERE job_id = ?", (full(1).job_id,))
            )
        )
        assert "fox" not in left
        with pytest.raises(LookupError):
            await store.body(full(1).job_id)
        assert await store.page(HistoryQuery(words="fox"), 0, 10) == [full(2)]

    with_store(tmp_path, story)


def test_money_is_summed_by_unit_for_what_was_accepted_since(tmp_path: Path) -> None:
    def paid(number: int, amount: str, unit: str, **changes: object) -> Job:
        return job(
            number,
            estimate=Money(Decimal(amount), unit),
            sent_at=START + timedelta(seconds=number),
            **{"remote_ref": {"key": f"r-{number}"}, **changes},
        )

    async def story(store: JobStore, _: Database) -> None:
        await store.save(paid(1, "0.10", "usd"))
        await store.save(paid(2, "0.20", "usd", state=JobState.FAILED))
        await store.save(paid(3, "3", "credits"))
        await store.save(paid(4, "99", "usd", remote_ref=None))
        await store.save(job(5, remote_ref={"key": "no price"}))
        assert await store.spent(START) == {"usd": Decimal("0.30"), "credits": Decimal(3)}
        assert await store.spent(START + timedelta(seconds=2)) == {"usd": Decimal("0.20"), "credits": Decimal(3)}
        assert await store.spent(START + timedelta(days=1)) == {}

    with_store(tmp_path, story)


def test_past_times_of_a_model_are_told_newest_first(tmp_path: Path) -> None:
    def took(number: int, seconds: float, **changes: object) -> Job:
        one = job(number, state=JobState.DONE, sent_at=START, finished_at=START + timedelta(seconds=seconds))
        return replace(one, **changes)  # type: ignore[arg-type]

    async def story(store: JobStore, _: Database) -> None:
        await store.save(took(1, 10))
        await store.save(took(2, 20))
        await store.save(took(3, -5))
        await store.save(took(4, 40, state=JobState.FAILED))
        await store.save(took(5, 50, model_id="other"))
        await store.save(took(6, 60, sent_at=None))
        assert await store.seconds_of("netmind", "Qwen/Qwen-Image") == [20.0, 10.0]
        assert await store.seconds_of("netmind", "Qwen/Qwen-Image", limit=2) == [20.0]
        assert await store.seconds_of("demo", "Qwen/Qwen-Image") == []

    with_store(tmp_path, story)


def test_stars_and_tags_are_kept_and_cleaned(tmp_path: Path) -> None:
    async def story(store: JobStore, _: Database) -> None:
        await store.save(job(1))
        await store.save(job(2))
        await store.set_favourite(job(1).job_id, True)
        await store.set_tags(job(1).job_id, ("  snow  fox ", "Snow Fox", "", "\u00c4pfel", "\u00e4pfel"))
        await store.set_tags(job(2).job_id, ("zebra", "snow fox"))
        await store.set_tags("nobody", ("ghost",))
        found = await store.get(job(1).job_id)
        assert found is not None
        assert found.favourite
        assert found.tags == ("snow fox", "\u00c4pfel")
        assert await store.all_tags() == ["snow fox", "zebra", "\u00c4pfel"]
        assert await store.count(HistoryQuery(tag=" SNOW fox")) == 2
        assert await store.count(HistoryQuery(favourites_only=True)) == 1
        await store.set_tags(job(2).job_id, ())
        assert await store.count(HistoryQuery(words="zebra")) == 0

    with_store(tmp_path, story)


def test_the_newest_of_a_medium_come_first(tmp_path: Path) -> None:
    async def story(store: JobStore, _: Database) -> None:
        for number in range(6):
            await store.save(job(number, medium=Medium.VIDEO if number % 2 else Medium.IMAGE))
        assert [found.job_id for found in await store.recent(Medium.VIDEO, 2)] == [job(5).job_id, job(3).job_id]
        assert [found.job_id for found in await store.page(EVERYTHING, 1, 2)] == [job(4).job_id, job(3).job_id]

    with_store(tmp_path, story)
