"""The tags of a job as chips, and a place to write another one."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QCompleter, QWidget

from app.system import appearance
from app.widgets import icons, plain
from app.widgets.buttons import Look, PaintedButton
from app.widgets.flow_layout import FlowLayout
from app.widgets.text_field import TextField

LONGEST, MOST = 40, 20
"""Characters in a tag, tags on a job."""


class TagEditor(QWidget):
    """`tags_changed` carries all tags, after the person added or removed one; `begun` tells that one is being written."""

    tags_changed = Signal(tuple)
    begun = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tags: tuple[str, ...] = ()
        self._known: tuple[str, ...] = ()
        self._flow = FlowLayout(self, gap=6)
        self._chips: list[TagChip] = []
        self._add = AddChip(self.tr("Tag"), self)
        self._add.setAccessibleName(self.tr("Add tag"))
        self._add.clicked.connect(self.begin)
        self._field = _TagField(self.tr("New tag"), self)
        self._field.finished.connect(self._finish)
        self._field.hide()
        self._flow.addWidget(self._add)
        self._flow.addWidget(self._field)

    @property
    def tags(self) -> tuple[str, ...]:
        return self._tags

    @property
    def field(self) -> TextField:
        return self._field

    def set_tags(self, tags: Sequence[str]) -> None:
        """Shows other tags, without a signal. What is being written is given up."""
        self._end()
        if tuple(tags) == self._tags:
            return
        self._tags = tuple(tags)
        for widget in (*self._chips, self._add, self._field):
            self._flow.removeWidget(widget)
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(tag) for tag in self._tags]
        for widget in (*self._chips, self._add, self._field):
            self._flow.addWidget(widget)
        for chip in self._chips:
            chip.show()
        self._flow.invalidate()
        self.updateGeometry()
        self._add.setVisible(len(self._tags) < MOST)

    def set_known(self, known: Sequence[str]) -> None:
        """Tags of other jobs, offered while writing."""
        self._known = tuple(known)

    def chips(self) -> list["TagChip"]:
        return list(self._chips)

    def begin(self) -> None:
        """Opens the field for a new tag."""
        completer = QCompleter([tag for tag in self._known if tag not in self._tags], self._field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._field.setCompleter(completer)
        self._add.hide()
        self._field.show()
        self._field.setFocus(Qt.FocusReason.TabFocusReason)
        self.begun.emit()

    def _chip(self, tag: str) -> "TagChip":
        chip = TagChip(tag, parent=self)
        chip.setAccessibleName(self.tr("Remove tag {tag}").format(tag=tag))
        chip.setToolTip(plain.tooltip(self.tr("Remove this tag")))
        chip.clicked.connect(lambda: self._change(tuple(other for other in self._tags if other != tag)))
        return chip

    def _finish(self, words: str) -> None:
        by_keyboard = self._field.hasFocus()
        self._end()
        self._change(with_new(self._tags, words))
        if by_keyboard:
            self._add.setFocus(Qt.FocusReason.TabFocusReason)

    def _end(self) -> None:
        if self._field.isVisibleTo(self):
            self._field.set_value("")
            self._field.hide()
            self._add.setVisible(len(self._tags) < MOST)

    def _change(self, tags: tuple[str, ...]) -> None:
        if tags != self._tags:
            self.set_tags(tags)
            self.tags_changed.emit(tags)


def with_new(tags: Sequence[str], words: str) -> tuple[str, ...]:
    """The tags with those that were typed, parted by commas; none twice, whatever its case."""
    found = {tag.casefold(): tag for tag in tags}
    for typed in words.split(","):
        tag = " ".join(typed.split())[:LONGEST].strip()
        if tag:
            found.setdefault(tag.casefold(), tag)
    return tuple(found.values())[: max(MOST, len(tags))]


class TagChip(PaintedButton):
    """A tag; pressing it takes it away, which its cross says under the pointer or the focus."""

    HEIGHT, PADDING, CROSS = 32, 10, 12
    WEIGHT = QFont.Weight.Normal

    def sizeHint(self) -> QSize:
        wanted = super().sizeHint()
        return QSize(min(wanted.width() + 4 + self.CROSS, 240), self.HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(60, self.sizeHint().width()), self.HEIGHT)

    def look(self) -> Look:
        tokens = appearance.current()
        fill = tokens.raised_pressed if self.isDown() else tokens.raised_hover if self.hovered else tokens.raised
        return Look(
            QColor(fill), QColor(tokens.border_strong if self.hovered else tokens.border), QColor(tokens.second)
        )

    def paint_content(self, painter: QPainter, look: Look) -> None:
        words, cross = self.rect(), self.rect()
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        start, end = self.PADDING, self.PADDING + self.CROSS + 4
        words.adjust(end if mirrored else start, 0, -start if mirrored else -end, 0)
        self.paint_words(painter, words.toRectF(), look)
        cross.setWidth(self.CROSS)
        cross.moveLeft(self.PADDING if mirrored else self.width() - self.PADDING - self.CROSS)
        role = "text" if self.hovered or self.ring else "third"
        icons.draw(painter, cross, "x", appearance.colour(role))


class AddChip(PaintedButton):
    """A dashed chip: something can be put here."""

    HEIGHT, PADDING, ICON, GAP = 32, 10, 12, 6
    WEIGHT = QFont.Weight.Normal

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, "plus", parent)

    def look(self) -> Look:
        role = "text" if self.hovered or self.isDown() else "second"
        return Look(None, None, appearance.colour(role))

    def paint_surface(self, painter: QPainter, look: Look) -> None:
        pen = QPen(appearance.colour("border_strong"), 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.setBrush(appearance.colour("hover") if self.hovered else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), self.RADIUS, self.RADIUS)
        super().paint_surface(painter, look)


class _TagField(TextField):
    """Enter and leaving keep what is written, Escape gives it up."""

    finished = Signal(str)

    def __init__(self, placeholder: str, parent: QWidget) -> None:
        super().__init__(placeholder, parent)
        self.setAccessibleName(placeholder)
        self.setMaxLength(4 * LONGEST)
        self.setFixedSize(130, 32)

    def sizeHint(self) -> QSize:
        return QSize(130, 32)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit(self.text())
        elif event.key() == Qt.Key.Key_Escape:
            self.set_value("")
            self.finished.emit("")
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.finished.emit(self.text())
