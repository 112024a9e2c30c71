"""Who may download now: so many at once overall and per provider, and what the server deletes first comes first."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from app.domain.job import Job


@dataclass(order=True)
class _Waiting:
    """Sorted by what is lost first, then by age, then by who came first."""

    never_expires: bool
    expires_s: float
    created_s: float
    number: int
    provider_id: str = field(compare=False)
    may_go: "asyncio.Future[None]" = field(compare=False)


class DownloadLine:
    """`overall()` and `per_provider()` are read each time; less than one counts as one."""

    def __init__(self, overall: Callable[[], int], per_provider: Callable[[], int]) -> None:
        self._overall = overall
        self._per_provider = per_provider
        self._waiting: list[_Waiting] = []
        self._busy: Counter[str] = Counter()
        self._numbers = count()

    @asynccontextmanager
    async def place(self, job: Job) -> AsyncIterator[None]:
        """Waits for a place and keeps it until the end of the block."""
        expires = job.expires_at
        waiting = _Waiting(
            expires is None,
            expires.timestamp() if expires is not None else 0.0,
            job.created_at.timestamp(),
            next(self._numbers),
            job.provider_id,
            asyncio.get_running_loop().create_future(),
        )
        self._waiting.append(waiting)
        self._waiting.sort()
        self.look()
        try:
            await waiting.may_go
            yield
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            elif not waiting.may_go.cancelled():
                self._busy[job.provider_id] -= 1
            self.look()

    def look(self) -> None:
        """Lets go who may; also when the limits have changed."""
        for waiting in list(self._waiting):
            if self._busy.total() >= max(1, self._overall()):
                return
            if self._busy[waiting.provider_id] < max(1, self._per_provider()):
                self._waiting.remove(waiting)
                self._busy[waiting.provider_id] += 1
                if waiting.may_go.cancelled():
                    self._busy[waiting.provider_id] -= 1
                else:
                    waiting.may_go.set_result(None)
