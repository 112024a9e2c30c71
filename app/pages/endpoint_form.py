"""The form of a new endpoint: a template to begin from, the GPU as a card, and the price before the button."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.endpoint import CURRENCIES, EndpointPlan, EndpointWish, Flavor
from app.domain.endpoint_form import MOST_INSTANCES, EndpointTemplate, free_name, problems, warnings
from app.services.endpoint_service import EndpointService, free_names
from app.system.language import say
from app.widgets.chips import ChipGroup
from app.widgets.command_edit import CommandEdit
from app.widgets.controls import (
    Banner,
    Divider,
    FormLabel,
    IconButton,
    InlineError,
    PlainLabel,
    QuietButton,
)
from app.widgets.flavor_cards import FlavorCards
from app.widgets.lease_field import LeaseField
from app.widgets.number_box import NumberBox
from app.widgets.paragraph import Paragraph
from app.widgets.price_foot import PriceFoot
from app.widgets.text_field import TextField

MARGIN, GAP = 20, 14


class EndpointForm(QWidget):
    """`create_requested` carries the EndpointWish; `cancelled` goes back. The page says what came of it."""

    create_requested = Signal(object)
    cancelled = Signal()
    template_removed = Signal(str)

    def __init__(self, service: EndpointService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._provider_id = ""
        self._errors: dict[str, InlineError] = {}
        self._was_tried = False
        self._make_fields()
        self._lay_out()
        self._connect()

    # --- making

    def _make_fields(self) -> None:
        self._providers = ChipGroup((), self)
        self._providers.setAccessibleName(self.tr("Provider"))
        self._templates = ChipGroup((), self)
        self._templates.setAccessibleName(self.tr("Template"))
        self._hint = Paragraph("", self, tone="third", size=12)
        self._forget = QuietButton(self.tr("Delete template"), "trash-2", self)
        self._forget.hide()
        self._name = TextField(self.tr("such as comfy-render"), self)
        self._image = TextField("python:3.10-slim", self)
        self._command = CommandEdit(self)
        self._port = NumberBox(1, 65535, 1, self)
        self._gpus = NumberBox(0, 8, 1, self)
        self._instances = NumberBox(1, MOST_INSTANCES, 1, self)
        self._description = TextField(self.tr("optional"), self)
        self._flavors = FlavorCards(self)
        self._flavors.setAccessibleName(self.tr("GPU type"))
        self._currency = ChipGroup(tuple((name, name.upper()) for name in CURRENCIES), self)
        self._flavor_note = Paragraph("", self, tone="third", size=12)
        self._flavor_problem = Banner("warning", "", (self.tr("Try again"),), self, closable=False)
        self._lease = LeaseField(self)
        self.foot = PriceFoot(self)
        for box in (self._port, self._gpus, self._instances):
            box.setFixedHeight(36)

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(GAP)
        self._provider_part = self._part(self.tr("Provider"), self._providers)
        left.addWidget(self._provider_part)
        left.addWidget(self._part(self.tr("Begin with"), self._templates, self._hint, self._forget))
        left.addWidget(self._field("name", self.tr("Name"), self._name))
        left.addWidget(self._field("image", self.tr("Docker image"), self._image))
        left.addWidget(self._field("command", self.tr("Command"), self._command, hint=self.tr("kept letter by letter")))
        left.addLayout(self._numbers())
        left.addWidget(self._field("description", self.tr("Description"), self._description))
        left.addStretch(1)
        cards = self._field("flavor", self.tr("GPU type"), self._flavors)
        note = QVBoxLayout()
        note.setSpacing(8)
        note.addWidget(cards)
        note.addWidget(self._flavor_problem)
        note.addWidget(self._flavor_note)
        right.addLayout(note)
        right.addWidget(self._field("currency", self.tr("Pay in"), self._currency))
        right.addWidget(self._field("lease", self.tr("Stop automatically"), self._lease))
        right.addWidget(Paragraph(self.tr("Auto-stop works only while Slowlight runs."), self, tone="warning", size=12))
        right.addStretch(1)
        body = QWidget(self)
        columns = QHBoxLayout(body)
        columns.setContentsMargins(MARGIN, 16, MARGIN, MARGIN)
        columns.setSpacing(28)
        columns.addLayout(left, 10)
        columns.addLayout(right, 11)
        self._scroll = QScrollArea(self)
        self._scroll.setAccessibleName(self.tr("New endpoint"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self._scroll, 1)
        column.addWidget(self.foot)

    def _head(self) -> QWidget:
        head = QWidget(self)
        head.setFixedHeight(66)
        back = IconButton("arrow-left", self.tr("Back to the endpoints"), head)
        back.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 18, 0)
        row.setSpacing(8)
        row.addWidget(back)
        row.addWidget(PlainLabel(self.tr("New endpoint"), head, size=15, weight=QFont.Weight.DemiBold))
        row.addStretch(1)
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(Divider(head))
        return head

    def _numbers(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        for place, (key, title, box) in enumerate(
            (
                ("port", self.tr("Port"), self._port),
                ("gpus", self.tr("GPUs"), self._gpus),
                ("instances", self.tr("Instances"), self._instances),
            )
        ):
            grid.addWidget(self._field(key, title, box), 0, place, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(place, 1)
        return grid

    def _field(self, key: str, title: str, field: QWidget, *, hint: str = "") -> QWidget:
        label = FormLabel(title, hint, self)
        label.set_buddy(field)
        error = self._errors[key] = InlineError(field, self)
        return self._part(label, field, error)

    def _part(self, label: str | QWidget, *parts: QWidget) -> QWidget:
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (FormLabel(label, parent=self) if isinstance(label, str) else label, *parts):
            column.addWidget(part)
        return holder

    def _connect(self) -> None:
        for field in (self._name, self._description, self._image, self._command, self._lease, self._flavors):
            field.value_changed.connect(self._refresh)
        for box in (self._port, self._gpus, self._instances):
            box.valueChanged.connect(self._refresh)
        self._currency.value_changed.connect(self._show_flavors)
        self._templates.value_changed.connect(self._take_template)
        self._providers.value_changed.connect(lambda value: self._take_provider(str(value)))
        self._forget.clicked.connect(self._forget_template)
        self._flavor_problem.action_requested.connect(lambda _number: self._service.refresh_flavors(self._provider_id))
        self._service.flavors_changed.connect(self._flavors_came)
        self._service.templates_changed.connect(self._show_templates)
        self._service.accounts_changed.connect(self._show_accounts)
        self.foot.create_requested.connect(self._create)
        self.foot.cancelled.connect(self.cancelled)

    def _order_tabs(self) -> None:
        """The other fields were made in the order in which one reads; cards come later and would be the last."""
        for one, following in pairwise((self._description, *self._flavors.cards())):
            QWidget.setTabOrder(one, following)

    # --- filling

    def begin(self, plan: EndpointPlan | None = None, name: str = "") -> None:
        """A fresh form: with the first template, or with the plan of an endpoint that is duplicated."""
        self._was_tried = False
        self.foot.show_problem(None)
        self._show_accounts()
        self._show_templates()
        self._currency.set_value(plan.currency if plan else "usd")
        self._lease.set_value(EndpointWish("", "", EndpointPlan()).lease, str(self._currency.value()))
        self._instances.setValue(1)
        self._description.set_value("")
        if plan is None:
            self._templates.set_value("flask")
            self._take_template("flask")
        else:
            self._templates.set_value(None)
            self._forget.hide()
            self._hint.setText("")
            self._fill(plan, name)
        self._show_flavors()
        if self._provider_id:
            self._service.refresh_flavors(self._provider_id)  # how many are free changes
        if plan is not None and plan.flavor_id:
            self._flavors.set_value(plan.flavor_id)
        self._refresh()
        self._scroll.verticalScrollBar().setValue(0)
        self._name.setFocus()

    def _show_accounts(self) -> None:
        usable = [account for account in self._service.accounts() if account.is_usable]
        self._providers.set_items([(account.provider_id, account.title) for account in usable])
        known = [account.provider_id for account in usable]
        if self._provider_id not in known:
            self._provider_id = known[0] if known else ""
        self._providers.set_value(self._provider_id)
        self._provider_part.setVisible(len(usable) > 1)

    def _take_provider(self, provider_id: str) -> None:
        self._provider_id = provider_id
        self._flavors.set_value("")
        self._show_flavors()

    def _show_templates(self) -> None:
        self._templates.set_items([(one.template_id, say(one.title)) for one in self._service.templates()])

    def _take_template(self, template_id: object) -> None:
        found: EndpointTemplate | None = next(
            (one for one in self._service.templates() if one.template_id == template_id), None
        )
        self._forget.setVisible(found is not None and found.is_own)
        if found is not None:
            self._hint.setText(say(found.hint))
            self._fill(found.plan, _slug(say(found.title)))

    def _forget_template(self) -> None:
        chosen = next((one for one in self._service.templates() if one.template_id == self._templates.value()), None)
        if chosen is not None and chosen.is_own:
            self._forget.hide()
            self.template_removed.emit(say(chosen.title))

    def _fill(self, plan: EndpointPlan, name: str) -> None:
        self._name.set_value(free_name(name, free_names(self._service.endpoints())))
        self._image.set_value(plan.image)
        self._image.setCursorPosition(0)
        self._command.set_value(plan.command)
        for box, value in ((self._port, plan.port or 8080), (self._gpus, plan.gpus)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self._refresh()

    def _flavors_came(self, provider_id: str) -> None:
        if provider_id == self._provider_id:
            self._show_flavors()

    def _show_flavors(self, _value: object = None) -> None:
        if not self._provider_id:
            return
        offer = self._service.flavors(self._provider_id)
        currency = str(self._currency.value() or "usd")
        self._lease.set_currency(currency)
        self._flavors.set_flavors(offer.flavors, currency)
        if not self._flavors.value():
            best = _first_choice(offer.flavors, currency)
            self._flavors.set_value(best.flavor_id if best else "")
        problem = offer.problem
        self._flavor_problem.setVisible(problem is not None)
        if problem is not None:
            words = f"{say(problem.happened)} {say(problem.advice)}".strip()
            self._flavor_problem.set_message("warning", words, (self.tr("Try again"),))
        self._order_tabs()
        self._flavor_note.setText(self._note(is_loading=offer.is_loading, is_empty=not offer.flavors))
        self._refresh()

    def _note(self, *, is_loading: bool, is_empty: bool) -> str:
        account = self._service.account(self._provider_id)
        if is_empty:
            return self.tr("Reading the price list of {name}.").format(name=account.title) if is_loading else ""
        if account.is_demo:
            return self.tr("The demo rents nothing and charges nothing. Its prices are per GPU and hour.")
        return self.tr(
            "Per hour, as NetMind's price list gives it. Its unit is not documented: Slowlight counts it per GPU, and "
            "every sum is an estimate."
        )

    # --- asking

    def wish(self) -> EndpointWish:
        """What the form says now."""
        flavor, gpus = self._flavor(), round(self._gpus.value())
        currency = str(self._currency.value() or "usd")
        plan = EndpointPlan(
            image=self._image.value().strip(),
            command=self._command.value(),
            port=round(self._port.value()),
            gpus=gpus,
            currency=currency,
        )
        if flavor is not None:
            plan = replace(
                plan, flavor_id=flavor.flavor_id, gpu_title=flavor.title, region=flavor.region, cuda=flavor.cuda
            )
        return EndpointWish(
            provider_id=self._provider_id,
            name=self._name.value().strip(),
            plan=plan,
            description=self._description.value(),
            instances=round(self._instances.value()),
            hourly=flavor.hourly(currency, gpus) if flavor else None,
            lease=self._lease.value(),
        )

    def _flavor(self) -> Flavor | None:
        flavors = self._service.flavors(self._provider_id).flavors if self._provider_id else ()
        return next((one for one in flavors if one.flavor_id == self._flavors.value()), None)

    def _refresh(self, _value: object = None) -> None:
        wish, flavor = self.wish(), self._flavor()
        found = problems(wish, flavor)
        hints = warnings(wish, flavor)
        for key, error in self._errors.items():
            sentence = found.get(key) if self._was_tried or key in ("image", "gpus") else None
            said = sentence or hints.get(key)
            error.set_text(say(said) if said else "")
        if wish.name in free_names(self._service.endpoints()):
            self._errors["name"].set_text(self.tr("Another endpoint has this name. Two are hard to tell apart."))
        self.foot.show_price(wish)

    def _create(self) -> None:
        self._was_tried = True
        self._refresh()
        wish = self.wish()
        found = problems(wish, self._flavor())
        if not found:
            self.foot.show_problem(None)
            self.create_requested.emit(wish)
            return
        first = next(iter(found))
        fields: dict[str, QWidget] = {
            "name": self._name,
            "image": self._image,
            "port": self._port,
            "gpus": self._gpus,
            "flavor": self._flavors,
        }
        field = fields.get(first)
        if first == "flavor":
            self._flavors.focus_card()
        if field is not None:
            field.setFocus()
            self._scroll.ensureWidgetVisible(field)


def _first_choice(flavors: tuple[Flavor, ...], currency: str) -> Flavor | None:
    """The cheapest that is free, else the cheapest."""
    priced = sorted(flavors, key=lambda one: (one.free == 0, one.prices.get(currency, Decimal(10**9))))
    return priced[0] if priced else None


def _slug(title: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    return "-".join(words)[:40] or "endpoint"
