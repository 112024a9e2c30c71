"""What of endpoints concerns the whole window: the rate in the navigation, warnings before an end, the question at quit."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from app.domain.endpoint import Endpoint, Goal
from app.domain.endpoint_words import end_words, lease_words, per_hour
from app.domain.problem import Problem
from app.domain.text import Text, text
from app.pages.main_window import MainWindow
from app.pages.window_banner import WindowBanner
from app.services.activity_service import ActivityKind, ActivityService
from app.services.endpoint_service import EndpointService
from app.system.language import say

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]


class EndpointNotes(QObject):
    """`banner` says on every page what the endpoints page itself says in red."""

    def __init__(
        self,
        *,
        window: MainWindow,
        service: EndpointService,
        activity: ActivityService,
        start_task: StartTask,
        banner: WindowBanner,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._service = service
        self._activity = activity
        self._start_task = start_task
        self._banner = banner
        self._told: set[str] = set()
        self._is_shown = False
        service.changed.connect(self._changed)
        banner.endpoints_requested.connect(self._show)
        window.page_shown.connect(self._page_shown)
        service.removed.connect(self._removed)
        service.warned.connect(self._warned)
        service.ended.connect(self._ended)
        service.trouble.connect(self._trouble)

    def what_is_left(self) -> list[Text]:
        """What the question at quit has to say: the rate, and that nothing stops it then. Empty where nothing costs."""
        totals = self._service.sums.totals()
        if not totals.billed:
            return []
        rate = " + ".join(say(per_hour(amount, currency)) for currency, amount in totals.rates)
        words = text("1 endpoint may be running and costs {rate}, estimated.")
        if totals.billed > 1:
            words = text("{count} endpoints may be running and cost {rate}, estimated.", count=totals.billed)
        found = [
            words.with_values(rate=rate or say(text("an unknown amount"))),
            text("What runs goes on when Slowlight is closed: auto-stop works only while it is open."),
        ]
        return [*found, text("This is the demo: nothing is really charged.")] if totals.is_demo else found

    def _show(self) -> None:
        self._window.show_page("endpoints")

    def _page_shown(self, key: str) -> None:
        self._is_shown = key == "endpoints"
        self._say_unsure()

    def _say_unsure(self) -> None:
        """In red on every page but the one that says it itself."""
        unsure = [] if self._is_shown else self._service.unsure()
        names = ", ".join(endpoint.name for endpoint in unsure[:3])
        sentence = text("A paid endpoint may be running: {names}. Its creation got no answer.", names=names)
        self._banner.say_endpoints(sentence if unsure else Text())

    def _changed(self, endpoint: Endpoint) -> None:
        self._show_badge()
        self._say_unsure()
        if endpoint.phase == "unsure" and endpoint.endpoint_id not in self._told:
            self._told.add(endpoint.endpoint_id)
            title = text("A paid endpoint may be running: {name}.", name=endpoint.name)
            advice = endpoint.problem.advice if endpoint.problem else None
            self._activity.add(ActivityKind.ERROR, title, advice)

    def _removed(self, _endpoint_id: str) -> None:
        self._show_badge()
        self._say_unsure()

    def _show_badge(self) -> None:
        """The rate, or a sign where something may be running that nobody can price."""
        totals = self._service.sums.totals()
        words = " + ".join(say(per_hour(rate, currency)) for currency, rate in totals.rates)
        self._window.navigation.set_badge("endpoints", words or ("?" if totals.billed else ""))

    def _warned(self, endpoint: Endpoint) -> None:
        now, spent = self._service.now(), self._service.spent(endpoint.endpoint_id)
        title = self.tr("{name} stops {when}").format(name=endpoint.name, when=say(lease_words(endpoint, now, spent)))
        toast = self._window.toasts.show_toast(
            title, say(end_words(endpoint.lease)), kind="warning", action=self.tr("1 h more")
        )
        toast.action_requested.connect(lambda: self._extend(endpoint.endpoint_id))
        self._activity.add(ActivityKind.WARNING, text("{name} will stop by itself soon.", name=endpoint.name))

    def _extend(self, endpoint_id: str) -> None:
        self._start_task("extend an endpoint", self._service.extend(endpoint_id))

    def _ended(self, endpoint: Endpoint) -> None:
        is_deleting = endpoint.goal is Goal.DELETE
        title = self.tr("{name} is being deleted") if is_deleting else self.tr("{name} is being stopped")
        words = self.tr("Its time or money was over. It counts as billing until the service confirms it.")
        toast = self._window.toasts.show_toast(
            title.format(name=endpoint.name), words, kind="info", action=self.tr("Show")
        )
        toast.action_requested.connect(self._show)
        self._activity.add(ActivityKind.INFO, text("{name} reached its end and is being stopped.", name=endpoint.name))

    def _trouble(self, problem: Problem) -> None:
        self._window.toasts.show_toast(say(problem.happened), say(problem.advice), kind="error")
