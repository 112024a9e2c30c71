"""A disk that is really full: nothing half is called finished, what was written stays, and room heals it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

STORY = """
import asyncio, pathlib, sys
from datetime import UTC, datetime
from app.domain.local_errors import (DiskFullError, StorageError,)
from app.domain.history import HistoryQuery
from app.domain.media import Medium
from app.store.database import Database
from app.store.job_store import JobStore
from app.store.media_folder import MediaFolder
from app.store.settings_store import SettingsStore
from tests.store.jobs import job

root = pathlib.Path(sys.argv[1])

async def main():
    db = Database(root / "slowlight.db")
    await db.open()
    store = JobStore(db)
    settings = SettingsStore(root / "settings.json")
    settings.save({"kept": "old"})
    library = MediaFolder(root / "library")
    library.create()
    part = library.part_path("a" * 32, 0, Medium.IMAGE)
    part.write_bytes(b"x" * 1000)
    await store.add(job(0), b"small", "/v1")
    filler = (root / "filler").open("wb", buffering=0)
    try:
        while True:
            filler.write(b"x" * 4096)
    except OSError:
        pass
    written = 1
    try:
        for number in range(1, 200):
            await store.add(job(number), b"x" * 20000, "/v1")
            written += 1
        raise SystemExit("the disk was not full")
    except StorageError as error:
        assert "full" in str(error.problem().happened), error.problem()
    assert await store.count(HistoryQuery()) == written
    for refused, kind in (
        (lambda: settings.save({"kept": "new" * 20000}), StorageError),
        (library.check_writable, DiskFullError),
    ):
        try:
            refused()
            raise SystemExit("the disk was not full")
        except kind:
            pass
    assert settings.load() == {"kept": "old"}
    (root / "filler").unlink()
    filler.close()
    library.check_writable()
    await store.add(job(1000), b"x" * 20000, "/v1")
    assert await store.count(HistoryQuery()) == written + 1
    name = library.commit(part, medium=Medium.IMAGE, prompt="", created_at=datetime.now(UTC), extension="png",
                          job_id="a" * 32, index=0)
    assert library.exists(name)
    settings.save({"kept": "new"})
    await db.close()
    print("went on")

asyncio.run(main())
"""


def may_mount() -> bool:
    """Whether a small disk of one's own can be made here without being an administrator."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return False
    tried = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    return tried.returncode == 0


@pytest.mark.skipif(not may_mount(), reason="needs leave to mount a small disk")
def test_a_full_disk_costs_nothing_that_was_written_and_heals(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    mount = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$1" -c "$2" "$0"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount, str(tmp_path / "disk"), sys.executable, STORY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "went on\n", done.stderr
