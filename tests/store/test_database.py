"""The database keeps what it was told, tells plainly what it cannot do, and never destroys what it cannot read."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.local_errors import (
    StorageError,
)
from app.store.database import Database, OpenReport
from app.store.migrations import MIGRATIONS, Migration, NewerDatabaseError

ONE = "CREATE TABLE things (name TEXT NOT NULL UNIQUE);"
TWO = """
-- a comment; with a semicolon
ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey';
CREATE TRIGGER no_red BEFORE INSERT ON things WHEN NEW.colour = 'red'
BEGIN SELECT RAISE(ABORT, 'no red'); END;
"""


def names(connection: sqlite3.Connection) -> list[str]:
    return [row["name"] for row in connection.execute("SELECT name FROM things ORDER BY name")]


def add(name: str) -> "Work":
    return Work(name)


class Work:
    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO things (name) VALUES (?)", (self.name,))


async def opened(path: Path, *migrations: Migration) -> tuple[Database, OpenReport]:
    db = Database(path, migrations=migrations or (ONE,))
    return db, await db.open()


def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    async def story() -> list[str]:
        db, report = await opened(tmp_path / "new" / "a.db")
        assert report == OpenReport(created=True)
        await db.run(add("one"))
        await db.close()
        await db.close()
        db, report = await opened(tmp_path / "new" / "a.db")
        assert report == OpenReport()
        found = await db.read(names)
        await db.close()
        return found

    assert asyncio.run(story()) == ["one"]


def test_work_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        add("half")(connection)
        raise LookupError("stop")

    async def story() -> list[str]:
        db, _ = await opened(tmp_path / "a.db")
        with pytest.raises(LookupError):
            await db.run(half)
        await db.run(add("whole"))
        found = await db.read(names)
        await db.close()
        return found

    assert asyncio.run(story()) == ["whole"]


def test_work_that_was_asked_for_is_done_even_if_nobody_waits_any_more(tmp_path: Path) -> None:
    async def story() -> list[str]:
        db, _ = await opened(tmp_path / "a.db")
        tasks = [asyncio.create_task(db.run(add(f"{number:02}"))) for number in range(20)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.cancelled() for task in tasks)
        await db.close()
        db, _ = await opened(tmp_path / "a.db")
        found = await db.read(names)
        await db.close()
        return found

    assert len(asyncio.run(story())) == 20


def test_the_settings_that_keep_paid_jobs_are_on(tmp_path: Path) -> None:
    def pragmas(connection: sqlite3.Connection) -> dict[str, object]:
        wanted = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema")
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}

    async def story() -> dict[str, object]:
        db, _ = await opened(tmp_path / "a.db")
        found = await db.read(pragmas)
        await db.close()
        return found

    assert asyncio.run(story()) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "trusted_schema": 0,
    }


@pytest.mark.skipif(os.name != "posix", reason="modes mean nothing on Windows")
@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_nobody_else_can_read_the_database_or_its_companions(tmp_path: Path, mask: int) -> None:
    async def story() -> dict[str, int]:
        db, _ = await opened(tmp_path / "p" / "a.db")
        await db.run(add("one"))
        modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "p").iterdir()}
        await db.close()
        return modes

    before = os.umask(mask)
    try:
        modes = asyncio.run(story())
    finally:
        os.umask(before)
    names = ("a.db", "a.db-wal", "a.db-shm", "a.db-open", "a.db-reserve")
    assert modes == dict.fromkeys(names, 0o600)
    assert (tmp_path / "p").stat().st_mode & 0o777 == 0o700


def test_a_full_disk_is_told_in_words_and_heals(tmp_path: Path) -> None:
    def limit(pages: int) -> Callable[[sqlite3.Connection], None]:
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").close()

    async def story() -> list[str]:
        db, _ = await opened(tmp_path / "a.db")
        await db.run(limit(10))
        with pytest.raises(StorageError) as caught:
            await db.run(add("x" * 200_000))
        assert "the disk is full" in str(caught.value.problem().happened)
        assert caught.value.not_started
        await db.run(limit(1000))
        await db.run(add("small"))
        found = await db.read(names)
        await db.close()
        return found

    assert asyncio.run(story()) == ["small"]


def test_a_database_in_other_hands_is_told_in_words(tmp_path: Path) -> None:
    async def story() -> None:
        db, _ = await opened(tmp_path / "a.db")
        await db.run(lambda connection: connection.execute("PRAGMA busy_timeout = 50").close())
        other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError) as caught:
            await db.run(add("one"))
        assert "in use" in str(caught.value.problem().happened)
        assert await db.read(names) == []
        other.execute("ROLLBACK")
        other.close()
        await db.run(add("one"))
        await db.close()

    asyncio.run(story())


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    async def story() -> None:
        db = Database(tmp_path / "file" / "a.db")
        with pytest.raises(StorageError):
            await db.open()
        with pytest.raises(StorageError):
            await db.run(names)
        await db.close()

    asyncio.run(story())


def test_a_mistake_of_ours_is_not_called_a_full_disk(tmp_path: Path) -> None:
    async def story() -> None:
        db, _ = await opened(tmp_path / "a.db")
        await db.run(add("one"))
        with pytest.raises(sqlite3.IntegrityError):
            await db.run(add("one"))
        with pytest.raises(sqlite3.OperationalError):
            await db.run(lambda connection: connection.execute("SELECT nothing FROM nowhere").close())
        await db.close()

    asyncio.run(story())


def set_aside(path: Path) -> Path:
    """Opens a damaged file and returns where it lies now."""

    async def story() -> OpenReport:
        db, report = await opened(path)
        await db.run(add("new life"))
        await db.close()
        return report

    report = asyncio.run(story())
    assert report.created
    assert report.set_aside is not None
    assert report.set_aside.name.startswith("slowlight.db.corrupt-")
    assert any(report.set_aside.name in str(notice) for notice in report.notices)
    return report.set_aside


def test_a_file_that_is_no_database_is_set_aside_and_never_deleted(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"
    letter = b"this is not a database, it is a letter " * 200
    path.write_bytes(letter)
    path.with_name("slowlight.db-wal").write_bytes(b"left over")
    aside = set_aside(path)
    assert aside.read_bytes() == letter
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"left over"


def test_a_database_with_a_destroyed_page_is_set_aside_and_never_deleted(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"
    noise = b"SQLite format 3\0" + b"\xff" * 9000
    path.write_bytes(noise)
    assert set_aside(path).read_bytes() == noise
    assert path.is_file()


def test_a_database_whose_tables_have_unreadable_names_is_set_aside_and_never_deleted(tmp_path: Path) -> None:
    path = tmp_path / "slowlight.db"

    async def begin() -> None:
        db, _ = await opened(path)
        await db.close()

    asyncio.run(begin())
    broken = path.read_bytes().replace(b"CREATE TABLE things", b"CREATE T\xedBLE things")
    path.write_bytes(broken)
    assert set_aside(path).read_bytes() == broken


def test_a_migration_keeps_the_rows_and_a_copy_of_the_file_before(tmp_path: Path) -> None:
    def repaint(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE things SET colour = 'blue'")

    def rows(connection: sqlite3.Connection) -> list[tuple[str, str]]:
        return [tuple(row) for row in connection.execute("SELECT name, colour FROM things")]

    async def story() -> tuple[OpenReport, list[tuple[str, str]]]:
        db, _ = await opened(tmp_path / "a.db", ONE)
        await db.run(add("one"))
        await db.close()
        db, report = await opened(tmp_path / "a.db", ONE, TWO, repaint)
        found = await db.read(rows)
        await db.close()
        _, again = await opened(tmp_path / "a.db", ONE, TWO, repaint)
        assert again == OpenReport()
        return report, found

    report, found = asyncio.run(story())
    assert report.migrated_from == 1
    assert found == [("one", "blue")]
    backups = list((tmp_path / "backups").iterdir())
    assert [file.name.startswith("a-v1-") and file.suffix == ".db" for file in backups] == [True]
    copy = sqlite3.connect(backups[0])
    assert copy.execute("SELECT * FROM things").fetchall() == [("one",)]
    copy.close()
    if os.name == "posix":
        assert backups[0].stat().st_mode & 0o777 == 0o600


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    async def story() -> list[str]:
        db, _ = await opened(tmp_path / "a.db", ONE)
        await db.run(add("one"))
        await db.close()
        broken = Database(tmp_path / "a.db", migrations=(ONE, "ALTER TABLE things ADD COLUMN x;\nDROP TABLE nothing;"))
        with pytest.raises(sqlite3.OperationalError):
            await broken.open()
        db, report = await opened(tmp_path / "a.db", ONE)
        assert report == OpenReport()
        found = await db.read(names)
        await db.run(add("two"))
        await db.close()
        return found

    assert asyncio.run(story()) == ["one"]


def test_a_database_of_a_newer_version_is_looked_at_and_left_as_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        db, _ = await opened(tmp_path / "a.db", ONE, TWO)
        await db.run(add("one"))
        await db.close()
        before = (tmp_path / "a.db").read_bytes()
        old, report = await opened(tmp_path / "a.db", ONE)
        assert report.read_only
        assert "newer version" in str(report.notices[0])
        assert await old.read(names) == ["one"]
        with pytest.raises(NewerDatabaseError):
            await old.run(add("two"))
        with pytest.raises(NewerDatabaseError):
            await old.read(lambda connection: connection.execute("SELECT size FROM things").fetchall())
        await old.close()
        assert (tmp_path / "a.db").read_bytes() == before

    asyncio.run(story())


def test_the_real_migrations_make_the_real_tables(tmp_path: Path) -> None:
    def tables(connection: sqlite3.Connection) -> set[str]:
        return {row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    async def story() -> tuple[set[str], int, list[object]]:
        db = Database(tmp_path / "a.db")
        await db.open()
        found = await db.read(tables)
        version = await db.read(lambda connection: int(connection.execute("PRAGMA user_version").fetchone()[0]))
        wrong = await db.read(lambda connection: connection.execute("PRAGMA integrity_check").fetchall())
        await db.close()
        return found, version, [row[0] for row in wrong]

    found, version, check = asyncio.run(story())
    assert {"jobs", "assets", "ledger", "tags", "bodies"} <= found
    assert version == len(MIGRATIONS)
    assert check == ["ok"]
