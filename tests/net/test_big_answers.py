"""Answers that go to the disk instead of memory, links in answers that are asked for with the key, and queries."""

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.domain.errors import (
    ConnectionLostError,
    InsecureAddressError,
    NotAServiceAnswerError,
    ServiceTimeoutError,
    StudioError,
)
from app.net.address import api_url, follow_up_url
from app.net.answer import Answer, BoundedBody
from app.net.client import ApiClient
from app.net.spool import Spool
from tests.net.servers import Running, Script, Seen, Wire, always, json_reply, reply, serving, silence

NAME = "0123456789abcdef0123456789abcdef"
BODY = json.dumps({"images": [{"image_b64": "QUJD" * 200_000}]}).encode()
KEY = "key-of-this-test"

Ask = Callable[[ApiClient, Spool], Awaitable[Answer]]


async def post(api: ApiClient, spool: Spool, *, max_bytes: int = 1 << 30, deadline_s: float = 20.0) -> Answer:
    async with spool.writing(NAME) as sink:
        return await api.request(
            "POST", "/v1/x", json_body=b"{}", sink=sink, max_bytes=max_bytes, deadline_s=deadline_s
        )


def spooled(script: Script, folder: Path, ask: Ask = post) -> tuple[Answer | StudioError, Spool, Running]:
    """One request whose answer goes to the disk: what came of it, the folder, and what the server saw."""
    spool = Spool(folder / "spool", keep_free_bytes=0)

    async def main() -> tuple[Answer | StudioError, Spool, Running]:
        async with serving(script) as server:
            api = ApiClient(server.base_url, lambda: KEY)
            try:
                return await ask(api, spool), spool, server
            except StudioError as error:
                return error, spool, server
            finally:
                await api.close()

    return asyncio.run(main())


PACKED = gzip.compress(BODY)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


@pytest.mark.parametrize("answer", [reply(200, BODY), reply(200, PACKED, "Content-Encoding: gzip"), CHUNKED])
def test_a_good_answer_lies_on_the_disk_and_not_in_memory(tmp_path: Path, answer: bytes) -> None:
    result, spool, server = spooled(always(answer), tmp_path)
    assert isinstance(result, Answer)
    assert result.ok
    assert result.body == b""
    assert spool.path(NAME).read_bytes() == BODY
    assert server.count("POST") == 1


@pytest.mark.parametrize("status", [400, 422, 500])
def test_an_error_is_read_as_ever_and_leaves_no_file(tmp_path: Path, status: int) -> None:
    result, spool, _ = spooled(always(json_reply({"detail": "no"}, status)), tmp_path)
    assert isinstance(result, Answer)
    assert result.json() == {"detail": "no"}
    assert not spool.holds(NAME)


async def cut(_seen: Seen, wire: Wire) -> None:
    await wire.send(reply(200, BODY[:300_000], length=len(BODY)))
    wire.end()


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (cut, ConnectionLostError),
        (always(reply(200, PACKED[:-30], "Content-Encoding: gzip")), NotAServiceAnswerError),
        (always(reply(200, b"no gzip at all", "Content-Encoding: gzip")), NotAServiceAnswerError),
        (always(reply(302, b"", "Location: https://elsewhere.example/")), NotAServiceAnswerError),
    ],
)
def test_half_an_answer_is_none(tmp_path: Path, script: Script, kind: type[StudioError]) -> None:
    result, spool, server = spooled(script, tmp_path)
    assert isinstance(result, kind)
    assert not spool.holds(NAME)
    assert list((tmp_path / "spool").iterdir()) == []
    assert server.count("POST") == 1


def test_an_answer_that_never_comes_has_its_own_deadline(tmp_path: Path) -> None:
    async def ask(api: ApiClient, spool: Spool) -> Answer:
        return await post(api, spool, deadline_s=0.2)

    result, _, server = spooled(silence, tmp_path, ask)
    assert isinstance(result, ServiceTimeoutError)
    assert server.count("POST") == 1


BOMB = gzip.compress(b"0" * 300_000_000)


@pytest.mark.parametrize("answer", [reply(200, BODY), reply(200, BOMB, "Content-Encoding: gzip"), CHUNKED])
def test_an_answer_beyond_its_limit_is_refused_before_it_fills_anything(tmp_path: Path, answer: bytes) -> None:
    async def ask(api: ApiClient, spool: Spool) -> Answer:
        return await post(api, spool, max_bytes=500_000)

    tracemalloc.start()
    result, spool, _ = spooled(always(answer), tmp_path, ask)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(result, NotAServiceAnswerError)
    assert not spool.holds(NAME)
    assert peak < 12 * 1024 * 1024


def test_a_bomb_in_memory_is_stopped_at_the_same_limit() -> None:
    body = BoundedBody("gzip", 1_000_000)
    tracemalloc.start()
    with pytest.raises(NotAServiceAnswerError, match="larger than"):
        body.feed(BOMB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 1024 * 1024


# --- links in answers


def test_a_link_at_the_same_origin_is_asked_for_with_the_key(tmp_path: Path) -> None:
    async def ask(api: ApiClient, _spool: Spool) -> Answer:
        return await api.follow(f"{api.base_url}/v1/requests/a-b?page=2#top")

    result, _, server = spooled(always(json_reply({})), tmp_path, ask)
    assert isinstance(result, Answer)
    assert [(seen.method, seen.path) for seen in server.seen] == [("GET", "/v1/requests/a-b?page=2")]
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_link_can_be_judged_before_it_is_followed() -> None:
    api = ApiClient("https://image.octoai.run", lambda: KEY, extra_origins=["https://async.octoai.run"])
    assert api.may_follow("https://async.octoai.run/v1/requests/a")
    assert api.may_follow("/v1/requests/a")
    for elsewhere in ("https://evil.example/v1/requests/a", "", " ", "http://image.octoai.run/"):
        assert not api.may_follow(elsewhere)


BASE = "https://image.octoai.run/mount"
EXTRA = ("https://async.octoai.run",)


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://image.octoai.run/v1/requests/a", "https://image.octoai.run/v1/requests/a"),
        ("https://async.octoai.run:443/v1/a?b=c#d", "https://async.octoai.run:443/v1/a?b=c"),
        ("/mount/v1/requests/a", "https://image.octoai.run/mount/v1/requests/a"),
        ("v1/requests/a", "https://image.octoai.run/mount/v1/requests/a"),
        ("//async.octoai.run/v1/a", "https://async.octoai.run/v1/a"),
    ],
)
def test_a_link_without_a_host_lies_at_the_service(link: str, target: str) -> None:
    assert follow_up_url(BASE, link, EXTRA) == target


@pytest.mark.parametrize(
    "link",
    [
        "http://image.octoai.run/v1/a",
        "https://image.octoai.run:8443/v1/a",
        "https://image.octoai.run.evil.example/v1/a",
        "https://evil.example/https://image.octoai.run/",
        "https://image.octoai.run@evil.example/v1/a",
        "https://user:pass@image.octoai.run/v1/a",
        "https://image.octoai.run\\@evil.example/",
        "//evil.example/v1/a",
        "ftp://image.octoai.run/v1/a",
        "file:///etc/passwd",
        "data:text/plain,a",
        "https://[::1",
        "https://127.0.0.1/v1/a",
    ],
)
def test_the_key_follows_no_link_to_elsewhere(link: str) -> None:
    with pytest.raises(InsecureAddressError):
        follow_up_url(BASE, link, EXTRA)


def test_a_service_on_this_computer_keeps_its_port() -> None:
    assert follow_up_url("http://127.0.0.1:9000", "http://127.0.0.1:9000/v1/a") == "http://127.0.0.1:9000/v1/a"
    for elsewhere in ("http://127.0.0.1:9001/v1/a", "http://localhost:9000/v1/a", "https://127.0.0.1:9000/v1/a"):
        with pytest.raises(InsecureAddressError):
            follow_up_url("http://127.0.0.1:9000", elsewhere)


# --- queries


def test_a_query_is_encoded_and_never_part_of_the_path() -> None:
    assert (
        api_url("https://a.example", "/v1/x", {"page": 1, "q": "a&b=c"}) == "https://a.example/v1/x?page=1&q=a%26b%3Dc"
    )
    assert api_url("https://a.example", "/v1/x?y") == "https://a.example/v1/x%3Fy"
