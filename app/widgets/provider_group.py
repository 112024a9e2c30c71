"""One provider in Settings: its key, its address, and what can be done with them. The key is never shown again."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.assistive import GroupVoice
from app.widgets.card import paint_card
from app.widgets.chips import ChipGroup
from app.widgets.collapsible import CollapsibleSection
from app.widgets.controls import (
    Badge,
    FormLabel,
    IconMark,
    InlineError,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SecondaryButton,
)
from app.widgets.paragraph import Paragraph
from app.widgets.text_field import TextField

_MARKS = {"done": "check", "failed": "circle-alert"}
"""Outcomes that have a sign beside their words, as colour alone is no sign."""


class ProviderGroup(QWidget):
    """Wishes go up: `save_requested` carries what was typed, `address_requested` a URL or "" for the provider's own.

    `path_requested` carries one of `paths`, the API paths that the provider had one after the other.
    """

    voice = GroupVoice
    save_requested = Signal(str)
    test_requested = Signal()
    remove_requested = Signal()
    address_requested = Signal(str)
    path_requested = Signal(str)
    key_page_requested = Signal()

    def __init__(
        self,
        title: str,
        summary: str,
        default_address: str,
        parent: QWidget | None = None,
        *,
        paths: Sequence[str] = (),
        has_key_page: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._default_address = default_address
        self._title = PlainLabel(title, self, size=15, weight=QFont.Weight.DemiBold)
        self._badge = Badge("", self)
        self._summary = Paragraph(summary, self, tone="second", size=12)
        self._ended_mark = IconMark("info", "warning", 14, self)
        self._ended = Paragraph("", self, size=12)
        self._key_page = QuietButton(self.tr("Get an API key"), "external-link", self)
        self._has_key_page = has_key_page
        self._key_part = QWidget(self)
        self._key = TextField("", self, secret=True)
        self._key_label = FormLabel(self.tr("API key"), parent=self)
        self._key_label.set_buddy(self._key)
        self._save_button = PrimaryButton(self.tr("Save key"), parent=self)
        self._test = SecondaryButton(self.tr("Test key"), parent=self)
        self._remove = QuietButton(self.tr("Remove key"), parent=self)
        self._error = InlineError(self._key, self)
        self._mark = IconMark("check", "done", 14, self)
        self._outcome = Paragraph("", self, tone="second", size=12)
        self._more = CollapsibleSection(self.tr("Address"), self._make_address(paths), self)
        self._own_address = ""
        self._has_key = self._is_busy = False
        self._pressed: QWidget | None = None
        self._lay_out()
        self._connect()
        self._show_what_can_be_done()

    def _make_address(self, paths: Sequence[str]) -> QWidget:
        inner = QWidget(self)
        self._address = TextField(self._default_address, inner)
        self._address.setAccessibleName(self.tr("Address"))
        self._address_error = InlineError(self._address, inner)
        hint = self.tr("Leave it empty for the provider's own address. A compatible server of yours works as well.")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(6)
        column.addWidget(self._address)
        column.addWidget(self._address_error)
        column.addWidget(Paragraph(hint, inner, tone="third", size=12))
        self._paths = ChipGroup([(path, path) for path in paths], inner)
        self._paths.setAccessibleName(self.tr("API path"))
        self._paths.setVisible(len(paths) > 1)
        self._paths.value_changed.connect(lambda path: self.path_requested.emit(str(path)))
        if len(paths) > 1:
            column.addSpacing(4)
            column.addWidget(FormLabel(self.tr("API path"), parent=inner))
        column.addWidget(self._paths)
        return inner

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addStrut(28)  # with or without the button at its end
        heading.addWidget(self._title)
        heading.addWidget(self._badge)
        heading.addStretch(1)
        heading.addWidget(self._key_page)
        key_row = QHBoxLayout()
        key_row.setSpacing(8)
        key_row.addWidget(self._key, 1)
        key_row.addStretch(0)
        for button in (self._save_button, self._test, self._remove):
            button.setFixedHeight(36)
            key_row.addWidget(button)
        self._mark.setFixedHeight(self._outcome.line_height)
        outcome = QHBoxLayout()
        outcome.setSpacing(6)
        outcome.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        outcome.addWidget(self._outcome, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 12, 18, 10)
        column.setSpacing(0)
        column.addLayout(heading)
        column.addWidget(self._summary)
        column.addLayout(self._lay_out_ended())
        keys = QVBoxLayout(self._key_part)
        keys.setContentsMargins(0, 8, 0, 0)
        keys.setSpacing(0)
        keys.addWidget(self._key_label)
        keys.addSpacing(6)
        keys.addLayout(key_row)
        keys.addWidget(self._error)
        column.addSpacing(6)
        column.addWidget(self._key_part)
        column.addSpacing(8)
        column.addLayout(outcome)
        column.addSpacing(4)
        column.addWidget(self._more)

    def _lay_out_ended(self) -> QHBoxLayout:
        self._ended_mark.setFixedHeight(self._ended.line_height)
        ended = QHBoxLayout()
        ended.setContentsMargins(0, 6, 0, 0)
        ended.setSpacing(6)
        ended.addWidget(self._ended_mark, 0, Qt.AlignmentFlag.AlignTop)
        ended.addWidget(self._ended, 1)
        self.show_ended("")
        return ended

    def _connect(self) -> None:
        self._save_button.clicked.connect(self._save)
        self._key.returnPressed.connect(self._save)
        self._key.value_changed.connect(self._key_typed)
        self._test.clicked.connect(self.test_requested)
        self._remove.clicked.connect(self.remove_requested)
        self._key_page.clicked.connect(self.key_page_requested)
        self._address.editingFinished.connect(self._address_left)

    # --- what it shows

    def show_state(
        self, badge: str, tone: str, placeholder: str, note: str, *, has_key: bool, is_shared: bool = False
    ) -> None:
        """What is known of the key: a word with its colour, the empty field's words, and where the key is kept.

        A key that is shared with another provider has its field there and none here.
        """
        self._key_part.setHidden(is_shared and bool(self._ended.text()))
        self._key_page.setVisible(self._has_key_page and not is_shared)
        for part in (self._key_label, self._key, self._save_button, self._remove):
            part.setHidden(is_shared)
        self._badge.set_text(badge, tone)
        self._key.setPlaceholderText(placeholder)
        self._has_key = has_key
        self._show_what_can_be_done()
        self.show_outcome(note)

    def show_ended(self, sentences: str) -> None:
        """That the hosted service has ended, when, and what still works; "" while it lives or another server is set."""
        self._ended.setText(sentences)
        for part in (self._ended, self._ended_mark):
            part.setVisible(bool(sentences))

    def show_path(self, path: str) -> None:
        """The API path in use."""
        self._paths.set_value(path)

    def show_address(self, url: str) -> None:
        """The address in use; the published one leaves the field empty."""
        self._own_address = "" if url == self._default_address else url
        self._address.set_value(self._own_address)
        self._more.set_summary(url)

    def show_outcome(self, sentence: str, tone: str = "second") -> None:
        """What came of the last action."""
        self._outcome.setText(sentence)
        self._outcome.set_tone(tone)
        self._outcome.setVisible(bool(sentence))
        self._mark.set_icon(_MARKS.get(tone, "info"), tone)
        self._mark.setVisible(bool(sentence) and tone in _MARKS)

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
        self._key_typed()

    def focus_key(self) -> None:
        """Puts the keyboard into the key field, or into the address where the service has ended."""
        if self._ended.text() or self._key.isHidden():
            self._more.set_expanded(True)
            self._address.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._key.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, busy: bool) -> None:
        """While the keychain or the provider is asked. The focus waits in the card for the button that was pressed."""
        buttons = (self._save_button, self._test, self._remove)
        if busy:
            self._pressed = next((button for button in buttons if button.hasFocus()), None)
            if self._pressed is not None:
                self._key.setFocus(Qt.FocusReason.OtherFocusReason)  # else Qt gives it to whatever comes next
        self._is_busy = busy
        self._show_what_can_be_done()
        if not busy and self._pressed is not None and self._key.hasFocus():
            usable = (button for button in (self._pressed, self._test) if button.isEnabled())
            next(usable, self._key).setFocus(Qt.FocusReason.OtherFocusReason)

    # --- inside

    def _save(self) -> None:
        if self._save_button.isEnabled():
            self.save_requested.emit(self._key.text())

    def _address_left(self) -> None:
        """Leaving the field is no wish unless something else stands in it."""
        if self._address.text().strip() != self._own_address or self._address_error.text:
            self.address_requested.emit(self._address.text())

    def _key_typed(self, _text: object = "") -> None:
        self._error.set_text("")
        self._show_what_can_be_done()

    def _show_what_can_be_done(self) -> None:
        typed = bool(self._key.text().strip())
        self._save_button.setEnabled(typed and not self._is_busy)
        self._test.setEnabled(self._has_key and not self._is_busy)
        self._remove.setEnabled(self._has_key and not self._is_busy)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_card(self)
