"""The loop that runs Qt and asyncio together."""

import asyncio
import gc
from collections.abc import AsyncGenerator

from PySide6.QtCore import QTimer

from app.system.event_loop import StudioLoop
from tests.conftest import Run


def test_a_cancelled_deadline_leaves_no_timer_behind(studio_loop: StudioLoop, run: Run[None]) -> None:
    async def many_requests() -> None:
        before = studio_loop.open_timer_count()
        for _ in range(200):
            async with asyncio.timeout(60):
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert studio_loop.open_timer_count() <= before + 2

    run(many_requests())


def test_threads_and_qt_timers_go_on_beside_each_other(run: Run[None]) -> None:
    async def both() -> None:
        ticks: list[int] = []
        timer = QTimer()
        timer.timeout.connect(lambda: ticks.append(1))
        timer.start(1)
        assert await asyncio.to_thread(sum, range(1_000_000)) == 499_999_500_000
        while len(ticks) < 3:
            await asyncio.sleep(0.001)
        timer.stop()

    run(both())


def test_a_subprocess_can_be_awaited(run: Run[None]) -> None:
    async def ask() -> None:
        process = await asyncio.create_subprocess_exec("echo", "hello", stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        assert out == b"hello\n"

    run(ask())


def test_a_generator_that_is_left_half_way_is_closed_by_a_task_of_the_loop(run: Run[None]) -> None:
    closed: list[bool] = []

    async def blocks() -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)  # as a connection does when it is closed
            closed.append(asyncio.current_task() is not None)

    async def story() -> None:
        async for _ in blocks():
            break
        gc.collect()
        while not closed:
            await asyncio.sleep(0.001)

    run(story())
    assert closed == [True]


def test_a_callback_may_cancel_the_timer_that_calls_it(studio_loop: StudioLoop) -> None:
    """As the deadlines of anyio do when a connection takes too long."""

    async def story() -> None:
        done = asyncio.Event()
        handles: list[asyncio.TimerHandle] = []

        def ends_itself() -> None:
            handles[0].cancel()
            done.set()

        handles.append(studio_loop.call_later(0.01, ends_itself))
        await done.wait()
        await asyncio.sleep(0.02)
        assert studio_loop.open_timer_count() <= 1

    studio_loop.run_until_complete(story())
