"""The foot of a create page: what a run will cost, the button that starts it, and why it cannot when it cannot."""

import sys

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.widgets import plain
from app.widgets.controls import Divider, IconMark, PlainLabel, PrimaryButton, SecondaryButton

REST_MS = 400
"""After a click the button rests at least this long; longer where the system allows slower double clicks."""


class CreateFoot(QWidget):
    """`generate_requested` comes at most once for one click; `link_requested` is the way out that the reason offers.

    `change_discarded`: the waiting job whose recipe is in the form is to stay as it was.
    """

    generate_requested = Signal()
    link_requested = Signal()
    change_discarded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lent_focus: QWidget | None = None
        self._reason = _Reason(self)
        self._reason.link.clicked.connect(self.link_requested)
        self._change = _Reason(self, "pencil")
        self._change.link.clicked.connect(self.change_discarded)
        self._amount = PlainLabel("", self, size=12, weight=QFont.Weight.DemiBold)
        self._words = PlainLabel("", self, size=12)
        self._beside = PlainLabel("", self, tone="third", size=12)
        enter = "\u2318 \u23ce" if sys.platform == "darwin" else self.tr("Ctrl \u23ce")
        self.button = PrimaryButton(self.tr("Generate"), "sparkles", self, hint=enter, large=True)
        self.button.installEventFilter(self)
        self.button.clicked.connect(self.generate_requested)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._wake)
        self._lay_out()

    def _lay_out(self) -> None:
        cost = QHBoxLayout()
        cost.setSpacing(0)
        cost.addWidget(PlainLabel(self.tr("Estimated cost"), self, tone="second", size=12))
        cost.addStretch(1)
        cost.addWidget(self._amount)
        cost.addWidget(self._words)
        cost.addWidget(self._beside)
        inside = QVBoxLayout()
        inside.setContentsMargins(18, 13, 18, 14)
        inside.setSpacing(9)
        inside.addWidget(self._change)
        inside.addWidget(self._reason)
        inside.addLayout(cost)
        inside.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Divider(self))
        column.addLayout(inside)

    def set_cost(self, amount: str, beside: str = "") -> None:
        """An amount such as "$0.04"; `beside` is muted and stands behind it."""
        self._show_cost(amount, "", f" \u00b7 {beside}" if beside else "")

    def set_cost_words(self, words: str, tone: str) -> None:
        """Words in place of an amount, such as "free for now" in the tone "done"."""
        self._words.set_tone(tone)
        self._show_cost("", words, "")

    def _show_cost(self, *parts: str) -> None:
        for label, words in zip((self._amount, self._words, self._beside), parts, strict=True):
            label.setText(words)
            label.setVisible(bool(words))

    def cost(self) -> str:
        """The whole line as it is read."""
        return self._amount.text() + self._words.text() + self._beside.text()

    def set_reason(self, reason: str, link: str = "") -> None:
        """Why a click would start nothing, in words, and a way out of it; "" when all is well."""
        self._reason.show_words(reason, link)
        self.button.set_calm(bool(reason))
        self.button.setAccessibleDescription(reason)
        self.button.setToolTip(plain.tooltip(reason))

    def set_changing(self, on: bool) -> None:
        """Whether the form holds the recipe of a job that waits; the button saves it then."""
        words = self.tr("This is a job that waits. It is not sent before you save it.")
        self._change.show_words(words if on else "", self.tr("Discard") if on else "")
        self.button.set_icon_name("save" if on else "sparkles")

    def reason(self) -> str:
        return self._reason.words.text()

    def point_at_link(self) -> None:
        """Puts the focus on the way out, for a click that could start nothing."""
        if self._reason.link.isVisible():
            self._reason.link.setFocus(Qt.FocusReason.TabFocusReason)

    # --- once per click

    @property
    def is_resting(self) -> bool:
        """True right after a start: another wish in this time is the same click."""
        return self._rest.isActive()

    def rest(self) -> None:
        """A run was started: the button rests, so that a double click starts one and not two."""
        had_focus = self.button.hasFocus()
        self.button.setEnabled(False)
        self._lent_focus = QApplication.focusWidget() if had_focus else None
        self._rest.start(max(REST_MS, QApplication.doubleClickInterval() + 100))

    def _wake(self) -> None:
        self.button.setEnabled(True)
        if self._lent_focus is not None and self._lent_focus is QApplication.focusWidget():
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._lent_focus = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A key held down on the button counts once, and so do clicks that follow each other without a pause."""
        if event.type() == QEvent.Type.MouseButtonPress and self.is_resting:
            self._rest.start()
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.isAutoRepeat()


class _Reason(QWidget):
    """One calm line with an optional way out. Without words it takes no room."""

    def __init__(self, parent: QWidget, icon_name: str = "info") -> None:
        super().__init__(parent)
        self.words = PlainLabel("", self, tone="second", size=12, wrap=True)
        self.link = SecondaryButton("", parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(IconMark(icon_name, "waiting", 14, self))
        row.addWidget(self.words, 1)
        row.addWidget(self.link)
        self.hide()

    def show_words(self, words: str, link: str) -> None:
        self.words.setText(words)
        self.link.setText(link)
        self.link.setVisible(bool(link))
        self.setVisible(bool(words))
