"""The API client against real sockets: where the key goes, what was sent, and what comes back."""

import asyncio
import logging
import time
import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.domain.errors import (
    InsecureAddressError,
    KeyMissingError,
    KeyRejectedError,
    NoConnectionError,
    NotAServiceAnswerError,
    StudioError,
)
from app.domain.redaction import shapes_of
from app.net.client import ApiClient
from app.net.schemes import Scheme, SchemesOfThisRun
from tests.net.calls import KEY, OK, against, error_of, get
from tests.net.servers import Running, Seen, Wire, always, in_turn, json_reply, reply, serving, silence

# --- requests


def test_a_request_carries_key_body_and_no_cookies() -> None:
    cookie = json_reply({"id": "a"}, 200, "Set-Cookie: session=1")

    async def use(client: ApiClient, server: Running) -> None:
        await client.request(
            "POST", "/v1/x", json_body=b'{"model": "m"}', headers={"X-One": "1", "Authorization": "no"}
        )
        answer = await client.request("GET", "/v1/a b")
        assert answer.json() == {"id": "a"}
        assert answer.headers["content-type"] == "application/json"
        assert answer.url == f"{server.base_url}/v1/a%20b"
        assert answer.ok

    seen = against(always(cookie), use).seen
    assert [(request.method, request.path) for request in seen] == [("POST", "/v1/x"), ("GET", "/v1/a%20b")]
    assert seen[0].body == b'{"model": "m"}'
    assert seen[0].headers["content-type"] == "application/json"
    assert seen[0].headers["x-one"] == "1"
    for request in seen:
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.headers["accept-encoding"] == "gzip"
        assert "cookie" not in request.headers


def test_without_a_key_nothing_leaves() -> None:
    error, server = error_of(always(OK), get, key=None)
    assert isinstance(error, KeyMissingError)
    assert server.seen == []


def test_a_key_that_would_break_its_header_never_leaves() -> None:
    error, server = error_of(always(OK), get, key="abc\r\nX-Evil: 1")
    assert isinstance(error, KeyRejectedError)
    assert server.seen == []
    assert "abc" not in error.server_text


def test_an_insecure_base_url_gets_no_client() -> None:
    with pytest.raises(InsecureAddressError):
        ApiClient("http://api.example.org", lambda: KEY)


def test_every_status_but_redirects_is_an_answer() -> None:
    async def use(client: ApiClient, _server: Running) -> None:
        for status in (200, 201, 400, 403, 404, 422, 429, 500, 503):
            answer = await client.request("GET", "/v1/x")
            assert answer.status == status

    against(in_turn(*(json_reply({}, status) for status in (200, 201, 400, 403, 404, 422, 429, 500, 503))), use)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_key_stays_home(status: int) -> None:
    async def main() -> None:
        async with (
            serving(always(OK)) as other,
            serving(always(reply(status, b"", f"Location: {other.base_url}/take"))) as server,
        ):
            client = ApiClient(server.base_url, lambda: KEY)
            for method in ("GET", "POST"):
                with pytest.raises(NotAServiceAnswerError) as caught:
                    await client.request(method, "/v1/x", json_body=b"{}" if method == "POST" else None)
                assert not caught.value.not_started
            await client.close()
            assert other.seen == []

    asyncio.run(main())


@pytest.mark.parametrize("shape", shapes_of(KEY))
def test_an_echoed_key_is_masked_in_the_answer_in_whatever_shape_it_comes(shape: str) -> None:
    async def use(client: ApiClient, _server: Running) -> None:
        answer = await client.request("GET", "/v1/x")
        assert answer.json() == {"meta_info": {"api_token": "***"}}

    against(always(json_reply({"meta_info": {"api_token": shape}})), use)


def test_the_log_holds_neither_key_nor_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    against(always(OK), get)
    assert KEY not in caplog.text
    assert "/v1/x" in caplog.text
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]


# --- the form of the key


def bare_only(seen: Seen) -> bytes:
    return OK if seen.headers["authorization"] == KEY else json_reply({"message": "no"}, 401)


async def answer_bare_only(seen: Seen, wire: Wire) -> None:
    await wire.send(bare_only(seen))


def test_a_401_is_answered_once_with_the_bare_key_and_remembered() -> None:
    schemes = SchemesOfThisRun()

    async def use(client: ApiClient, _server: Running) -> None:
        for _ in range(3):
            answer = await client.request("POST", "/v1/x", json_body=b"{}")
            assert answer.status == 200

    seen = against(answer_bare_only, use, schemes=schemes).seen
    assert [request.headers["authorization"] for request in seen] == [f"Bearer {KEY}", KEY, KEY, KEY]


def test_a_wrong_key_is_tried_in_both_forms_and_nothing_is_remembered() -> None:
    async def use(client: ApiClient, _server: Running) -> None:
        assert (await client.request("GET", "/v1/x")).status == 401
        assert (await client.request("GET", "/v1/x")).status == 401

    seen = against(always(json_reply({"message": "no"}, 401)), use).seen
    assert [request.headers["authorization"] for request in seen] == [f"Bearer {KEY}", KEY] * 2


def test_a_form_that_worked_is_not_doubted_when_the_key_is_revoked() -> None:
    schemes = SchemesOfThisRun()

    async def use(client: ApiClient, _server: Running) -> None:
        assert (await client.request("GET", "/v1/x")).status == 200
        assert (await client.request("GET", "/v1/x")).status == 401

    server = against(in_turn(OK, json_reply({}, 401)), use, schemes=schemes)
    assert server.count("GET") == 2


def test_another_key_is_tried_with_bearer_first() -> None:
    schemes = SchemesOfThisRun()
    schemes.set("http://a.example", "1", Scheme.BARE)
    assert schemes.get("http://a.example", "2") is None
    assert schemes.get("http://b.example", "1") is None
    assert schemes.get("http://a.example", "1") is Scheme.BARE


def test_an_error_that_is_no_401_is_not_repeated() -> None:
    async def use(client: ApiClient, _server: Running) -> None:
        for _ in range(2):
            await client.request("POST", "/v1/x", json_body=b"{}")

    assert against(always(json_reply({}, 403)), use).count("POST") == 2


# --- bodies


def test_a_gzipped_answer_is_unpacked_and_a_bomb_is_not() -> None:
    def packed(data: bytes) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        return reply(200, packer.compress(data) + packer.flush(), "Content-Encoding: gzip")

    async def use(client: ApiClient, _server: Running) -> None:
        assert (await client.request("GET", "/v1/x")).json() == {"id": "a"}
        started = time.monotonic()
        with pytest.raises(NotAServiceAnswerError, match="larger"):
            await client.request("GET", "/v1/x")
        assert time.monotonic() - started < 2

    against(in_turn(packed(b'{"id": "a"}'), packed(b'"' + b" " * 100 * 1024 * 1024 + b'"')), use)


def test_an_endless_body_is_cut_at_the_limit() -> None:
    async def endless(_seen: Seen, wire: Wire) -> None:
        await wire.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await wire.send(b" " * 65_536)

    error, _server = error_of(endless, get)
    assert isinstance(error, NotAServiceAnswerError)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300))
@example(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}")
@example(b"HTTP/1.1 999 \xff\xfe\r\nX: \x00\r\n\r\n")
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
@example(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
@example(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
@example(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")
@example(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n")
def test_whatever_is_on_the_wire_only_errors_of_the_studio_come_out(raw: bytes) -> None:
    async def script(_seen: Seen, wire: Wire) -> None:
        await wire.send(raw)
        wire.end()

    async def use(client: ApiClient, _server: Running) -> None:
        try:
            answer = await client.request("POST", "/v1/x", json_body=b"{}", deadline_s=5)
            answer.json()
        except StudioError:
            return

    assert against(script, use).count("POST") <= 2


# --- cancelling


def test_a_cancelled_request_is_cancelled_and_not_an_error() -> None:
    async def use(client: ApiClient, server: Running) -> None:
        task = asyncio.ensure_future(client.request("GET", "/v1/x"))
        while not server.seen:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    against(silence, use)


def test_a_closed_client_says_so_and_sends_nothing() -> None:
    async def use(client: ApiClient, server: Running) -> None:
        await client.close()
        with pytest.raises(NoConnectionError):
            await get(client, server)

    assert against(always(OK), use).seen == []
