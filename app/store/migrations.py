"""How the database came to look as it does: numbered steps, each done once, the file copied before.

The number of steps done is kept in SQLite's `user_version`. A step and its number are one transaction, so a crash leaves
the database at a whole version. Steps that were published are never changed; a new idea is a new step.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from app.domain.local_errors import (
    StorageError,
)
from app.domain.text import text
from app.store.copies import back_up_before_migration
from app.store.endpoint_schema import ENDPOINTS

Migration: TypeAlias = str | Callable[[sqlite3.Connection], None]
"""SQL text of statements that each end with their line, or a function that runs inside the step's transaction."""

_FIRST = """
CREATE TABLE jobs (
    seq            INTEGER PRIMARY KEY,
    job_id         TEXT NOT NULL UNIQUE,
    provider_id    TEXT NOT NULL,
    model_id       TEXT NOT NULL,
    model_title    TEXT NOT NULL,
    medium         TEXT NOT NULL,
    params         TEXT NOT NULL,               -- JSON object
    prompt         TEXT NOT NULL,
    created_at     TEXT NOT NULL,               -- every time: ISO 8601, UTC, microseconds
    state          TEXT NOT NULL,
    amount         TEXT,                        -- the estimate: decimal as text, unit, 1 while it is an estimate
    unit           TEXT,
    estimated      INTEGER,
    remote_ref     TEXT,                        -- JSON object, opaque, written by the provider
    wire_status    TEXT NOT NULL DEFAULT '',
    progress       REAL,
    queue_position INTEGER,
    sent_at        TEXT,
    finished_at    TEXT,
    problem        TEXT,                        -- JSON object
    set_aside      INTEGER NOT NULL DEFAULT 0,
    favourite      INTEGER NOT NULL DEFAULT 0,
    search_text    TEXT NOT NULL DEFAULT '',    -- what History searches in, see job_search.py
    deleted_at     TEXT
);
CREATE INDEX jobs_by_time ON jobs (created_at DESC, seq DESC) WHERE deleted_at IS NULL;
CREATE INDEX jobs_by_medium ON jobs (medium, created_at DESC, seq DESC) WHERE deleted_at IS NULL;
CREATE INDEX jobs_with_star ON jobs (created_at DESC, seq DESC) WHERE favourite = 1 AND deleted_at IS NULL;
CREATE INDEX jobs_by_state ON jobs (state);
CREATE INDEX jobs_by_model ON jobs (provider_id, model_id, state, created_at DESC);
CREATE INDEX jobs_deleted ON jobs (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE bodies (                           -- the exact bytes of each paid request
    job_id TEXT PRIMARY KEY REFERENCES jobs (job_id) ON DELETE CASCADE,
    path   TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    body   BLOB NOT NULL
);

CREATE TABLE assets (
    asset_id   TEXT PRIMARY KEY,
    job_id     TEXT NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    remote_key TEXT NOT NULL,
    medium     TEXT NOT NULL,
    state      TEXT NOT NULL,
    path       TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256     TEXT NOT NULL,
    mime       TEXT NOT NULL,
    width      INTEGER,
    height     INTEGER,
    duration_s REAL
);
CREATE INDEX assets_of_job ON assets (job_id, position);

CREATE TABLE tags (
    job_id   TEXT NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag      TEXT NOT NULL,
    folded   TEXT NOT NULL,                     -- for comparing without case
    PRIMARY KEY (job_id, position)
) WITHOUT ROWID;
CREATE INDEX jobs_of_tag ON tags (folded, job_id);

CREATE TABLE ledger (                           -- what happened, in order; outlives the jobs it speaks of
    entry       INTEGER PRIMARY KEY,
    job_id      TEXT NOT NULL,
    at          TEXT NOT NULL,
    event       TEXT NOT NULL,
    detail      TEXT NOT NULL,                  -- JSON object
    provider_id TEXT,                           -- the last four for event 'reference' only
    remote_key  TEXT,
    amount      TEXT,
    unit        TEXT
);
CREATE INDEX ledger_of_job ON ledger (job_id, entry);
CREATE INDEX ledger_of_references ON ledger (provider_id, remote_key) WHERE event = 'reference';
CREATE INDEX ledger_of_spending ON ledger (at) WHERE event = 'reference';
CREATE TRIGGER ledger_keeps_its_entries BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_loses_no_entry BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""

_QUEUE = """
ALTER TABLE jobs ADD COLUMN place INTEGER;                  -- in the line, where the person has arranged it
ALTER TABLE jobs ADD COLUMN hold TEXT NOT NULL DEFAULT '';  -- why it is not sent yet
ALTER TABLE jobs ADD COLUMN expires_at TEXT;                -- by the provider's clock
"""

_DELETED_THERE = """
ALTER TABLE jobs ADD COLUMN is_deleted_there INTEGER NOT NULL DEFAULT 0;  -- the person had it deleted at its provider
"""

MIGRATIONS: tuple[Migration, ...] = (_FIRST, _QUEUE, ENDPOINTS, _DELETED_THERE)


class NewerDatabaseError(StorageError):
    """The database was written by a newer Slowlight. It is left as it is: it can be looked at and not be written."""

    code = "newer_database"
    happened = text("The history was last used by a newer version of Slowlight.")
    advice = text("It can be looked at here, and nothing new can be made. Install the newer version again to go on.")
    short = text("history of a newer version")


def schema_version(connection: sqlite3.Connection) -> int:
    """How many steps this database has gone."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> int:
    """Brings an open database to the newest version and returns the one it had. Raises sqlite3.Error and OSError.

    Raises NewerDatabaseError when the database has gone more steps than are known. The connection must be in autocommit
    and have its foreign keys off, so that a step may rebuild a table.
    """
    old = schema_version(connection)
    if old > len(migrations):
        raise NewerDatabaseError
    if 0 < old < len(migrations):
        back_up_before_migration(connection, path, old)
    go(connection, migrations, old)
    return old


def go(connection: sqlite3.Connection, migrations: Sequence[Migration], old: int) -> None:
    """Goes the steps that come after `old`. Raises sqlite3.Error."""
    for number, migration in enumerate(migrations[old:], start=old + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if callable(migration):
                migration(connection)
            else:
                for statement in _statements(migration):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def what_is_missing(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> str:
    """The first table of the schema that these steps make whose columns or references are not there, "" when all are.

    A turned bit in a table's own description is nothing that SQLite's check would call a fault.
    """
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as sound:
        go(sound, migrations, 0)
        tables = sound.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in tables.fetchall():
            if not _outline(sound, table) <= _outline(connection, table):
                return str(table)
    return ""


def _outline(connection: sqlite3.Connection, table: str) -> set[tuple[str, ...]]:
    columns = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
    references = connection.execute('SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)', (table,))
    return {tuple(row) for row in columns} | {tuple(row) for row in references}


def _statements(sql: str) -> Iterator[str]:
    """Splits SQL text; `executescript` would commit before it begins."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
