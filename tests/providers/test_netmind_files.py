"""NetMind's files API on the wire: what is announced, what is put, what is asked for, and what each failure proves."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from app.domain.errors import (
    ConnectionLostError,
    KeyRejectedError,
    NotAllowedError,
    NotAServiceAnswerError,
    OutOfCreditError,
    ServiceFailedError,
    StudioError,
)
from app.domain.input_errors import InputMissingError, UploadRefusedError
from app.domain.media_input import InputEncoding, placeholder
from app.domain.values import Json
from app.net.client import ApiClient
from app.net.media_client import MediaClient
from app.net.upload import upload
from app.providers.base import InputFile, PreparedRequest
from app.providers.inputs import fill
from app.providers.netmind import NETMIND, NetMindProvider
from app.sandbox.running import QUICK, RunningSandbox
from tests.net.servers import Running, Seen, json_reply, reply, serving
from tests.services.upload_server import EXPIRED, UploadServer

DIGEST, OTHER = "a" * 64, "b" * 64
PICTURE = b"\x89PNG\r\n\x1a\n" + b"pixels" * 100
T = TypeVar("T")


class Files:
    """The files of one job, without a vault."""

    def __init__(self, folder: Path) -> None:
        self.media = MediaClient(allow_loopback=True)
        self._path = folder / "kept.png"
        self._path.write_bytes(PICTURE)

    async def file(self, digest: str) -> InputFile:
        if digest not in (DIGEST, OTHER):
            raise InputMissingError(name="lake.png")
        return InputFile(digest, self._path, f"slowlight-{digest[:12]}.png", "image/png", len(PICTURE))

    async def put(self, url: str, file: InputFile) -> None:
        await upload(self.media, url, file.path, size_bytes=file.size_bytes, content_type=file.mime)


def body(*values: str) -> PreparedRequest:
    return PreparedRequest(
        "/v1/generation", json.dumps({"model": "m", "config": {"image_urls": list(values)}}).encode()
    )


def urls(prepared: PreparedRequest) -> list[str]:
    found = json.loads(prepared.body)["config"]["image_urls"]
    assert isinstance(found, list)
    return found


async def against(base_url: str, folder: Path, use: Callable[[NetMindProvider, Files], Awaitable[T]]) -> T:
    provider, files = NetMindProvider(NETMIND, ApiClient(base_url, lambda: "demo-key")), Files(folder)
    try:
        return await use(provider, files)
    finally:
        await provider.close()
        await files.media.close()


def dispatched(script: UploadServer, folder: Path, *requests: PreparedRequest) -> list[PreparedRequest]:
    async def main() -> list[PreparedRequest]:
        async with serving(script) as server:
            script.server = server

            async def use(provider: NetMindProvider, files: Files) -> list[PreparedRequest]:
                return [await provider.dispatch(request, files) for request in requests]

            return await against(server.base_url, folder, use)

    return asyncio.run(main())


def refused(script: UploadServer, folder: Path) -> StudioError:
    with pytest.raises(StudioError) as caught:
        dispatched(script, folder, body(placeholder(DIGEST)))
    assert caught.value.not_started, "no job can exist before its request was sent"
    return caught.value


def test_a_file_is_announced_put_and_linked_and_the_key_stays_at_its_origin(tmp_path: Path) -> None:
    script = UploadServer()
    (filled,) = dispatched(script, tmp_path, body(placeholder(DIGEST), "https://example.org/a.png"))
    announced, stored, asked = (script.server or Running(0)).seen
    assert json.loads(announced.body) == {"file_name": f"slowlight-{DIGEST[:12]}.png", "purpose": "inference"}
    assert announced.headers["file-content-type"] == stored.headers["content-type"] == "image/png"
    assert announced.headers["authorization"] == "Bearer demo-key"
    assert "authorization" not in stored.headers
    assert (stored.method, stored.body) == ("PUT", PICTURE)
    assert asked.path == "/v1/files/file-1/presigned_url"
    link, foreign = urls(filled)
    assert "/read/file-1?secret-signature=1" in link
    assert foreign == "https://example.org/a.png"


def test_the_same_bytes_are_uploaded_once_and_linked_anew_for_each_request(tmp_path: Path) -> None:
    script = UploadServer()
    request = body(placeholder(DIGEST), placeholder(DIGEST))
    first, second = dispatched(script, tmp_path, request, request)
    assert len(script.of("PUT", "/")) == 1
    assert len(set(urls(first))) == 1
    assert urls(first) != urls(second), "a link lives for two hours only"


def test_an_upload_that_is_gone_over_there_is_done_again(tmp_path: Path) -> None:
    def link(server: Running, seen: Seen) -> bytes:
        gone = sum(1 for other in server.seen if other.path.endswith("/presigned_url")) == 2
        return reply(404) if gone else json_reply({"presigned_url": f"{server.base_url}{seen.path}"})

    script = UploadServer(link=link)
    dispatched(script, tmp_path, body(placeholder(DIGEST)), body(placeholder(DIGEST)))
    assert len(script.of("PUT", "/")) == 2


def test_case_91_an_expired_upload_link_is_renewed_once(tmp_path: Path) -> None:
    def store(server: Running, _seen: Seen) -> bytes:
        return reply(403, EXPIRED) if server.count("PUT") == 1 else reply(200)

    script = UploadServer(store=store)
    (filled,) = dispatched(script, tmp_path, body(placeholder(DIGEST)))
    assert [seen.path.partition("?")[0] for seen in script.of("PUT", "/")] == ["/storage/1", "/storage/2"]
    assert "/read/file-2" in urls(filled)[0]


def test_case_89_a_storage_that_says_no_twice_is_believed(tmp_path: Path) -> None:
    script = UploadServer(store=lambda _server, _seen: reply(403, EXPIRED))
    error = refused(script, tmp_path)
    assert isinstance(error, UploadRefusedError)
    assert error.server_text == "Request has expired"
    assert not error.waiting_helps


@pytest.mark.parametrize(
    ("answer", "kind", "waits"),
    [
        (reply(401), KeyRejectedError, False),
        (json_reply({"message": "Invalid API key"}, 403), NotAllowedError, False),
        (json_reply({"message": "balance not enough"}, 400), OutOfCreditError, False),
        (reply(404), NotAllowedError, False),
        (reply(500), ServiceFailedError, True),
        (json_reply({"id": "file-1"}), NotAServiceAnswerError, True),
        (json_reply({"presigned_url": "https://example.org"}), NotAServiceAnswerError, True),
        (json_reply({"id": "..", "presigned_url": "https://example.org"}), NotAServiceAnswerError, True),
        (json_reply(["unexpected"]), NotAServiceAnswerError, True),
        (reply(200, b"<html>log in</html>"), NotAServiceAnswerError, True),
    ],
)
def test_a_refused_announcement_says_why_and_starts_nothing(
    tmp_path: Path, answer: bytes, kind: type[StudioError], waits: bool
) -> None:
    script = UploadServer(announce=lambda _server, _seen: answer)
    error = refused(script, tmp_path)
    assert type(error) is kind
    assert error.waiting_helps is waits
    assert not script.of("PUT", "/")


def test_a_cut_upload_starts_nothing_and_may_be_tried_again(tmp_path: Path) -> None:
    script = UploadServer()
    script.cut_storage = True
    error = refused(script, tmp_path)
    assert isinstance(error, ConnectionLostError)
    assert error.waiting_helps


def test_a_link_into_somebody_s_network_is_not_uploaded_to(tmp_path: Path) -> None:
    link = "http://192.168.1.4/put"
    script = UploadServer(announce=lambda _server, _seen: json_reply({"id": "file-1", "presigned_url": link}))
    assert refused(script, tmp_path).code == "insecure_address"


def test_a_file_that_is_no_longer_kept_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputMissingError) as caught:
        dispatched(UploadServer(), tmp_path, body(placeholder("c" * 64)))
    assert "lake.png" in str(caught.value.problem().happened)


@pytest.mark.parametrize("status", [200, 204, 403, 404, 500])
def test_the_reference_names_what_was_uploaded_and_whatever_its_deletion_is_answered_it_is_uploaded_anew(
    tmp_path: Path, status: int
) -> None:
    script = UploadServer()

    async def main() -> None:
        async with serving(script) as server:
            script.server = server

            async def use(provider: NetMindProvider, files: Files) -> None:
                submission = await provider.submit(await provider.dispatch(body(placeholder(DIGEST)), files))
                assert provider.uploads(submission.ref) == {DIGEST: "file-1"}
                script.state = lambda _server, _seen: reply(status, b"whatever")
                await provider.forget_upload(DIGEST, "file-1")
                again = await provider.submit(await provider.dispatch(body(placeholder(DIGEST)), files))
                assert provider.uploads(again.ref) == {DIGEST: "file-2"}, "nobody is given a link to what was deleted"

            await against(server.base_url, tmp_path, use)
        assert [seen.path for seen in server.seen if seen.method == "DELETE"] == ["/v1/files/file-1"]
        assert [seen.path for seen in script.of("POST", "/v1/generation")] == ["/v1/generation"] * 2

    asyncio.run(main())


@pytest.mark.parametrize("files", [None, [], "file-1", {DIGEST: 7}])
def test_a_reference_without_sensible_files_names_none(files: Json) -> None:
    async def main() -> None:
        provider = NetMindProvider(NETMIND, ApiClient("http://127.0.0.1:9", lambda: "demo-key"))
        assert provider.uploads({"v": 1, "key": "x", "files": files}) == {}
        await provider.close()

    asyncio.run(main())


def test_a_request_without_files_goes_out_as_it_was_stored(tmp_path: Path) -> None:
    script = UploadServer()
    request = body("https://example.org/a.png")
    (filled,) = dispatched(script, tmp_path, request)
    assert filled is request
    assert not (script.server or Running(0)).seen


def test_base64_takes_the_place_where_the_spec_says_so(tmp_path: Path) -> None:
    async def main() -> None:
        files = Files(tmp_path)
        request = body(placeholder(DIGEST, InputEncoding.BASE64), placeholder(OTHER))

        async def link(file: InputFile) -> str:
            return f"https://files.example/{file.sha256}"

        packed, linked = urls(await fill(request, files, link))
        assert packed.startswith("iVBORw0KGg")
        assert linked == f"https://files.example/{OTHER}"
        assert urls(await fill(request, files))[1] == packed, "without links everything goes inside"
        await files.media.close()

    asyncio.run(main())


def test_the_demo_s_storage_takes_what_is_sent(tmp_path: Path) -> None:
    with RunningSandbox(QUICK) as demo:

        async def use(provider: NetMindProvider, files: Files) -> bytes:
            filled = await provider.dispatch(body(placeholder(DIGEST)), files)
            async with files.media.open(urls(filled)[0]) as stream:
                return b"".join([chunk async for chunk in stream])

        assert asyncio.run(against(demo.base_url, tmp_path, use)) == PICTURE
        puts = [seen for seen in demo.requests if seen.method == "PUT"]
        assert len(puts) == 1
        assert puts[0].header("transfer-encoding") is None
