"""What a create page needs from the services: narrow doors, so that a scripted stand-in can take their place."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from PySide6.QtCore import SignalInstance

from app.domain.media import Medium
from app.domain.problem import Problem
from app.domain.provider_info import ProviderInfo
from app.domain.request import GenerationRequest
from app.item_models.job_source import Jobs
from app.services.job_queue import Move
from app.services.provider_service import ProviderCard

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]
"""`Tasks.start`: runs a named coroutine and keeps it."""


class Queue(Protocol):
    """The part of `JobQueue` that a create page works with."""

    @property
    def changed(self) -> SignalInstance: ...
    @property
    def edit_ended(self) -> SignalInstance: ...

    def set_paused(self, on: bool) -> None: ...
    def cancel_waiting(self, medium: Medium | None = None) -> int: ...
    def release(self, job_ids: Iterable[str]) -> None: ...
    def move(self, job_id: str, where: Move, among: Sequence[str]) -> None: ...
    def begin_edit(self, job_id: str) -> bool: ...
    def cancel_edit(self, job_id: str) -> None: ...
    def save_edit(self, job_id: str, request: GenerationRequest) -> None: ...


class CreateJobs(Jobs, Protocol):
    """The part of `JobService` that makes jobs and knows their times and costs."""

    @property
    def timings_changed(self) -> SignalInstance: ...
    @property
    def queue(self) -> Queue: ...

    @property
    def refusal_changed(self) -> SignalInstance: ...

    @property
    def refusal(self) -> Problem | None: ...

    def submit(self, request: GenerationRequest) -> str: ...
    def set_favourite(self, job_id: str, on: bool) -> None: ...
    async def spent_this_month(self) -> dict[str, Decimal]: ...


class Providers(Protocol):
    """The part of `ProviderService` that tells what can be used now."""

    @property
    def changed(self) -> SignalInstance: ...

    def info(self, provider_id: str) -> ProviderInfo: ...
    def card(self, provider_id: str) -> ProviderCard: ...
