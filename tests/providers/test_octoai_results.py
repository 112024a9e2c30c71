"""Results of OctoAI go through the disk: kept, partly removed, broken, huge, or an error instead."""

import base64
import tracemalloc
from pathlib import Path

import pytest

from app.domain.errors import (
    BrokenResultError,
    EmptyResultError,
    GenerationFailedError,
    JobGoneError,
    KeyRejectedError,
    OutOfCreditError,
    PromptRefusedError,
    ResultTooLargeError,
    ServiceFailedError,
    StudioError,
)
from app.domain.remote import Artifact, RemoteState, Snapshot
from app.domain.values import Json, JsonObject
from app.providers.octoai import FAILURES_UNTIL_FAILED, OctoAiProvider
from tests.net.servers import Seen, Wire, always, json_reply, reply
from tests.providers.octoai_service import ASYNC, BIG, LIMIT, NAME, Service, against, b64, images, kept, whole
from tests.providers.recordings import recorded
from tests.services.scripted import PIXEL

# --- results


def collected(folder: Path, result: bytes) -> Snapshot | StudioError:
    found, _ = against(Service(result=result), folder, whole)
    return found if isinstance(found, StudioError) else found[1]


def test_case_29_what_came_is_kept_and_what_was_removed_is_said(tmp_path: Path) -> None:
    snapshot = collected(tmp_path, recorded("made-up-partly-removed", "octoai").reply)
    assert isinstance(snapshot, Snapshot)
    assert [artifact.key for artifact in snapshot.artifacts] == ["0", "2", "3"]
    assert snapshot.missing == 1
    assert str(snapshot.notice) == "1 of 4 results was removed by the content rules of OctoAI."


def test_a_result_that_is_missing_for_another_reason_is_said_as_well(tmp_path: Path) -> None:
    snapshot = collected(tmp_path, json_reply(images(PIXEL, None, removed=False)))
    assert isinstance(snapshot, Snapshot)
    assert str(snapshot.notice) == "1 of 2 results did not come."


def test_case_28_all_removed_is_a_refusal_and_no_success(tmp_path: Path) -> None:
    assert isinstance(collected(tmp_path, recorded("made-up-all-removed", "octoai").reply), PromptRefusedError)


@pytest.mark.parametrize("body", [{"images": []}, {"images": [None]}, {"images": [{}]}, {"detail": "odd"}, {}, "x"])
def test_case_27_a_result_with_nothing_in_it_is_empty(tmp_path: Path, body: Json) -> None:
    assert isinstance(collected(tmp_path, json_reply(body)), EmptyResultError)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"images": [{"image_b64": "QUJ'])
def test_case_35_a_result_that_cannot_be_read_is_fetched_again(tmp_path: Path, body: bytes) -> None:
    service = Service(result=reply(200, body))

    async def use(provider: OctoAiProvider) -> Snapshot:
        submission = await provider.submit(ASYNC)
        snapshot = await provider.poll(submission.ref)
        with pytest.raises(BrokenResultError):
            await provider.collect(submission.ref, snapshot)
        service.result = json_reply(images(PIXEL))
        return await provider.collect(submission.ref, snapshot)

    result, _ = against(service, tmp_path, use)
    assert isinstance(result, Snapshot)
    assert len(result.artifacts) == 1


def test_a_result_that_was_brought_is_not_fetched_twice_also_after_a_restart(tmp_path: Path) -> None:
    service = Service(result=json_reply(images(BIG)))
    first, _ = against(service, tmp_path, whole)
    assert not isinstance(first, StudioError)
    ref = first[0].ref

    async def again(provider: OctoAiProvider) -> Snapshot:
        return await provider.collect(ref, await provider.poll(ref))

    second, server = against(always(reply(500)), tmp_path, again)
    assert second == first[1]
    assert server.seen == []


def fetched(folder: Path, content: str, *, max_bytes: int = LIMIT) -> StudioError | None:
    body: JsonObject = {"images": [{"image_b64": content, "removed_for_safety": False}]}

    async def use(provider: OctoAiProvider) -> None:
        submission, snapshot = await whole(provider)
        (artifact,) = snapshot.artifacts
        await provider.fetch(submission.ref, artifact, folder / "a.part", max_bytes=max_bytes)

    return against(Service(result=json_reply(body)), folder, use)[0]


def test_case_58_base64_is_read_however_it_is_written(tmp_path: Path) -> None:
    assert fetched(tmp_path, "data:image/png;base64," + b64(BIG)) is None
    assert (tmp_path / "a.part").read_bytes() == BIG


def test_what_is_no_picture_or_too_large_never_becomes_a_file(tmp_path: Path) -> None:
    assert isinstance(fetched(tmp_path / "one", b64(b"<html>no picture</html>" * 999)), BrokenResultError)
    assert isinstance(fetched(tmp_path / "two", "no base64! " * 999), BrokenResultError)
    (tmp_path / "three").mkdir()
    assert isinstance(fetched(tmp_path / "three", b64(BIG), max_bytes=100_000), ResultTooLargeError)
    assert not list(tmp_path.rglob("*.part"))


def test_an_artifact_of_another_answer_is_not_made_up(tmp_path: Path) -> None:
    async def use(provider: OctoAiProvider) -> None:
        submission, _ = await whole(provider)
        artifact = Artifact("7", via_provider=True)
        await provider.fetch(submission.ref, artifact, tmp_path / "a.part", max_bytes=LIMIT)

    result, _ = against(Service(result=json_reply(images(BIG))), tmp_path, use)
    assert isinstance(result, BrokenResultError)


def test_tens_of_megabytes_never_lie_in_memory(tmp_path: Path) -> None:
    film = b"\0\0\0\x18ftypmp42" + bytes(30 * 1024 * 1024)
    head, block = b'{"videos": [{"video": "', base64.b64encode(film)
    answer = reply(200, b"", length=len(head) + len(block) + 4)

    async def script(seen: Seen, wire: Wire) -> None:
        service = Service()
        if "/responses/" in seen.path:
            await wire.send(answer, head)
            for start in range(0, len(block), 65536):
                await wire.send(block[start : start + 65536])
            await wire.send(b'"}]}')
        else:
            await service(seen, wire)

    async def use(provider: OctoAiProvider) -> int:
        submission = await provider.submit(ASYNC)
        snapshot = await provider.poll(submission.ref)
        tracemalloc.start()
        snapshot = await provider.collect(submission.ref, snapshot)
        got = await provider.fetch(submission.ref, snapshot.artifacts[0], tmp_path / "a.part", max_bytes=LIMIT)
        assert got.size_bytes == len(film)
        return tracemalloc.get_traced_memory()[1]

    try:
        peak, _ = against(script, tmp_path, use)
    finally:
        tracemalloc.stop()
    assert isinstance(peak, int)
    assert peak < 12 * 1024 * 1024


# --- failures


def test_a_500_that_comes_every_time_is_the_failure_of_the_run(tmp_path: Path) -> None:
    service = Service(polls=[recorded("made-up-failed", "octoai").reply])

    async def use(provider: OctoAiProvider) -> Snapshot:
        submission = await provider.submit(ASYNC)
        for _ in range(FAILURES_UNTIL_FAILED - 1):
            with pytest.raises(ServiceFailedError):
                await provider.poll(submission.ref)
        return await provider.poll(submission.ref)

    result, _ = against(service, tmp_path, use)
    assert isinstance(result, Snapshot)
    assert result.state is RemoteState.FAILED
    assert result.message == "CUDA error: an illegal memory access was encountered"


def test_a_500_now_and_then_is_no_failure(tmp_path: Path) -> None:
    bad, good = reply(500), recorded("published-running", "octoai").reply
    service = Service(polls=[bad, bad, good] * 3)

    async def use(provider: OctoAiProvider) -> list[str]:
        submission = await provider.submit(ASYNC)
        states = []
        for _ in range(9):
            try:
                states.append(str((await provider.poll(submission.ref)).state))
            except ServiceFailedError:
                states.append("asked again")
        return states

    result, _ = against(service, tmp_path, use)
    assert result == ["asked again", "asked again", "running"] * 3


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_in_trouble_never_ends_a_run(tmp_path: Path, status: int) -> None:
    async def use(provider: OctoAiProvider) -> None:
        submission = await provider.submit(ASYNC)
        for _ in range(3 * FAILURES_UNTIL_FAILED):
            with pytest.raises(ServiceFailedError):
                await provider.poll(submission.ref)

    result, _ = against(Service(polls=[reply(status, b"<html>Bad Gateway</html>")]), tmp_path, use)
    assert result is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            json_reply({"detail": [{"loc": ["body", "prompt"], "msg": "content policy violation"}]}, 422),
            PromptRefusedError,
        ),
        (recorded("made-up-invalid-fields", "octoai").reply, GenerationFailedError),
        (json_reply({"detail": "balance not enough"}, 402), OutOfCreditError),
        (json_reply({"detail": "Not Found"}, 404), JobGoneError),
        (json_reply({"detail": "Unauthorized"}, 401), KeyRejectedError),
    ],
)
def test_case_30_an_error_of_the_result_call_is_the_run_s_own(
    tmp_path: Path, answer: bytes, kind: type[StudioError]
) -> None:
    assert type(collected(tmp_path, answer)) is kind
    assert f"{NAME}-result.json" not in kept(tmp_path)


def test_a_result_that_fails_every_time_is_the_failure_of_the_run(tmp_path: Path) -> None:
    service = Service(result=recorded("made-up-failed", "octoai").reply)

    async def use(provider: OctoAiProvider) -> list[type[StudioError]]:
        submission = await provider.submit(ASYNC)
        snapshot = await provider.poll(submission.ref)
        kinds = []
        for _ in range(FAILURES_UNTIL_FAILED):
            try:
                await provider.collect(submission.ref, snapshot)
            except StudioError as error:
                kinds.append(type(error))
        return kinds

    result, _ = against(service, tmp_path, use)
    assert result == [ServiceFailedError] * (FAILURES_UNTIL_FAILED - 1) + [GenerationFailedError]
