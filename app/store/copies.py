"""Copies of the database: one a day and one before each migration, seven in all, and the newest sound one brought back.

A copy is made by SQLite itself while the studio works, is looked through before it gets its name, and is one file that
needs no companions. Copies lie in `backups/` beside the database.
"""

import contextlib
import logging
import re
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from app.system.private_files import date_mark, ensure_private_file, private_folder, sync_folder, unused, write_whole

log = logging.getLogger(__name__)

BACKUPS = "backups"
KEPT = 7
FRESH = timedelta(hours=1)
_NAME = re.compile(r".+-v(\d+)-(\d{8}-\d{6})(?:-(\d+))?\.db")


class DamagedDatabaseError(sqlite3.DatabaseError):
    """The database can be opened, and what is in it does not hold together."""


def back_up(connection: sqlite3.Connection, path: Path) -> Path:
    """Copies an open database to `backups/slowlight-v<version>-<date>.db` beside it; whole or not there.

    Raises sqlite3.Error and OSError; DamagedDatabaseError when the copy does not hold together, as the original then.
    """
    folder = path.parent / BACKUPS
    private_folder(folder)
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    final = unused(folder / f"{path.stem}-v{version}-{date_mark()}.db")
    half = final.with_suffix(".part")
    try:
        ensure_private_file(half)
        with contextlib.closing(sqlite3.connect(half)) as copy:
            connection.backup(copy)
            # the copy is one file for as long as nobody opens it
            copy.execute("PRAGMA journal_mode = DELETE")
            wrong = first_fault(copy)
        if wrong:
            raise DamagedDatabaseError(f"the copy is damaged: {wrong}")
        half.replace(final)
    except BaseException:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    return final


def back_up_before_migration(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """As `back_up`; a migration that died and is begun again needs no second copy of the same."""
    newest = next(iter(copies(path)), None)
    if newest is not None and _version(newest) == version:
        age = datetime.now().astimezone() - made_at(newest)
        if timedelta(0) <= age < FRESH:
            return
    back_up(connection, path)
    sweep(path)


def back_up_once_a_day(path: Path, today: date) -> Path | None:
    """The copy of this day, unless there is one or there is nothing to copy. Blocks; raises as `back_up` does.

    It has a connection of its own, so that the studio's writing waits for nothing.
    """
    mark = today.strftime("%Y%m%d")
    if not path.is_file() or any(mark == _when(copy)[:8] for copy in copies(path)):
        return None
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        made = back_up(connection, path)
    sweep(path)
    return made


def copies(path: Path) -> list[Path]:
    """Every copy of a database, the newest first."""
    with contextlib.suppress(OSError):
        found = [copy for copy in (path.parent / BACKUPS).iterdir() if _NAME.fullmatch(copy.name)]
        return sorted(found, key=_when, reverse=True)
    return []


def sweep(path: Path) -> None:
    """Keeps the newest seven copies; halves of copies that a crash left go as well."""
    for old in copies(path)[KEPT:]:
        with contextlib.suppress(OSError):
            old.unlink()
    with contextlib.suppress(OSError):
        for half in (path.parent / BACKUPS).glob(f"{path.stem}-v*.part"):
            half.unlink(missing_ok=True)


def sound_copies(path: Path, newest_version: int) -> Iterator[Path]:
    """The copies that can be brought back, the newest first: sound, and of no newer version than is known."""
    for copy in copies(path):
        try:
            uri = f"{copy.absolute().as_uri()}?mode=ro&immutable=1"
            with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
                version = int(connection.execute("PRAGMA user_version").fetchone()[0])
                wrong = first_fault(connection)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            wrong, version = str(error), 0
        if not wrong and 0 < version <= newest_version:
            yield copy
        else:
            log.error("the copy %s cannot be brought back: %s", copy.name, wrong or f"version {version}")


def bring_back(copy: Path, path: Path) -> None:
    """Puts a copy in the place of a database that is gone; after a crash it is there whole or not at all. Raises OSError."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    write_whole(path, copy.read_bytes())


def first_fault(connection: sqlite3.Connection) -> str:
    """What SQLite's check finds first, "" when all is well. Raises sqlite3.DatabaseError where it cannot even look.

    The whole check and not the quick one: that does not see an index which leads to rows that are not there, and for
    10,000 jobs both take 0.1 s.
    """
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if found == "ok" else found


def made_at(copy: Path) -> datetime:
    """When a copy was made, in local time."""
    return datetime.strptime(_when(copy)[:15], "%Y%m%d-%H%M%S").astimezone()


def _version(copy: Path) -> int:
    match = _NAME.fullmatch(copy.name)
    return int(match[1]) if match else 0


def _when(copy: Path) -> str:
    """Sorts as time does; a copy of the same second has its number behind."""
    match = _NAME.fullmatch(copy.name)
    return f"{match[2]}-{int(match[3] or 0):04}" if match else ""
