"""What the OctoAI provider sends, what it refuses to send, and what a refused or lost POST means."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain.errors import (
    ConnectionLostError,
    InvalidRequestError,
    KeyRejectedError,
    NotAllowedError,
    OutOfCreditError,
    RequestTooLargeError,
    ServiceFailedError,
    ServiceRetiredError,
    StudioError,
    TooManyRequestsError,
    UnknownOutcomeError,
)
from app.domain.local_errors import (
    StorageError,
)
from app.domain.media_input import MediaInput
from app.domain.model_spec import Transport
from app.domain.values import JsonObject
from app.net.client import ApiClient
from app.net.spool import Spool
from app.providers.base import InputFile, PreparedRequest, Provider
from app.providers.octoai import MAX_REQUEST_BYTES, OCTOAI, OctoAiProvider
from tests.net.servers import Seen, Wire, always, json_reply, reply
from tests.providers.asking import KEY, asked
from tests.providers.octoai_service import (
    ASYNC,
    ID,
    NAME,
    SYNC,
    Service,
    against,
    b64,
    kept,
    offline,
    spec,
)
from tests.providers.recordings import recorded
from tests.services.scripted import PIXEL

# --- preparing


def test_the_provider_keeps_the_promises_of_its_protocol(tmp_path: Path) -> None:
    provider: Provider = offline(tmp_path)
    can = provider.info.capabilities
    assert not any((can.list_jobs, can.cancel_running, can.delete_remote)), "it has none of these calls"
    assert provider.info.retention_h == 24
    assert provider.info.key_environment == "OCTOAI_TOKEN"


def test_the_body_is_what_the_form_says_and_the_path_is_the_engine(tmp_path: Path) -> None:
    prepared = offline(tmp_path).prepare(spec("flux-dev"), {"prompt": "a cat", "size": "1024x768", "seed": 7})
    body = json.loads(prepared.body)
    assert body == {
        "prompt": "a cat", "width": 1024, "height": 768, "num_images": 1, "seed": 7, "image_encoding": "jpeg",
    }  # fmt: skip
    path, _, note = prepared.path.partition("#")
    assert path == "/generate/flux-dev"
    assert note.startswith("async=")
    again = offline(tmp_path).prepare(spec("flux-dev"), {"prompt": "a cat"})
    assert again.path != prepared.path, "every request keeps its answer under a name of its own"


def test_one_switch_in_the_spec_asks_for_the_answer_in_one_go(tmp_path: Path) -> None:
    sync = replace(spec(), transport=Transport.SYNC)
    assert "#sync=" in offline(tmp_path).prepare(sync, {"prompt": "a cat"}).path


def test_more_than_ten_megabytes_are_refused_before_they_are_sent(tmp_path: Path) -> None:
    provider = offline(tmp_path)
    with pytest.raises(RequestTooLargeError) as caught:
        provider.prepare(spec(), {"prompt": "a" * (MAX_REQUEST_BYTES + 1)})
    assert caught.value.not_started
    assert str(caught.value.problem(provider="OctoAI").happened).startswith("The request is 10.0 MB")
    assert len(provider.prepare(spec(), {"prompt": "a" * (MAX_REQUEST_BYTES - 1000)}).body) <= MAX_REQUEST_BYTES


def test_a_large_request_is_not_sent_even_when_it_was_stored(tmp_path: Path) -> None:
    result, server = against(Service(), tmp_path, lambda p: p.submit(replace(ASYNC, body=b" " * 10_000_001)))
    assert isinstance(result, RequestTooLargeError)
    assert server.seen == []


@dataclass
class OneFile:
    """The vault with one picture in it."""

    file_: InputFile

    async def file(self, digest: str) -> InputFile:
        assert digest == self.file_.sha256
        return self.file_

    async def put(self, url: str, file: InputFile) -> None:
        raise AssertionError


def picture_of(folder: Path, size: int) -> tuple[MediaInput, OneFile]:
    path = folder / "picture.png"
    path.write_bytes(PIXEL + bytes(size - len(PIXEL)))
    digest = "a" * 64
    media = MediaInput(digest, "lake.png", "image/png", size, 640, 480)
    return media, OneFile(InputFile(digest, path, "input.png", "image/png", size))


def test_a_picture_of_this_computer_goes_along_as_plain_base64(tmp_path: Path) -> None:
    media, inputs = picture_of(tmp_path, 3_000)
    prepared = offline(tmp_path).prepare(spec("svd"), {"image": media.to_json(), "size": "1024x576"})
    assert b64(PIXEL[:30]) not in prepared.body.decode(), "what is stored names the file and does not hold it"
    filled = asyncio.run(offline(tmp_path).dispatch(prepared, inputs))
    body = json.loads(filled.body)
    assert base64.b64decode(body["image"]) == inputs.file_.path.read_bytes()
    assert (body["width"], body["height"]) == (1024, 576)
    assert filled.path == prepared.path


def test_a_picture_that_makes_the_request_too_large_is_said_with_sizes(tmp_path: Path) -> None:
    media, inputs = picture_of(tmp_path, 8_000_000)
    prepared = offline(tmp_path).prepare(spec("svd"), {"image": media.to_json()})
    with pytest.raises(RequestTooLargeError) as caught:
        asyncio.run(offline(tmp_path).dispatch(prepared, inputs))
    assert caught.value.values == {"size": "10.7 MB", "limit": "10 MB"}


def test_an_address_is_no_file_and_names_its_field(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        offline(tmp_path).prepare(spec("svd"), {"image": "https://files.example/a.png"})
    assert list(caught.value.fields) == ["image"]


# --- submitting what is refused or lost


REFUSALS: list[tuple[bytes, type[StudioError], bool]] = [
    (recorded("made-up-invalid-fields", "octoai").reply, InvalidRequestError, True),
    (json_reply({"detail": "Insufficient credits: balance not enough"}, 402), OutOfCreditError, True),
    (json_reply({"detail": "Unauthorized"}, 401), KeyRejectedError, True),
    (json_reply({"detail": "Rate limit"}, 429, "Retry-After: 3"), TooManyRequestsError, True),
    (json_reply({"detail": "Not Found"}, 404), NotAllowedError, True),
    (reply(500, b"Internal Server Error"), ServiceFailedError, False),  # also a wrong pair of sides (apis.md 1.4)
    (reply(502, b"<html>Bad Gateway</html>"), ServiceFailedError, False),
    (reply(200, b"<html>Log in</html>"), UnknownOutcomeError, False),
    (reply(200, b""), UnknownOutcomeError, False),
    (reply(200, b'{"images": [{"image_b64": "QUJD'), UnknownOutcomeError, False),
    (json_reply({"response_id": None}), UnknownOutcomeError, False),
    (json_reply([1, 2]), UnknownOutcomeError, False),
]


@pytest.mark.parametrize("prepared", [ASYNC, SYNC], ids=["async", "sync"])
@pytest.mark.parametrize(("answer", "kind", "not_started"), REFUSALS)
def test_a_refused_post_is_sent_once_and_says_whether_it_may_have_started(
    tmp_path: Path, prepared: PreparedRequest, answer: bytes, kind: type[StudioError], not_started: bool
) -> None:
    result, server = against(Service(submit=answer), tmp_path, lambda provider: provider.submit(prepared))
    assert type(result) is kind
    assert result.not_started is not_started
    assert server.count("POST") == (2 if kind is KeyRejectedError else 1), "a 401 is tried with the bare key"


def test_case_1_a_lost_answer_is_not_asked_for_with_a_second_post(tmp_path: Path) -> None:
    async def lost(_seen: Seen, wire: Wire) -> None:
        await wire.send(reply(200, b'{"images": [', length=9_000_000))
        wire.reset()

    for prepared in (ASYNC, SYNC):
        result, server = against(lost, tmp_path, lambda provider, prepared=prepared: provider.submit(prepared))  # type: ignore[misc]
        assert isinstance(result, ConnectionLostError)
        assert not result.not_started
        assert server.count("POST") == 1
        assert kept(tmp_path) == []


def test_nothing_is_sent_where_its_answer_could_not_be_kept(tmp_path: Path) -> None:
    full = Spool(tmp_path / "spool", keep_free_bytes=1 << 60)
    result, server = asked(
        Service(), lambda url: OctoAiProvider(OCTOAI, ApiClient(url, lambda: KEY), full), lambda p: p.submit(SYNC)
    )
    assert isinstance(result, StorageError)
    assert result.not_started
    assert server.seen == []


def test_a_stored_request_of_another_kind_is_not_sent(tmp_path: Path) -> None:
    for path in ("/generate/sdxl", "/generate/sdxl#async=../../x", "/generate/sdxl#pigeon=" + NAME):
        result, server = against(Service(), tmp_path, lambda p, path=path: p.submit(PreparedRequest(path, b"{}")))  # type: ignore[misc]
        assert isinstance(result, InvalidRequestError)
        assert server.seen == []


# --- the service that has ended


ENDINGS = [
    json_reply({"message": "Forbidden"}, 403),
    reply(404),
    reply(410),
    reply(200, b"<html>parked</html>"),
    reply(301, b"", "Location: https://octo.ai/"),
]


@pytest.mark.parametrize("answer", ENDINGS)
def test_the_published_address_says_that_the_service_has_ended(tmp_path: Path, answer: bytes) -> None:
    def make(url: str) -> OctoAiProvider:
        info = replace(OCTOAI, default_base_url=url)
        return OctoAiProvider(info, ApiClient(url, lambda: KEY), Spool(tmp_path / "spool", keep_free_bytes=0))

    ref: JsonObject = {"v": 1, "key": ID, "spool": NAME, "poll": f"https://async.octoai.run/v1/requests/{ID}"}
    uses: list[Callable[[OctoAiProvider], Awaitable[object]]] = [lambda p: p.poll(ref), lambda p: p.submit(ASYNC)]
    for use in uses:
        error, _ = asked(always(answer), make, use)
        assert isinstance(error, ServiceRetiredError), (use, error)


def test_a_host_that_is_not_there_has_ended_and_somebody_s_own_is_only_out_of_reach(tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9"

    async def errors() -> list[str]:
        found = []
        for info in (replace(OCTOAI, default_base_url=nobody), OCTOAI):
            provider = OctoAiProvider(info, ApiClient(nobody, lambda: KEY), Spool(tmp_path / "s", keep_free_bytes=0))
            try:
                await provider.submit(ASYNC)
            except StudioError as error:
                found.append(error.code)
            await provider.close()
        return found

    assert asyncio.run(errors()) == ["service_retired", "no_connection"]


# --- keys, lists, deleting


@pytest.mark.parametrize(
    "answer", [reply(404), json_reply({"detail": "Not Found"}, 404), json_reply({}, 422), reply(200, b"{}")]
)
def test_a_key_that_may_ask_is_good(tmp_path: Path, answer: bytes) -> None:
    result, server = against(always(answer), tmp_path, lambda provider: provider.check_key())
    assert result is None
    assert [seen.method for seen in server.seen] == ["GET"]


def test_a_key_that_may_not_is_bad(tmp_path: Path) -> None:
    for answer in (json_reply({"detail": "Unauthorized"}, 401), json_reply({"detail": "invalid token"}, 403)):
        result, _ = against(always(answer), tmp_path, lambda provider: provider.check_key())
        assert isinstance(result, KeyRejectedError | NotAllowedError)


def test_there_is_no_list_and_no_way_to_delete(tmp_path: Path) -> None:
    listed, server = against(always(reply(500)), tmp_path, lambda provider: provider.list_jobs())
    assert listed == []
    refused, _ = against(always(reply(500)), tmp_path, lambda provider: provider.delete({"key": ID}))
    assert isinstance(refused, NotAllowedError)
    assert server.seen == []
