"""One endpoint at the right of the table: how it stands, scaling with its price, its end, its address, its plan."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.endpoint import Endpoint, Goal, Phase
from app.domain.endpoint_lease import WARN_AT, LeaseKind
from app.domain.endpoint_words import gpu_name, lease_words, money, per_hour, state_words
from app.domain.text import text
from app.services.endpoint_service import EndpointService
from app.system.language import clock_time, day_label, say
from app.widgets.controls import Badge, Divider, FormLabel, PlainLabel, QuietButton, SecondaryButton
from app.widgets.detail_rows import DetailRow
from app.widgets.elided_label import ElidedLabel
from app.widgets.endpoint_address import EndpointAddress
from app.widgets.fact_table import FactTable
from app.widgets.lease_field import LeaseField
from app.widgets.paragraph import Paragraph
from app.widgets.problem_box import ProblemBox
from app.widgets.progress_line import ProgressLine
from app.widgets.slider_field import SliderField

WIDTH, MARGIN = 316, 16
MOST = 8
_COMMAND_CHARS = 20


class EndpointDetails(QWidget):
    """Wishes go up with the endpoint's id. What is typed stays while facts come in."""

    scale_requested = Signal(str, int)
    lease_requested = Signal(str, object)
    extend_requested = Signal(str)
    delete_requested = Signal(str)
    take_off_requested = Signal(str)
    add_by_id_requested = Signal(str)
    console_requested = Signal(str)
    duplicate_requested = Signal(str)
    template_requested = Signal(str)

    def __init__(self, service: EndpointService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._endpoint: Endpoint | None = None
        self.setFixedWidth(WIDTH)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._make_parts()
        self._lay_out()
        self._connect()
        self.show_endpoint(None)

    # --- making

    def _make_parts(self) -> None:
        self._name = ElidedLabel("", self, size=15, weight=QFont.Weight.DemiBold)
        self._state = Badge("", self)
        self._id = Badge("", self)
        self._meaning = Paragraph("", self, tone="second", size=12)
        self._said = Paragraph("", self, tone="third", size=12)
        self._problem = ProblemBox(self)
        self._problem.copy_requested.connect(self._copy_problem)
        self.instances = SliderField(0, MOST, parent=self, hard_maximum=64)
        self.instances.setAccessibleName(self.tr("Instances"))
        self.apply_button = SecondaryButton(self.tr("Apply"), parent=self)
        self._price = Paragraph("", self, tone="second", size=12)
        self._clock = PlainLabel("", self, weight=QFont.Weight.DemiBold)
        self._left = ProgressLine(self)
        self.extend_button = SecondaryButton(self.tr("1 h more"), "clock", self)
        self.extend_button.setAccessibleName(self.tr("Extend by 1 hour"))
        self._lease = LeaseField(self)
        self.address = EndpointAddress(self)
        self._facts = FactTable(self)
        self._duplicate = SecondaryButton(self.tr("Duplicate"), "copy", self)
        self._template = SecondaryButton(self.tr("Save as template"), "bookmark", self)
        self._console = SecondaryButton(self.tr("Open console"), "external-link", self)
        self._add = SecondaryButton(self.tr("Add by id"), "plus", self)
        self._off = QuietButton(self.tr("Take off this list"), "x", self)
        self.delete_button = SecondaryButton(self.tr("Delete endpoint"), "trash-2", self)

    def _lay_out(self) -> None:
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(MARGIN, 16, MARGIN, 16)
        column.setSpacing(8)
        badges = QHBoxLayout()
        badges.setSpacing(6)
        badges.addWidget(self._state)
        badges.addWidget(self._id)
        badges.addStretch(1)
        column.addWidget(self._name)
        column.addLayout(badges)
        for part in (self._meaning, self._said, self._problem):
            column.addWidget(part)
        column.addWidget(self._scale_part())
        column.addWidget(self._lease_part())
        column.addWidget(self.address)
        column.addSpacing(4)
        column.addWidget(self._facts)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setAccessibleName(self.tr("Details"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(body)
        for ground in (body, self._scroll.viewport()):
            ground.setAutoFillBackground(False)  # the panel's own colour shows through
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(Divider(self, vertical=True))
        inside = QVBoxLayout()
        inside.setSpacing(0)
        inside.addWidget(self._scroll, 1)
        inside.addWidget(Divider(self))
        inside.addWidget(self._foot())
        outer.addLayout(inside, 1)

    def _scale_part(self) -> QWidget:
        self._scaling = QWidget(self)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.instances, 1)
        row.addWidget(self.apply_button)
        column = QVBoxLayout(self._scaling)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addWidget(FormLabel(self.tr("Instances"), parent=self))
        column.addLayout(row)
        column.addWidget(self._price)
        return self._scaling

    def _lease_part(self) -> QWidget:
        self._ending = QWidget(self)
        clock = QHBoxLayout()
        clock.setSpacing(8)
        clock.addWidget(self._clock, 1)
        clock.addWidget(self.extend_button)
        column = QVBoxLayout(self._ending)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(FormLabel(self.tr("Stop automatically"), parent=self))
        column.addLayout(clock)
        column.addWidget(self._left)
        column.addWidget(self._lease)
        note = self.tr("Auto-stop works only while Slowlight runs.")
        column.addWidget(Paragraph(note, self, tone="warning", size=12))
        return self._ending

    def _foot(self) -> QWidget:
        foot = QWidget(self)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, parts in ((first, (self._duplicate, self._template)), (second, (self._add, self._off))):
            row.setSpacing(8)
            for part in parts:
                row.addWidget(part, 1)
        column = QVBoxLayout(foot)
        column.setContentsMargins(MARGIN, 12, MARGIN, 12)
        column.setSpacing(8)
        column.addLayout(first)
        column.addWidget(self._console)
        column.addLayout(second)
        column.addWidget(self.delete_button)
        return foot

    def _connect(self) -> None:
        self.instances.value_changed.connect(self._show_price)
        self.apply_button.clicked.connect(
            lambda: self.scale_requested.emit(self._id_now(), int(self.instances.value()))
        )
        self._lease.value_changed.connect(lambda lease: self.lease_requested.emit(self._id_now(), lease))
        for button, signal in (
            (self.extend_button, self.extend_requested),
            (self.delete_button, self.delete_requested),
            (self._console, self.console_requested),
            (self._add, self.add_by_id_requested),
            (self._off, self.take_off_requested),
            (self._duplicate, self.duplicate_requested),
            (self._template, self.template_requested),
        ):
            button.clicked.connect(lambda _on=False, signal=signal: signal.emit(self._id_now()))

    def _id_now(self) -> str:
        return self._endpoint.endpoint_id if self._endpoint else ""

    # --- showing

    @property
    def endpoint_id(self) -> str:
        """Whose details are shown, or ""."""
        return self._id_now()

    def show_endpoint(self, endpoint: Endpoint | None) -> None:
        """Shows this one; the same one again keeps what the person is setting."""
        before, self._endpoint = self._endpoint, endpoint
        self.setVisible(endpoint is not None)
        if endpoint is None:
            return
        is_same = before is not None and before.endpoint_id == endpoint.endpoint_id
        if not is_same or (before is not None and before.wanted != endpoint.wanted):
            self.instances.set_value(endpoint.wanted)
        if not is_same or (before is not None and before.lease != endpoint.lease):
            self._lease.set_value(endpoint.lease, endpoint.plan.currency)
        if not is_same:
            self._scroll.verticalScrollBar().setValue(0)
        self._show_head(endpoint)
        self._show_what_can_be_done(endpoint)
        self._facts.set_rows(_facts(endpoint))
        self.address.show_address(endpoint)
        self._show_price()
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        endpoint = self._endpoint
        if endpoint is None:
            return
        progress = self._service.lease_progress(endpoint)
        words = lease_words(endpoint, self._service.now(), self._service.spent(endpoint.endpoint_id))
        self._clock.setText(self.tr("Stops {when}").format(when=say(words)))
        self._clock.set_tone("warning" if progress >= WARN_AT else "text")
        is_ending = endpoint.goal in (Goal.STOP, Goal.DELETE)
        has_end = endpoint.lease.kind is not LeaseKind.NEVER and endpoint.is_billed and not is_ending
        self._clock.setVisible(has_end)
        self._left.setVisible(has_end)
        self.extend_button.setVisible(has_end)
        self._left.set_fraction(progress)
        self._left.set_role("warning" if progress >= WARN_AT else "running")

    def _show_head(self, endpoint: Endpoint) -> None:
        words = state_words(endpoint)
        self._name.setText(endpoint.name)
        self._state.set_text(say(words.word), str(words.tone))
        self._id.set_text(self.tr("service {id}").format(id=_short(endpoint.service_id)))
        self._id.setVisible(bool(endpoint.service_id))
        self._meaning.setText(say(words.detail))
        self._said.setText(endpoint.status_info)
        self._said.setVisible(bool(endpoint.status_info))
        self._problem.set_problem(endpoint.problem, self._service.account(endpoint.provider_id).title)

    def _show_what_can_be_done(self, endpoint: Endpoint) -> None:
        is_live = endpoint.phase is Phase.LIVE
        is_unsure = endpoint.phase is Phase.UNSURE
        is_lost = is_live and endpoint.problem is not None and endpoint.problem.code == "endpoint_elsewhere"
        self._scaling.setVisible(is_live and endpoint.goal is not Goal.DELETE)
        self._ending.setVisible(is_live and endpoint.goal is not Goal.DELETE)
        self.delete_button.setVisible(is_live)
        self.delete_button.setEnabled(endpoint.goal is not Goal.DELETE)
        self._add.setVisible(is_unsure)
        has_console = bool(self._service.account(endpoint.provider_id).console)
        self._console.setVisible(has_console and (is_unsure or is_lost))
        self._off.setVisible(is_unsure or endpoint.phase is Phase.GONE or is_lost)

    def _show_price(self, _value: object = None) -> None:
        endpoint = self._endpoint
        if endpoint is None:
            return
        count = int(self.instances.value())
        self.apply_button.setEnabled(count != endpoint.wanted or endpoint.problem is not None)
        if endpoint.hourly is None:
            self._price.setText(self.tr("Its price is not known."))
            return
        rate, currency = endpoint.hourly * count, endpoint.plan.currency
        if not count:
            self._price.setText(self.tr("No instance costs nothing, once the service has stopped them all."))
            return
        template = self.tr("{count} instances cost {rate}, {day} per day, estimated")
        if count == 1:
            template = self.tr("1 instance costs {rate}, {day} per day, estimated")
        words = template.format(count=count, rate=say(per_hour(rate, currency)), day=money(rate * 24, currency))
        self._price.setText(words)

    def _copy_problem(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._problem.sentences()))


def _facts(endpoint: Endpoint) -> list[DetailRow]:
    plan = endpoint.plan
    gpu = gpu_name(plan.gpu_title) + (f", CUDA {plan.cuda}" if plan.cuda else "")
    local = endpoint.created_at.astimezone()
    created = f"{day_label(local.date(), datetime.now().astimezone().date())} {clock_time(endpoint.created_at)}"
    rows = (
        DetailRow(say(text("GPU")), gpu),
        DetailRow(say(text("Region")), plan.region),
        DetailRow(say(text("Image")), plan.image),
        DetailRow(say(text("Command")), _cut(" ".join(plan.command.split())), copies=plan.command),
        DetailRow(say(text("Port")), "" if plan.port is None else str(plan.port)),
        DetailRow(say(text("GPUs")), str(plan.gpus)),
        DetailRow(say(text("Created")), created),
        DetailRow(say(text("Service id")), _short(endpoint.service_id), copies=endpoint.service_id),
    )
    return [row for row in rows if row.value]


def _cut(words: str) -> str:
    """What fits on a line beside its copy button; the button has the whole."""
    return words if len(words) <= _COMMAND_CHARS else words[: _COMMAND_CHARS - 1] + "\u2026"


def _short(service_id: str) -> str:
    """Enough to compare with the console: 6b1f...a27."""
    return service_id if len(service_id) <= 12 else f"{service_id[:4]}\u2026{service_id[-3:]}"
