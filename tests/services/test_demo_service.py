"""The demo server as a process of its own."""

import asyncio
import urllib.request

import psutil
import pytest

from app.services.demo_service import DemoService, DemoUnavailableError
from tests.conftest import Run


def _servers() -> list[psutil.Process]:
    """The demo servers that run as children of this process; what has ended and only waits to be noticed has no words."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "app.sandbox" in " ".join(child.cmdline())
    ]


def test_the_demo_starts_once_when_needed_and_ends_with_the_studio(run: Run[None]) -> None:
    async def story() -> None:
        before = {child.pid for child in psutil.Process().children(recursive=True)}
        demo = DemoService()
        states: list[str] = []
        demo.state_changed.connect(states.append)
        first, second = await asyncio.gather(demo.ensure_running(), demo.ensure_running())
        assert first == second
        assert states == ["starting", "running"]
        answer = await asyncio.to_thread(lambda: urllib.request.urlopen(first).read())  # noqa: S310 - our own loopback
        assert b"demo" in answer.lower()
        await demo.close()
        after = {child.pid for child in psutil.Process().children(recursive=True)}
        assert after <= before

    run(story())


def test_a_demo_that_died_is_started_again(run: Run[None]) -> None:
    async def story() -> None:
        demo = DemoService()
        await demo.ensure_running()
        for child in _servers():
            child.kill()
        while demo.is_alive:
            await asyncio.sleep(0.01)
        url = await demo.ensure_running()
        await asyncio.to_thread(lambda: urllib.request.urlopen(url).read())  # noqa: S310 - our own loopback
        await demo.close()

    run(story())


def test_a_start_that_was_broken_off_leaves_no_second_server_behind(run: Run[None]) -> None:
    async def story() -> None:
        before = {child.pid for child in psutil.Process().children(recursive=True)}
        demo = DemoService()
        starting = asyncio.ensure_future(demo.ensure_running())
        while not demo.is_alive:
            await asyncio.sleep(0.005)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await demo.ensure_running()
        servers = _servers()
        assert len(servers) == 1
        await demo.close()
        assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
        with pytest.raises(DemoUnavailableError):
            await demo.ensure_running()

    run(story())


def test_a_demo_that_cannot_start_says_so_and_its_last_words_are_in_the_log(
    run: Run[None], caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        demo = DemoService(("--no-such-option",))
        with pytest.raises(DemoUnavailableError):
            await demo.ensure_running()
        assert "unrecognized arguments: --no-such-option" in caplog.text
        assert not demo.is_alive
        await demo.close()

    run(story())


def test_the_demo_inherits_no_keys(run: Run[None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMIND_API_KEY", "sk-canary-0123456789")

    async def story() -> None:
        demo = DemoService()
        await demo.ensure_running()
        (child,) = _servers()
        assert "NETMIND_API_KEY" not in child.environ()
        assert "sk-canary" not in f"{child.cmdline()} {child.environ()}"
        await demo.close()

    run(story())
