"""After the newest entries were lost, a job that stands there as waiting may have been sent: nobody sends it by itself.

It is put to *sending*, as a job is whose program ended between the POST and its answer; from there it is looked for like
every other one whose outcome nobody knows (`JobEngine.start`).
"""

import sqlite3
from datetime import UTC, datetime

from app.store import ledger
from app.store.ledger import Event


def doubt_what_waits(connection: sqlite3.Connection) -> None:
    """Changes what waits, in the caller's transaction. Does nothing where there are no jobs."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'jobs'").fetchone() is None:
        return
    now = datetime.now(UTC)
    for row in connection.execute("SELECT job_id FROM jobs WHERE state = 'waiting'").fetchall():
        connection.execute(
            "UPDATE jobs SET state = 'sending', sent_at = coalesce(sent_at, created_at) WHERE job_id = ?",
            (row["job_id"],),
        )
        detail = {"from": "waiting", "to": "sending", "problem": "entries_lost"}
        ledger.note(connection, row["job_id"], now, Event.STATE, dict(detail))
