"""One SQLite file, one thread that may touch it, one transaction per piece of work.

`run` is handed a function and calls it with the connection inside a transaction: it commits when the function returns and
rolls back when it raises. A piece of work that was asked for is carried out even if the one who asked is cancelled
meanwhile, because a reference to a paid job must not be lost to a closing window.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.domain.local_errors import (
    StorageError,
)
from app.domain.text import Text, text
from app.store.migrations import MIGRATIONS, Migration, migrate
from app.system.private_files import date_mark, ensure_private_file, private_folder, unused

T = TypeVar("T")
log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 5000
_MAGIC = b"SQLite format 3\0"
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the folder cannot be written to",
    sqlite3.SQLITE_PERM: "the folder cannot be written to",
    sqlite3.SQLITE_CANTOPEN: "its database cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reported an error",
    sqlite3.SQLITE_CORRUPT: "its database is damaged",
    sqlite3.SQLITE_NOTADB: "its database is damaged",
    sqlite3.SQLITE_BUSY: "its database is in use by another program",
    sqlite3.SQLITE_LOCKED: "its database is in use by another program",
    sqlite3.SQLITE_PROTOCOL: "its database is in use by another program",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
}
"""SQLite's primary result codes that are this computer's doing. Everything else is a bug of ours and stays as it is."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA journal_mode = WAL",
    # NORMAL may lose the last commits in a power cut, which are exactly the intent rows (reliability.md 3.1)
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    f"PRAGMA journal_size_limit = {8 * 1024 * 1024}",
)


@dataclass(frozen=True)
class OpenReport:
    """What happened while opening. `notices` are for the person, none when all was well.

    `set_aside` is where a damaged file lies now; `migrated_from` the version before, None if nothing had to change.
    """

    notices: tuple[Text, ...] = ()
    set_aside: Path | None = None
    migrated_from: int | None = None
    created: bool = False


class Database:
    """The door to one file. All methods are called from one event loop; the work runs in the database's thread."""

    def __init__(self, path: Path, *, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self.path = path
        self._migrations = migrations
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> OpenReport:
        """Opens or creates the file and brings it to the newest version. A damaged one is set aside, never deleted.

        Raises NewerDatabaseError, and StorageError when the folder or the disk refuses.
        """
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        try:
            return await self._in_thread(self._open)
        except BaseException:
            await self.close()
            raise

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` in one writing transaction and returns what it returns. Raises StorageError, or what it raises."""
        return await self._in_thread(lambda: self._transact("BEGIN IMMEDIATE", work))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As `run`, for work that only looks: it sees one moment of the database and waits for nobody."""
        return await self._in_thread(lambda: self._transact("BEGIN", work))

    async def close(self) -> None:
        """Finishes the work that was asked for and closes the file. May be called twice."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            await asyncio.shield(asyncio.wrap_future(thread.submit(self._close)))
        finally:
            thread.shutdown(wait=False)

    # --- in the event loop

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._thread is None:
            raise StorageError(reason="its database is not open")
        return await asyncio.shield(asyncio.wrap_future(self._thread.submit(_translated, work)))

    # --- in the thread of the database

    def _open(self) -> OpenReport:
        private_folder(self.path.parent)
        created = not self.path.exists()
        # looked at before SQLite is: closing what is no database would delete its -wal
        damage = "it does not begin as a database does" if self._is_something_else() else ""
        old = 0
        if not damage:
            try:
                old = self._connect()
            except sqlite3.DatabaseError as error:
                if _primary_code(error) not in _DAMAGED:
                    raise
                damage = str(error)
            except UnicodeDecodeError:
                # sqlite3 raises this when SQLite quotes what is broken
                damage = "its tables have names that cannot be read"
        if damage:
            return self._begin_anew(damage)
        return OpenReport(migrated_from=old if 0 < old < len(self._migrations) else None, created=created)

    def _is_something_else(self) -> bool:
        if not self.path.is_file():
            return False
        with self.path.open("rb") as file:
            head = file.read(len(_MAGIC))
        return head not in (b"", _MAGIC)

    def _begin_anew(self, damage: str) -> OpenReport:
        aside = self._set_aside()
        log.error("the database is damaged and set aside as %s: %s", aside.name, damage)
        self._connect()
        notice = text(
            "The history could not be read. It was set aside as {file} and a new one was begun. "
            "Your saved results are still in the library.",
            file=aside.name,
        )
        return OpenReport((notice,), aside, created=True)

    def _connect(self) -> int:
        """Opens the file and returns the version it had. Room for a quick check after an unclean exit (issue 4)."""
        ensure_private_file(self.path)  # SQLite gives -wal and -shm the same mode
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            connection.row_factory = sqlite3.Row
            # damaged text in one row must not keep the others from being read
            connection.text_factory = lambda stored: stored.decode("utf-8", "replace")
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            old = migrate(connection, self.path, self._migrations)
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return old

    def _set_aside(self) -> Path:
        """Renames the file and its companions; a stranger's -wal beside a new database would be read into it."""
        aside = unused(self.path.with_name(f"{self.path.name}.corrupt-{date_mark()}"))
        for suffix in ("-wal", "-shm", ""):
            part = self.path.with_name(self.path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        return aside

    def _transact(self, begin: str, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connection
        if connection is None:
            raise StorageError(reason="its database is not open")
        connection.execute(begin)
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise
        return result

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _roll_back(connection: sqlite3.Connection) -> None:
    # SQLite itself rolls back when the disk is full or broken
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK")
        except sqlite3.Error:
            log.exception("a transaction could not be rolled back")


def _translated(work: Callable[[], T]) -> T:
    """Runs in the thread; what the disk refuses becomes a StorageError with its reason in words."""
    try:
        return work()
    except sqlite3.Error as error:
        reason = _REASONS.get(_primary_code(error))
        if reason is None:
            raise
        log.error("the database refused: %s", error)
        raise StorageError(reason=reason) from error
    except OSError as error:
        log.error("the folder of the database refused: %s", error)
        raise StorageError(reason=error.strerror or "the folder cannot be written to") from error


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
