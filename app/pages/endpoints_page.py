"""Rented GPUs: the table with what each costs now, the chart of what they have cost, one in detail, and a new one."""

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFont, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.domain.endpoint import Endpoint, EndpointWish, Phase
from app.domain.endpoint_lease import LeaseKind
from app.domain.endpoint_words import money, per_hour
from app.domain.errors import StudioError
from app.item_models.endpoint_table import EndpointTable
from app.pages import endpoint_questions as questions
from app.pages.endpoint_details import EndpointDetails
from app.pages.endpoint_form import EndpointForm
from app.pages.endpoint_spend import show_spend
from app.pages.endpoint_wishes import EndpointWishes, StartTask
from app.services.endpoint_service import EndpointService
from app.system.language import say
from app.widgets.controls import Banner, IconButton, PlainLabel, PrimaryButton, QuietButton
from app.widgets.empty_state import EmptyState
from app.widgets.endpoint_view import EndpointView
from app.widgets.page_heading import PageHeading
from app.widgets.spend_chart import SpendChart

TICK_MS = 1000
_AWAY = ("no_connection", "connection_lost", "timeout", "unproven_server")


class EndpointsPage(QWidget):
    """`settings_requested` carries the provider whose key is needed; `toast_requested` title, words and kind."""

    settings_requested = Signal(str)
    toast_requested = Signal(str, str, str)

    def __init__(self, service: EndpointService, start_task: StartTask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._start_task = start_task
        self._table = EndpointTable(service, self)
        self.view = EndpointView(self._table, self)
        self.details = EndpointDetails(service, self)
        self.form = EndpointForm(service, self)
        self._notices: dict[str, _UnsureNotice] = {}
        self._wishes = EndpointWishes(self, service, start_task)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._show_all()

    # --- making

    def _make_parts(self) -> None:
        self._rate = PlainLabel("", self, size=13, weight=QFont.Weight.DemiBold)
        self._today = PlainLabel("", self, tone="third", size=12)
        self.refresh_button = IconButton("refresh-cw", self.tr("Refresh"), self, framed=True, size=36)
        self.add_button = QuietButton(self.tr("Add by id"), parent=self)
        self.new_button = PrimaryButton(self.tr("New endpoint"), "plus", self)
        self.new_button.setFixedHeight(36)
        self.chart = SpendChart(self)
        self._empty = EmptyState("server", "", "", self)
        self._strangers = Banner("warning", "", (self.tr("Add them"),), self)
        self._strangers.hide()
        self._offline = Banner("warning", "", (), self, closable=False)
        self._offline.hide()

    def _lay_out(self) -> None:
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._overview())
        self._stack.addWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _overview(self) -> QWidget:
        overview = QWidget(self)
        self._notice_box = QWidget(overview)
        self._notice_column = QVBoxLayout(self._notice_box)
        self._notice_column.setContentsMargins(16, 12, 16, 10)
        self._notice_column.setSpacing(8)
        self._notice_column.addWidget(self._offline)
        self._notice_column.addWidget(self._strangers)
        self._middle = QStackedWidget(overview)
        self._middle.addWidget(self._empty)
        self._middle.addWidget(self._list_part())
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._notice_box)
        left.addWidget(self._middle, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.details)
        column = QVBoxLayout(overview)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head(overview))
        column.addLayout(row, 1)
        return overview

    def _head(self, parent: QWidget) -> QWidget:
        head = PageHeading(self.tr("Endpoints"), self.tr("Your own GPU services on NetMind"), parent)
        sums = QWidget(head)
        lines = QVBoxLayout(sums)
        lines.setContentsMargins(0, 0, 6, 0)
        lines.setSpacing(2)
        lines.addStretch(1)
        for label in (self._rate, self._today):
            label.setAlignment(label.alignment() | questions.RIGHT)
            lines.addWidget(label)
        lines.addStretch(1)
        for part in (sums, self.add_button, self.refresh_button, self.new_button):
            head.add_action(part)
        return head

    def _list_part(self) -> QWidget:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(0)
        column.addWidget(self.view)
        column.addSpacing(14)
        column.addWidget(self.chart)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setAccessibleName(self.tr("Endpoints and spend"))
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        return scroll

    def _connect(self) -> None:
        service, details, wishes = self._service, self.details, self._wishes
        service.changed.connect(self._changed)
        service.removed.connect(self._removed)
        service.loaded.connect(self._show_all)
        service.accounts_changed.connect(self._show_all)
        service.strangers_changed.connect(self._show_strangers)
        self._tick.timeout.connect(self._on_tick)
        self.view.chosen.connect(self._choose)
        self.view.delete_requested.connect(wishes.ask_delete)
        self.new_button.clicked.connect(lambda _on: self.open_form())
        self.add_button.clicked.connect(lambda: self._wishes.ask_id(None))
        self.refresh_button.clicked.connect(service.refresh)
        self._empty.primary_requested.connect(lambda: self.settings_requested.emit("netmind"))
        self._empty.secondary_requested.connect(lambda: self._wishes.ask_id(None))
        self._strangers.action_requested.connect(lambda _number: self._add_strangers())
        wishes.said.connect(self.toast_requested)
        wishes.checked.connect(details.address.show_result)
        wishes.lease_kept.connect(self._show_again)
        self.form.cancelled.connect(self.close_form)
        self.form.template_removed.connect(wishes.remove_template)
        self.form.create_requested.connect(self._ask_create)
        details.scale_requested.connect(wishes.scale)
        details.lease_requested.connect(wishes.set_lease)
        details.extend_requested.connect(wishes.extend)
        details.delete_requested.connect(wishes.ask_delete)
        details.console_requested.connect(wishes.open_console)
        details.take_off_requested.connect(wishes.ask_take_off)
        details.add_by_id_requested.connect(lambda one: self._wishes.ask_id(self._service.endpoint(one)))
        details.duplicate_requested.connect(self._duplicate)
        details.template_requested.connect(wishes.save_template)
        details.address.check_requested.connect(wishes.check)
        details.address.base_url_requested.connect(wishes.ask_base_url)

    # --- showing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._service.set_seen(True)
        self._tick.start()
        self._on_tick()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._service.set_seen(False)
        self._tick.stop()

    def _on_tick(self) -> None:
        self._table.tick()
        self.details.tick()
        self._show_sums()

    def _show_all(self) -> None:
        endpoints = self._service.endpoints()
        for endpoint in endpoints:
            self._show_notice(endpoint)
        self._show_notice_box()
        has_spend = bool(self._service.sums.currencies() or self._service.sums.currencies(is_demo=True))
        self._middle.setCurrentIndex(1 if endpoints or has_spend else 0)
        self.view.setVisible(bool(endpoints))
        if not endpoints:
            self._show_empty()
        elif not self.view.current_id():
            self.view.choose(endpoints[0].endpoint_id)
        self._show_sums()

    def _show_empty(self) -> None:
        has_key = any(account.is_usable and not account.is_demo for account in self._service.accounts())
        words = self.tr(
            "An endpoint is a GPU that you rent by the hour to run your own Docker image. Each one gets an end, so that "
            "none is forgotten."
        )
        if not has_key:
            words += " " + self.tr(
                "Without a NetMind key, New endpoint tries it out with the demo, which rents nothing."
            )
        self._empty.set_words(
            "server",
            self.tr("No endpoints yet"),
            words,
            primary="" if has_key else self.tr("Add a NetMind key"),
            secondary=self.tr("Add one by its id") if has_key else "",
        )

    def _show_sums(self) -> None:
        totals = self._service.sums.totals()
        rates = " + ".join(say(per_hour(rate, currency)) for currency, rate in totals.rates)
        today = " + ".join(money(amount, currency) for currency, amount in totals.today)
        kind = self.tr("demo, nothing is charged") if totals.is_demo else self.tr("estimated")
        if totals.has_unknown_rate:
            rates = (rates + " + " if rates else "") + self.tr("unknown")
        self._rate.setText(rates if totals.billed else "")
        words = self.tr("{amount} today, {kind}").format(amount=today, kind=kind) if today else ""
        self._today.setText(words)
        self._rate.setVisible(bool(self._rate.text()))
        self._today.setVisible(bool(words))
        show_spend(self.chart, self._service, is_demo=totals.is_demo)

    def _changed(self, endpoint: Endpoint) -> None:
        self._show_notice(endpoint)
        self._show_notice_box()
        self._middle.setCurrentIndex(1)
        self.view.show()
        if not self.view.current_id():
            self.view.choose(endpoint.endpoint_id)
        if endpoint.endpoint_id == self.view.current_id():
            self.details.show_endpoint(endpoint)

    def _removed(self, endpoint_id: str) -> None:
        notice = self._notices.pop(endpoint_id, None)
        if notice is not None:
            notice.hide()
            notice.deleteLater()
        self._show_all()
        self._choose(self.view.current_id())

    def _choose(self, endpoint_id: str) -> None:
        self.details.show_endpoint(self._service.endpoint(endpoint_id))

    def _show_again(self, endpoint_id: str) -> None:
        """As it stands, without what the person was about to set."""
        if self.details.endpoint_id == endpoint_id:
            self.details.show_endpoint(None)
            self._choose(endpoint_id)

    def _show_notice(self, endpoint: Endpoint) -> None:
        """The red banner of one that may be running, until somebody knows."""
        known = self._notices.get(endpoint.endpoint_id)
        if endpoint.phase is not Phase.UNSURE:
            if known is not None:
                self._notices.pop(endpoint.endpoint_id).deleteLater()
                known.hide()
            return
        if known is None:
            notice = self._notices[endpoint.endpoint_id] = _UnsureNotice(self._notice_box)
            notice.action_requested.connect(partial(self._answer_notice, endpoint.endpoint_id))
            self._notice_column.addWidget(notice)
        title = self._service.account(endpoint.provider_id).title
        self._notices[endpoint.endpoint_id].show_endpoint(endpoint, title)

    def _answer_notice(self, endpoint_id: str, number: int) -> None:
        if number == 0:
            self._wishes.ask_id(self._service.endpoint(endpoint_id))
        else:
            self._wishes.ask_take_off(endpoint_id)

    def _show_notice_box(self) -> None:
        self._show_offline()
        is_needed = bool(self._notices) or not self._strangers.isHidden() or not self._offline.isHidden()
        self._notice_box.setVisible(is_needed)

    def _show_offline(self) -> None:
        """While a service cannot be reached nothing can be stopped, and the money runs on."""
        away = {
            self._service.account(one.provider_id).title
            for one in self._service.billed()
            if one.problem is not None and one.problem.code in _AWAY
        }
        self._offline.setVisible(bool(away))
        if away:
            words = self.tr(
                "{names} cannot be reached. Endpoints go on there and cost money; nothing can be stopped until it answers. "
                "Slowlight keeps trying."
            )
            self._offline.set_message("warning", words.format(names=", ".join(sorted(away))))

    def _show_strangers(self, provider_id: str) -> None:
        found = self._service.strangers(provider_id)
        self._strangers.setVisible(bool(found))
        if found:
            names = ", ".join(reading.name or reading.service_id[:8] for reading in found[:5])
            title = self._service.account(provider_id).title
            words = self.tr("{title} lists endpoints that are not here: {names}. They may cost money.")
            self._strangers.set_message("warning", words.format(title=title, names=names), (self.tr("Add them"),))
        self._show_notice_box()

    def _add_strangers(self) -> None:
        self._wishes.add_strangers()
        self._strangers.hide()
        self._show_notice_box()

    # --- a new one

    def open_form(self, endpoint: Endpoint | None = None) -> None:
        """The form, empty or with another one's plan."""
        self.form.begin(endpoint.plan if endpoint else None, endpoint.name if endpoint else "")
        self._stack.setCurrentWidget(self.form)

    def close_form(self) -> None:
        """Back to the table."""
        self._stack.setCurrentIndex(0)
        self.new_button.setFocus()

    def _ask_create(self, wish: EndpointWish) -> None:
        if wish.lease.kind is not LeaseKind.NEVER:
            self._create(wish)
            return
        rate = None if wish.hourly is None else wish.hourly * wish.instances
        words = say(per_hour(rate, wish.plan.currency))
        questions.ask_create_never(self.window(), wish.name, words, lambda: self._create(wish))

    def _create(self, wish: EndpointWish) -> None:
        self.form.foot.set_busy(True)
        self._start_task("create an endpoint", self._send(wish))

    async def _send(self, wish: EndpointWish) -> None:
        try:
            made = await self._service.create(wish)
        except StudioError as error:
            title = self._service.account(wish.provider_id).title
            self.form.foot.show_problem(error.problem(provider=title))
            return
        finally:
            self.form.foot.set_busy(False)
        self.close_form()
        self.view.choose(made.endpoint_id)
        self.view.setFocus()

    def _duplicate(self, endpoint_id: str) -> None:
        endpoint = self._service.endpoint(endpoint_id)
        if endpoint is not None:
            self.open_form(endpoint)


class _UnsureNotice(Banner):
    """A paid endpoint may be running."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("error", "", (), parent, closable=False)

    def show_endpoint(self, endpoint: Endpoint, title: str) -> None:
        """What happened, and what to do."""
        words = self.tr(
            "A paid endpoint may be running: {title} did not say whether it started {name}. Look in its console. If it is "
            "there, add it by its id."
        ).format(title=title, name=endpoint.name)
        self.set_message("error", words, (self.tr("Add by id"), self.tr("It is not there")))
