"""A bounded number of exchanges at once over one connection pool, which is replaced when it has suffered.

httpx loses connections when requests are cancelled (measured with 0.28.1: one in 160, with its socket). So the pool
itself is unbounded, the bound is a semaphore here, and after some accidents a new pool takes over; the old one is closed
when its last exchange has ended (reliability.md 1.2).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.domain.errors import NoConnectionError

ACCIDENTS_PER_POOL = 64


class Closable(Protocol):
    """A connection pool, as far as its lane is concerned."""

    async def aclose(self) -> None: ...


PoolT = TypeVar("PoolT", bound=Closable)


@dataclass
class _InUse(Generic[PoolT]):
    """A pool, how many exchanges use it now, and how many ended badly in it."""

    pool: PoolT
    users: int = 0
    accidents: int = 0


class Lane(Generic[PoolT]):
    """`make` builds a pool when one is needed. A waiting exchange has not started: its deadline is not running yet."""

    def __init__(self, make: Callable[[], Awaitable[PoolT]], *, slots: int) -> None:
        self._make = make
        self._slots = asyncio.Semaphore(slots)
        self._current: _InUse[PoolT] | None = None
        self._closed = False

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[PoolT]:
        """The pool, for one exchange. Raises NoConnectionError after `close`, and what `make` raises."""
        async with self._slots:
            used = self._current or await self._open()
            used.users += 1
            try:
                yield used.pool
            except BaseException:
                used.accidents += 1
                raise
            finally:
                used.users -= 1
                if used.accidents >= ACCIDENTS_PER_POOL and used is self._current:
                    self._current = None
                if used is not self._current and not used.users:
                    # shielded: a second cancel must not leave sockets open
                    await asyncio.shield(used.pool.aclose())

    async def _open(self) -> _InUse[PoolT]:
        pool = await self._make()
        if self._closed or self._current is not None:  # closed, or made by another exchange meanwhile
            await pool.aclose()
        if self._closed:
            raise NoConnectionError("The connection is being closed.")
        if self._current is None:
            self._current = _InUse(pool)
        return self._current

    async def close(self) -> None:
        """Closes what is idle; exchanges on their way close theirs when they end."""
        self._closed = True
        used, self._current = self._current, None
        if used is not None and not used.users:
            await used.pool.aclose()
