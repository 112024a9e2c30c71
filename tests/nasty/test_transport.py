"""Cases 95 to 102: the transport and this computer."""

import asyncio
import gzip
import json
import socket
import time
import zlib
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.domain.errors import (
    NoConnectionError,
    NotAServiceAnswerError,
    ServiceTimeoutError,
    StudioError,
)
from app.domain.job import JobState as S
from app.domain.remote import RemoteState, Snapshot
from app.domain.values import Json, JsonObject
from app.net.address import is_loopback_address
from app.net.client import ApiClient
from app.net.network import JudgedNetwork
from tests.nasty.dialects import IN_NETMIND, Dialect
from tests.nasty.stage import KEY, PICTURE, Play, Scene, Service, act, ask, scene
from tests.net.certificates import ON_LINUX, TRUSTED, answer, probe, served_by, trusting
from tests.net.servers import Seen, Wire, json_reply, reply, serving
from tests.providers.recordings import recorded


def polled(dialect: Dialect, play: Play) -> Snapshot | StudioError:
    return ask(dialect, play, lambda provider: provider.poll(dialect.ref()))[0]


def test_case_095_an_answer_after_more_than_five_seconds_is_an_answer(tmp_path: Path) -> None:
    """The POST, a question and the file each take longer than the usual limit of the HTTP library; all at once here."""
    dialect = IN_NETMIND

    def slowly(raw: bytes) -> Play:
        async def script(_seen: Seen, wire: Wire) -> None:
            await asyncio.sleep(5.3)
            await wire.send(raw)

        return script

    async def main() -> None:
        service = Service(
            dialect,
            create=[dialect.created("r1"), slowly(dialect.created("r2"))],
            poll=[slowly(dialect.done("/files/a.png"))],
        )
        async with serving(service.play) as server:
            provider = dialect.provider(server.base_url, lambda: KEY, tmp_path, exchange_s=20.0)
            body = dialect.prepared()
            await provider.submit(body)
            submission, snapshot = await asyncio.gather(provider.submit(body), provider.poll(dialect.ref()))
            assert submission.ref["key"] == "r2"
            assert snapshot.state is RemoteState.SUCCEEDED
            await provider.close()

    asyncio.run(main())


def test_case_096_a_connection_on_which_nothing_comes_ends_in_its_time(tmp_path: Path, dialect: Dialect) -> None:
    """Plain, and in the middle of a TLS handshake."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            port = mute.getsockname()[1]
            for url, kind in (
                (f"http://127.0.0.1:{port}", ServiceTimeoutError),
                (f"https://127.0.0.1:{port}", NoConnectionError),
            ):
                provider = dialect.provider(url, lambda: KEY, tmp_path, exchange_s=0.3)
                started = time.monotonic()
                with pytest.raises(kind):
                    await provider.submit(dialect.prepared())
                assert time.monotonic() - started < 3
                await provider.close()

    asyncio.run(main())


def test_case_097_a_kept_connection_that_was_closed_costs_a_question_nothing(tmp_path: Path, dialect: Dialect) -> None:
    """Every connection takes two requests and closes without a word before it answers the third."""
    service = Service(dialect, poll=[dialect.running()] * 9 + [dialect.done("/files/a.png")])
    served: dict[int, int] = {}

    async def tired(seen: Seen, wire: Wire) -> None:
        served[seen.connection] = served.get(seen.connection, 0) + 1
        if served[seen.connection] > 2:
            wire.end()
        else:
            await service.play(seen, wire)

    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.DONE)
        assert here.posts == 1
        assert all(job.problem is None for job in here.stage.changes)
        assert not here.stage.connection.is_offline

    act(tmp_path, service, story, script=tired)


# --- proxies and certificates


async def request(url: str) -> StudioError:
    client = ApiClient(url, lambda: KEY)
    try:
        with pytest.raises(StudioError) as caught:
            await client.request("POST", "/v1/x", json_body=b"{}", deadline_s=5)
        return caught.value
    finally:
        await client.close()


def test_case_098_the_proxy_of_the_environment_is_used_and_does_not_see_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        async with serving(lambda _seen, wire: wire.send(reply(403, b"no"))) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
            assert isinstance(await request("https://api.example.org"), NoConnectionError)
            (seen,) = proxy.seen
            assert (seen.method, seen.path) == ("CONNECT", "api.example.org:443")
            assert KEY not in str(seen.headers)

    asyncio.run(main())


def test_case_098_no_proxy_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with serving(lambda _seen, wire: wire.send(reply(403))) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
            monkeypatch.setenv("NO_PROXY", "api.example.invalid,localhost")
            assert isinstance(await request("https://api.example.invalid"), NoConnectionError)
            assert proxy.seen == []

    asyncio.run(main())


@pytest.mark.parametrize(
    "proxy", ["socks5://user:secret@127.0.0.1:1", "strange://user:secret@127.0.0.1:1", "http://user:secret@proxy:port"]
)
def test_case_098_a_proxy_that_cannot_be_used_is_a_sentence_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    error = asyncio.run(request("https://api.example.org"))
    assert isinstance(error, NoConnectionError)
    assert "proxy" in error.server_text
    assert "secret" not in error.server_text


@ON_LINUX
def test_case_098_the_certificates_of_this_system_count(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(answer, served_by(TRUSTED.issue_cert("localhost"))) as server:
            ((by_api, by_media),) = await probe(trusting(tmp_path), server.base_url)
            assert by_api[0] == by_media[0] == "200"

    asyncio.run(main())


# --- no network


def test_case_099_without_a_network_no_job_fails_and_one_sentence_says_so(tmp_path: Path, dialect: Dialect) -> None:
    """The server goes away while jobs run and one waits, and comes back on the same port."""

    async def main() -> None:
        service = Service(dialect, poll=[dialect.running()])
        async with asyncio.timeout(30), AsyncExitStack() as online:
            server = await online.enter_async_context(serving(service.play))
            async with scene(tmp_path, service, server, pause_factor=0.005) as here:
                running = here.stage.submit(seed=7)
                await here.stage.until_state(running, S.RUNNING)
                await online.aclose()
                await here.stage.until(lambda: here.stage.connection.is_offline)
                waiting = here.stage.submit(seed=7)
                with pytest.raises(TimeoutError):  # it may knock, and ends nowhere
                    async with asyncio.timeout(0.1):
                        await here.stage.until_state(waiting, S.QUEUED, S.FAILED, S.UNSURE, S.CANCELLED)
                assert here.stage.state(waiting) in {S.WAITING, S.SENDING}
                assert here.stage.state(running) is S.RUNNING
                service.poll = [dialect.done("/files/a.png")]
                async with serving(service.play, port=server.port) as back:
                    for job_id in (running, waiting):
                        await here.stage.until_state(job_id, S.DONE)
                    assert not here.stage.connection.is_offline
                    assert (server.count("POST"), back.count("POST")) == (1, 1)

    asyncio.run(main())


def test_case_099_an_unknown_name_is_no_connection_and_nothing_was_sent(tmp_path: Path, dialect: Dialect) -> None:
    async def main() -> None:
        provider = dialect.provider("https://no-such-host.invalid", lambda: KEY, tmp_path)
        with pytest.raises(StudioError) as caught:
            await provider.submit(dialect.prepared())
        assert caught.value.not_started
        await provider.close()

    asyncio.run(main())


def test_case_099_an_address_that_leads_nowhere_gives_way_to_the_next(tmp_path: Path) -> None:
    """Result hosts: the first address is a black hole, as IPv6 is behind many routers."""

    async def main() -> None:
        async with serving(lambda _seen, wire: wire.send(PICTURE)) as server:

            async def resolve(_host: str, _port: int) -> list[str]:
                return ["127.0.0.2", "::1", "127.0.0.1"]

            network = JudgedNetwork(is_loopback_address, resolve, patience_s=0.2)
            stream = await network.connect_tcp("files.localhost", server.port, timeout=5)
            await stream.aclose()

    asyncio.run(main())


# --- packing


def test_case_100_only_what_can_be_unpacked_is_asked_for(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        await here.stage.until_state(here.stage.submit(), S.DONE)
        for seen in here.server.seen:
            with_key = "authorization" in seen.headers
            assert seen.headers["accept-encoding"] == ("gzip" if with_key else "identity")

    act(tmp_path, Service(dialect, poll=[dialect.done("/files/a.png")]), story)


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "compress", "gzip, br", "x"])
def test_case_100_another_packing_is_an_unreadable_answer(dialect: Dialect, encoding: str) -> None:
    body = zlib.compress(json.dumps(dialect.job("r1", "running")).encode())
    assert isinstance(polled(dialect, reply(200, body, f"Content-Encoding: {encoding}")), NotAServiceAnswerError)


def test_case_100_gzip_is_unpacked(dialect: Dialect) -> None:
    body = gzip.compress(json.dumps(dialect.job("r1", "running")).encode())
    snapshot = polled(dialect, reply(200, body, "Content-Encoding: gzip"))
    assert isinstance(snapshot, Snapshot)
    assert snapshot.state is RemoteState.RUNNING


# --- two of us


def test_case_101_two_programs_on_one_history_pay_once_and_save_one_file(tmp_path: Path, dialect: Dialect) -> None:
    async def main() -> None:
        service = Service(dialect, poll=[dialect.running()])
        async with asyncio.timeout(30), serving(service.play) as server, scene(tmp_path, service, server) as one:
            job_id = one.stage.submit()
            await one.stage.until_state(job_id, S.RUNNING)
            async with scene(tmp_path, service, server) as other:
                service.poll = [dialect.done("/files/a.png")]
                for here in (one, other):
                    await here.stage.until_state(job_id, S.DONE)
                stored = await other.stage.store.get(job_id)
        assert stored is not None
        assert (stored.state, len(stored.saved_assets)) == (S.DONE, 1)
        assert server.count("POST") == 1

    asyncio.run(main())
    files = [path for path in (tmp_path / "library").rglob("*") if path.is_file()]
    assert len(files) == 1


# --- two schemas


@pytest.mark.parametrize("name", ["2025-01-get", "2025-09-get"])
def test_case_102_both_published_forms_of_a_result_are_read_by_their_shape(name: str) -> None:
    snapshot = polled(IN_NETMIND, recorded(name).reply)
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.state, len(snapshot.artifacts)) == (RemoteState.SUCCEEDED, 1)


@pytest.mark.parametrize("created_at", ["2025-01-16 05:51:03", "2025-09-18 09:14:20", "2031-01-01 00:00:00", None])
def test_case_102_no_date_decides_how_an_answer_is_read(created_at: Json) -> None:
    old: JsonObject = {"meta_info": {"file_id": "f", "result_download_url": "https://files.example.org/a.png"}}
    new: JsonObject = {"result": {"data": [{"file_id": "f", "url": "https://files.example.org/a.png"}]}}
    for form in (old, new, {**old, **new}):
        body = {"id": "r1", "status": "completed", "created_at": created_at, **form}
        snapshot = polled(IN_NETMIND, json_reply(body))
        assert isinstance(snapshot, Snapshot)
        assert [artifact.url for artifact in snapshot.artifacts] == ["https://files.example.org/a.png"]
