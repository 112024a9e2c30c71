"""Who cannot prove to be the service gets neither key nor prompt, and the person is told what is wrong with the proof."""

import asyncio
import json
import os
import socket
import ssl
import sys
import warnings
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import trustme

from tests.net.servers import Running, Seen, Wire, json_reply, reply, serving

TRUSTED, STRANGER = trustme.CA(), trustme.CA()
NOW = datetime.now(UTC)
OWN_STORE = "other systems have stores of their own, which a test must not change"


def served_by(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def self_signed(folder: Path) -> ssl.SSLContext:
    """Nobody but the certificate itself says that it is right."""
    STRANGER.private_key_pem.write_to_path(str(folder / "own.pem"))
    STRANGER.cert_pem.write_to_path(str(folder / "own.pem"), append=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    return context


def outdated(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = served_by(TRUSTED.issue_cert("localhost"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


@contextmanager
def of_the_last_century(version: ssl.TLSVersion) -> Iterator[str]:
    """The address of a server of that version. In a thread: asyncio hangs up without the alert that says why."""
    context, ending = outdated(version), Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def serve() -> None:
            while not ending.is_set():
                with suppress(OSError), listening.accept()[0] as connection:
                    connection.settimeout(5)
                    context.wrap_socket(connection, server_side=True).close()

        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"https://localhost:{listening.getsockname()[1]}"
        finally:
            ending.set()
            thread.join()


def contexts(folder: Path) -> dict[str, ssl.SSLContext]:
    """What is wrong with a server -> the server's side of TLS."""
    day = timedelta(days=1)
    return {
        "": served_by(TRUSTED.issue_cert("localhost")),
        "has expired": served_by(TRUSTED.issue_cert("localhost", not_before=NOW - 2 * day, not_after=NOW - day)),
        "not valid yet": served_by(TRUSTED.issue_cert("localhost", not_before=NOW + day, not_after=NOW + 2 * day)),
        "for another name": served_by(TRUSTED.issue_cert("files.example.org")),
        "does not know": served_by(STRANGER.issue_cert("localhost")),
        "nobody but itself": self_signed(folder),
    }


async def answer(_seen: Seen, wire: Wire) -> None:
    await wire.send(json_reply({"id": "a"}))


async def probe(environment: dict[str, str], *urls: str) -> list[list[list[str]]]:
    """What a process with this environment gets from each address: by API and by result link."""
    command = [sys.executable, "-m", "tests.net.tls_probe", *urls]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, env={**os.environ, **environment}
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in told.splitlines()]


def trusting(folder: Path) -> dict[str, str]:
    TRUSTED.cert_pem.write_to_path(str(folder / "ca.pem"))
    return {"SSL_CERT_FILE": str(folder / "ca.pem"), "SSL_CERT_DIR": str(folder), "NO_PROXY": ""}


@pytest.mark.skipif(sys.platform != "linux", reason=OWN_STORE)
def test_only_a_certificate_that_holds_gets_a_request_and_every_other_is_named_for_what_it_lacks(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        async with AsyncExitStack() as stack:
            wrong = contexts(tmp_path)
            servers = [await stack.enter_async_context(serving(answer, context)) for context in wrong.values()]
            told = await probe(trusting(tmp_path), *(server.base_url for server in servers))
            for reason, server, results in zip(wrong, servers, told, strict=True):
                check(reason, server, results)

    asyncio.run(main())


def check(reason: str, server: Running, results: list[list[str]]) -> None:
    for kind, sentence in results:
        if reason:
            assert (kind, reason in sentence) == ("UnprovenServerError", True), (reason, kind, sentence)
        else:
            assert kind == "200", sentence
    assert [seen.method for seen in server.seen] == ([] if reason else ["POST", "GET"]), reason


@pytest.mark.skipif(sys.platform != "linux", reason=OWN_STORE)
def test_a_proxy_with_a_bad_certificate_is_not_told_where_we_want_to_go(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(answer, served_by(STRANGER.issue_cert("localhost"))) as proxy:
            environment = {**trusting(tmp_path), "HTTPS_PROXY": proxy.base_url}
            ((by_api, by_media),) = await probe(environment, "https://api.example.org")
            assert by_api[0] == by_media[0] == "UnprovenServerError"
            assert "authority" in by_api[1]
            assert proxy.seen == []

    asyncio.run(main())


@pytest.mark.skipif(sys.platform != "linux", reason=OWN_STORE)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_outdated_tls_is_not_spoken(tmp_path: Path, version: ssl.TLSVersion) -> None:
    with of_the_last_century(version) as url:
        ((by_api, by_media),) = asyncio.run(probe(trusting(tmp_path), url))
    for kind, sentence in (by_api, by_media):
        assert kind == "UnprovenServerError"
        assert "outdated form of TLS" in sentence


@pytest.mark.skipif(sys.platform != "linux", reason=OWN_STORE)
def test_https_never_leads_down_to_http(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(answer) as plain:

            async def leads_down(_seen: Seen, wire: Wire) -> None:
                await wire.send(reply(302, b"", f"Location: {plain.base_url}/a.png"))

            async with serving(leads_down, served_by(TRUSTED.issue_cert("localhost"))) as server:
                ((by_api, by_media),) = await probe(trusting(tmp_path), server.base_url)
                assert by_api[0] == "NotAServiceAnswerError"
                assert by_media[0] == "InsecureAddressError"
                assert (len(server.seen), plain.connections) == (2, 0)

    asyncio.run(main())
