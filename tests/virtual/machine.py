"""One computer with the studio's services on it: started, killed at any moment, started again, in counted time."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import TypeVar

from app.domain.job import Job, JobState
from app.domain.provider_info import ProviderInfo
from app.net.media_client import MediaClient
from app.services.job_tools import JobSeams
from app.services.provider_service import Connected
from app.services.server_time import ServerTimes
from app.store.database import Database, OpenReport
from app.store.reserve import Reserve
from tests.services.scripted import SPEC, Cast, Stage, staged
from tests.virtual.far_side import FarProvider, FarSide, Fate, info_for
from tests.virtual.loop import VirtualClock, VirtualLoop

T = TypeVar("T")


class _NoReserve(Reserve):
    """Full disks are tried elsewhere; making four megabytes at every start takes most of the time here."""

    def ensure(self) -> bool:
        return True

    def spend(self) -> bool:
        return False


class InlineDatabase(Database):
    """Does its work at once. After a kill it does nothing any more: what was not committed was never written."""

    is_dead = False

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._reserve = _NoReserve(path)

    async def open(self) -> OpenReport:
        return self._open()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        await asyncio.sleep(0)  # a kill may come before a commit
        if self.is_dead:
            await asyncio.get_running_loop().create_future()
        result = work()
        await asyncio.sleep(0)  # and after it
        return result

    def _connect(self) -> None:
        super()._connect()
        assert self._connection is not None
        self._connection.execute("PRAGMA synchronous = OFF")  # the machine is killed, not its power

    async def close(self) -> None:
        self._close()

    def drop(self) -> None:
        """At the end of a test."""
        if self._connection is not None:
            self._connection.close()


class Machine:
    """`fates` decides what becomes of each POST."""

    def __init__(self, profile: Path, far: FarSide, loop: VirtualLoop, clock: VirtualClock, seed: int = 7) -> None:
        self.far = far
        self.loop = loop
        self.clock = clock
        self.fate: Callable[[], tuple[Fate, float]] = lambda: (Fate.ANSWERED, 0.0)
        self.limit = 4
        self.provider_type: type[FarProvider] = FarProvider
        self.times = ServerTimes(clock)
        self.profile = profile
        self._random = Random(seed)
        self._stack = AsyncExitStack()
        self._graves: list[AsyncExitStack] = []
        self._databases: list[InlineDatabase] = []
        self._providers: list[FarProvider] = []
        self.stage: Stage | None = None
        self.crashes: list[str] = []

    @property
    def is_on(self) -> bool:
        return self.stage is not None

    @property
    def here(self) -> Stage:
        assert self.stage is not None
        return self.stage

    def start(self) -> None:
        """The program begins, on what the last one left."""
        self.loop.run(self._start())

    async def _start(self) -> None:
        provider = self.make_provider(self._next_fate, asyncio.sleep)
        self._providers.append(provider)
        cast = Cast(self.info(), SPEC, lambda *_: Connected(provider, MediaClient(allow_loopback=True)))
        seams = JobSeams(clock=self.clock, random=self._random, demo_has_orphans=True, knock=self._knock)
        self.times = ServerTimes(self.clock)
        made = staged(self.profile, cast, seams, limit=self.limit, times=self.times, database=self._open_database)
        self.stage = await self._stack.enter_async_context(made)

    def make_provider(self, fate: Callable[[], tuple[Fate, float]], sleep: Callable[[float], object]) -> FarProvider:
        """The adapter of one run."""
        return self.provider_type(self.far, fate, sleep)

    def info(self) -> ProviderInfo:
        """What is known of the provider."""
        return info_for(self.far.handle)

    async def _knock(self, provider_id: str) -> bool:
        return self.far.is_reachable

    def _next_fate(self) -> tuple[Fate, float]:
        return self.fate()

    def _open_database(self, path: Path) -> Database:
        database = InlineDatabase(path)
        self._databases.append(database)
        return database

    def stop(self) -> None:
        """The program ends as it should."""
        self._note_crashes()
        self.loop.run(self._stack.aclose())
        self.stage = None

    def kill(self) -> None:
        """kill -9: from now on nothing is written, nothing goes out, and what was under way is forgotten."""
        self._note_crashes()
        here, self.stage = self.here, None
        self._databases[-1].is_dead = True
        self._providers[-1].is_dead = True
        self.loop.run(_bury(here))
        # its connection stays open to the end of the test: closing it would put its journal away, which no kill does
        self._graves.append(self._stack)  # nobody clears up after a killed process
        self._stack = AsyncExitStack()

    def clear_up(self) -> None:
        """At the end of a test."""
        if self.is_on:
            self.kill()
        for database in self._databases:
            database.drop()
        self._databases.clear()
        if not self.loop.is_closed():
            self.loop.close()

    def do(self, wish: Callable[..., T], *values: object) -> T:
        """A wish of the person, as the window would hand it on."""

        async def inside() -> T:
            return wish(*values)

        return self.loop.run(inside())

    def submit(self, prompt: str = "a lake") -> str:
        """Asks for a picture."""
        return self.do(self.here.submit, prompt)

    def _note_crashes(self) -> None:
        self.crashes += self.here.crashes

    def jobs(self) -> list[Job]:
        """All jobs of the history as they lie on the disk, removed ones too."""
        with sqlite3.connect(self.profile / "test.db") as connection:
            ids = [row[0] for row in connection.execute("SELECT job_id FROM jobs")]
        found = [self.here.jobs.job(job_id) for job_id in ids]
        return [job for job in found if job is not None]

    def with_state(self, *states: JobState) -> list[Job]:
        return [job for job in self.jobs() if job.state in states]


async def _bury(stage: Stage) -> None:
    """Takes away everything that ran in a dead process, without letting it do anything."""
    await stage.tasks.close()  # what is started from now on ends before it begins
    me = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not me]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await stage.providers.close()
