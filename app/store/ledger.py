"""The ledger: what happened to each job, in order, never changed and never removed.

The jobs table says how things stand; the ledger says how they came to. It answers what was paid (a *reference* is a job
that a provider accepted), and after a crash it shows whether a request may have gone out. It holds no prompts: when a
person deletes a job for good, its words are gone and the fact that it was paid for stays.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from app.domain.job import Job
from app.domain.remote import RemoteRef, ref_key
from app.domain.values import JsonObject
from app.store.storable import dump_json, dump_time, load_time, storable_text


class Event(StrEnum):
    """What an entry tells, with the fields of its detail."""

    INTENT = "intent"
    """Written before anything is sent: path, sha256 and size_bytes of the body, provider, model, seed and the estimate."""
    SENDING = "sending"
    """Written before a POST goes out: attempt, counted from 1; sha256 and size_bytes of a body that holds files."""
    REFERENCE = "reference"
    """The provider accepted the job: ref, key, and the estimate."""
    LOOKED = "looked"
    """The provider's list was searched for a job whose answer was lost: found, the keys that could be it."""
    ADOPTED = "adopted"
    """A job of the list was taken for this one: key, and by: request, time, person or orphan."""
    SENT_AGAIN = "sent_again"
    """The person says that it did not start: refused, the keys that were offered and are not it."""
    DISMISSED = "dismissed"
    """A job on the server is not to be offered again. It has no job here; provider_id and remote_key name it."""
    STATE = "state"
    """The job moved: from, to, and the code of its problem."""
    SAVED = "saved"
    """A result file was checked and lies in the library: asset_id, size_bytes, sha256. The path would tell the prompt."""
    REMOVED = "removed"
    RESTORED = "restored"
    PURGED = "purged"


@dataclass(frozen=True)
class LedgerEntry:
    """One line of the ledger; `at` is UTC."""

    job_id: str
    at: datetime
    event: str
    detail: JsonObject


def note(connection: sqlite3.Connection, job_id: str, at: datetime, event: Event, detail: JsonObject) -> None:
    """Adds a line in the caller's transaction."""
    connection.execute(
        "INSERT INTO ledger (job_id, at, event, detail) VALUES (?, ?, ?, ?)",
        (storable_text(job_id), dump_time(at), event, dump_json(detail)),
    )


def recipe(job: Job) -> JsonObject:
    """What an intent tells about its job beside the body: no words of the person."""
    estimate = job.estimate
    return {
        "provider": job.provider_id,
        "model": job.model_id,
        "seed": job.params.get("seed"),
        "amount": str(estimate.amount) if estimate else None,
        "unit": estimate.unit if estimate else None,
    }


def note_changes(
    connection: sqlite3.Connection, job: Job, now: datetime, *, old_state: str, was_saved: set[str]
) -> None:
    """Adds what a saved job has new: its state, the acceptance by its provider, each file brought home."""
    if old_state != job.state.value:
        detail: JsonObject = {
            "from": old_state,
            "to": job.state.value,
            "problem": job.problem.code if job.problem else "",
        }
        note(connection, job.job_id, now, Event.STATE, detail)
    if job.remote_ref is not None:
        _note_reference(connection, job, job.remote_ref, job.sent_at or now)
    for asset in job.saved_assets:
        if asset.asset_id not in was_saved:
            detail = {"asset_id": asset.asset_id, "size_bytes": asset.size_bytes, "sha256": asset.sha256}
            note(connection, job.job_id, now, Event.SAVED, detail)


def _note_reference(connection: sqlite3.Connection, job: Job, ref: RemoteRef, at: datetime) -> None:
    """Once per remote job: accepted over there, and this is what it was expected to cost."""
    key = storable_text(ref_key(ref))
    known = "SELECT 1 FROM ledger WHERE job_id = ? AND event = 'reference' AND remote_key = ?"
    if connection.execute(known, (job.job_id, key)).fetchone():
        return
    amount, unit = (str(job.estimate.amount), storable_text(job.estimate.unit)) if job.estimate else (None, None)
    detail: JsonObject = {"ref": ref, "key": key, "amount": amount, "unit": unit}
    connection.execute(
        "INSERT INTO ledger (job_id, at, event, detail, provider_id, remote_key, amount, unit)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (job.job_id, dump_time(at), Event.REFERENCE, dump_json(detail), job.provider_id, key, amount, unit),
    )


def entries(connection: sqlite3.Connection, job_id: str) -> list[LedgerEntry]:
    """All lines about a job, in the order in which they were written."""
    found = connection.execute("SELECT at, event, detail FROM ledger WHERE job_id = ? ORDER BY entry", (job_id,))
    return [LedgerEntry(job_id, _time(row["at"]), row["event"], json.loads(row["detail"])) for row in found]


def spent(connection: sqlite3.Connection, since: datetime) -> dict[str, Decimal]:
    """Sum of the estimates of what was accepted since a moment, by unit. Units are never added to each other."""
    sums: dict[str, Decimal] = {}
    found = connection.execute(
        "SELECT amount, unit FROM ledger WHERE event = 'reference' AND at >= ? AND amount IS NOT NULL",
        (dump_time(since),),
    )
    for row in found:
        try:
            sums[row["unit"]] = sums.get(row["unit"], Decimal(0)) + Decimal(row["amount"])
        except InvalidOperation:
            continue
    return sums


def remote_keys(connection: sqlite3.Connection, provider_id: str) -> set[str]:
    """The keys of every job this provider ever accepted from here, deleted ones included."""
    found = connection.execute(
        "SELECT DISTINCT remote_key FROM ledger WHERE event = 'reference' AND provider_id = ?", (provider_id,)
    )
    return {row["remote_key"] for row in found if row["remote_key"]}


def dismiss(connection: sqlite3.Connection, provider_id: str, keys: Iterable[str], at: datetime) -> None:
    """Remembers remote jobs that a person does not want to be offered."""
    connection.executemany(
        "INSERT INTO ledger (job_id, at, event, detail, provider_id, remote_key) VALUES ('', ?, ?, '{}', ?, ?)",
        [(dump_time(at), Event.DISMISSED, provider_id, storable_text(key)) for key in keys],
    )


def dismissed_keys(connection: sqlite3.Connection, provider_id: str) -> set[str]:
    """The keys that `dismiss` was given. They stand under the empty job id, which the index of jobs finds."""
    found = connection.execute(
        "SELECT remote_key FROM ledger WHERE job_id = '' AND event = ? AND provider_id = ?",
        (Event.DISMISSED, provider_id),
    )
    return {row["remote_key"] for row in found if row["remote_key"]}


def attempts(connection: sqlite3.Connection, job_id: str) -> int:
    """How often the request of a job may have gone out so far."""
    found = connection.execute("SELECT count(*) FROM ledger WHERE job_id = ? AND event = ?", (job_id, Event.SENDING))
    return int(found.fetchone()[0])


def _time(stored: str) -> datetime:
    moment = load_time(stored)
    if moment is None:
        raise ValueError(stored)
    return moment
