"""The way to result hosts against a log of every connection the process tries: forbidden addresses are never reached."""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Sequence
from contextlib import suppress

import psutil
import pytest

from app.domain.errors import InsecureAddressError, NoConnectionError, StudioError
from app.net.address import check_media_url, is_loopback_address, is_public_address
from app.net.client import ApiClient
from app.net.media_client import MediaClient
from app.net.network import JudgedNetwork
from tests.net.servers import Running, Seen, Wire, always, reply, serving
from tests.net.socket_log import SocketLog, socket_log
from tests.net.strange_links import FORBIDDEN, NAMED, NAMES

PICTURE = b"\x89PNG\r\n\x1a\n" + b"p" * 1_000


class Names:
    """A resolver with a table. A name with several answers gives one after the other, as a rebinding one does."""

    def __init__(self, table: dict[str, list[list[str]]]) -> None:
        self._table = table
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self._table.get(host)
        if not answers:
            with suppress(ValueError):
                return [str(ipaddress.ip_address(host))]
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return answers.pop(0) if len(answers) > 1 else answers[0]


async def fetch(media: MediaClient, url: str) -> int | StudioError:
    try:
        async with media.open(url) as stream:
            return stream.status
    except StudioError as error:
        return error


def tried(url: str, names: Names, *, allow_loopback: bool = False) -> tuple[int | StudioError, SocketLog]:
    """What became of one link, and every connection that was tried for it."""

    async def main() -> int | StudioError:
        media = MediaClient(allow_loopback=allow_loopback, resolve=names)
        try:
            return await fetch(media, url)
        finally:
            await media.close()

    with socket_log() as log:
        result = asyncio.run(main())
    return result, log


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(set(FORBIDDEN)) == len(FORBIDDEN) >= 180


def test_no_spelling_of_a_forbidden_address_is_ever_connected_to() -> None:
    async def main() -> None:
        table = {host.rstrip(".").lower(): [addresses] for host, addresses in NAMES.items()}
        table |= {host.rstrip(".").encode("idna").decode(): answers for host, answers in table.items()}
        media = MediaClient(resolve=Names(table | {f"{host}.": answers for host, answers in table.items()}))
        for url in FORBIDDEN:
            result = await fetch(media, url)
            assert isinstance(result, InsecureAddressError | NoConnectionError), url
        await media.close()

    with socket_log() as log:
        asyncio.run(main())
    assert log.tried == []


def leads_elsewhere(url: str) -> bool:
    """Not to this computer, to which a provider on this computer may lead; and fit to stand in a header."""
    try:
        check_media_url(url, allow_loopback=True)
    except InsecureAddressError:
        return url.isprintable()
    return url in NAMED


def test_no_redirect_of_a_provider_on_this_computer_leads_into_the_network_around_it() -> None:
    async def main() -> None:
        left = [url for url in FORBIDDEN if leads_elsewhere(url)]
        assert len(left) > 120

        async def script(_seen: Seen, wire: Wire) -> None:
            location = left.pop(0).encode("utf-8", "replace").decode("latin-1")
            await wire.send(reply(302, b"", f"Location: {location}"))

        async with serving(script) as server:
            media = MediaClient(allow_loopback=True, resolve=Names({}))
            with socket_log() as log:
                while left:
                    url, before = left[0], len(server.seen)
                    result = await fetch(media, f"{server.base_url}/a.png")
                    assert isinstance(result, StudioError), url
                    assert len(server.seen) == before + 1, url
            await media.close()
            assert set(log.tried) <= {"127.0.0.1", "::1"}

    asyncio.run(main())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_turns_out_to_lead_inside_is_called_insecure(name: str) -> None:
    ascii_name = name.rstrip(".").encode("idna").decode()
    names = Names({spelling: [NAMES[name]] for spelling in (name, name.rstrip("."), ascii_name)})
    result, log = tried(f"https://{name}/a.png", names)
    assert isinstance(result, InsecureAddressError)
    assert log.tried == []


def test_a_name_is_looked_up_once_and_what_was_judged_is_connected_to() -> None:
    names = Names({"files.example.org": [["8.8.8.8"], ["127.0.0.1"]]})
    result, log = tried("https://files.example.org/a.png", names)
    assert isinstance(result, NoConnectionError)
    assert log.tried == ["8.8.8.8"]
    assert names.asked == ["files.example.org"]


def test_a_name_that_changes_its_mind_between_two_visits_is_refused() -> None:
    async def main() -> None:
        media = MediaClient(resolve=Names({"files.example.org": [["8.8.8.8"], ["10.0.0.1"]]}))
        with socket_log() as log:
            first = await fetch(media, "https://files.example.org/a.png")
            second = await fetch(media, "https://files.example.org/a.png")
        await media.close()
        assert isinstance(first, NoConnectionError)
        assert isinstance(second, InsecureAddressError)
        assert log.tried == ["8.8.8.8"]

    asyncio.run(main())


def test_an_unknown_name_is_no_connection() -> None:
    result, log = tried("https://files.example.org/a.png", Names({}))
    assert isinstance(result, NoConnectionError)
    assert "not known" in result.server_text
    assert log.tried == []


def test_the_other_addresses_are_tried_when_the_first_ones_lead_nowhere() -> None:
    names = Names({"files.example.org": [["2606:4700::1111", "2606:4700::1112", "8.8.8.8", "8.8.4.4"]]})
    result, log = tried("https://files.example.org/a.png", names)
    assert isinstance(result, NoConnectionError)
    assert log.tried == ["2606:4700::1111", "8.8.8.8", "2606:4700::1112", "8.8.4.4"]


# --- this computer, for a provider that runs here


def visited(host: str, answers: list[str]) -> tuple[int | StudioError, Running]:
    async def main() -> tuple[int | StudioError, Running]:
        async with serving(always(reply(200, PICTURE))) as server:
            media = MediaClient(allow_loopback=True, resolve=Names({host: [answers]}))
            result = await fetch(media, f"http://{host}:{server.port}/a.png")
            await media.close()
            return result, server

    return asyncio.run(main())


def test_the_name_stays_in_the_request_when_its_address_is_connected_to() -> None:
    result, server = visited("files.localhost", ["127.0.0.1"])
    assert result == 200
    assert server.seen[0].headers["host"] == f"files.localhost:{server.port}"


def test_an_address_that_refuses_gives_way_to_the_next() -> None:
    result, _ = visited("files.localhost", ["::1", "127.0.0.1"])
    assert result == 200


def test_a_local_name_that_leads_elsewhere_is_refused() -> None:
    result, server = visited("files.localhost", ["127.0.0.1", "192.168.0.1"])
    assert isinstance(result, InsecureAddressError)
    assert server.connections == 0


def test_an_address_that_never_answers_costs_only_a_moment() -> None:
    async def main(dead_port_host: str, port: int) -> float:
        async def resolve(_host: str, _port: int) -> list[str]:
            return [dead_port_host, "127.0.0.1"]

        network = JudgedNetwork(is_loopback_address, resolve, patience_s=0.2)
        started = time.monotonic()
        stream = await network.connect_tcp("files.localhost", port, timeout=5)
        await stream.aclose()
        return time.monotonic() - started

    with socket.create_server(("127.0.0.1", 0)) as good:
        port = good.getsockname()[1]
        with socket.socket() as full:  # nobody takes connections here: its queue is full
            full.bind(("127.0.0.2", port))
            full.listen(0)
            crowd = [socket.socket() for _ in range(4)]
            for one in crowd:
                one.setblocking(False)
                one.connect_ex(("127.0.0.2", port))
            took = asyncio.run(main("127.0.0.2", port))
            for one in crowd:
                one.close()
    assert 0.2 <= took < 2


@pytest.mark.parametrize("client", ["api", "media"])
def test_a_handshake_that_is_cancelled_gives_its_socket_back(client: str) -> None:
    async def main(url: str) -> int:
        api, media = ApiClient(url, lambda: "sk-canary-0123456789"), MediaClient(allow_loopback=True)
        process, before = psutil.Process(), 0
        for tries in range(11):
            work = api.request("GET", "/v1/x") if client == "api" else fetch(media, f"{url}/a.png")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(work, 0.05)
            before = before if tries else process.num_fds()
        left = process.num_fds() - before
        await api.close()
        await media.close()
        return left

    with socket.create_server(("127.0.0.1", 0), backlog=32) as never_greets:
        assert asyncio.run(main(f"https://127.0.0.1:{never_greets.getsockname()[1]}")) <= 0


def test_every_address_of_the_internet_may_be_visited_and_what_hides_one_is_judged_by_it() -> None:
    for address in ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"):
        assert is_public_address(ipaddress.ip_address(address)), address
