"""A virtual computer whose wall clock jumps and which sleeps, beside a service whose clock is right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from app.domain.job import JobState
from app.domain.provider_info import ProviderInfo
from tests.virtual.far_side import FarProvider, FarSide, Fate, Handle, info_for
from tests.virtual.loop import BEGIN, VirtualClock, VirtualLoop
from tests.virtual.machine import Machine

RETENTION_H = 24.0


class Sky:
    """`machine` runs the studio. Time passes by `pass_time`, by `sleep` (only out there), by `jump` (only on the wall)."""

    def __init__(self, folder: Path, seed: int, handle: Handle) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop)
        self.slept = timedelta()
        self.far = FarSide(self.true_now, handle)
        self.machine = SkyMachine(folder, self, seed)
        self.asked_at: list[float] = []
        """Seconds of the loop at which a request reached the service's door, whatever became of it."""

    def true_now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.loop.time()) + self.slept

    def pass_time(self, seconds: float) -> None:
        """The studio is awake."""
        self.loop.pass_time(seconds)
        self._forget_old()

    def sleep(self, seconds: float) -> None:
        """The computer sleeps: its timers stand still, its wall clock is right afterwards."""
        self.slept += timedelta(seconds=seconds)
        self.clock.wrong_by += timedelta(seconds=seconds)
        self._forget_old()

    def jump(self, seconds: float) -> None:
        """Somebody sets the wall clock; no time passes."""
        self.clock.wrong_by += timedelta(seconds=seconds)

    def set_wall(self, moment: datetime) -> None:
        """The wall clock shows this date, as after an empty battery."""
        self.clock.wrong_by += moment - self.clock.now()

    def _forget_old(self) -> None:
        """The service throws away what it finished so long ago."""
        for job in self.far.jobs:
            done = job.created_at + timedelta(seconds=job.lasts_s)
            if self.true_now() - done > timedelta(hours=RETENTION_H):
                job.is_gone = True

    def burst(self, since_s: float) -> int:
        """The most requests within one second since a moment of the loop."""
        times = [at for at in self.asked_at if at >= since_s]
        return max((sum(at <= other < at + 1.0 for other in times) for at in times), default=0)


class CountedProvider(FarProvider):
    """Notes every request and tells the studio the service's time, as every real answer does."""

    def __init__(self, sky: Sky, fate: Callable[[], tuple[Fate, float]], sleep: Callable[[float], object]) -> None:
        super().__init__(sky.far, fate, sleep)
        self._sky = sky

    @property
    def info(self) -> ProviderInfo:
        return kept_for_a_day(self._far.handle)

    async def _reach(self) -> None:
        self._sky.asked_at.append(self._sky.loop.time())
        await super()._reach()
        self._sky.machine.times.heard("scripted", self._sky.true_now())


def kept_for_a_day(handle: Handle) -> ProviderInfo:
    return replace(info_for(handle), retention_h=RETENTION_H)


class SkyMachine(Machine):
    """Its provider is counted."""

    def __init__(self, profile: Path, sky: Sky, seed: int) -> None:
        super().__init__(profile, sky.far, sky.loop, sky.clock, seed)
        self._sky = sky
        self.limit = 32

    def make_provider(self, fate: Callable[[], tuple[Fate, float]], sleep: Callable[[float], object]) -> FarProvider:
        return CountedProvider(self._sky, fate, sleep)

    def info(self) -> ProviderInfo:
        return kept_for_a_day(self.far.handle)


ENDED_EARLY = frozenset({JobState.EXPIRED, JobState.FAILED, JobState.UNSURE, JobState.CANCELLED})


def chance(seed: int) -> Random:
    """A source of chance that says the same in every run."""
    return Random(seed)
