"""T-41: whatever happens to the file, the studio starts, nothing is deleted, and what is lost is named.

Bits are flipped and ends cut off; the journal is taken away; every schema that was ever published is opened; a migration
is killed in its middle.
"""

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.history import HistoryQuery
from app.domain.job import JobState
from app.store.copies import copies, first_fault
from app.store.database import Database, OpenReport
from app.store.job_store import JobStore
from app.store.migrations import MIGRATIONS, Migration
from tests.counts import say
from tests.store.jobs import full, job

SHORT, LONG = 150, 2_000
IN_COPY, IN_ALL = 20, 40
SCHEMAS = Path(__file__).parent / "schemas"
HEAVY_ROWS, POINTS = 10_000, 20


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of forty jobs, the first twenty of them in a copy."""
    folder = tmp_path_factory.mktemp("profile")

    async def story() -> None:
        db = Database(folder / "slowlight.db")
        await db.open()
        store = JobStore(db)
        for number in range(IN_ALL):
            if number == IN_COPY:
                await db.keep_house()
            one = full(number + 1)
            await store.add(one, os.urandom(600), "/v1")
            await store.save(one)
        await db.close()

    asyncio.run(story())
    return folder


def like(profile: Path, folder: Path) -> Path:
    """A copy of a profile, in which the parts that no test damages are only linked. Returns the database."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "backups").mkdir(parents=True)
    shutil.copyfile(profile / "slowlight.db", folder / "slowlight.db")
    os.link(profile / "slowlight.db-reserve", folder / "slowlight.db-reserve")
    for copy in (profile / "backups").iterdir():
        os.link(copy, folder / "backups" / copy.name)
    return folder / "slowlight.db"


async def used(path: Path) -> tuple[OpenReport, int]:
    """One run as the studio makes it: opens, reads, searches, writes, closes. How many jobs can be read."""
    db = Database(path)
    report = await db.open()
    store = JobStore(db)
    found = len(await store.page(HistoryQuery(), 0, 1000))
    await store.page(HistoryQuery(words="fox"), 0, 10)
    await store.unfinished()
    new = job(900, state=JobState.WAITING)
    await store.add(new, b"body", "/v1")
    assert await store.get(new.job_id) is not None
    await db.close()
    return report, found


def damage(content: bytes, chance: random.Random) -> bytes:
    """Some bits turned over, a stretch of noise or of zeros, or the end cut off."""
    noisy = bytearray(content)
    kind = chance.random()
    if kind < 0.25:
        return content[: chance.randrange(len(content))]
    if kind < 0.7:
        for _ in range(chance.choice((1, 1, 2, 8))):
            noisy[chance.randrange(len(noisy))] ^= 1 << chance.randrange(8)
    else:
        length = chance.choice((16, 512, 4096, 20_000))
        at = chance.randrange(len(noisy))
        end = min(len(noisy), at + length)
        noisy[at:end] = bytes(end - at) if kind < 0.85 else chance.randbytes(end - at)
    return bytes(noisy)


def try_damages(profile: Path, folder: Path, count: int) -> str:
    """Opens so many damaged databases; what came of them."""
    chance = random.Random(41)
    sound = (profile / "slowlight.db").read_bytes()
    restored = anew = whole = 0
    for number in range(count):
        path = like(profile, folder)
        content = damage(sound, chance)
        path.write_bytes(content)
        report, found = asyncio.run(used(path))
        where = f"damage {number}"
        if report.set_aside is not None:
            assert report.set_aside.read_bytes() == content, f"{where}: what was set aside was changed"
            assert report.notices, where
        if report.restored is not None:
            assert found == IN_COPY, where
            restored += 1
        elif report.created:
            anew += 1
        else:
            # a bit within the words of a row is nothing that SQLite could see; no other row is lost by it
            assert found >= IN_ALL - 8, f"{where}: {found} of {IN_ALL} jobs can be read"
            whole += 1
        with closing(sqlite3.connect(path)) as connection:
            assert first_fault(connection) == "", where
        shutil.rmtree(folder)
    assert anew == 0, "there was a sound copy"
    return f"{count} damages: {restored} brought back from the copy, {whole} readable as they were, 0 refused to start"


def test_t41_a_damaged_database_never_keeps_the_studio_from_starting(profile: Path, tmp_path: Path) -> None:
    say("T-41", try_damages(profile, tmp_path / "p", SHORT))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_t41_two_thousand_damages(profile: Path, tmp_path: Path) -> None:
    say("T-41 long", try_damages(profile, tmp_path / "p", LONG))


def test_t41_a_history_of_every_published_schema_is_brought_to_the_newest(tmp_path: Path) -> None:
    versions = sorted(int(path.stem.removeprefix("v")) for path in SCHEMAS.glob("v*.sql"))
    assert set(range(1, len(MIGRATIONS))) <= set(versions), "a published schema has no fixture in tests/disk/schemas"
    for version in [version for version in versions if version <= len(MIGRATIONS)]:
        path = tmp_path / f"v{version}" / "slowlight.db"
        path.parent.mkdir()
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript((SCHEMAS / f"v{version}.sql").read_text(encoding="utf-8"))
            connection.execute(f"PRAGMA user_version = {version}")
        report, found = asyncio.run(used(path))
        assert found == 2, f"the jobs of schema {version}"
        assert report.migrated_from == (version if version < len(MIGRATIONS) else None)
        assert len(copies(path)) == (1 if version < len(MIGRATIONS) else 0)
    say("T-41 schemas", f"schemas of before: {len(versions)} opened, every job read")


CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from app.store.database import Database
from tests.disk.test_database_damage import heavy
asyncio.run(Database(Path(sys.argv[1]), migrations=heavy(int(sys.argv[2]))).open())
"""


def heavy(dies_at: int) -> tuple[Migration, ...]:
    """The migrations and one more, over all rows, that kills its process before a batch; -1 is never."""

    def repaint(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE jobs ADD COLUMN colour TEXT NOT NULL DEFAULT ''")
        for batch in range(POINTS):
            if batch == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            connection.execute("UPDATE jobs SET colour = 'blue' WHERE seq % ? = ?", (POINTS, batch))

    return (*MIGRATIONS, repaint)


def count_blue(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM jobs WHERE colour = 'blue'").fetchone()[0])


def try_killed_migrations(folder: Path, points: range) -> str:
    """Kills a migration of 10,000 rows at each of these points and goes on with it."""
    path = folder / "slowlight.db"

    async def fill() -> None:
        db = Database(path)
        await db.open()
        store = JobStore(db)
        await store.add(job(0), b"body", "/v1")
        row = "INSERT INTO jobs SELECT NULL, printf('%032x', value + 1), {} FROM jobs, generate WHERE jobs.seq = 1"

        def multiply(connection: sqlite3.Connection) -> None:
            names = [column[1] for column in connection.execute("PRAGMA table_info(jobs)")][2:]
            connection.execute("CREATE TEMP TABLE generate (value INTEGER)")
            connection.executemany("INSERT INTO generate VALUES (?)", [(number,) for number in range(1, HEAVY_ROWS)])
            connection.execute(row.format(", ".join(f"jobs.{name}" for name in names)))

        await db.run(multiply)
        await db.close()

    asyncio.run(fill())
    kept = path.read_bytes()
    for point in points:
        path.write_bytes(kept)
        child = subprocess.run([sys.executable, "-c", CHILD, str(path), str(point)], check=False)
        assert child.returncode == -signal.SIGKILL
        assert copies(path), "the copy of before is there"

        async def again() -> tuple[int, str]:
            db = Database(path, migrations=heavy(-1))
            report = await db.open()
            assert not report.entries_lost
            blue = await db.read(count_blue)
            fault = await db.read(first_fault)
            await db.close()
            return blue, fault

        assert asyncio.run(again()) == (HEAVY_ROWS, "")
        for copy in copies(path)[1:]:
            copy.unlink()
    return f"a migration of {HEAVY_ROWS:,} rows killed at {len(points)} points, 0 rows lost"


def test_t41_a_migration_that_is_killed_goes_on_at_the_next_start(tmp_path: Path) -> None:
    say("T-41 migration", try_killed_migrations(tmp_path, range(3, POINTS, 9)))


@pytest.mark.long
def test_t41_a_migration_is_killed_at_twenty_points(tmp_path: Path) -> None:
    say("T-41 migration long", try_killed_migrations(tmp_path, range(POINTS)))
