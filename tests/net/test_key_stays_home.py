"""The key goes to its own origin: no redirect, no absolute link and no other port or scheme ever gets to see it (T-32)."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from app.domain.errors import NotAServiceAnswerError
from app.domain.remote import RemoteRef
from app.net.client import ApiClient
from app.net.media_client import MediaClient
from app.providers.base import PreparedRequest
from app.providers.netmind import NETMIND, NetMindProvider
from tests.net.servers import Running, Seen, Wire, json_reply, reply, serving

KEY = "sk-canary-0123456789"
SECRETS = {"authorization", "cookie", "x-key", "x-api-key", "api-key", "proxy-authorization"}
PICTURE = b"\x89PNG\r\n\x1a\n" + b"p" * 1_000
REF: RemoteRef = {"v": 1, "key": "a"}


@dataclass
class Town:
    """The provider's server and two strangers. `answer` is what the provider says to everything."""

    home: Running
    strangers: tuple[Running, Running]
    answer: bytes = b""

    def check(self) -> None:
        """Nobody but home has seen a secret."""
        for stranger in self.strangers:
            for seen in stranger.seen:
                assert not SECRETS & seen.headers.keys(), seen
                assert KEY not in f"{seen.path} {seen.headers} {seen.body!r}"


async def founded(stack: AsyncExitStack) -> Town:
    async def at_home(_seen: Seen, wire: Wire) -> None:
        await wire.send(town.answer)

    async def abroad(_seen: Seen, wire: Wire) -> None:
        await wire.send(reply(200, PICTURE, "Set-Cookie: a=b"))

    home = await stack.enter_async_context(serving(at_home))
    strangers = [await stack.enter_async_context(serving(abroad)) for _ in range(2)]
    town = Town(home, (strangers[0], strangers[1]))
    return town


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_no_redirect_of_the_service_is_followed(status: int, method: str) -> None:
    async def main() -> None:
        async with AsyncExitStack() as stack:
            town = await founded(stack)
            port, other = town.home.port, town.strangers[0].port
            client = ApiClient(town.home.base_url, lambda: KEY)
            for target in (
                f"http://127.0.0.1:{other}/take",  # another port
                f"http://localhost:{other}/take",  # another name
                f"https://127.0.0.1:{other}/take",  # another scheme
                f"https://127.0.0.1:{port}/take",
                f"//127.0.0.1:{other}/take",
                f"http://{KEY}@127.0.0.1:{other}/take",
                "/elsewhere/at/home",
                "https://example.org/take",
            ):
                town.answer = reply(status, b"", f"Location: {target}", f"Refresh: 0; url={target}")
                before = len(town.home.seen)
                with pytest.raises(NotAServiceAnswerError):
                    await client.request(method, "/v1/x", json_body=b"{}" if method == "POST" else None)
                assert len(town.home.seen) == before + 1
            await client.close()
            assert [stranger.connections for stranger in town.strangers] == [0, 0]

    asyncio.run(main())


LINK_NAMES = (
    "url id_url status_url poll_url polling_url response_url result_url cancel_url delete_url next previous location href"
    " callback webhook webhook_url upload_url presigned_url result_download_url logo api_base base_url"
)


def full_of_links(link: str) -> bytes:
    """A job with the same absolute link in every field where one may be thought to stand."""
    names = LINK_NAMES.split()
    links: dict[str, object] = dict.fromkeys(names, link)
    job = {
        **links,
        "id": "a",
        "status": "running",
        "links": links,
        "_links": {"self": {"href": link}},
        "meta_info": links,
        "result": {"data": [links], **links},
        "urls": [link],
        "logs": [{"text": link}],
    }
    body = {**job, "generation_list": [job], "data": job}
    return json_reply(body, 200, f"Link: <{link}>; rel=next", f"Location: {link}", f"Content-Location: {link}")


def test_no_link_in_an_answer_is_visited_by_the_client_that_has_the_key() -> None:
    async def main() -> None:
        async with AsyncExitStack() as stack:
            town = await founded(stack)
            town.answer = full_of_links(f"{town.strangers[0].base_url}/take")
            provider = NetMindProvider(NETMIND, ApiClient(town.home.base_url, lambda: KEY))
            submission = await provider.submit(PreparedRequest("/v1/generation", b"{}"))
            for ref in (submission.ref, REF):
                snapshot = await provider.poll(ref)
                await provider.delete(ref)
                assert snapshot.artifacts
            await provider.list_jobs()
            await provider.check_key()
            await provider.close()
            assert {seen.path for seen in town.home.seen} == {"/v1/generation", "/v1/generation/a"}
            assert [stranger.connections for stranger in town.strangers] == [0, 0]

    asyncio.run(main())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_result_link_is_visited_and_redirected_without_key_and_cookies(status: int) -> None:
    """From the provider's own origin to a stranger, and from there to the next one."""

    async def main() -> None:
        async with AsyncExitStack() as stack:
            town = await founded(stack)
            first, second = town.strangers
            cookie = "Set-Cookie: session=1; Path=/"
            town.answer = reply(status, b"", f"Location: {first.base_url}/b.png?X-Amz-Signature=1", cookie)
            media = MediaClient(allow_loopback=True)
            for url in (f"{town.home.base_url}/a.png", f"{second.base_url}/a.png"):
                async with media.open(url) as stream:
                    assert stream.status == 200
            await media.close()
            assert [seen.method for seen in (*town.home.seen, *first.seen, *second.seen)] == ["GET"] * 3
            assert not SECRETS & town.home.seen[0].headers.keys()
            town.check()

    asyncio.run(main())
