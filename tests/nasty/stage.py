"""A service of a few lines that misbehaves as a test says, and the studio's job service in front of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TypeVar

from app.domain.errors import StudioError
from app.net.media_client import MediaClient
from app.providers.base import Provider
from app.services.clock import Clock
from app.services.job_tools import JobSeams, Pace, SavingLimits
from app.services.provider_service import Connected
from tests.nasty.dialects import Dialect
from tests.net.servers import Running, Script, Seen, Wire, reply, serving
from tests.services.scripted import PIXEL, Cast, Stage, staged

KEY = "sk-canary-0123456789"
DEADLINE_S = 30.0
DEFAULT_LIMITS = SavingLimits()

T = TypeVar("T")
Play = bytes | Script
"""Bytes go out as they are; a script does what it likes with the connection."""

PICTURE = reply(200, PIXEL, "Content-Type: image/png", 'ETag: "e-1"')


async def lost(_seen: Seen, wire: Wire) -> None:
    """The answer is lost: the connection is torn off."""
    wire.reset()


async def silent(_seen: Seen, _wire: Wire) -> None:
    """No answer, and no end."""
    await asyncio.Event().wait()


def cut(raw: bytes) -> Script:
    """Sends this and hangs up."""

    async def script(_seen: Seen, wire: Wire) -> None:
        await wire.send(raw)
        wire.end()

    return script


@dataclass
class Service:
    """What the service does, one after the other; the last of each kind stays.

    `create` answers POSTs, `poll` questions about one job, `roll` those for the list, `delete` DELETEs; `files` answers
    everything else by its path without the query.
    """

    dialect: Dialect
    create: Sequence[Play] = ()
    poll: Sequence[Play] = ()
    roll: Sequence[Play] = ()
    delete: Sequence[Play] = (reply(200, b"{}"),)
    files: dict[str, Sequence[Play]] = field(default_factory=dict)
    _played: dict[str, int] = field(default_factory=dict)

    async def play(self, seen: Seen, wire: Wire) -> None:
        """The script of the server."""
        plays = self._plays(seen)
        number = self._played.get(plays[0], 0)
        self._played[plays[0]] = number + 1
        play = plays[1][min(number, len(plays[1]) - 1)] if plays[1] else reply(404, b"{}")
        if isinstance(play, bytes):
            await wire.send(play)
        else:
            await play(seen, wire)

    def _plays(self, seen: Seen) -> tuple[str, Sequence[Play]]:
        path = seen.path.partition("?")[0]
        if seen.method == "POST":
            return "create", self.create or (self.dialect.created(),)
        if seen.method == "DELETE":
            return "delete", self.delete
        if path == self.dialect.create_path:
            return "roll", self.roll
        if path.startswith(self.dialect.job_path("")):
            return "poll", self.poll or (self.dialect.running(),)
        return path, self.files.get(path, (self.dialect.file(PIXEL),))


@dataclass
class Scene:
    """The job service, the server in front of it, and what the server saw."""

    stage: Stage
    server: Running
    service: Service
    clock: "MovableClock"

    @property
    def posts(self) -> int:
        return self.server.count("POST")

    def asked_for(self, path: str) -> list[Seen]:
        """The GETs of one path, with any query."""
        return [seen for seen in self.server.seen if seen.method == "GET" and seen.path.partition("?")[0] == path]

    @property
    def polls(self) -> int:
        """Questions about single jobs."""
        start = self.service.dialect.job_path("")
        return sum(1 for seen in self.server.seen if seen.method == "GET" and seen.path.startswith(start))


class MovableClock(Clock):
    """A wall clock that jumps when a test says so; durations go on as they are."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def forward(self, seconds: float) -> None:
        """Jumps; negative is back."""
        self._shift += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._shift


@asynccontextmanager
async def scene(
    profile: Path,
    service: Service,
    server: Running,
    *,
    limit: int = 4,
    pace_s: float = 0.01,
    pause_factor: float = 0.01,
    exchange_s: float = 5.0,
    key: Callable[[], str] = lambda: KEY,
    pace: Pace | None = None,
    limits: SavingLimits = DEFAULT_LIMITS,
) -> AsyncIterator[Scene]:
    """The studio's job service against this service; a second one on the same profile and server is a restart."""
    dialect, clock = service.dialect, MovableClock()

    def connect(_info: object, url: str, _key: object) -> Connected:
        provider = dialect.provider(url, key, profile / "spool", exchange_s)
        return Connected(provider, MediaClient(allow_loopback=True, floor_window_s=1.0, headers_deadline_s=1.0))

    cast = Cast(dialect.info, dialect.spec, connect, server.base_url, KEY)
    chosen = JobSeams(clock, Random(7), pace or (lambda *_: pace_s), limits, pause_factor)
    async with staged(profile, cast, chosen, limit=limit) as stage:
        yield Scene(stage, server, service, clock)


def act(
    profile: Path,
    service: Service,
    *stories: Callable[[Scene], Awaitable[None]],
    script: Script | None = None,
    **options: object,
) -> Running:
    """Plays stories one after the other; between them the program ends and starts again. Answers what the server saw."""

    async def main() -> Running:
        async with asyncio.timeout(DEADLINE_S), serving(script or service.play) as server:
            for story in stories:
                async with scene(profile, service, server, **options) as here:  # type: ignore[arg-type]
                    await story(here)
        return server

    return asyncio.run(main())


def ask(
    dialect: Dialect,
    script: Play,
    use: Callable[[Provider], Awaitable[T]],
    key: Callable[[], str | None] = lambda: KEY,
    prefix: str = "",
) -> tuple[T | StudioError, Running]:
    """What `use` gets from a provider alone, or its error; and what the server saw. Its paths begin with `prefix`."""

    async def play(seen: Seen, wire: Wire) -> None:
        await (wire.send(script) if isinstance(script, bytes) else script(seen, wire))

    async def main() -> tuple[T | StudioError, Running]:
        with TemporaryDirectory() as folder:
            return await with_folder(Path(folder))

    async def with_folder(folder: Path) -> tuple[T | StudioError, Running]:
        async with asyncio.timeout(DEADLINE_S), serving(play) as server:
            provider = dialect.provider(server.base_url + prefix, key, folder)
            try:
                return await use(provider), server
            except StudioError as error:
                return error, server
            finally:
                await provider.close()

    return asyncio.run(main())
