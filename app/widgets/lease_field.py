"""When it stops by itself: after a time, at an amount, or never; and what happens then."""

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.endpoint_lease import USUAL_S, AtTheEnd, Lease, LeaseKind
from app.domain.endpoint_words import end_words
from app.system.language import say
from app.widgets.assistive import GroupVoice
from app.widgets.chips import ChipGroup
from app.widgets.labels import FormLabel, PlainLabel
from app.widgets.number_box import NumberBox
from app.widgets.paragraph import Paragraph

HOURS = (1, 2, 6, 12)
_AMOUNT, _NEVER = "amount", "never"


class LeaseField(QWidget):
    """`value_changed` carries the Lease that the person chose, counted from when it will be set."""

    value_changed = Signal(object)
    voice = GroupVoice

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Stop automatically"))
        self._kinds = ChipGroup(self._items(), self)
        self._kinds.setAccessibleName(self.tr("Stop automatically"))
        self._amount = NumberBox(0.01, 100_000, 1, self, decimals=2)
        self._amount.setAccessibleName(self.tr("Amount to stop at"))
        self._amount.setValue(5)
        self._unit = PlainLabel("", self, tone="second", size=12)
        self._actions = ChipGroup(
            (
                (AtTheEnd.STOP, self.tr("Stop, else delete"), self.tr("Instances to 0 where the service takes it")),
                (AtTheEnd.DELETE, self.tr("Delete")),
            ),
            self,
        )
        self._actions.setAccessibleName(self.tr("At the end"))
        self._words = Paragraph("", self, tone="third", size=12)
        self._lay_out()
        self._kinds.value_changed.connect(self._changed)
        self._actions.value_changed.connect(self._changed)
        self._amount.valueChanged.connect(self._changed)
        self.set_value(Lease(), "usd")

    def _lay_out(self) -> None:
        self._amount_row = QWidget(self)
        row = QHBoxLayout(self._amount_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._amount.setFixedWidth(92)
        row.addWidget(self._amount)
        row.addWidget(self._unit)
        row.addStretch(1)
        self._end_label = FormLabel(self.tr("At the end"), parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self._kinds, self._amount_row, self._end_label, self._actions, self._words):
            column.addWidget(part)

    def _items(self) -> tuple[tuple[object, str], ...]:
        hours = tuple((hour * 3600.0, self.tr("{count} h").format(count=hour)) for hour in HOURS)
        return (*hours, (_AMOUNT, self.tr("At an amount")), (_NEVER, self.tr("Never")))

    def value(self) -> Lease:
        """What is chosen."""
        kind, action = self._kinds.value(), AtTheEnd(str(self._actions.value() or AtTheEnd.STOP))
        if kind == _NEVER:
            return Lease(LeaseKind.NEVER, action)
        if kind == _AMOUNT:
            return Lease(LeaseKind.AMOUNT, action, amount=Decimal(str(round(self._amount.value(), 2))))
        return Lease(LeaseKind.TIME, action, duration_s=kind if isinstance(kind, float) else USUAL_S)

    def set_value(self, lease: Lease, currency: str) -> None:
        """Shows a lease without a signal; a time that no chip has leaves none chosen."""
        chosen: object = {LeaseKind.NEVER: _NEVER, LeaseKind.AMOUNT: _AMOUNT}.get(lease.kind, lease.duration_s)
        self._kinds.set_value(chosen)
        self._actions.set_value(lease.action)
        self._unit.setText(currency.upper())
        if lease.amount is not None:
            self._amount.blockSignals(True)
            self._amount.setValue(float(lease.amount))
            self._amount.blockSignals(False)
        self._show(lease)

    def set_currency(self, currency: str) -> None:
        """What an amount is counted in."""
        self._unit.setText(currency.upper())

    def _changed(self, _value: object = None) -> None:
        lease = self.value()
        self._show(lease)
        self.value_changed.emit(lease)

    def _show(self, lease: Lease) -> None:
        self._amount_row.setVisible(lease.kind is LeaseKind.AMOUNT)
        is_never = lease.kind is LeaseKind.NEVER
        self._end_label.setVisible(not is_never)
        self._actions.setVisible(not is_never)
        self._words.setText(say(end_words(lease)))
