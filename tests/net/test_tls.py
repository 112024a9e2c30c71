"""Who cannot prove to be the service gets neither key nor prompt, and the person is told what is wrong with the proof."""

import asyncio
import ssl
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.net.certificates import (
    ON_LINUX,
    STRANGER,
    TRUSTED,
    answer,
    contexts,
    of_the_last_century,
    probe,
    served_by,
    trusting,
)
from tests.net.servers import Running, Seen, Wire, reply, serving


@ON_LINUX
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


@ON_LINUX
def test_a_proxy_with_a_bad_certificate_is_not_told_where_we_want_to_go(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(answer, served_by(STRANGER.issue_cert("localhost"))) as proxy:
            environment = {**trusting(tmp_path), "HTTPS_PROXY": proxy.base_url}
            ((by_api, by_media),) = await probe(environment, "https://api.example.org")
            assert by_api[0] == by_media[0] == "UnprovenServerError"
            assert "authority" in by_api[1]
            assert proxy.seen == []

    asyncio.run(main())


@ON_LINUX
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_outdated_tls_is_not_spoken(tmp_path: Path, version: ssl.TLSVersion) -> None:
    with of_the_last_century(version) as url:
        ((by_api, by_media),) = asyncio.run(probe(trusting(tmp_path), url))
    for kind, sentence in (by_api, by_media):
        assert kind == "UnprovenServerError"
        assert "outdated form of TLS" in sentence


@ON_LINUX
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
