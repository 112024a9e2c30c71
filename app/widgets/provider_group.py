"""One provider in Settings: its key, its address, and what can be done with them. The key is never shown again."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.card import paint_card
from app.widgets.collapsible import CollapsibleSection
from app.widgets.controls import Badge, InlineError, PlainLabel, PrimaryButton, QuietButton, SecondaryButton
from app.widgets.text_field import TextField


class ProviderGroup(QGroupBox):
    """Wishes: `save_requested(key)`, `test_requested`, `remove_requested`, `address_requested(url)`."""

    save_requested = Signal(str)
    test_requested = Signal()
    remove_requested = Signal()
    address_requested = Signal(str)

    def __init__(self, title: str, summary: str, default_address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setFlat(True)
        self._default_address = default_address
        self._badge = Badge("", self)
        self._summary = PlainLabel(summary, self, tone="second", size=12, wrap=True)
        self._key = TextField("", self, secret=True)
        self._key.setAccessibleName(self.tr("API key"))
        self._key.returnPressed.connect(self._save)
        self._save_button = PrimaryButton(self.tr("Save key"), parent=self)
        self._test = SecondaryButton(self.tr("Test key"), parent=self)
        self._remove = QuietButton(self.tr("Remove key"), parent=self)
        self._error = InlineError(self._key, self)
        self._outcome = PlainLabel("", self, tone="second", size=12, wrap=True)
        self._address = TextField(default_address, self)
        self._address.setAccessibleName(self.tr("Address"))
        self._address_error = InlineError(self._address, self)
        self._lay_out(title)
        self._save_button.clicked.connect(self._save)
        self._test.clicked.connect(self.test_requested)
        self._remove.clicked.connect(self.remove_requested)
        self._key.value_changed.connect(self._key_typed)
        self._address.editingFinished.connect(lambda: self.address_requested.emit(self._address.text()))
        self._key_typed()

    def _lay_out(self, title: str) -> None:
        heading = QHBoxLayout()
        heading.addWidget(PlainLabel(title, self, size=15, weight=QFont.Weight.DemiBold))
        heading.addSpacing(6)
        heading.addWidget(self._badge)
        heading.addStretch(1)
        key_row = QHBoxLayout()
        key_row.setSpacing(8)
        key_row.addWidget(self._key, 1)
        for button in (self._save_button, self._test, self._remove):
            button.setFixedHeight(36)
            key_row.addWidget(button)
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self._address)
        column.addWidget(self._address_error)
        hint = self.tr("Leave it empty for the provider's own address. A compatible server of yours works as well.")
        column.addWidget(PlainLabel(hint, inner, tone="third", size=12, wrap=True))
        self._more = CollapsibleSection(self.tr("Address"), inner, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        column.addLayout(heading)
        column.addWidget(self._summary)
        column.addLayout(key_row)
        column.addWidget(self._error)
        column.addWidget(self._outcome)
        column.addWidget(self._more)

    def show_state(self, badge: str, tone: str, placeholder: str, note: str, *, has_key: bool) -> None:
        """What is known of the key: a word with its colour, the empty field's words, and where the key is kept."""
        self._badge.set_text(badge, tone)
        self._key.setPlaceholderText(placeholder)
        self._test.setEnabled(has_key)
        self._remove.setEnabled(has_key)
        self.show_outcome(note)

    def show_address(self, url: str) -> None:
        """The address in use; the published one leaves the field empty."""
        own = "" if url == self._default_address else url
        self._address.set_value(own)
        self._more.set_summary(url)

    def show_outcome(self, sentence: str, tone: str = "second") -> None:
        """What came of the last action."""
        self._outcome.setText(sentence)
        self._outcome.set_tone(tone)
        self._outcome.setVisible(bool(sentence))

    def show_key_error(self, sentence: str) -> None:
        """Says at the field why something cannot be a key."""
        self._error.set_text(sentence)
        self._key.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_address_error(self, sentence: str) -> None:
        """Says at the field why an address is not taken; "" when it is."""
        self._address_error.set_text(sentence)

    def clear_key(self) -> None:
        """Empties the field: the key has gone where it belongs."""
        self._key.set_value("")
        self._error.set_text("")
        self._key_typed()

    def focus_key(self) -> None:
        """Puts the keyboard into the key field."""
        self._key.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, busy: bool) -> None:
        """While the keychain or the provider is asked."""
        for part in (self._save_button, self._test, self._remove):
            part.setDisabled(busy)

    def _save(self) -> None:
        if self._key.text().strip():
            self.save_requested.emit(self._key.text())

    def _key_typed(self, _text: object = "") -> None:
        self._error.set_text("")
        self._save_button.setEnabled(bool(self._key.text().strip()))

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_card(self)
