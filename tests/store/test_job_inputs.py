"""What the job store knows about the files that jobs work from."""

import asyncio
import hashlib
from pathlib import Path

from app.domain.media_input import MediaInput
from app.store.database import Database
from app.store.job_store import JobStore
from tests.store.jobs import START, job

LAKE = MediaInput("a" * 64, "lake.png", "image/png", 1_300_000)
SEA = MediaInput("b" * 64, "sea.png", "image/png", 1_300_000)


def test_every_file_that_a_recipe_names_is_in_use_until_the_job_is_purged(tmp_path: Path) -> None:
    async def story() -> None:
        db = Database(tmp_path / "test.db")
        await db.open()
        store = JobStore(db)
        await store.add(job(1, params={"prompt": "x", "image_urls": [LAKE.to_json()]}), b"{}", "/v1/generation")
        await store.add(job(2, params={"prompt": "x", "image": {"deep": SEA.to_json()}}), b"{}", "/v1/generation")
        await store.add(job(3), b"{}", "/v1/generation")
        await store.remove(job(2).job_id)
        assert await store.inputs_in_use() == {LAKE.sha256, SEA.sha256}
        await store.purge(START.replace(year=2999))
        assert await store.inputs_in_use() == {LAKE.sha256}
        await db.close()

    asyncio.run(story())


def test_the_ledger_knows_the_body_that_went_out_where_files_took_their_places(tmp_path: Path) -> None:
    async def story() -> None:
        db = Database(tmp_path / "test.db")
        await db.open()
        store = JobStore(db)
        await store.add(job(1), b'{"image": "slowlight-input:..."}', "/v1/generation")
        sent = b'{"image": "https://files.example/secret-link"}'
        await store.mark_sending(job(1).job_id, START, filled=sent)
        intent, sending = await store.events(job(1).job_id)
        assert sending.detail == {"attempt": 1, "sha256": hashlib.sha256(sent).hexdigest(), "size_bytes": len(sent)}
        assert intent.detail["sha256"] != sending.detail["sha256"]
        await db.close()
        whole = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"secret-link" not in whole, "a link that opens somebody's file is not written down"

    asyncio.run(story())
