"""The jobs on disk: written before a request goes out, found again after a restart, searched in History.

Every method is one transaction in the database's thread and raises StorageError when the disk refuses. Reading never
fails because of one bad row: it is left out and named in the log.
"""

import hashlib
import re
import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from app.domain.history import HistoryQuery
from app.domain.job import RESTING, Asset, Job, JobState
from app.domain.local_errors import (
    StorageError,
)
from app.domain.media import Medium
from app.domain.remote import ref_key
from app.domain.values import JsonObject
from app.store import job_search, ledger
from app.store.database import Database
from app.store.job_rows import (
    JOB_FIELDS,
    insert_job,
    read_assets,
    read_jobs,
    read_saved_assets,
    save_job,
    saved_asset_ids,
    write_tags,
)
from app.store.ledger import Event, LedgerEntry
from app.store.storable import dump_time, load_time

T = TypeVar("T")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NEWEST_FIRST = "ORDER BY jobs.created_at DESC, jobs.seq DESC"


def _now() -> datetime:
    return datetime.now(UTC)


class JobStore:
    """`full_text=False` searches without an index, as on a SQLite without FTS5."""

    def __init__(self, db: Database, *, now: Callable[[], datetime] = _now, full_text: bool = True) -> None:
        self._db = db
        self._now = now
        self._full_text = full_text
        self._is_prepared = False

    # --- writing

    async def add(self, job: Job, body: bytes, body_path: str) -> None:
        """Writes a new job and the exact request that will be sent for it, before anything is sent.

        `body_path` is the path of the POST at the provider. Raises sqlite3.IntegrityError when the job exists.
        """

        def work(connection: sqlite3.Connection) -> None:
            digest = hashlib.sha256(body).hexdigest()
            insert_job(connection, job)
            connection.execute("INSERT INTO bodies VALUES (?, ?, ?, ?)", (job.job_id, body_path, digest, body))
            detail: JsonObject = {"path": body_path, "sha256": digest, "size_bytes": len(body)}
            ledger.note(connection, job.job_id, self._now(), Event.INTENT, detail | ledger.recipe(job))
            job_search.refresh(connection, job.job_id, indexed=self._full_text)

        await self._write(work)

    async def save(self, job: Job) -> None:
        """Writes a whole job with its assets and tags; assets that it no longer names stay on disk.

        What is new since the last time goes into the ledger: its state, its reference, its saved files. On a full disk the
        database's reserve is given up for it.
        """

        def work(connection: sqlite3.Connection) -> None:
            old = connection.execute("SELECT state FROM jobs WHERE job_id = ?", (job.job_id,)).fetchone()
            was_saved = saved_asset_ids(connection, job.job_id)
            save_job(connection, job)
            ledger.note_changes(
                connection, job, self._now(), old_state=old["state"] if old else "", was_saved=was_saved
            )
            job_search.refresh(connection, job.job_id, indexed=self._full_text)

        await self._write(work, is_vital=True)

    async def rewrite(self, job: Job, body: bytes, body_path: str) -> None:
        """A waiting job gets another recipe and another request, before anything was sent. Raises as `add` and `save`."""

        def work(connection: sqlite3.Connection) -> None:
            digest = hashlib.sha256(body).hexdigest()
            save_job(connection, job)
            connection.execute(
                "UPDATE bodies SET path = ?, sha256 = ?, body = ? WHERE job_id = ?",
                (body_path, digest, body, job.job_id),
            )
            detail: JsonObject = {"path": body_path, "sha256": digest, "size_bytes": len(body)}
            ledger.note(connection, job.job_id, self._now(), Event.INTENT, detail | ledger.recipe(job))
            job_search.refresh(connection, job.job_id, indexed=self._full_text)

        await self._write(work)

    async def arrange(self, job_ids: Sequence[str]) -> None:
        """These jobs stand in the line in this order, from place 1."""

        def work(connection: sqlite3.Connection) -> None:
            places = [(place, job_id) for place, job_id in enumerate(job_ids, 1)]
            connection.executemany("UPDATE jobs SET place = ? WHERE job_id = ?", places)

        await self._write(work)

    async def mark_sending(self, job_id: str, at: datetime, *, filled: bytes | None = None) -> None:
        """Written before a POST goes out: state *sending*, when, and which attempt it is, over all runs (from 1).

        `filled` is the body as it goes out where it differs from what `add` wrote down, because files took their places; its
        hash is kept. Raises LookupError when the job is not there or was deleted, and StorageError when there would be no
        room to write its reference down; nothing may be sent then.
        """

        def work(connection: sqlite3.Connection) -> None:
            changed = connection.execute(
                "UPDATE jobs SET state = 'sending', sent_at = ? WHERE job_id = ? AND deleted_at IS NULL",
                (dump_time(at), job_id),
            )
            if changed.rowcount != 1:
                raise LookupError(job_id)
            detail: JsonObject = {"attempt": ledger.attempts(connection, job_id) + 1}
            if filled is not None:
                detail |= {"sha256": hashlib.sha256(filled).hexdigest(), "size_bytes": len(filled)}
            ledger.note(connection, job_id, at, Event.SENDING, detail)

        await self._write(work, needs_reserve=True)

    async def note(self, job_id: str, event: Event, detail: JsonObject) -> None:
        """Adds a line to the ledger that changes nothing else."""
        await self._write(lambda connection: ledger.note(connection, job_id, self._now(), event, detail))

    async def take_in(self, job: Job) -> bool:
        """Writes a job that the provider's list shows and this ledger does not; False when it knows it by now."""

        def work(connection: sqlite3.Connection) -> bool:
            if job.remote_ref is None or ref_key(job.remote_ref) in ledger.remote_keys(connection, job.provider_id):
                return False
            save_job(connection, job)
            detail: JsonObject = {"key": ref_key(job.remote_ref), "by": "orphan"}
            ledger.note(connection, job.job_id, self._now(), Event.ADOPTED, detail)
            ledger.note_changes(connection, job, self._now(), old_state="", was_saved=set())
            job_search.refresh(connection, job.job_id, indexed=self._full_text)
            return True

        return await self._write(work)

    async def dismiss(self, provider_id: str, keys: Collection[str]) -> None:
        """Remembers remote jobs that are not to be offered again."""
        await self._write(lambda connection: ledger.dismiss(connection, provider_id, keys, self._now()))

    async def set_favourite(self, job_id: str, on: bool) -> None:
        """Stars a job or takes the star away."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE jobs SET favourite = ? WHERE job_id = ?", (int(on), job_id))

        await self._write(work)

    async def mark_deleted_there(self, job_id: str) -> None:
        """Notes that its provider has deleted a job, whether or not it was removed here meanwhile."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE jobs SET is_deleted_there = 1 WHERE job_id = ?", (job_id,))

        await self._write(work)

    async def set_tags(self, job_id: str, tags: tuple[str, ...]) -> None:
        """Replaces a job's tags. Does nothing for a job that is not there."""

        def work(connection: sqlite3.Connection) -> None:
            if connection.execute("SELECT 1 FROM jobs WHERE job_id = ?", (job_id,)).fetchone():
                write_tags(connection, job_id, tags)
                job_search.refresh(connection, job_id, indexed=self._full_text)

        await self._write(work)

    async def remove(self, job_id: str) -> None:
        """Takes a job out of every list; `restore` brings it back until `purge`."""
        await self._mark_deleted(job_id, Event.REMOVED)

    async def restore(self, job_id: str) -> None:
        """Brings a removed job back."""
        await self._mark_deleted(job_id, Event.RESTORED)

    async def _mark_deleted(self, job_id: str, event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            now = self._now()
            at, was = (dump_time(now), "NULL") if event is Event.REMOVED else (None, "NOT NULL")
            changed = connection.execute(
                f"UPDATE jobs SET deleted_at = ? WHERE job_id = ? AND deleted_at IS {was}",  # noqa: S608
                (at, job_id),
            )
            if changed.rowcount:
                ledger.note(connection, job_id, now, event, {})

        await self._write(work)

    async def purge(self, older_than: datetime) -> list[Asset]:
        """Forgets jobs that were removed before a moment, prompts and request bodies included.

        Returns their assets so that the caller can delete the files. The ledger keeps what was paid.
        """

        def work(connection: sqlite3.Connection) -> list[Asset]:
            found = connection.execute(
                "SELECT seq, job_id, search_text FROM jobs WHERE deleted_at < ?", (dump_time(older_than),)
            ).fetchall()
            assets = read_assets(connection, [row["job_id"] for row in found])
            for row in found:
                if self._full_text and row["search_text"]:
                    job_search.forget(connection, row["seq"], row["search_text"])
                connection.execute("DELETE FROM jobs WHERE seq = ?", (row["seq"],))
                ledger.note(connection, row["job_id"], self._now(), Event.PURGED, {})
            return assets

        return await self._write(work)

    # --- reading

    async def get(self, job_id: str) -> Job | None:
        """One job, or None when it is not there, was removed or cannot be read."""
        found = await self._select("WHERE jobs.job_id = ? AND jobs.deleted_at IS NULL", [job_id])
        return found[0] if found else None

    async def saved_assets(self) -> list[Asset]:
        """Every file that is recorded as saved, the oldest first."""
        return await self._db.read(read_saved_assets)

    async def jobs_with_problem(self, codes: Collection[str]) -> list[str]:
        """Ids of jobs whose problem has one of these codes."""

        def work(connection: sqlite3.Connection) -> list[str]:
            found = connection.execute(
                "SELECT job_id, problem FROM jobs WHERE problem IS NOT NULL AND deleted_at IS NULL"
            )
            parts = [f'"code":"{code}"' for code in codes]
            return [row["job_id"] for row in found if any(part in row["problem"] for part in parts)]

        return await self._db.read(work)

    async def body(self, job_id: str) -> tuple[str, bytes]:
        """Path and exact bytes of the request as written down by `add`. Raises LookupError when there is none.

        Raises StorageError when the bytes are not those that were written: such a request is not sent.
        """

        def work(connection: sqlite3.Connection) -> tuple[str, bytes]:
            row = connection.execute("SELECT path, sha256, body FROM bodies WHERE job_id = ?", (job_id,)).fetchone()
            if row is None:
                raise LookupError(job_id)
            body = bytes(row["body"])
            if hashlib.sha256(body).hexdigest() != row["sha256"]:
                raise StorageError(reason="its database is damaged")
            return row["path"], body

        return await self._db.read(work)

    async def unfinished(self) -> list[Job]:
        """Every job in which the studio still has something to do, oldest first; unsure ones are still looked for."""
        states = sorted(state.value for state in (set(JobState) - RESTING) | {JobState.UNSURE})
        places = ", ".join("?" * len(states))
        return await self._select(
            f"WHERE jobs.state IN ({places}) AND jobs.deleted_at IS NULL ORDER BY jobs.created_at, jobs.seq", states
        )

    async def page(self, query: HistoryQuery, offset: int, limit: int) -> list[Job]:
        """Jobs that match, newest first. Fewer than `limit` may come where rows cannot be read; `count` counts those too."""

        def work(connection: sqlite3.Connection) -> list[Job]:
            condition, values = job_search.where(query, indexed=self._full_text)
            sql = f"SELECT {JOB_FIELDS} FROM jobs WHERE {condition} {_NEWEST_FIRST} LIMIT ? OFFSET ?"  # noqa: S608
            return read_jobs(connection, connection.execute(sql, [*values, limit, offset]).fetchall())

        return await self._read_prepared(work)

    async def count(self, query: HistoryQuery) -> int:
        """How many jobs match."""

        def work(connection: sqlite3.Connection) -> int:
            condition, values = job_search.where(query, indexed=self._full_text)
            return int(connection.execute(f"SELECT count(*) FROM jobs WHERE {condition}", values).fetchone()[0])  # noqa: S608

        return await self._read_prepared(work)

    async def recent(self, medium: Medium, limit: int) -> list[Job]:
        """The newest jobs of a medium."""
        return await self.page(HistoryQuery(medium=medium), 0, limit)

    async def seconds_of(self, provider_id: str, model_id: str, limit: int = 20) -> list[float]:
        """How long the newest finished jobs of a model took from the POST to the saved file, in seconds."""

        def work(connection: sqlite3.Connection) -> list[float]:
            found = connection.execute(
                "SELECT sent_at, finished_at FROM jobs WHERE provider_id = ? AND model_id = ? AND state = 'done'"
                " AND sent_at IS NOT NULL AND finished_at IS NOT NULL ORDER BY created_at DESC LIMIT ?",
                (provider_id, model_id, limit),
            ).fetchall()
            return [took for row in found if (took := _seconds(row)) is not None]

        return await self._db.read(work)

    async def all_tags(self) -> list[str]:
        """Every tag in use, in alphabetical order."""

        def work(connection: sqlite3.Connection) -> list[str]:
            found = connection.execute(
                "SELECT min(tag) AS tag FROM tags JOIN jobs USING (job_id) WHERE deleted_at IS NULL"
                " GROUP BY folded ORDER BY folded"
            )
            return [row["tag"] for row in found]

        return await self._db.read(work)

    async def inputs_in_use(self) -> frozenset[str]:
        """The sha256 of every input that a job's recipe may name, removed jobs included until they are purged."""

        def work(connection: sqlite3.Connection) -> frozenset[str]:
            found = connection.execute("SELECT params FROM jobs WHERE params LIKE '%input%'")
            return frozenset(digest for row in found for digest in _DIGEST.findall(row["params"]))

        return await self._db.read(work)

    async def spent(self, since: datetime) -> dict[str, Decimal]:
        """Sum of the estimates of jobs that a provider accepted since a moment, by unit. Deleted jobs count too."""
        return await self._db.read(lambda connection: ledger.spent(connection, since))

    async def known_remote_keys(self, provider_id: str) -> set[str]:
        """Keys of every job this provider ever accepted from here, deleted ones included."""
        return await self._db.read(lambda connection: ledger.remote_keys(connection, provider_id))

    async def dismissed_keys(self, provider_id: str) -> set[str]:
        """What `dismiss` was given for this provider."""
        return await self._db.read(lambda connection: ledger.dismissed_keys(connection, provider_id))

    async def events(self, job_id: str) -> list[LedgerEntry]:
        """What happened to a job, in order."""
        return await self._db.read(lambda connection: ledger.entries(connection, job_id))

    # --- inside

    async def _select(self, tail: str, values: list[str]) -> list[Job]:
        sql = f"SELECT {JOB_FIELDS} FROM jobs {tail}"  # noqa: S608
        return await self._db.read(lambda connection: read_jobs(connection, connection.execute(sql, values).fetchall()))

    async def _write(
        self, work: Callable[[sqlite3.Connection], T], *, is_vital: bool = False, needs_reserve: bool = False
    ) -> T:
        await self._prepare()
        return await self._db.run(work, is_vital=is_vital, needs_reserve=needs_reserve)

    async def _read_prepared(self, work: Callable[[sqlite3.Connection], T]) -> T:
        await self._prepare()
        return await self._db.read(work)

    async def _prepare(self) -> None:
        """The first time, finds out whether there is a full-text index and makes it if it can be made."""
        if not self._is_prepared:
            if self._db.is_read_only:
                self._full_text = False
            elif self._full_text:
                self._full_text = await self._db.run(job_search.prepare)
            self._is_prepared = True


def _seconds(row: sqlite3.Row) -> float | None:
    try:
        sent, finished = load_time(row["sent_at"]), load_time(row["finished_at"])
    except ValueError:
        return None
    if sent is None or finished is None or finished < sent:
        return None
    return (finished - sent).total_seconds()
