"""The foot of the endpoint form: what it costs per hour, day and month, and until its end, before the button."""

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.endpoint import EndpointWish
from app.domain.endpoint_lease import MONTH_H, LeaseKind
from app.domain.endpoint_words import money
from app.domain.problem import Problem
from app.system.language import say
from app.widgets.controls import Banner, Divider, PlainLabel, PrimaryButton, SecondaryButton

HEIGHT, MARGIN = 72, 20


class PriceFoot(QWidget):
    """`create_requested` and `cancelled` are its two buttons. A problem stands above them until it is shown no more."""

    create_requested = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem = Banner("error", "", (), self)
        self._problem.hide()
        self._rate = PlainLabel("", self, size=15, weight=QFont.Weight.DemiBold)
        self._sums = PlainLabel("", self, tone="second", size=12)
        cancel = SecondaryButton(self.tr("Cancel"), parent=self)
        cancel.clicked.connect(self.cancelled)
        self.create_button = PrimaryButton(self.tr("Create endpoint"), parent=self, large=True)
        self.create_button.clicked.connect(self.create_requested)
        self._lay_out(cancel)

    def _lay_out(self, cancel: QWidget) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self._rate)
        words.addWidget(self._sums)
        words.addStretch(1)
        holder = QWidget(self)
        holder.setFixedHeight(HEIGHT)
        row = QHBoxLayout(holder)
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        row.setSpacing(10)
        row.addLayout(words, 1)
        row.addWidget(cancel)
        row.addWidget(self.create_button)
        notice = QHBoxLayout()
        notice.setContentsMargins(MARGIN, 0, MARGIN, 0)
        notice.addWidget(self._problem)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Divider(self))
        column.addLayout(notice)
        column.addWidget(holder)

    def show_price(self, wish: EndpointWish) -> None:
        """What this wish costs; every sum is an estimate."""
        if wish.hourly is None:
            self._rate.setText(self.tr("Price not known"))
            self._sums.setText(self.tr("Choose a GPU to see what it costs."))
            return
        rate, currency = wish.hourly * wish.instances, wish.plan.currency
        self._rate.setText(self.tr("{amount} per hour, estimated").format(amount=money(rate, currency)))
        self._sums.setText(
            self.tr("{day} per day, {month} per month. {end}").format(
                day=money(rate * 24, currency),
                month=money(rate * MONTH_H, currency),
                end=self._until_the_end(wish, rate),
            )
        )

    def _until_the_end(self, wish: EndpointWish, rate: Decimal) -> str:
        lease = wish.lease
        if lease.kind is LeaseKind.NEVER:
            return self.tr("Never stops by itself.")
        if lease.kind is LeaseKind.AMOUNT and lease.amount is not None:
            return self.tr("Stops at {amount}.").format(amount=money(lease.amount, wish.plan.currency))
        hours = Decimal(str(lease.duration_s)) / 3600
        return self.tr("{amount} until it stops.").format(amount=money(rate * hours, wish.plan.currency))

    def set_busy(self, busy: bool) -> None:
        """While a create is on its way nothing can be sent a second time."""
        self.create_button.setEnabled(not busy)
        self.create_button.setText(self.tr("Creating") if busy else self.tr("Create endpoint"))

    def show_problem(self, problem: Problem | None) -> None:
        """Why the service did not take it."""
        self._problem.setVisible(problem is not None)
        if problem is not None:
            sentences = (say(problem.happened), say(problem.money), problem.server_text, say(problem.advice))
            self._problem.set_message("error", " ".join(words for words in sentences if words))
