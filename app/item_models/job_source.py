"""What lists of jobs need from the services: a narrow door, so that a scripted stand-in can take their place."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QSize, SignalInstance
from PySide6.QtGui import QImage

from app.domain.history import HistoryQuery
from app.domain.job import Asset, Job
from app.domain.media import Medium
from app.system.previews import Looker

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]
"""`Tasks.start`: runs a named coroutine and keeps it."""


class Jobs(Protocol):
    """The part of `JobService` that lists listen to and ask."""

    @property
    def job_added(self) -> SignalInstance: ...
    @property
    def job_changed(self) -> SignalInstance: ...
    @property
    def job_removed(self) -> SignalInstance: ...

    def job(self, job_id: str) -> Job | None: ...
    def recent(self, medium: Medium) -> list[Job]: ...
    def expected_seconds(self, provider_id: str, model_id: str) -> float | None: ...
    def seconds_left(self, job: Job) -> float | None: ...
    def is_paused(self) -> bool: ...
    def path_of(self, asset: Asset) -> Path: ...
    async def history(self, query: HistoryQuery, offset: int, limit: int) -> list[Job]: ...
    async def history_count(self, query: HistoryQuery) -> int: ...


class Pictures(Protocol):
    """The part of `AssetService` that lists show. None means not yet: a signal will tell the asset id."""

    @property
    def thumbnail_ready(self) -> SignalInstance: ...
    @property
    def peaks_ready(self) -> SignalInstance: ...

    def thumbnail(self, asset_id: str, path: Path, medium: Medium, size: QSize) -> QImage | None: ...
    def peaks(self, asset_id: str, path: Path) -> tuple[float, ...] | None: ...


class Results(Pictures, Protocol):
    """The part of `AssetService` that a viewer of results needs."""

    @property
    def previews(self) -> Looker: ...
