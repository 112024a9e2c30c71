"""What a create page needs from the services: narrow doors, so that a scripted stand-in can take their place."""

from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, Protocol

from PySide6.QtCore import SignalInstance

from app.domain.problem import Problem
from app.domain.provider_info import ProviderInfo
from app.domain.request import GenerationRequest
from app.item_models.job_source import Jobs
from app.services.provider_service import ProviderCard

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]
"""`Tasks.start`: runs a named coroutine and keeps it."""


class CreateJobs(Jobs, Protocol):
    """The part of `JobService` that makes jobs and knows their times and costs."""

    @property
    def timings_changed(self) -> SignalInstance: ...

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
