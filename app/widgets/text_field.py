"""One line of text: plain, for searching, or for a secret."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.system import appearance
from app.widgets import painting
from app.widgets.icons import draw, icon

ICON_PX = 16


class TextField(QLineEdit):
    """36 px high. `value_changed` tells what the person typed; `set_value` is silent.

    `icon_name` stands at the left. `clearable` shows a cross that empties the field. `secret` hides the characters and
    offers an eye to look at them.
    """

    value_changed = Signal(object)

    def __init__(
        self,
        placeholder: str = "",
        parent: QWidget | None = None,
        *,
        icon_name: str = "",
        clearable: bool = False,
        secret: bool = False,
    ) -> None:
        super().__init__(parent)
        self._silent = False
        self.setPlaceholderText(placeholder)
        self.setFont(appearance.font(13))
        self.setFixedHeight(36)
        self._icon_name = icon_name
        if icon_name:
            self.setTextMargins(ICON_PX + 6, 0, 0, 0)
        if clearable:
            self._offer_clearing()
        if secret:
            self._offer_a_look()
        # textEdited would miss what assistive technology and the clear button do.
        self.textChanged.connect(self._on_text)

    def value(self) -> str:
        return self.text()

    def set_value(self, value: object) -> None:
        """Sets the text without a signal; the cursor stays where it is when nothing changes. None empties the field."""
        words = "" if value is None else str(value)
        if words == self.text():
            return
        self._silent = True
        self.setText(words)
        self._silent = False

    def sizeHint(self) -> QSize:
        return QSize(220, 36)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's own leading icon would stand too near to the edge and too far from the words."""
        super().paintEvent(event)
        if self._icon_name:
            left = self.width() - 11 - ICON_PX if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else 11
            place = QRect(left, 0, ICON_PX, self.height())
            draw(painting.painter_of(self), place, self._icon_name, appearance.colour("second"))

    def _on_text(self, text: str) -> None:
        if not self._silent:
            self.value_changed.emit(text)

    def _offer_clearing(self) -> None:
        action = QAction(icon("x", "second"), self.tr("Clear"), self)
        action.triggered.connect(self.clear)
        self.textChanged.connect(lambda text: action.setVisible(bool(text)))
        self.addAction(action, QLineEdit.ActionPosition.TrailingPosition)
        action.setVisible(False)

    def _offer_a_look(self) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Password)
        action = QAction(icon("eye", "second"), self.tr("Show characters"), self)
        action.triggered.connect(lambda: self._toggle_look(action))
        self.addAction(action, QLineEdit.ActionPosition.TrailingPosition)

    def _toggle_look(self, action: QAction) -> None:
        hidden = self.echoMode() is QLineEdit.EchoMode.Normal
        self.setEchoMode(QLineEdit.EchoMode.Password if hidden else QLineEdit.EchoMode.Normal)
        action.setIcon(icon("eye" if hidden else "eye-off", "second"))
        action.setText(self.tr("Show characters") if hidden else self.tr("Hide characters"))
