"""An event loop whose clock jumps to the next timer as soon as nothing else is to be done."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from app.services.clock import Clock

T = TypeVar("T")
BEGIN = datetime(2026, 3, 12, 14, 0, tzinfo=UTC)
LONGEST_STEP_S = 10 * 86400.0


class InlineExecutor(ThreadPoolExecutor):
    """Does what it is given at once, in the caller's thread."""

    def submit(self, work: Callable[..., T], /, *args: Any, **named: Any) -> "Future[T]":
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **named))
        except BaseException as error:  # noqa: BLE001 - a future carries whatever it was
            done.set_exception(error)
        return done


class _Jumping(selectors.DefaultSelector):
    """Never waits: instead of sleeping it tells how long it would have slept."""

    def __init__(self) -> None:
        super().__init__()
        self.slept_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("everything waits for something that will never come")
        self.slept_s += min(timeout, LONGEST_STEP_S)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` is seconds since the world began."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self._now_s = 0.0
        self.set_default_executor(InlineExecutor(1))

    def time(self) -> float:
        return self._jumping.slept_s

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs one coroutine to its end."""
        return self.run_until_complete(work)

    def pass_time(self, seconds: float) -> None:
        """Lets so much time pass for everything that is under way."""
        self.run_until_complete(asyncio.sleep(seconds))

    def steps(self, count: int) -> None:
        """Lets everything that is ready go on, so many times: a kill may come at any of them."""

        async def some() -> None:
            for _ in range(count):
                await asyncio.sleep(0)

        self.run_until_complete(some())


class VirtualClock(Clock):
    """The clock of a loop. `wrong_by` plays a wall clock that is set wrongly."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.wrong_by = timedelta()

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._loop.time()) + self.wrong_by

    def monotonic_s(self) -> float:
        return self._loop.time()
