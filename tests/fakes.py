"""Scripted stand-ins for services: the same signals and questions, answers from memory, and jobs made in one line."""

from collections.abc import Coroutine, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from types import coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.domain.errors import Moment, PromptRefusedError
from app.domain.history import HistoryQuery
from app.domain.job import Asset, Job, JobState, TransferState
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec
from app.domain.money import Money
from app.domain.problem import Problem
from app.domain.provider_info import Capabilities, ProviderInfo
from app.domain.request import GenerationRequest
from app.item_models.history_list import matches
from app.services.job_queue import Move

NOW = datetime(2026, 3, 12, 14, 5, tzinfo=UTC)
_EXTENSIONS = {Medium.IMAGE: "png", Medium.VIDEO: "mp4", Medium.AUDIO: "wav", Medium.OTHER: "txt"}
_numbers = count(1)


def make_asset(job_id: str, index: int = 0, medium: Medium = Medium.IMAGE, **changes: Any) -> Asset:
    """A saved file of a job; films and sounds last ten seconds."""
    lasts = 10.0 if medium in (Medium.VIDEO, Medium.AUDIO) else None
    path = f"{medium}s/{job_id}-{index}.{_EXTENSIONS[medium]}"
    asset = Asset(f"{job_id}/{index}", job_id, index, str(index), medium, TransferState.SAVED, path, 1_300_000)
    return replace(asset, duration_s=lasts, **changes)


def make_job(prompt: str = "A quiet lake", state: JobState = JobState.DONE, *, files: int = 1, **changes: Any) -> Job:
    """A job of the demo's kind, asked for a minute before `NOW` unless told otherwise. Done ones have `files`."""
    job_id = changes.pop("job_id", None) or f"job-{next(_numbers):05}"
    medium = changes.get("medium", Medium.IMAGE)
    created = changes.get("created_at", NOW - timedelta(minutes=1))
    was_sent = state not in (JobState.WAITING, JobState.SENDING, JobState.UNSURE)
    values: dict[str, Any] = {
        "provider_id": "netmind",
        "model_id": "Qwen/Qwen-Image",
        "model_title": "Qwen Image",
        "medium": medium,
        "params": {"prompt": prompt, "seed": 918_273_645},
        "prompt": prompt,
        "created_at": created,
        "sent_at": created if was_sent else None,
        "remote_ref": {"key": job_id} if was_sent else None,
    }
    if state is JobState.DONE:
        values["assets"] = tuple(make_asset(job_id, index, medium) for index in range(files))
        values["finished_at"] = created + timedelta(seconds=24)
        values["estimate"] = Money(Decimal("0.01") * files)
    if state in (JobState.FAILED, JobState.EXPIRED):
        values["finished_at"] = created + timedelta(seconds=5)
        values["problem"] = refused() if state is JobState.FAILED else None
    return Job(job_id=job_id, state=state, **{**values, **changes})


def refused() -> Problem:
    """What a job that was refused carries."""
    return PromptRefusedError("NSFW content detected").problem(Moment.WATCH, provider="NetMind")


def provider_info(provider_id: str) -> ProviderInfo:
    """Haiper can stop a job that runs and delete one that rests, the others cannot."""
    titles = {"netmind": "NetMind", "haiper": "Haiper", "demo": "Demo"}
    is_able = provider_id == "haiper"
    can = Capabilities(cancel_running=is_able, delete_remote=is_able)
    return ProviderInfo(provider_id, titles.get(provider_id, provider_id), "", provider_id, capabilities=can)


@dataclass(frozen=True)
class FakeCard:
    """A provider as lists know it."""

    info: ProviderInfo


class FakeProviders:
    """Three providers by name."""

    def info(self, provider_id: str) -> ProviderInfo:
        return provider_info(provider_id)

    def cards(self) -> list[FakeCard]:
        return [FakeCard(provider_info(provider_id)) for provider_id in ("netmind", "haiper", "demo")]


class NoSpecs:
    """A catalogue in which no model is described."""

    def find(self, provider_id: str, model_id: str) -> ModelSpec | None:
        return None


@coroutine
def pause() -> Generator[None, None, None]:
    """Gives the control back to `ManualTasks.step`, as waiting for a disk would."""
    yield


class ManualTasks:
    """Takes the place of `Tasks`: a test decides when work goes on."""

    def __init__(self) -> None:
        self._running: list[Coroutine[Any, Any, None]] = []

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._running.append(work)

    @property
    def is_idle(self) -> bool:
        return not self._running

    def step(self) -> None:
        """Lets every task run on to its next pause."""
        for work in list(self._running):
            try:
                work.send(None)
            except StopIteration:
                self._running.remove(work)

    def finish(self) -> None:
        """Lets every task run to its end."""
        while self._running:
            self.step()


class FakeJobService(QObject):
    """Jobs in memory. `add`, `change` and `remove` play what the machine does; wishes are kept in `wishes`."""

    job_added = Signal(object)
    job_changed = Signal(object)
    job_rested = Signal(object)
    job_removed = Signal(str)
    timings_changed = Signal(str, str)

    def __init__(self, library: Path = Path("library"), expected_s: float | None = 70.0) -> None:
        super().__init__()
        self.jobs: dict[str, Job] = {}
        self.wishes: list[tuple[Any, ...]] = []
        self.queue = FakeQueue(self.wishes)
        self.left_s: float | None = None
        self.questions: list[tuple[HistoryQuery, int]] = []
        self._library = library
        self._expected_s = expected_s

    def add(self, *jobs: Job) -> None:
        for job in jobs:
            self.jobs[job.job_id] = job
            self.job_added.emit(job)

    def change(self, job_id: str, **changes: Any) -> Job:
        self.jobs[job_id] = replace(self.jobs[job_id], **changes)
        self.job_changed.emit(self.jobs[job_id])
        return self.jobs[job_id]

    def remove(self, job_id: str) -> None:
        del self.jobs[job_id]
        self.job_removed.emit(job_id)

    def job(self, job_id: str) -> Job | None:
        return self.jobs.get(job_id)

    def recent(self, medium: Medium) -> list[Job]:
        return [job for job in self._newest_first() if job.medium is medium]

    def expected_seconds(self, provider_id: str, model_id: str) -> float | None:
        return self._expected_s

    def seconds_left(self, job: Job) -> float | None:
        return self.left_s

    def is_paused(self) -> bool:
        return self.queue.is_paused

    def path_of(self, asset: Asset) -> Path:
        return self._library / asset.path

    async def history(self, query: HistoryQuery, offset: int, limit: int) -> list[Job]:
        """The answer is what was true when it was asked, and comes a pause later."""
        self.questions.append((query, offset))
        found = [job for job in self._newest_first() if matches(query, job)][offset : offset + limit]
        await pause()
        return found

    async def history_count(self, query: HistoryQuery) -> int:
        return sum(matches(query, job) for job in self.jobs.values())

    async def all_tags(self) -> list[str]:
        return sorted({tag for job in self.jobs.values() for tag in job.tags})

    def set_favourite(self, job_id: str, on: bool) -> None:
        self.change(job_id, favourite=on)

    def set_tags(self, job_id: str, tags: tuple[str, ...]) -> None:
        self.change(job_id, tags=tags)

    def cancel(self, job_id: str) -> None:
        self.wishes.append(("cancel", job_id))

    def wait_again(self, job_id: str) -> None:
        self.wishes.append(("wait_again", job_id))

    def fetch_again(self, job_id: str) -> None:
        self.wishes.append(("fetch_again", job_id))

    def _newest_first(self) -> list[Job]:
        return sorted(self.jobs.values(), key=lambda job: (-job.created_at.timestamp(), job.job_id))


class FakeQueue(QObject):
    """Keeps wishes; `waiting` is what it says waits."""

    changed = Signal()
    edit_ended = Signal(str, bool)

    def __init__(self, wishes: list[tuple[Any, ...]]) -> None:
        super().__init__()
        self.wishes = wishes
        self.is_paused = False
        self.too_late: set[str] = set()
        self.asked: list[Job] = []

    def asking(self) -> list[Job]:
        return self.asked

    def start_asking(self) -> None:
        self.wishes.append(("start_asking",))

    def cancel_asking(self) -> int:
        self.wishes.append(("cancel_asking",))
        return len(self.asked)

    def set_paused(self, on: bool) -> None:
        self.is_paused = on
        self.changed.emit()

    def cancel_waiting(self, medium: Medium | None = None) -> int:
        self.wishes.append(("cancel_waiting", medium))
        return 1

    def release(self, job_ids: Iterable[str]) -> None:
        self.wishes += [("release", job_id) for job_id in job_ids]

    def move(self, job_id: str, where: Move, among: Sequence[str]) -> None:
        self.wishes.append(("move", job_id, where, tuple(among)))

    def begin_edit(self, job_id: str) -> bool:
        self.wishes.append(("begin_edit", job_id))
        return job_id not in self.too_late

    def cancel_edit(self, job_id: str) -> None:
        self.wishes.append(("cancel_edit", job_id))

    def save_edit(self, job_id: str, request: GenerationRequest) -> None:
        self.wishes.append(("save_edit", job_id, request))
