"""The OctoAI provider against a real server, in both of its ways to answer."""

import asyncio
from pathlib import Path

import pytest

from app.domain.errors import (
    JobGoneError,
    StudioError,
)
from app.domain.remote import RemoteState, Snapshot, Submission
from app.domain.values import Json, JsonObject
from app.net.client import EXCHANGE_S
from app.providers.base import PreparedRequest
from app.providers.octoai import SYNC_S, OctoAiProvider
from tests.net.servers import json_reply, reply
from tests.providers.asking import KEY
from tests.providers.octoai_service import (
    ASYNC,
    BIG,
    ID,
    LIMIT,
    NAME,
    SYNC,
    Service,
    against,
    b64,
    images,
    kept,
    offline,
    whole,
)
from tests.providers.recordings import recorded
from tests.services.scripted import PIXEL

# --- asynchronous


def test_a_picture_is_asked_for_collected_and_decoded(tmp_path: Path) -> None:
    service = Service(
        polls=[recorded("published-pending", "octoai").reply, recorded("published-running", "octoai").reply],
        result=json_reply(images(BIG, PIXEL)),
    )

    async def use(provider: OctoAiProvider) -> tuple[Submission, Snapshot, bytes, list[str]]:
        submission = await provider.submit(ASYNC)
        states = [(await provider.poll(submission.ref)).state for _ in range(2)]
        assert states == [RemoteState.QUEUED, RemoteState.RUNNING]
        service.polls = []
        snapshot = await provider.collect(submission.ref, await provider.poll(submission.ref))
        part = tmp_path / "a.part"
        got = await provider.fetch(submission.ref, snapshot.artifacts[0], part, max_bytes=LIMIT)
        assert got.size_bytes == len(BIG)
        before = kept(tmp_path)
        await provider.settled(submission.ref)
        return submission, snapshot, part.read_bytes(), before

    result, server = against(service, tmp_path, use)
    assert not isinstance(result, StudioError), result
    submission, snapshot, picture, before = result
    assert submission.ref == {"v": 1, "key": ID, "spool": NAME, "poll": f"{server.base_url}/v1/requests/{ID}"}
    assert submission.snapshot.state is RemoteState.QUEUED
    assert picture == BIG
    large, small = snapshot.artifacts
    assert (large.key, large.via_provider, large.inline) == ("0", True, None)
    assert (small.key, small.via_provider, small.inline) == ("1", False, PIXEL)
    assert snapshot.missing == 0
    assert before == [f"{NAME}-result.json", f"{NAME}.json"]
    assert kept(tmp_path) == [], "what is saved needs no copy"
    post, *asks = server.seen
    assert (post.path, post.headers["x-octoai-async"], post.body) == ("/generate/sdxl", "1", ASYNC.body)
    assert [seen.path for seen in asks] == [f"/v1/requests/{ID}"] * 3 + [f"/v1/responses/{ID}"]
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {KEY}"}


def test_a_film_lies_under_another_name(tmp_path: Path) -> None:
    film = b"\0\0\0\x18ftypmp42" + bytes(9_000)
    service = Service(result=json_reply({"videos": [{"video": b64(film), "removed_for_safety": False, "seed": 1}]}))
    result, _ = against(service, tmp_path, whole)
    assert not isinstance(result, StudioError)
    assert [artifact.key for artifact in result[1].artifacts] == ["0"]


@pytest.mark.parametrize(
    ("body", "status", "state"),
    [
        (b'{"status": "pending"}', 202, RemoteState.QUEUED),
        (b'{"status": "pending"}', 200, RemoteState.QUEUED),
        (b'{"status": " Running "}', 202, RemoteState.RUNNING),
        (b"{}", 202, RemoteState.QUEUED),
        (b"", 202, RemoteState.QUEUED),
        (b'{"status": "warming up"}', 200, RemoteState.UNKNOWN),
        (b'{"status": null}', 200, RemoteState.UNKNOWN),
        (b'{"status": "cancelled"}', 200, RemoteState.CANCELLED),
        (b'{"status": "failed", "detail": "out of memory"}', 200, RemoteState.FAILED),
        (b'{"status": "completed"}', 200, RemoteState.SUCCEEDED),
    ],
)
def test_cases_23_25_39_the_word_decides_and_not_the_code(
    tmp_path: Path, body: bytes, status: int, state: RemoteState
) -> None:
    async def use(provider: OctoAiProvider) -> Snapshot:
        return await provider.poll((await provider.submit(ASYNC)).ref)

    result, _ = against(Service(polls=[reply(status, body)]), tmp_path, use)
    assert isinstance(result, Snapshot)
    assert result.state is state
    assert state is not RemoteState.FAILED or result.message == "out of memory"


ELSEWHERE = (
    "https://async.octoai.run/v1/requests/x",
    "http://localhost:1/v1/requests/x",
    "//evil.example/v1/requests/x",
    "file:///etc/passwd",
    "",
    None,
    7,
)


@pytest.mark.parametrize("link", ELSEWHERE)
def test_case_50_a_link_to_elsewhere_gets_no_key_and_the_job_is_asked_for_at_its_own_service(
    tmp_path: Path, link: Json
) -> None:
    service = Service(submit=json_reply({"response_id": ID, "poll_url": link}), result=json_reply(images(PIXEL)))
    service.polls = [json_reply({"status": "completed", "response_url": link})]
    result, server = against(service, tmp_path, whole)
    assert not isinstance(result, StudioError), result
    assert [seen.path for seen in server.seen[1:]] == [f"/v1/requests/{ID}", f"/v1/responses/{ID}"]


def test_case_51_a_link_without_a_host_is_resolved_against_the_origin(tmp_path: Path) -> None:
    links: JsonObject = {"response_id": ID, "poll_url": "/mounted/v1/requests/x?a=b"}
    service = Service(submit=json_reply(links), polls=[recorded("published-pending", "octoai").reply])

    async def use(provider: OctoAiProvider) -> Snapshot:
        return await provider.poll((await provider.submit(ASYNC)).ref)

    _, server = against(service, tmp_path, use)
    assert server.seen[1].path == "/mounted/v1/requests/x?a=b"


@pytest.mark.parametrize("key", ["a/b", "../x", "a b", "x?y#z"])
def test_case_9_an_id_never_changes_the_path_it_travels_in(tmp_path: Path, key: str) -> None:
    service = Service(submit=json_reply({"response_id": key}), polls=[recorded("published-pending", "octoai").reply])

    async def use(provider: OctoAiProvider) -> Snapshot:
        return await provider.poll((await provider.submit(ASYNC)).ref)

    _, server = against(service, tmp_path, use)
    assert server.seen[1].path.startswith("/v1/requests/")
    assert server.seen[1].path.count("/") == 3
    assert "?" not in server.seen[1].path


# --- synchronous


def test_the_answer_to_a_synchronous_post_is_the_result_and_lies_on_the_disk(tmp_path: Path) -> None:
    async def use(provider: OctoAiProvider) -> tuple[Submission, Snapshot, int]:
        submission = await provider.submit(SYNC)
        assert kept(tmp_path) == [f"{NAME}.json"], "on the disk before anything else happens"
        snapshot = await provider.collect(submission.ref, await provider.poll(submission.ref))
        part = tmp_path / "a.part"
        got = await provider.fetch(submission.ref, snapshot.artifacts[0], part, max_bytes=LIMIT)
        assert part.read_bytes() == BIG
        return submission, snapshot, got.size_bytes

    result, server = against(Service(submit=json_reply(images(BIG))), tmp_path, use)
    assert not isinstance(result, StudioError)
    submission, snapshot, size = result
    assert submission.ref == {"v": 1, "key": NAME, "spool": NAME}
    assert snapshot.state is RemoteState.SUCCEEDED
    assert size == len(BIG)
    assert [seen.method for seen in server.seen] == ["POST"], "nothing more is asked"
    assert "x-octoai-async" not in server.seen[0].headers


def test_a_kill_right_after_the_answer_loses_neither_result_nor_reference(tmp_path: Path) -> None:
    for prepared, answer in ((SYNC, json_reply(images(PIXEL))), (ASYNC, None)):
        first, _ = against(Service(submit=answer), tmp_path, lambda p, prepared=prepared: p.submit(prepared))  # type: ignore[misc]
        assert isinstance(first, Submission)
        found, server = against(Service(), tmp_path, lambda p, prepared=prepared: p.recover(prepared))  # type: ignore[misc]
        assert found == first
        assert server.seen == [], "looking at one's own disk asks nobody"


def test_what_was_never_answered_is_not_found_again(tmp_path: Path) -> None:
    assert asyncio.run(offline(tmp_path).recover(SYNC)) is None
    assert asyncio.run(offline(tmp_path).recover(PreparedRequest("/v1/other", b""))) is None


@pytest.mark.parametrize(("prepared", "answer"), [(ASYNC, images(PIXEL)), (SYNC, {"response_id": ID, "poll_url": ""})])
def test_a_server_that_answers_the_other_way_is_understood(
    tmp_path: Path, prepared: PreparedRequest, answer: JsonObject
) -> None:
    service = Service(submit=json_reply(answer), result=json_reply(images(PIXEL)))
    result, _ = against(service, tmp_path, lambda provider: whole(provider, prepared))
    assert not isinstance(result, StudioError)
    assert len(result[1].artifacts) == 1


def test_an_answer_that_is_the_result_gets_minutes_and_not_seconds() -> None:
    assert SYNC_S >= 10 * 60 > EXCHANGE_S


def test_a_kept_answer_that_was_taken_away_is_gone(tmp_path: Path) -> None:
    result, _ = against(Service(), tmp_path, lambda p: p.poll({"v": 1, "key": NAME, "spool": NAME}))
    assert isinstance(result, JobGoneError)
