"""Jobs that work from a person's file: uploaded right before the paid POST, safe to take back, and good for later runs."""

import asyncio
import json
from pathlib import Path

import pytest

from app.domain.job import Job, JobState
from app.domain.media_input import digests_in, placeholder
from app.sandbox.running import QUICK, RunningSandbox
from tests.conftest import Run
from tests.net.servers import Running, Seen, reply
from tests.services.input_stage import MEDIA, fake_netmind, kept, posts, studio
from tests.services.upload_server import EXPIRED, UploadServer

S = JobState


def problem(job: Job) -> str:
    assert job.problem is not None
    return " ".join(str(part) for part in (job.problem.happened, job.problem.money))


def test_a_picture_to_a_saved_picture_at_the_demo_and_again_without_the_original(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        with RunningSandbox() as demo:
            async with studio(tmp_path, demo.base_url) as here:
                lake = kept(tmp_path)
                first = here.submit("make it night", image_urls=[lake.to_json()])
                job = await here.until_state(first, S.DONE, S.FAILED)
                assert job.saved_assets, job.problem
                again = here.jobs.retry(first)
                assert (await here.until_state(again, S.DONE, S.FAILED)).saved_assets
            configs = [json.loads(seen.body)["config"] for seen in demo.posts]
            assert len(configs) == 2
            for config in configs:
                assert config["image_urls"][0].startswith(demo.base_url)
            everything = b"".join(seen.body for seen in demo.requests) + str(demo.requests).encode()
            assert b"secret" not in everything, "the name of somebody's file stays at home"
            assert b"my secret lake" not in everything

    run(story())


def deletions(demo: RunningSandbox) -> list[str]:
    return [seen.path for seen in demo.requests if seen.method == "DELETE"]


def test_what_was_uploaded_is_deleted_there_after_the_last_job_that_needs_it_has_ended(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        with RunningSandbox(QUICK) as demo:
            async with studio(tmp_path, demo.base_url) as here:
                lake = kept(tmp_path)
                quick = here.submit("a lake", image_urls=[lake.to_json()])
                slow = here.submit("a lake [slow]", image_urls=[lake.to_json()])
                at_end: list[list[str]] = []
                here.jobs.job_rested.connect(lambda _job: at_end.append(deletions(demo)))
                await here.until_state(quick, S.DONE)
                await here.until_state(slow, S.DONE)
                await here.until(lambda: bool(deletions(demo)))
                job = here.jobs.job(quick)
                assert job is not None
                (file_id,) = (job.remote_ref or {})["files"].values()  # type: ignore[union-attr]
            assert sum(seen.method == "PUT" for seen in demo.requests) == 1, "the same bytes go once for both"
            assert deletions(demo) == [f"/v1/files/{file_id}"]
            assert at_end == [[], []], "never before a job rests, and not while another one needs the file"
            assert here.crashes == []

    run(story())


def test_a_server_that_does_not_delete_what_was_uploaded_changes_nothing_about_the_job(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        with RunningSandbox(QUICK) as demo:
            async with studio(tmp_path, demo.base_url) as here:
                lake = kept(tmp_path)
                here.jobs.job_rested.connect(lambda _job: demo.stop())
                job = await here.until_state(here.submit("a lake", image_urls=[lake.to_json()]), S.DONE)
                assert job.problem is None
        assert here.crashes == []

    run(story())


def test_what_is_written_down_holds_a_placeholder_and_the_ledger_the_hash_of_what_went_out(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        script = UploadServer()
        async with fake_netmind(script) as server, studio(tmp_path, server.base_url) as here:
            lake = kept(tmp_path)
            job_id = here.submit("x", image_urls=[lake.to_json()])
            await here.until_state(job_id, S.QUEUED)
            _, stored = await here.store.body(job_id)
            assert digests_in(stored) == {lake.sha256}
            (sent,) = posts(script)
            assert placeholder(lake.sha256).encode() not in sent.body
            assert b"secret-signature" in sent.body
            sending = next(entry for entry in await here.store.events(job_id) if entry.event == "sending")
            assert sending.detail["size_bytes"] == len(sent.body)
        written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert b"secret-signature" not in written

    run(story())


def test_case_93_a_restart_between_queueing_and_sending_sends_the_file_that_was_chosen(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        held = UploadServer(gate=asyncio.Event())
        async with fake_netmind(held) as server, studio(tmp_path, server.base_url) as here:
            lake = kept(tmp_path)
            job_id = here.submit("x", image_urls=[lake.to_json()])
            await here.until(lambda: bool(held.of("PUT", "/")))
            assert here.state(job_id) is S.WAITING
        assert not posts(held), "leaving in the middle of an upload starts nothing"
        script = UploadServer()
        async with fake_netmind(script) as server, studio(tmp_path, server.base_url) as again:
            await again.until_state(job_id, S.QUEUED)
            assert script.of("PUT", "/")[0].body == (MEDIA / "picture.png").read_bytes()
            assert len(posts(script)) == 1

    run(story())


def test_an_upload_is_told_and_can_be_taken_back(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        script = UploadServer(gate=asyncio.Event())
        async with fake_netmind(script) as server, studio(tmp_path, server.base_url) as here:
            job_id = here.submit("x", image_urls=[kept(tmp_path).to_json()])
            await here.until(lambda: bool(script.of("PUT", "/")))
            assert any(job.progress for job in here.changes), "how far it has come is told"
            here.jobs.cancel(job_id)
            job = await here.until_state(job_id, S.CANCELLED)
            assert job.progress is None
            assert script.gate is not None
            script.gate.set()
            await asyncio.sleep(0.05)
            assert not posts(script)
            assert here.state(job_id) is S.CANCELLED

    run(story())


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (UploadServer(store=lambda _server, _seen: reply(403, EXPIRED)), "NetMind did not take the file"),
        (UploadServer(announce=lambda _server, _seen: reply(401)), "did not accept the API key"),
    ],
)
def test_a_refused_upload_fails_the_job_and_says_that_nothing_was_charged(
    run: Run[None], tmp_path: Path, script: UploadServer, words: str
) -> None:
    async def story() -> None:
        async with fake_netmind(script) as server, studio(tmp_path, server.base_url) as here:
            job_id = here.submit("x", image_urls=[kept(tmp_path).to_json()])
            job = await here.until_state(job_id, S.FAILED)
            assert words in problem(job)
            assert "Nothing was started and nothing was charged." in problem(job)
            assert not posts(script)
            assert job.sent_at is None

    run(story())


def test_a_storage_in_trouble_is_tried_again_and_the_job_is_sent_once(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        def store(server: Running, _seen: Seen) -> bytes:
            return reply(503) if server.count("PUT") < 3 else reply(200)

        script = UploadServer(store=store)
        async with fake_netmind(script) as server, studio(tmp_path, server.base_url) as here:
            job_id = here.submit("x", image_urls=[kept(tmp_path).to_json()])
            await here.until_state(job_id, S.QUEUED)
            waited = [job for job in here.changes if job.state is S.WAITING and job.problem is not None]
            assert "Nothing was started and nothing was charged." in problem(waited[0])
            assert len(posts(script)) == 1

    run(story())


def test_a_lost_answer_after_an_upload_is_unsure_and_is_not_sent_again(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        script = UploadServer(create=lambda _server, _seen: reply(502))
        async with fake_netmind(script) as server, studio(tmp_path, server.base_url) as here:
            job_id = here.submit("x", image_urls=[kept(tmp_path).to_json()])
            job = await here.until_state(job_id, S.UNSURE)
            assert job.problem is not None
            await asyncio.sleep(0.05)
            assert len(posts(script)) == 1

    run(story())


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_copy_that_is_gone_or_damaged_is_named_and_nothing_is_sent(
    run: Run[None], tmp_path: Path, damage: str
) -> None:
    async def story() -> None:
        script = UploadServer()
        async with fake_netmind(script) as server, studio(tmp_path, server.base_url) as here:
            lake = kept(tmp_path)
            path = next((tmp_path / "inputs").iterdir())
            path.unlink() if damage == "gone" else path.write_bytes(b"\x89PNG\r\n\x1a\n another picture")
            job = await here.until_state(here.submit("x", image_urls=[lake.to_json()]), S.FAILED)
            assert "my secret lake.png, which this job works from, is no longer here." in problem(job)
            assert not (script.server or Running(0)).count("POST")

    run(story())


def test_the_file_of_a_job_is_in_use_as_long_as_the_job_is_known(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        script = UploadServer()
        async with fake_netmind(script) as server, studio(tmp_path, server.base_url) as here:
            lake = kept(tmp_path)
            job_id = here.submit("x", image_urls=[lake.to_json()])
            await here.until_state(job_id, S.QUEUED)
            assert await here.store.inputs_in_use() == {lake.sha256}

    run(story())
