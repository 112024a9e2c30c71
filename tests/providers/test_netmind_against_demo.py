"""The NetMind provider and the downloads against the demo server, which speaks the published dialects strictly."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import (
    ConnectionLostError,
    InvalidRequestError,
    JobGoneError,
    KeyRejectedError,
    OutOfCreditError,
    PromptRefusedError,
    ServiceFailedError,
    StudioError,
    TooManyRequestsError,
    UnknownModelError,
    UnknownOutcomeError,
)
from app.domain.media import Medium, sniff
from app.domain.remote import RemoteRef, RemoteState, Snapshot, ref_key
from app.net.client import ApiClient
from app.net.download import Downloaded, download
from app.net.media_client import MediaClient
from app.providers.base import PreparedRequest
from app.providers.netmind import NETMIND, NetMindProvider
from app.providers.wire import failure_error
from app.sandbox.running import QUICK, RunningSandbox
from app.sandbox.settings import AuthStyle, Dialect

KEY = "demo-key"
ENDED = (RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.EMPTY, RemoteState.CANCELLED)


def request(prompt: str, model: str = "Qwen/Qwen-Image", **config: object) -> PreparedRequest:
    return PreparedRequest(
        "/v1/generation", json.dumps({"model": model, "config": {"prompt": prompt, **config}}).encode()
    )


def with_provider(demo: RunningSandbox, use: Callable[[NetMindProvider], Awaitable[None]], key: str = KEY) -> None:
    async def main() -> None:
        provider = NetMindProvider(NETMIND, ApiClient(demo.base_url, lambda: key))
        try:
            await use(provider)
        finally:
            await provider.close()

    asyncio.run(main())


async def ended(provider: NetMindProvider, ref: RemoteRef) -> Snapshot:
    async with asyncio.timeout(30):
        while (snapshot := await provider.poll(ref)).state not in ENDED:
            await asyncio.sleep(0.01)
        return snapshot


async def save(snapshot: Snapshot, folder: Path) -> list[Downloaded]:
    media = MediaClient(allow_loopback=True)
    try:
        return [
            await download(media, artifact.url, folder / f"{index}.part", max_bytes=10**8)
            for index, artifact in enumerate(snapshot.artifacts)
        ]
    finally:
        await media.close()


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("style", list(AuthStyle))
def test_a_job_goes_from_request_to_saved_file(tmp_path: Path, dialect: Dialect, style: AuthStyle) -> None:
    async def use(provider: NetMindProvider) -> None:
        await provider.check_key()
        submission = await provider.submit(request("A cup of coffee"))
        # at this speed the job may be running before the answer is written
        assert submission.snapshot.state in (RemoteState.QUEUED, RemoteState.RUNNING)
        snapshot = await ended(provider, submission.ref)
        assert snapshot.state is RemoteState.SUCCEEDED
        (saved,) = await save(snapshot, tmp_path)
        kind = sniff(saved.head)
        assert kind is not None
        assert kind.medium is Medium.IMAGE
        assert saved.length_verified
        (listed,) = await provider.list_jobs()
        assert ref_key(listed.ref) == ref_key(submission.ref)
        assert listed.snapshot.state is RemoteState.SUCCEEDED
        await provider.delete(submission.ref)
        await provider.delete(submission.ref)
        assert await provider.list_jobs() == []

    with RunningSandbox(replace(QUICK, dialect=dialect, auth_style=style)) as demo:
        with_provider(demo, use)
        assert len(demo.posts) == 1
        assert demo.downloads
        for seen in demo.downloads:
            assert seen.header("authorization") is None
            assert seen.header("cookie") is None
            assert KEY not in str(seen)


def test_several_results_are_several_files(tmp_path: Path) -> None:
    async def use(provider: NetMindProvider) -> None:
        submission = await provider.submit(request("Two moons", num_images=2))
        saved = await save(await ended(provider, submission.ref), tmp_path)
        assert len({file.sha256 for file in saved}) == 2

    with RunningSandbox() as demo:
        with_provider(demo, use)


def test_a_download_that_breaks_off_is_continued(tmp_path: Path) -> None:
    async def use(provider: NetMindProvider) -> None:
        submission = await provider.submit(request("A lighthouse [cut]"))
        snapshot = await ended(provider, submission.ref)
        with pytest.raises(ConnectionLostError):
            await save(snapshot, tmp_path)
        (saved,) = await save(snapshot, tmp_path)
        assert sniff(saved.head) is not None

    with RunningSandbox() as demo:
        with_provider(demo, use)
        assert demo.downloads[-1].header("range") is not None
    assert [path.name for path in tmp_path.iterdir()] == ["0.part"]


@pytest.mark.parametrize(
    ("prompt", "kind", "not_started"),
    [
        ("A cup [balance]", OutOfCreditError, True),
        ("A cup [busy]", TooManyRequestsError, True),
        ("A cup [down]", ServiceFailedError, False),
        ("A cup [html]", UnknownOutcomeError, False),
        ("A cup [lost]", ConnectionLostError, False),
    ],
)
def test_a_post_that_fails_is_sent_once(prompt: str, kind: type[StudioError], not_started: bool) -> None:
    async def use(provider: NetMindProvider) -> None:
        with pytest.raises(kind) as caught:
            await provider.submit(request(prompt))
        assert caught.value.not_started is not_started

    with RunningSandbox() as demo:
        with_provider(demo, use)
        assert len(demo.posts) == 1


@pytest.mark.parametrize(
    ("prompt", "state", "kind"),
    [
        ("A cup [fail]", RemoteState.FAILED, StudioError),
        ("A cup [refuse]", RemoteState.FAILED, PromptRefusedError),
        ("A cup [empty]", RemoteState.EMPTY, StudioError),
    ],
)
def test_a_job_that_ends_badly_says_why(prompt: str, state: RemoteState, kind: type[StudioError]) -> None:
    async def use(provider: NetMindProvider) -> None:
        snapshot = await ended(provider, (await provider.submit(request(prompt))).ref)
        assert snapshot.state is state
        assert snapshot.message
        assert isinstance(failure_error(snapshot), kind)

    with RunningSandbox() as demo:
        with_provider(demo, use)


def test_wrong_values_models_keys_and_ids_have_their_own_errors() -> None:
    async def use(provider: NetMindProvider) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            await provider.submit(request("A cup", num_images=99, image_size="huge"))
        assert set(caught.value.fields) == {"num_images", "image_size"}
        with pytest.raises(UnknownModelError):
            await provider.submit(request("A cup", model="nobody/nothing"))
        with pytest.raises(JobGoneError):
            await provider.poll({"v": 1, "key": "0" * 32})

    async def with_a_wrong_key(provider: NetMindProvider) -> None:
        with pytest.raises(KeyRejectedError):
            await provider.check_key()

    with RunningSandbox() as demo:
        with_provider(demo, use)
        with_provider(demo, with_a_wrong_key, key="somebody-elses-key")
