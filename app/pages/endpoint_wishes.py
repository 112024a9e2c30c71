"""What a person asks of endpoints on their page: sent to the service, asked about where it costs or cannot be undone."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.domain.endpoint import Endpoint, Phase
from app.domain.endpoint_lease import Lease, LeaseKind
from app.domain.endpoint_words import money
from app.domain.errors import StudioError
from app.domain.problem import Problem
from app.pages import endpoint_questions as questions
from app.services.endpoint_check import CheckResult, Served
from app.services.endpoint_service import EndpointService
from app.system.language import say

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]


class EndpointWishes(QObject):
    """`said` is title, words and kind for a toast; `checked` what a call to an address showed; `lease_kept` that an end
    was not changed after all."""

    said = Signal(str, str, str)
    checked = Signal(str, str, str)
    lease_kept = Signal(str)

    def __init__(self, page: QWidget, service: EndpointService, start_task: StartTask) -> None:
        super().__init__(page)
        self._page = page
        self._service = service
        self._start_task = start_task

    def extend(self, endpoint_id: str) -> None:
        """One hour more."""
        self._do("extend", self._service.extend(endpoint_id))

    def _do(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._start_task(f"endpoint: {name}", self._watched(work))

    async def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except StudioError as error:
            self._say(error.problem())

    def _say(self, problem: Problem) -> None:
        self.said.emit(say(problem.happened), say(problem.advice), "error")

    def scale(self, endpoint_id: str, instances: int) -> None:
        """Another number of instances."""
        self._do("scale", self._service.scale(endpoint_id, instances))

    def set_lease(self, endpoint_id: str, lease: Lease) -> None:
        """Another end; none at all is asked about first."""
        endpoint = self._service.endpoint(endpoint_id)
        if endpoint is None:
            return
        if lease.kind is LeaseKind.AMOUNT and lease.amount is not None:
            # at least what it has cost already: choosing an amount must not stop it on the spot
            spent = self._service.spent(endpoint_id)
            lease = replace(lease, amount=max(lease.amount, spent + (endpoint.rate or Decimal(0)) / 60))
        if lease.kind is not LeaseKind.NEVER:
            self._do("set the end", self._service.set_lease(endpoint_id, lease))
            return
        questions.ask_never(
            self._page.window(),
            endpoint,
            lambda: self._do("set the end", self._service.set_lease(endpoint_id, lease)),
            lambda: self.lease_kept.emit(endpoint_id),
        )

    def ask_delete(self, endpoint_id: str) -> None:
        """With name and spend."""
        endpoint = self._service.endpoint(endpoint_id)
        if endpoint is not None and endpoint.phase is Phase.LIVE:
            spent = money(self._service.spent(endpoint_id), endpoint.plan.currency)
            work = lambda: self._do("delete", self._service.delete(endpoint_id))  # noqa: E731
            questions.ask_delete(self._page.window(), endpoint, spent, work)

    def ask_take_off(self, endpoint_id: str) -> None:
        """One that is gone goes at once; anything else is asked about."""
        endpoint = self._service.endpoint(endpoint_id)
        if endpoint is None:
            return
        if endpoint.phase is Phase.GONE:
            self._do("take off", self._service.take_off(endpoint_id))
            return
        work = lambda: self._do("take off", self._service.take_off(endpoint_id))  # noqa: E731
        questions.ask_take_off(self._page.window(), endpoint, work)

    def ask_id(self, unsure: Endpoint | None) -> None:
        """Takes one by its id; `unsure` is the one that it may be."""
        accounts = self._service.accounts()
        unsure_id = unsure.endpoint_id if unsure else ""

        def add(provider_id: str, service_id: str) -> None:
            work = self._service.add_by_id(provider_id, service_id, unsure_id=unsure_id)
            self._do("add by id", _without_result(work))

        questions.ask_id(self._page.window(), accounts, unsure, add)

    # --- its address

    def check(self, endpoint_id: str) -> None:
        """Calls its address once."""
        self._start_task("check an endpoint", self._call(endpoint_id))

    async def _call(self, endpoint_id: str) -> None:
        try:
            result = await self._service.check(endpoint_id)
        except (StudioError, TimeoutError) as error:
            happened = error.problem().happened if isinstance(error, StudioError) else None
            words = say(happened.with_values(provider=self.tr("The endpoint"))) if happened else ""
            self.checked.emit(endpoint_id, words or self.tr("It did not answer in time."), "warning")
            return
        self.checked.emit(endpoint_id, self._found(result), "done" if result.status < 400 else "warning")

    def _found(self, result: CheckResult) -> str:
        words = self.tr("It answered with HTTP {status}.").format(status=result.status)
        if result.served is Served.COMFYUI:
            return words + " " + self.tr("This is ComfyUI. Open shows it in your browser.")
        return f"{words} {result.words[:120]}".strip()

    def ask_base_url(self, endpoint_id: str, provider_id: str) -> None:
        """Points a provider to it, after a question."""
        endpoint = self._service.endpoint(endpoint_id)
        if endpoint is None:
            return
        title = {"netmind": "NetMind", "octoai": "OctoAI"}.get(provider_id, provider_id)
        work = lambda: self._do("use the address", self._service.use_as_base_url(endpoint_id, provider_id))  # noqa: E731
        questions.ask_base_url(self._page.window(), endpoint, title, work)

    def save_template(self, endpoint_id: str) -> None:
        """Keeps its plan under its name."""
        endpoint = self._service.endpoint(endpoint_id)
        if endpoint is not None:
            self._do("save a template", self._service.save_template(endpoint.name, endpoint.plan))
            self.said.emit(self.tr("Template saved"), endpoint.name, "done")

    def open_console(self, endpoint_id: str) -> None:
        """The provider's own page, where an endpoint can be looked for."""
        endpoint = self._service.endpoint(endpoint_id)
        if endpoint is not None:
            QDesktopServices.openUrl(QUrl(self._service.account(endpoint.provider_id).console))

    def remove_template(self, name: str) -> None:
        """Forgets an own template."""
        self._do("remove a template", self._service.remove_template(name))

    def add_strangers(self) -> None:
        """Takes all that the lists show and nobody here knows."""
        for account in self._service.accounts():
            for reading in self._service.strangers(account.provider_id):
                work = self._service.add_by_id(account.provider_id, reading.service_id)
                self._do("add", _without_result(work))


async def _without_result(work: Coroutine[Any, Any, object]) -> None:
    await work
