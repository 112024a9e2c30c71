"""One SQLite file, one thread that may touch it, one transaction per piece of work.

`run` is handed a function and calls it with the connection inside a transaction: it commits when the function returns and
rolls back when it raises. A piece of work that was asked for is carried out even if the one who asked is cancelled
meanwhile, because a reference to a paid job must not be lost to a closing window.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from app.domain.local_errors import (
    StorageError,
)
from app.domain.text import Text, text
from app.store.copies import (
    DamagedDatabaseError,
    back_up_once_a_day,
    bring_back,
    copies,
    first_fault,
    made_at,
    sound_copies,
)
from app.store.doubt import doubt_what_waits
from app.store.migrations import MIGRATIONS, Migration, NewerDatabaseError, migrate, schema_version, what_is_missing
from app.store.open_mark import Ending, OpenMark
from app.store.reserve import Reserve
from app.system.private_files import date_mark, ensure_private_file, private_folder, unused

T = TypeVar("T")
log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 5000
_MAGIC = b"SQLite format 3\0"
ALWAYS_CHECKED_BYTES = 64 * 1024 * 1024
"""A database of 10,000 jobs has about 40 MB and is looked through in 0.1 s; a larger one only after a bad end."""
_MAYBE_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
"""SQLite calls a full disk an error of the disk where it happens to its shared memory or in a sync."""
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

_SINCE_THEN = text("What was made since then is looked for at the providers.")
_GUARDS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # NORMAL may lose the last commits in a power cut, which are exactly the intent rows (reliability.md 3.1)
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    f"PRAGMA journal_size_limit = {8 * 1024 * 1024}",
)


@dataclass(frozen=True)
class OpenReport:
    """What happened while opening. `notices` are for the person, none when all was well.

    `set_aside` is where a damaged file lies now; `restored` the copy that took its place. With `entries_lost` the newest
    entries are missing, so that the providers know of jobs that this database does not. `read_only`: a newer version
    wrote it. `migrated_from` is the version before, None if nothing had to change.
    """

    notices: tuple[Text, ...] = ()
    set_aside: Path | None = None
    restored: Path | None = None
    entries_lost: bool = False
    read_only: bool = False
    migrated_from: int | None = None
    created: bool = False


class Database:
    """The door to one file. All methods are called from one event loop; the work runs in the database's thread."""

    def __init__(self, path: Path, *, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self.path = path
        self._migrations = migrations
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None
        self._mark = OpenMark(path)
        self._reserve = Reserve(path.with_name(path.name + "-reserve"))
        self._housekeeping = asyncio.Lock()
        self.is_read_only = False
        """True where a newer version wrote the file: `run` raises NewerDatabaseError."""

    async def open(self) -> OpenReport:
        """Opens or creates the file and brings it to the newest version. Raises StorageError when the disk refuses.

        A damaged file is set aside, never deleted, and the newest sound copy takes its place; one of a newer version is
        opened for looking only.
        """
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        try:
            return await self._in_thread(self._open)
        except BaseException:
            await self.close()
            raise

    async def run(
        self, work: Callable[[sqlite3.Connection], T], *, is_vital: bool = False, needs_reserve: bool = False
    ) -> T:
        """Runs `work` in one writing transaction and returns what it returns. Raises StorageError, or what it raises.

        `is_vital`: on a full disk the reserve is given up for it, and `work` is called a second time. `needs_reserve`:
        it is refused while the disk has no room for the reserve.
        """
        return await self._in_thread(lambda: self._write(work, is_vital, needs_reserve))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As `run`, for work that only looks: it sees one moment of the database and waits for nobody."""
        return await self._in_thread(lambda: self._read(work))

    async def keep_house(self) -> None:
        """For once an hour: the copy of the day and the reserve, where they are missing. Raises nothing."""
        try:
            async with self._housekeeping:
                await self._in_thread(self._reserve.ensure)
                await asyncio.to_thread(back_up_once_a_day, self.path, datetime.now().astimezone().date())
        except (sqlite3.Error, OSError, StorageError) as error:
            log.error("there is no copy of the database of this day: %s", error)

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
        ending = self._mark.ending()
        if not self.path.exists():
            return self._begin(text("The history was missing.") if copies(self.path) else Text())
        has_journal = self.path.with_name(self.path.name + "-wal").exists()
        try:
            # before it is opened for writing: closing what is damaged would put its -wal away
            old = self._look_through(is_thorough=ending is not Ending.IN_ORDER)
            if old > len(self._migrations):
                return self._open_read_only()
            self._connect()
        except sqlite3.DatabaseError as error:
            if _primary_code(error) not in _DAMAGED and not isinstance(error, DamagedDatabaseError):
                raise
            return self._begin_anew(str(error))
        except UnicodeDecodeError:
            # sqlite3 raises this when SQLite quotes what is broken
            return self._begin_anew("its tables have names that cannot be read")
        lost = ending is Ending.WHILE_OPEN and not has_journal
        missing = text("The newest entries of the history are missing.")
        if lost:
            self._doubt(missing)
        return OpenReport(
            (missing, _SINCE_THEN) if lost else (),
            entries_lost=lost,
            migrated_from=old if 0 < old < len(self._migrations) else None,
        )

    def _look_through(self, *, is_thorough: bool) -> int:
        """The file's version. Raises DamagedDatabaseError and sqlite3.Error; nothing is changed."""
        with self.path.open("rb") as file:
            head = file.read(len(_MAGIC))
        if not head:
            return 0
        if head != _MAGIC:
            raise DamagedDatabaseError("it does not begin as a database does")
        with contextlib.closing(self._connection_for_looking()) as connection:
            version = schema_version(connection)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if is_thorough or self.path.stat().st_size <= ALWAYS_CHECKED_BYTES:
                fault = first_fault(connection)
                if fault:
                    raise DamagedDatabaseError(fault)
            if version <= len(self._migrations) and (table := self._lost_table(connection, version)):
                raise DamagedDatabaseError(f"the table {table} is not as it was made")
        return version

    def _lost_table(self, connection: sqlite3.Connection, version: int) -> str:
        if version:
            return what_is_missing(connection, self._migrations[:version])
        # a database that has tables has gone a step
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()
        return str(found[0]) if found else ""

    def _connection_for_looking(self) -> sqlite3.Connection:
        """Leaves no trace beside the file, and no change in it."""
        has_journal = self.path.with_name(self.path.name + "-wal").exists()
        how = "mode=ro" if has_journal else "mode=ro&immutable=1"
        connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_read_only(self) -> OpenReport:
        self._connection, self.is_read_only = self._connection_for_looking(), True
        return OpenReport((NewerDatabaseError.happened, NewerDatabaseError.advice), read_only=True)

    def _begin_anew(self, damage: str) -> OpenReport:
        aside = self._set_aside()
        log.error("the database is damaged and set aside as %s: %s", aside.name, damage)
        report = self._begin(text("The history was damaged and set aside as {file}.", file=aside.name))
        return replace(report, set_aside=aside)

    def _begin(self, why: Text) -> OpenReport:
        """A new database, or the newest sound copy of one that is gone; `why` is empty at the very first start."""
        for copy in sound_copies(self.path, len(self._migrations)):
            bring_back(copy, self.path)
            self._connect()
            self._doubt(why)
            date = made_at(copy).strftime("%Y-%m-%d %H:%M")
            came = text("The copy of {date} took its place.", date=date)
            return OpenReport((why, came, _SINCE_THEN), restored=copy, entries_lost=True)
        self._connect()
        anew = text("A new one was begun. Your saved results are still in the library.")
        return OpenReport((why, anew) if why else (), entries_lost=bool(why), created=True)

    def _doubt(self, why: Text) -> None:
        """What waits in a database whose newest entries are gone may have been sent since."""
        log.error("the newest entries of the database are gone: %s", why)
        self._transact("BEGIN IMMEDIATE", doubt_what_waits)

    def _connect(self) -> None:
        ensure_private_file(self.path)  # SQLite gives -wal and -shm the same mode
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            _prepare(connection)
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            migrate(connection, self.path, self._migrations)
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        self._connection, self.is_read_only = connection, False
        self._mark.opened()
        self._reserve.ensure()

    def _set_aside(self) -> Path:
        """Renames the file and its companions; a stranger's -wal beside a new database would be read into it."""
        aside = unused(self.path.with_name(f"{self.path.name}.corrupt-{date_mark()}"))
        for suffix in ("-wal", "-shm", ""):
            part = self.path.with_name(self.path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        return aside

    def _write(self, work: Callable[[sqlite3.Connection], T], is_vital: bool, needs_reserve: bool) -> T:
        if self.is_read_only:
            raise NewerDatabaseError
        if needs_reserve and not self._reserve.ensure():
            raise StorageError(reason="the disk is full")
        try:
            return self._transact("BEGIN IMMEDIATE", work)
        except sqlite3.Error as error:
            is_full = _primary_code(error) in _MAYBE_FULL
            if not (is_vital and is_full and self._reserve.spend()):
                raise
            log.warning("the reserve is spent: %s", error)
        return self._transact("BEGIN IMMEDIATE", work)

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._transact("BEGIN", work)
        except sqlite3.OperationalError as error:
            if self.is_read_only:
                raise NewerDatabaseError from error  # its tables may look different
            raise

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
        if connection is None:
            return
        if self.is_read_only:
            connection.close()
            return
        self._mark.closing()
        connection.close()
        self._mark.closed()


def _prepare(connection: sqlite3.Connection) -> None:
    """What holds for looking and for writing."""
    connection.row_factory = sqlite3.Row
    # damaged text in one row must not keep the others from being read
    connection.text_factory = lambda stored: stored.decode("utf-8", "replace")
    for pragma in _GUARDS:
        connection.execute(pragma)


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
