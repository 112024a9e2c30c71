"""What went wrong, said where it matters: under a field, or as a banner across a page."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.system import appearance
from app.system.tokens import with_alpha
from app.widgets import icons, painting
from app.widgets.assistive import AlertVoice
from app.widgets.buttons import IconButton, SecondaryButton
from app.widgets.labels import PlainLabel, restyle

_LOOKS = {"info": ("info", "running"), "warning": ("triangle-alert", "warning"), "error": ("circle-alert", "failed")}


class IconMark(QWidget):
    """An icon that is no button, in a colour token. Assistive technology passes over it."""

    def __init__(self, name: str, role: str = "second", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role = name, role
        self.setFixedSize(size, size)

    def set_icon(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        icons.draw(painting.painter_of(self), self.rect(), self._name, appearance.colour(self._role))


class InlineError(QWidget):
    """One sentence under the field it is about. Without a sentence it takes no room."""

    def __init__(self, field: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._mark = IconMark("circle-alert", "failed", 14, self)
        self._words = PlainLabel("", self, tone="failed", size=12, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def set_text(self, text: str) -> None:
        """Shows the sentence, marks the field and describes it to assistive technology; "" takes all of it back."""
        if text == self.text:
            return
        self._words.setText(text)
        self.setVisible(bool(text))
        if self._field is not None:
            self._field.setAccessibleDescription(text)
            shown = self._field.focusProxy() or self._field  # of a compound field, the part with the frame
            shown.setProperty("invalid", bool(text))
            restyle(shown)
        if text:
            QAccessible.updateAccessibility(QAccessibleEvent(self._words, QAccessible.Event.Alert))


class Banner(QWidget):
    """A sentence across a page, of kind "info", "warning" or "error", with actions and a way to close it.

    `action_requested` carries the number of the action.
    """

    voice = AlertVoice
    action_requested = Signal(int)
    closed = Signal()

    def __init__(
        self, kind: str, text: str, actions: Sequence[str] = (), parent: QWidget | None = None, *, closable: bool = True
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._mark = IconMark("info", "running", 16, self)
        self._words = PlainLabel(text, self, size=13, wrap=True)
        self._actions: list[SecondaryButton] = []
        self._close = IconButton("x", self.tr("Close message"), self, size=28)
        self._close.setVisible(closable)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._mark)
        row.addWidget(self._words, 1)
        row.addWidget(self._close)
        self._close.clicked.connect(self._on_close)
        self.set_message(kind, text, actions)

    @property
    def text(self) -> str:
        return self._words.text()

    @property
    def buttons(self) -> tuple[SecondaryButton, ...]:
        """The buttons of the present message."""
        return tuple(button for button in self._actions if not button.isHidden())

    def set_message(self, kind: str, text: str, actions: Sequence[str] = ()) -> None:
        self._kind = kind
        name, role = _LOOKS[kind]
        self._mark.set_icon(name, role)
        self._words.setText(text)
        for number in range(len(self._actions), len(actions)):
            button = SecondaryButton("", parent=self)
            button.clicked.connect(partial(self.action_requested.emit, number))
            self._row.insertWidget(self._row.count() - 1, button)
            self._actions.append(button)
        for number, button in enumerate(self._actions):
            button.setText(actions[number] if number < len(actions) else "")
            button.setVisible(number < len(actions))
        self.update()

    def _on_close(self) -> None:
        self.hide()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        tone = str(getattr(appearance.current(), _LOOKS[self._kind][1]))
        fill, edge = QColor(with_alpha(tone, 0.1)), QColor(with_alpha(tone, 0.4))
        painting.surface(painting.painter_of(self), QRectF(self.rect()), appearance.RADIUS_INPUT, fill=fill, edge=edge)
