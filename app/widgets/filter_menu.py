"""A chip that opens a menu of choices and wears the chosen one."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from app.system import appearance
from app.widgets import icons, plain
from app.widgets.buttons import Look
from app.widgets.chips import Chip

_CHEVRON = 14


class FilterMenu(Chip):
    """`title` is what it asks for, such as "Status". Items are (value, label); the first one filters nothing."""

    value_changed = Signal(object)

    def __init__(self, title: str, items: Sequence[tuple[object, str]], parent: QWidget | None = None) -> None:
        super().__init__(title, parent, exclusive=False)
        self._title = title
        self._items: list[tuple[object, str]] = []
        self._value: object = None
        self.setCheckable(False)
        self.set_items(items)
        self.clicked.connect(self.open_menu)

    def set_items(self, items: Sequence[tuple[object, str]]) -> None:
        """Another choice; a value that is no longer offered gives way to the first, without a signal."""
        self._items = list(items)
        offered = [value for value, _ in self._items]
        self.set_value(self._value if self._value in offered else offered[0])

    def value(self) -> object:
        return self._value

    @property
    def filters(self) -> bool:
        """Whether anything but the first item is chosen."""
        return bool(self._items) and self._value != self._items[0][0]

    def set_value(self, value: object) -> None:
        """Chooses without a signal."""
        self._value = value
        label = next((label for candidate, label in self._items if candidate == value), self._title)
        self.setText(label if self.filters else self._title)
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(label)
        self.update()

    def menu(self) -> QMenu:
        """The choices as a menu that deletes itself when it closes."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        group = QActionGroup(menu)
        for value, label in self._items:
            entry = menu.addAction(plain.without_mnemonic(label))
            entry.setCheckable(True)
            entry.setChecked(value == self._value)
            group.addAction(entry)
            entry.triggered.connect(lambda _checked=False, value=value: self._choose(value))
        return menu

    def open_menu(self) -> None:
        self.menu().popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def look(self) -> Look:
        if not self.filters:
            return super().look()
        tokens = appearance.current()
        return Look(QColor(tokens.accent_wash), QColor(tokens.accent), QColor(tokens.text))

    def _content_width(self) -> float:
        return super()._content_width() + 4 + _CHEVRON

    def paint_words(self, painter: QPainter, area: QRectF, look: Look) -> None:
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = area.left() if mirrored else area.right() - _CHEVRON
        chevron = QRectF(left, area.top(), _CHEVRON, area.height())
        icons.draw(painter, chevron, "chevron-down", look.ink)
        room = _CHEVRON + 4
        super().paint_words(painter, area.adjusted(room if mirrored else 0, 0, 0 if mirrored else -room, 0), look)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.open_menu()
            return
        super().keyPressEvent(event)

    def _choose(self, value: object) -> None:
        if value != self._value:
            self.set_value(value)
            self.value_changed.emit(value)
