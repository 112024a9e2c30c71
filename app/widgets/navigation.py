"""The way around the studio: the strip of pages at the left, with badges that count what runs."""

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleStateChangeEvent, QColor, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.system import appearance
from app.widgets import icons, painting
from app.widgets.assistive import TabListVoice, TabVoice
from app.widgets.buttons import Look, PaintedButton
from app.widgets.labels import Badge, PlainLabel, SectionLabel, badge_size, paint_badge

WIDTH = 196


class _Entry(NamedTuple):
    key: str
    icon_name: str
    section: str  # the heading it stands under; "" is the foot


_ENTRIES = (
    _Entry("image", "image", "create"),
    _Entry("video", "clapperboard", "create"),
    _Entry("audio", "audio-lines", "create"),
    _Entry("history", "history", "library"),
    _Entry("endpoints", "server", "compute"),
    _Entry("activity", "bell", ""),
    _Entry("settings", "settings", ""),
)


class NavigationBar(QWidget):
    """Keys: image, video, audio, history, endpoints, activity, settings.

    `page_requested` is a wish; who hears it calls `set_current`.
    """

    page_requested = Signal(str)
    voice = TabListVoice

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(self.tr("Pages"))
        self._items: dict[str, _NavigationItem] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 17, 11, 16)
        column.setSpacing(2)
        column.addLayout(self._brand())
        column.addSpacing(28)
        section = None
        for entry in _ENTRIES:
            if entry.section != section:
                self._start_section(column, entry.section, first=section is None)
                section = entry.section
            column.addWidget(self._make_item(entry))

    def keys(self) -> tuple[str, ...]:
        """From top to bottom, the order of Ctrl+1 to Ctrl+7."""
        return tuple(self._items)

    def set_current(self, key: str) -> None:
        """Marks the page that is shown. An unknown key is a KeyError."""
        chosen = self._items[key]
        for item in self._items.values():
            item.set_current(item is chosen)

    def set_badge(self, key: str, text: str) -> None:
        """A count or a few characters such as "$0.90/h"; "" takes the badge away."""
        self._items[key].set_badge(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down walk along the strip, Home and End jump to its ends."""
        items = list(self._items.values())
        place = next((i for i, item in enumerate(items) if item.hasFocus()), 0)
        targets = {
            Qt.Key.Key_Up: place - 1,
            Qt.Key.Key_Down: (place + 1) % len(items),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: -1,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None:
            super().keyPressEvent(event)
        else:
            items[target].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), appearance.colour("panel"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), appearance.colour("border"))

    def _brand(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(7, 1, 0, 1)
        row.setSpacing(8)
        row.addWidget(_Disc(self))
        row.addWidget(PlainLabel("Slowlight", self, size=15, weight=QFont.Weight.Bold), 1)
        return row

    def _start_section(self, column: QVBoxLayout, section: str, *, first: bool) -> None:
        words = {"create": self.tr("Create"), "library": self.tr("Library"), "compute": self.tr("Compute")}
        if not section:
            column.addStretch(1)
            return
        column.addSpacing(0 if first else 14)
        heading = SectionLabel(words[section], self)
        heading.setContentsMargins(10, 0, 0, 0)
        heading.setFixedHeight(16)
        column.addWidget(heading)
        column.addSpacing(4)

    def _make_item(self, entry: _Entry) -> "_NavigationItem":
        words = {
            "image": self.tr("Image"),
            "video": self.tr("Video"),
            "audio": self.tr("Audio"),
            "history": self.tr("History"),
            "endpoints": self.tr("Endpoints"),
            "activity": self.tr("Activity"),
            "settings": self.tr("Settings"),
        }
        item = _NavigationItem(words[entry.key], entry.icon_name, self)
        item.clicked.connect(lambda: self.page_requested.emit(entry.key))
        self._items[entry.key] = item
        return item


class _NavigationItem(PaintedButton):
    """One page: icon, name, badge. For assistive technology a page tab; the badge is its description."""

    voice = TabVoice
    HEIGHT, PADDING, GAP, ICON, SIZE_PX = 35, 10, 9, 18, 13

    def __init__(self, text: str, icon_name: str, parent: QWidget) -> None:
        super().__init__(text, icon_name, parent)
        self._badge = ""
        self.setProperty("current", False)

    def set_current(self, current: bool) -> None:
        if current != self.property("current"):
            self.setProperty("current", current)
            change = QAccessible.State()
            change.selected = True
            QAccessible.updateAccessibility(QAccessibleStateChangeEvent(self, change))
            self.update()

    def set_badge(self, text: str) -> None:
        if text != self._badge:
            self._badge = text
            self.setAccessibleDescription(text)
            self.update()

    def look(self) -> Look:
        if self.property("current"):
            return Look(appearance.colour("accent_wash"), None, appearance.colour("text"))
        if self.isDown() or self.hovered:
            return Look(appearance.colour("pressed" if self.isDown() else "hover"), None, appearance.colour("text"))
        return Look(None, None, appearance.colour("second"))

    def icon_colour(self, look: Look) -> QColor:
        return appearance.colour("accent") if self.property("current") else look.ink

    def paint_content(self, painter: QPainter, look: Look) -> None:
        right = self.width() - float(self.PADDING)
        if self._badge:
            size = badge_size(self._badge)
            box = QRectF(right - size.width(), (self.height() - Badge.HEIGHT) / 2, size.width(), Badge.HEIGHT)
            paint_badge(painter, box, self._badge)
            right = box.left() - 6
        self.paint_words(painter, QRectF(self.PADDING, 0, right - self.PADDING, self.height()), look)


class _Disc(QWidget):
    """The logo, a glowing disc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(22, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        icons.draw_logo(painting.painter_of(self), self.rect())
