"""What an error of the API client says about money: was the request sent, and was it sent once?"""

import asyncio
import socket
import time

import pytest

from app.domain.errors import (
    ConnectionLostError,
    NoConnectionError,
    ServiceTimeoutError,
    StudioError,
)
from app.net.client import ApiClient
from tests.net.calls import KEY, OK, against, error_of, get, post
from tests.net.servers import Running, Script, Seen, Wire, always, reply, serving, silence

# --- what was sent, and what was not


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def request_to(base_url: str, method: str = "POST", deadline_s: float = 5.0) -> StudioError:
    async def main() -> StudioError:
        client = ApiClient(base_url, lambda: KEY)
        try:
            with pytest.raises(StudioError) as caught:
                await client.request(method, "/v1/x", json_body=b"{}", deadline_s=deadline_s)
            return caught.value
        finally:
            await client.close()

    return asyncio.run(main())


def test_a_refused_connection_proves_that_nothing_was_started() -> None:
    error = request_to(f"http://127.0.0.1:{free_port()}")
    assert isinstance(error, NoConnectionError)
    assert error.not_started
    assert error.waiting_helps


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid", "xn--.invalid"])
def test_a_name_that_is_not_found_proves_that_nothing_was_started(host: str) -> None:
    assert isinstance(request_to(f"https://{host}", deadline_s=20.0), NoConnectionError)


def test_a_failed_tls_handshake_proves_that_nothing_was_started() -> None:
    async def speaks_plainly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(speaks_plainly, "127.0.0.1", 0)
        client = ApiClient(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", lambda: KEY)
        with pytest.raises(NoConnectionError):
            await client.request("POST", "/v1/x", json_body=b"{}")
        await client.close()
        server.close()

    asyncio.run(main())


def test_a_deadline_before_the_request_was_sent_proves_that_nothing_was_started() -> None:
    """A listening socket with a full queue: the connection is never accepted and never refused."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = []
        for _ in range(4):
            crowd = socket.socket()
            crowd.setblocking(False)
            crowd.connect_ex(("127.0.0.1", port))
            waiting.append(crowd)
        started = time.monotonic()
        error = request_to(f"http://127.0.0.1:{port}", deadline_s=0.3)
        for crowd in waiting:
            crowd.close()
    assert isinstance(error, NoConnectionError)
    assert time.monotonic() - started < 3


def test_a_broken_proxy_setting_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "strange://user:secret@proxy:1")
    error = request_to("https://api.example.org")
    assert isinstance(error, NoConnectionError)
    assert "secret" not in error.server_text


def test_a_proxy_that_refuses_its_tunnel_proves_that_nothing_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with serving(always(reply(407, b"no"))) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
            client = ApiClient("https://api.example.org", lambda: KEY)
            with pytest.raises(NoConnectionError):
                await client.request("POST", "/v1/x", json_body=b"{}")
            await client.close()
            assert [(request.method, request.headers.get("authorization")) for request in proxy.seen] == [
                ("CONNECT", None)
            ]

    asyncio.run(main())


def test_this_computer_is_never_asked_for_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")
    assert against(always(OK), get).count("GET") == 1


async def reset_after_request(_seen: Seen, wire: Wire) -> None:
    wire.reset()


async def end_after_request(_seen: Seen, wire: Wire) -> None:
    wire.end()


async def cut_in_headers(_seen: Seen, wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    wire.end()


async def cut_in_body(_seen: Seen, wire: Wire) -> None:
    await wire.send(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"id": "a"')
    wire.end()


async def not_http(_seen: Seen, wire: Wire) -> None:
    await wire.send(b"SSH-2.0-OpenSSH_9.2\r\n")
    wire.end()


LOST = [reset_after_request, end_after_request, cut_in_headers, cut_in_body, not_http]


@pytest.mark.parametrize("script", LOST)
def test_a_post_whose_answer_is_lost_was_sent_once_and_says_that_it_may_have_started(script: Script) -> None:
    error, server = error_of(script, post)
    assert isinstance(error, ConnectionLostError)
    assert not error.not_started
    assert server.count("POST") == 1


async def drip(_seen: Seen, wire: Wire) -> None:
    """One byte now and then: it never trips a timeout that is counted per read."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 1_000:
        await wire.send(bytes([byte]))
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("script", [drip, silence])
def test_an_answer_that_never_ends_meets_the_deadline_and_may_have_started(script: Script) -> None:
    async def use(client: ApiClient, _server: Running) -> None:
        await client.request("POST", "/v1/x", json_body=b"{}", deadline_s=0.3)

    started = time.monotonic()
    error, server = error_of(script, use)
    assert isinstance(error, ServiceTimeoutError)
    assert not error.not_started
    assert server.count("POST") == 1
    assert time.monotonic() - started < 3


def test_a_kept_connection_that_was_closed_is_replaced_at_once_for_a_get() -> None:
    async def once_then_cut(seen: Seen, wire: Wire) -> None:
        if seen.connection == 1 and seen.path.endswith("/second"):
            wire.end()
        else:
            await wire.send(OK)

    async def use(client: ApiClient, _server: Running) -> None:
        await client.request("GET", "/v1/first")
        assert (await client.request("GET", "/v1/second")).status == 200

    seen = against(once_then_cut, use).seen
    assert [(request.path, request.connection) for request in seen] == [
        ("/v1/first", 1),
        ("/v1/second", 1),
        ("/v1/second", 2),
    ]


def test_a_fresh_connection_that_breaks_is_not_tried_again() -> None:
    error, server = error_of(end_after_request, get)
    assert isinstance(error, ConnectionLostError)
    assert server.count("GET") == 1


def test_every_post_gets_a_connection_of_its_own() -> None:
    async def use(client: ApiClient, server: Running) -> None:
        for _ in range(2):
            await get(client, server)
            await post(client, server)

    seen = against(always(OK), use).seen
    kept = {request.connection for request in seen if request.method == "GET"}
    own = [request.connection for request in seen if request.method == "POST"]
    assert len(kept) == 1
    assert len(set(own)) == 2
    assert not kept & set(own)
