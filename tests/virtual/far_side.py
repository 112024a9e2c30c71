"""A paid service as it is behind the wire: what it was asked, what it made of it, and when each job came into being.

It outlives the program. What is paid is counted here and nowhere else.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.errors import (
    ConnectionLostError,
    JobGoneError,
    NoConnectionError,
    OutOfCreditError,
    ServiceFailedError,
    ServiceTimeoutError,
    StudioError,
    TooManyRequestsError,
)
from app.domain.model_spec import ModelSpec
from app.domain.provider_info import Capabilities, ProviderInfo
from app.domain.remote import Artifact, Listed, RemoteRef, RemoteState, Snapshot, Submission
from app.domain.values import Json, JsonObject
from app.providers.base import PreparedRequest, ResultsByLink
from tests.services.scripted import PIXEL


class Handle(StrEnum):
    """What such a service gives to find a job again whose answer was lost (reliability.md 3.1)."""

    REQUEST = "the list shows the request"
    TIME = "the list shows ids and times"
    NOTHING = "there is no list"


class Fate(StrEnum):
    """What becomes of one POST."""

    ANSWERED = "answered"
    NOT_SENT = "it never left"
    BUSY = "429"
    NO_MONEY = "402"
    LOST_BEFORE = "lost on its way there"
    LOST_AFTER = "accepted, the answer is lost"
    BAD_GATEWAY = "accepted, a proxy answers 502"
    LATE = "accepted later, no answer in time"
    SAME_ANSWER = "accepted, answered with the answer to the one before"


MAKES_A_JOB = frozenset({Fate.ANSWERED, Fate.LOST_AFTER, Fate.BAD_GATEWAY, Fate.LATE, Fate.SAME_ANSWER})


@dataclass
class FarJob:
    """One job over there; it can be seen from `created_at` on."""

    key: str
    request: JsonObject
    created_at: datetime
    lasts_s: float
    is_gone: bool = False


@dataclass
class FarSide:
    """`now()` is the service's own clock. `jobs` are all that it ever made, deleted ones too."""

    now: Callable[[], datetime]
    handle: Handle = Handle.TIME
    jobs: list[FarJob] = field(default_factory=list)
    posts: int = 0
    posted: Counter[str] = field(default_factory=Counter)
    is_reachable: bool = True
    list_error: StudioError | None = None
    lists: int = 0
    lasts_s: float = 20.0

    def accept(self, body: bytes, delay_s: float = 0.0) -> FarJob:
        """A job is made, and paid for."""
        created = self.now() + timedelta(seconds=delay_s)
        job = FarJob(f"far-{len(self.jobs) + 1}", json.loads(body), created, self.lasts_s)
        self.jobs.append(job)
        return job

    @property
    def paid(self) -> int:
        return len(self.jobs)

    def seen(self, key: str) -> FarJob:
        """A job that can be seen now. Raises JobGoneError."""
        for job in self.jobs:
            if job.key == key and job.created_at <= self.now() and not job.is_gone:
                return job
        raise JobGoneError

    def shown(self) -> list[FarJob]:
        return [job for job in self.jobs if job.created_at <= self.now() and not job.is_gone]

    def snapshot(self, job: FarJob) -> Snapshot:
        age_s = (self.now() - job.created_at).total_seconds()
        if age_s < job.lasts_s / 2:
            return Snapshot(RemoteState.QUEUED, "pending")
        if age_s < job.lasts_s:
            return Snapshot(RemoteState.RUNNING, "running")
        return Snapshot(RemoteState.SUCCEEDED, "completed", artifacts=(Artifact(key=job.key, inline=PIXEL),))


class FarProvider(ResultsByLink):
    """The adapter for it, in one run of the program. `fate()` says what becomes of the next POST, and after how long.

    After `die()` the process does not exist any more: nothing goes out and nothing comes back.
    """

    def __init__(self, far: FarSide, fate: Callable[[], tuple[Fate, float]], sleep: Callable[[float], object]) -> None:
        self._far = far
        self._fate = fate
        self._sleep = sleep
        self.is_dead = False

    @property
    def info(self) -> ProviderInfo:
        return info_for(self._far.handle)

    def prepare(self, spec: ModelSpec, params: Mapping[str, Json]) -> PreparedRequest:
        return PreparedRequest("/v1/things", json.dumps({"model": spec.model_id, "config": dict(params)}).encode())

    async def _reach(self) -> None:
        await self._wait(0.05)
        if self.is_dead:
            await asyncio.get_running_loop().create_future()
        if not self._far.is_reachable:
            raise NoConnectionError

    async def _wait(self, seconds: float) -> None:
        waiting = self._sleep(seconds)
        await waiting  # type: ignore[misc] # a seam: asyncio.sleep

    async def submit(self, prepared: PreparedRequest) -> Submission:
        await self._reach()
        fate, delay_s = self._fate()
        refused = {Fate.NOT_SENT: NoConnectionError, Fate.BUSY: TooManyRequestsError, Fate.NO_MONEY: OutOfCreditError}
        if fate in refused:
            raise refused[fate]
        self._far.posts += 1
        self._far.posted[str(json.loads(prepared.body)["config"].get("prompt"))] += 1
        before = self._far.jobs[-1] if self._far.jobs else None
        job = self._far.accept(prepared.body, delay_s if fate is Fate.LATE else 0.0) if fate in MAKES_A_JOB else None
        if fate is Fate.LATE:
            await self._wait(60.0)
            raise ServiceTimeoutError
        await self._wait(min(delay_s, 30.0))
        if fate is Fate.BAD_GATEWAY:
            raise ServiceFailedError(http_status=502)
        if job is None or fate is Fate.LOST_AFTER:
            raise ConnectionLostError
        told = before if fate is Fate.SAME_ANSWER and before is not None else job
        return Submission({"v": 1, "key": told.key}, Snapshot(RemoteState.QUEUED, "pending"))

    async def poll(self, ref: RemoteRef) -> Snapshot:
        await self._reach()
        return self._far.snapshot(self._far.seen(str(ref["key"])))

    async def list_jobs(self, wanted: Collection[str] = ()) -> list[Listed]:
        await self._reach()
        self._far.lists += 1
        if self._far.list_error is not None:
            raise self._far.list_error
        if self._far.handle is Handle.NOTHING:
            return []
        shows = self._far.handle is Handle.REQUEST
        return [
            Listed(
                {"v": 1, "key": job.key},
                self._far.snapshot(job),
                job.created_at,
                request=job.request if shows else None,
            )
            for job in self._far.shown()
        ]

    async def delete(self, ref: RemoteRef) -> None:
        await self._reach()
        self._far.seen(str(ref["key"])).is_gone = True

    async def check_key(self) -> None:
        await self._reach()

    async def close(self) -> None: ...


def info_for(handle: Handle) -> ProviderInfo:
    """A provider with as much of a handle as that."""
    can = Capabilities(
        list_jobs=handle is not Handle.NOTHING, list_shows_request=handle is Handle.REQUEST, delete_remote=True
    )
    return ProviderInfo("scripted", "Scripted", "http://127.0.0.1:9", "scripted", capabilities=can, is_demo=True)
