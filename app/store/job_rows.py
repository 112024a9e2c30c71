"""Jobs and assets as rows and back again. A row that cannot be read is skipped and named in the log."""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import cast

from app.domain.job import Asset, Hold, Job, JobState, TransferState
from app.domain.media import Medium
from app.domain.money import Money
from app.domain.problem import Problem
from app.domain.values import JsonObject
from app.store.storable import dump_json, dump_time, load_time, storable_int, storable_text

log = logging.getLogger(__name__)

_UNREADABLE = (ValueError, TypeError, KeyError, ArithmeticError, RecursionError)
_AT_ONCE = 500
"""Ids per `IN (...)`; SQLite's own limit was 999 for long."""

_JOB_COLUMNS = (
    "job_id", "provider_id", "model_id", "model_title", "medium", "params", "prompt", "created_at", "state", "amount",
    "unit", "estimated", "remote_ref", "wire_status", "progress", "queue_position", "sent_at", "finished_at", "problem",
    "set_aside", "favourite", "place", "hold", "expires_at", "is_deleted_there",
)  # fmt: skip
_ASSET_COLUMNS = (
    "asset_id", "job_id", "position", "remote_key", "medium", "state", "path", "size_bytes", "sha256", "mime", "width",
    "height", "duration_s",
)  # fmt: skip


def _insert_sql(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(':' + name for name in columns)})"  # noqa: S608


def _upsert_sql(table: str, key: str, columns: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    return f"{_insert_sql(table, columns)} ON CONFLICT ({key}) DO UPDATE SET {changes}"


JOB_FIELDS = ", ".join(f"jobs.{name}" for name in _JOB_COLUMNS)
_INSERT_JOB = _insert_sql("jobs", _JOB_COLUMNS)
_SAVE_JOB = _upsert_sql("jobs", "job_id", _JOB_COLUMNS)
_SAVE_ASSET = _upsert_sql("assets", "asset_id", _ASSET_COLUMNS)


def insert_job(connection: sqlite3.Connection, job: Job) -> None:
    """Writes a new job with its tags and assets. Raises sqlite3.IntegrityError when the id exists."""
    connection.execute(_INSERT_JOB, _job_row(job))
    _write_parts(connection, job)


def save_job(connection: sqlite3.Connection, job: Job) -> None:
    """Writes a whole job over its row, or as a new one."""
    connection.execute(_SAVE_JOB, _job_row(job))
    _write_parts(connection, job)


def write_tags(connection: sqlite3.Connection, job_id: str, tags: Iterable[str]) -> None:
    """Replaces a job's tags; blanks around and doubles, also those that differ by case only, are dropped."""
    cleaned: dict[str, str] = {}
    for tag in tags:
        words = " ".join(storable_text(tag).split())
        if words:
            cleaned.setdefault(words.casefold(), words)
    connection.execute("DELETE FROM tags WHERE job_id = ?", (job_id,))
    connection.executemany(
        "INSERT INTO tags (job_id, position, tag, folded) VALUES (?, ?, ?, ?)",
        [(job_id, position, tag, folded) for position, (folded, tag) in enumerate(cleaned.items())],
    )


def read_jobs(connection: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[Job]:
    """The jobs of some rows of `JOB_FIELDS`, with assets and tags, in the same order; unreadable ones left out."""
    job_ids = [row["job_id"] for row in rows]
    assets: dict[str, list[Asset]] = {}
    for row in _of_jobs(connection, f"SELECT {', '.join(_ASSET_COLUMNS)} FROM assets", job_ids, "position"):  # noqa: S608
        try:
            assets.setdefault(row["job_id"], []).append(_asset(row))
        except _UNREADABLE:
            log.exception("the row of asset %s cannot be read", row["asset_id"])
    tags: dict[str, list[str]] = {}
    for row in _of_jobs(connection, "SELECT job_id, tag FROM tags", job_ids, "position"):
        tags.setdefault(row["job_id"], []).append(row["tag"])
    jobs = []
    for row in rows:
        try:
            jobs.append(_job(row, tuple(assets.get(row["job_id"], ())), tuple(tags.get(row["job_id"], ()))))
        except _UNREADABLE:
            log.exception("the row of job %s cannot be read", row["job_id"])
    return jobs


def read_assets(connection: sqlite3.Connection, job_ids: list[str]) -> list[Asset]:
    """The assets of some jobs."""
    found = []
    for row in _of_jobs(connection, f"SELECT {', '.join(_ASSET_COLUMNS)} FROM assets", job_ids, "position"):  # noqa: S608
        try:
            found.append(_asset(row))
        except _UNREADABLE:
            log.exception("the row of asset %s cannot be read", row["asset_id"])
    return found


def read_saved_assets(connection: sqlite3.Connection) -> list[Asset]:
    """Every saved file of the jobs that were not removed, the oldest first."""
    columns = ", ".join(f"assets.{name}" for name in _ASSET_COLUMNS)
    found = []
    for row in connection.execute(
        f"SELECT {columns} FROM assets JOIN jobs USING (job_id)"  # noqa: S608
        " WHERE assets.state = 'saved' AND jobs.deleted_at IS NULL ORDER BY jobs.seq, assets.position"
    ):
        try:
            found.append(_asset(row))
        except _UNREADABLE:
            log.exception("the row of asset %s cannot be read", row["asset_id"])
    return found


def saved_asset_ids(connection: sqlite3.Connection, job_id: str) -> set[str]:
    """Ids of the assets of a job that are recorded as saved."""
    found = connection.execute("SELECT asset_id FROM assets WHERE job_id = ? AND state = 'saved'", (job_id,))
    return {row["asset_id"] for row in found}


def _of_jobs(connection: sqlite3.Connection, select: str, job_ids: list[str], order: str) -> Iterator[sqlite3.Row]:
    for start in range(0, len(job_ids), _AT_ONCE):
        some = job_ids[start : start + _AT_ONCE]
        places = ", ".join("?" * len(some))
        yield from connection.execute(f"{select} WHERE job_id IN ({places}) ORDER BY {order}", some)


def _write_parts(connection: sqlite3.Connection, job: Job) -> None:
    write_tags(connection, job.job_id, job.tags)
    connection.executemany(_SAVE_ASSET, [_asset_row(asset, job.job_id) for asset in job.assets])


def _job_row(job: Job) -> dict[str, object]:
    estimate = job.estimate
    return {
        "job_id": job.job_id,
        "provider_id": storable_text(job.provider_id),
        "model_id": storable_text(job.model_id),
        "model_title": storable_text(job.model_title),
        "medium": job.medium.value,
        "params": dump_json(dict(job.params)),
        "prompt": storable_text(job.prompt),
        "created_at": dump_time(job.created_at),
        "state": job.state.value,
        "amount": str(estimate.amount) if estimate else None,
        "unit": storable_text(estimate.unit) if estimate else None,
        "estimated": int(estimate.estimated) if estimate else None,
        "remote_ref": None if job.remote_ref is None else dump_json(job.remote_ref),
        "wire_status": storable_text(job.wire_status),
        "progress": job.progress,
        "queue_position": storable_int(job.queue_position),
        "sent_at": dump_time(job.sent_at),
        "finished_at": dump_time(job.finished_at),
        "problem": dump_json(job.problem.to_json()) if job.problem else None,
        "set_aside": int(job.set_aside),
        "favourite": int(job.favourite),
        "place": storable_int(job.place),
        "hold": job.hold.value,
        "expires_at": dump_time(job.expires_at),
        "is_deleted_there": int(job.is_deleted_there),
    }


def _asset_row(asset: Asset, job_id: str) -> dict[str, object]:
    return {
        "asset_id": asset.asset_id,
        "job_id": job_id,
        "position": asset.index,
        "remote_key": storable_text(asset.remote_key),
        "medium": asset.medium.value,
        "state": asset.state.value,
        "path": storable_text(asset.path),
        "size_bytes": storable_int(asset.size_bytes),
        "sha256": asset.sha256,
        "mime": storable_text(asset.mime),
        "width": storable_int(asset.width),
        "height": storable_int(asset.height),
        "duration_s": asset.duration_s,
    }


def _job(row: sqlite3.Row, assets: tuple[Asset, ...], tags: tuple[str, ...]) -> Job:
    created_at = load_time(row["created_at"])
    if created_at is None:
        raise ValueError("created_at is missing")
    return Job(
        job_id=row["job_id"],
        provider_id=row["provider_id"],
        model_id=row["model_id"],
        model_title=row["model_title"],
        medium=Medium(row["medium"]),
        params=_object(row["params"]),
        prompt=row["prompt"],
        created_at=created_at,
        state=JobState(row["state"]),
        estimate=None
        if row["amount"] is None
        else Money(Decimal(row["amount"]), row["unit"], estimated=bool(row["estimated"])),
        remote_ref=None if row["remote_ref"] is None else _object(row["remote_ref"]),
        wire_status=row["wire_status"],
        progress=None if row["progress"] is None else float(row["progress"]),
        queue_position=_whole(row["queue_position"]),
        sent_at=load_time(row["sent_at"]),
        finished_at=load_time(row["finished_at"]),
        problem=None if row["problem"] is None else Problem.from_json(json.loads(row["problem"])),
        assets=assets,
        set_aside=bool(row["set_aside"]),
        favourite=bool(row["favourite"]),
        tags=tags,
        place=_whole(row["place"]),
        hold=Hold(row["hold"]),
        expires_at=load_time(row["expires_at"]),
        is_deleted_there=bool(row["is_deleted_there"]),
    )


def _asset(row: sqlite3.Row) -> Asset:
    return Asset(
        asset_id=row["asset_id"],
        job_id=row["job_id"],
        index=int(row["position"]),
        remote_key=row["remote_key"],
        medium=Medium(row["medium"]),
        state=TransferState(row["state"]),
        path=row["path"],
        size_bytes=int(row["size_bytes"]),
        sha256=row["sha256"],
        mime=row["mime"],
        width=_whole(row["width"]),
        height=_whole(row["height"]),
        duration_s=None if row["duration_s"] is None else float(row["duration_s"]),
    )


def _whole(stored: object) -> int | None:
    return None if stored is None else int(str(stored))


def _object(stored: str) -> JsonObject:
    value = json.loads(stored)
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return cast("JsonObject", value)
