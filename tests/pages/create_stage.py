"""A stage for the create page: real catalogue and widgets, and services that do what a test says."""

import asyncio
import gc
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from app.application import PROVIDERS
from app.domain.history import HistoryQuery
from app.domain.job import Asset, Job, JobState, TransferState
from app.domain.media import Medium
from app.domain.problem import Problem
from app.domain.provider_info import ProviderInfo
from app.domain.request import GenerationRequest
from app.domain.settings import declared
from app.domain.values import Json
from app.services.catalogue import Catalogue
from app.services.provider_service import KeySource, ProviderCard
from app.system.previews import CLOSED, FilmFinding, PictureFinding
from tests.fakes import FakeQueue

MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"
INFOS = {info.provider_id: info for info, _ in PROVIDERS}


class StageProviders(QObject):
    """The real ones at their published addresses. They have a key or have none; the demo needs none."""

    changed = Signal(str)

    def __init__(self, *, key: bool) -> None:
        super().__init__()
        self.key = key

    def set_key(self, key: bool) -> None:
        self.key = key
        self.changed.emit("netmind")

    def info(self, provider_id: str) -> ProviderInfo:
        return INFOS[provider_id]

    def card(self, provider_id: str) -> ProviderCard:
        info = INFOS[provider_id]
        with_key = KeySource.KEYCHAIN if self.key else KeySource.NONE
        return ProviderCard(info, info.default_base_url, KeySource.NOT_NEEDED if info.is_demo else with_key)

    def rank(self, provider_id: str) -> int:
        card = self.card(provider_id)
        return 3 if card.has_ended else 1 if card.info.is_demo else 0 if self.key else 2


class StageSettings:
    """Settings in memory; `writes` counts them."""

    def __init__(self) -> None:
        self.kept: dict[str, Json] = {}
        self.writes = 0

    def get(self, key: str) -> Json:
        declared(key)
        return self.kept.get(key)

    def set(self, key: str, value: Json) -> None:
        declared(key)
        self.kept[key] = json.loads(json.dumps(value))
        self.writes += 1


class StageJobs(QObject):
    """Takes requests down and lets a test say what becomes of them."""

    job_added = Signal(object)
    job_changed = Signal(object)
    job_removed = Signal(str)
    timings_changed = Signal(str, str)
    refusal_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.refusal: Problem | None = None
        self.requests: list[GenerationRequest] = []
        self.wishes: list[tuple[Any, ...]] = []
        self.queue = FakeQueue(self.wishes)
        self.jobs: dict[str, Job] = {}
        self.spent: dict[str, Decimal] = {}
        self.times: dict[str, float] = {}
        self.folder = Path("nowhere")

    def submit(self, request: GenerationRequest) -> str:
        self.requests.append(request)
        job = Job(
            job_id=f"job-{len(self.requests)}",
            provider_id=request.provider_id,
            model_id=request.model_id,
            model_title=request.model_title,
            medium=request.medium,
            params={**request.params, "seed": 4711},
            prompt=request.prompt,
            created_at=datetime.now(UTC),
            estimate=request.estimate,
        )
        self.add(job)
        return job.job_id

    def add(self, job: Job) -> None:
        self.jobs[job.job_id] = job
        self.job_added.emit(job)

    def change(self, job_id: str, **changes: Any) -> Job:
        job = replace(self.jobs[job_id], **changes)
        self.jobs[job_id] = job
        self.job_changed.emit(job)
        return job

    def finish(self, job_id: str, count: int = 1) -> Job:
        """Done, with `count` files that the folder need not have."""
        medium = self.jobs[job_id].medium
        assets = tuple(
            Asset(f"{job_id}-{i}", job_id, i, f"key-{i}", medium, TransferState.SAVED, path=f"{job_id}-{i}.png")
            for i in range(count)
        )
        return self.change(job_id, state=JobState.DONE, assets=assets, finished_at=datetime.now(UTC))

    def remove(self, job_id: str) -> None:
        del self.jobs[job_id]
        self.job_removed.emit(job_id)

    def set_favourite(self, job_id: str, on: bool) -> None:
        self.change(job_id, favourite=on)

    def job(self, job_id: str) -> Job | None:
        return self.jobs.get(job_id)

    def recent(self, medium: Medium) -> list[Job]:
        return [job for job in reversed(self.jobs.values()) if job.medium is medium]

    def seconds_left(self, job: Job) -> float | None:
        return None

    def is_paused(self) -> bool:
        return self.queue.is_paused

    def expected_seconds(self, provider_id: str, model_id: str) -> float | None:
        return self.times.get(model_id)

    def path_of(self, asset: Asset) -> Path:
        return self.folder / asset.path

    async def history(self, query: HistoryQuery, offset: int, limit: int) -> list[Job]:
        return []

    async def history_count(self, query: HistoryQuery) -> int:
        return 0

    async def spent_this_month(self) -> dict[str, Decimal]:
        return dict(self.spent)


class StageLooker:
    """Looks into nothing: what a viewer shows is tried in tests/widgets."""

    def ask_picture(self, path: Path, reply: Callable[[PictureFinding], None], **_how: object) -> None:
        reply(PictureFinding(error=CLOSED))

    def ask_frame(self, path: Path, number: int, reply: Callable[[PictureFinding], None]) -> None:
        reply(PictureFinding(error=CLOSED))

    def ask_still(self, path: Path, at_ms: int, reply: Callable[[FilmFinding], None], **_how: object) -> None:
        reply(FilmFinding(error=CLOSED))

    def ask_playable(self, path: Path, medium: Medium, reply: Callable[[str], None], **_how: object) -> None:
        reply(CLOSED)


class StagePictures(QObject):
    """No thumbnails: they are somebody else's promise."""

    thumbnail_ready = Signal(str)
    peaks_ready = Signal(str)

    previews = StageLooker()

    def thumbnail(self, asset_id: str, path: Path, medium: Medium, size: QSize) -> QImage | None:
        return None

    def peaks(self, asset_id: str, path: Path) -> tuple[float, ...] | None:
        return None


@dataclass
class Stage:
    """Everything a create page is given."""

    jobs: StageJobs
    providers: StageProviders
    settings: StageSettings
    catalogue: Catalogue
    pictures: StagePictures

    @staticmethod
    def start_task(name: str, work: Coroutine[Any, Any, None]) -> None:
        """These coroutines wait for nothing, so they can be run to their end at once."""
        asyncio.run(work)


def make_stage(*, key: bool = True, own_models: Path | None = None) -> Stage:
    """A stage with our own model files, loaded."""
    providers = StageProviders(key=key)
    catalogue = Catalogue(MODELS, own_models, rank=providers.rank)
    gc.collect()  # widgets of earlier tests end here and not in the thread that reads the files
    asyncio.run(catalogue.load())
    return Stage(StageJobs(), providers, StageSettings(), catalogue, StagePictures())
