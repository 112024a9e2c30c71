"""Buttons in four weights: the one main action, ordinary ones, quiet ones, and a lone icon.

All paint themselves from the present look, so they need no style sheet and follow a change of look at once.
"""

from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.system import appearance
from app.widgets import icons, painting, plain

_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class Look(NamedTuple):
    """What a button wears in its present state; None is nothing at all."""

    fill: QColor | None
    edge: QColor | None
    ink: QColor


class PaintedButton(QAbstractButton):
    """The common body: icon, words, hover, focus ring, Enter as well as Space. Subclasses say what it wears."""

    HEIGHT, PADDING, GAP, ICON, SIZE_PX = 32, 12, 8, 16, 12
    WEIGHT = QFont.Weight.Medium
    RADIUS: float = appearance.RADIUS_INPUT

    def __init__(self, text: str = "", icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._ring = False
        self.setFont(appearance.font(self.SIZE_PX, self.WEIGHT))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """The words as they are; an ampersand is an ampersand."""
        super().setText(plain.without_mnemonic(text))
        self.updateGeometry()

    @property
    def label(self) -> str:
        return self.text().replace("&&", "&")

    def set_icon_name(self, name: str) -> None:
        if name != self._icon_name:
            self._icon_name = name
            self.updateGeometry()
            self.update()

    def look(self) -> Look:
        """Colours for the present state."""
        return Look(None, None, appearance.colour("text"))

    def icon_colour(self, look: Look) -> QColor:
        return look.ink

    @property
    def hovered(self) -> bool:
        return self.isEnabled() and self.underMouse()

    @property
    def ring(self) -> bool:
        """Whether the focus has to be seen now."""
        return self._ring and self.hasFocus()

    def sizeHint(self) -> QSize:
        return QSize(round(self._content_width() + 2 * self.PADDING + 0.5), self.HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _content_width(self) -> float:
        words = QFontMetricsF(self.font()).horizontalAdvance(self.label) if self.label else 0.0
        sign = self.ICON if self._icon_name else 0
        return words + sign + (self.GAP if words and sign else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        look = self.look()
        self.paint_surface(painter, look)
        self.paint_content(painter, look)

    def paint_surface(self, painter: QPainter, look: Look) -> None:
        rect = QRectF(self.rect())
        if look.fill is not None or look.edge is not None:
            painting.surface(painter, rect, self.RADIUS, fill=look.fill, edge=look.edge)
        if self.ring:
            painting.focus_ring(painter, rect, self.RADIUS)

    def paint_content(self, painter: QPainter, look: Look) -> None:
        """Icon and words in the middle."""
        width = min(self._content_width(), self.width() - 2.0 * self.PADDING)
        self.paint_words(painter, QRectF((self.width() - width) / 2, 0, width, self.height()), look)

    def paint_words(self, painter: QPainter, area: QRectF, look: Look) -> None:
        """Icon and words from the left edge of `area`, cut with dots where it ends."""
        left = area.left()
        if self._icon_name:
            box = QRectF(left, area.top(), self.ICON, area.height())
            icons.draw(painter, box, self._icon_name, self.icon_colour(look))
            left += self.ICON + self.GAP
        room = area.right() - left
        if self.label and room > 0:
            metrics = QFontMetricsF(self.font())
            words = metrics.elidedText(self.label, Qt.TextElideMode.ElideRight, room + 0.5)
            painter.setPen(look.ink)
            painter.setFont(self.font())
            painter.drawText(QRectF(left, area.top(), room + 1, area.height()), _FLAGS, words)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = painting.shows_focus(event, self._ring)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._ring = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
            return
        super().keyPressEvent(event)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.EnabledChange, QEvent.Type.PaletteChange):
            self.update()
        super().changeEvent(event)


class PrimaryButton(PaintedButton):
    """The one main action of a place. `hint` (a shortcut) stands dimmer behind the words; `large` is for the foot."""

    WEIGHT = QFont.Weight.DemiBold
    SIZE_PX = 13
    HINT_GAP = 12

    def __init__(
        self, text: str = "", icon_name: str = "", parent: QWidget | None = None, *, hint: str = "", large: bool = False
    ) -> None:
        super().__init__(text, icon_name, parent)
        self._hint = hint
        self._is_calm = False
        if large:
            self.HEIGHT, self.RADIUS = 40, appearance.RADIUS_CARD

    def set_hint(self, hint: str) -> None:
        self._hint = hint
        self.updateGeometry()
        self.update()

    def set_calm(self, calm: bool) -> None:
        """A click would start nothing yet, and explains why: the button can be used and does not call for it."""
        if calm != self._is_calm:
            self._is_calm = calm
            self.update()

    def look(self) -> Look:
        if self._is_calm and self.isEnabled():
            fill = appearance.colour("hover" if self.hovered or self.isDown() else "raised")
            return Look(fill, appearance.colour("border"), appearance.colour("second"))
        if not self.isEnabled():
            # Its words may say why it cannot be used, so they have to be readable.
            return Look(appearance.colour("raised"), appearance.colour("border"), appearance.colour("third"))
        state = "accent_pressed" if self.isDown() else "accent_hover" if self.hovered else "accent"
        return Look(appearance.colour(state), None, appearance.colour("on_accent"))

    def paint_surface(self, painter: QPainter, look: Look) -> None:
        """An accent ring on accent could not be seen, so a gap parts the two."""
        if not self.ring:
            super().paint_surface(painter, look)
            return
        rect = QRectF(self.rect())
        painting.focus_ring(painter, rect, self.RADIUS)
        gap = painting.RING_PX + 1.5
        inner = rect.adjusted(gap, gap, -gap, -gap)
        painting.surface(painter, inner, self.RADIUS - gap, fill=look.fill, edge=look.edge)

    def paint_content(self, painter: QPainter, look: Look) -> None:
        words = super()._content_width()
        room = self.width() - 2.0 * self.PADDING
        hint = self._hint_width() if words + self._hint_width() <= room else 0.0
        width = min(words + hint, room)
        left = (self.width() - width) / 2
        self.paint_words(painter, QRectF(left, 0, width - hint, self.height()), look)
        if hint:
            painter.setFont(appearance.font(12))
            is_accent = self.isEnabled() and not self._is_calm
            painter.setPen(appearance.colour("on_accent_second") if is_accent else appearance.colour("third"))
            start = left + words + self.HINT_GAP
            painter.drawText(QRectF(start, 0, hint, self.height()), _FLAGS, self._hint)

    def _hint_width(self) -> float:
        if not self._hint:
            return 0.0
        return self.HINT_GAP + QFontMetricsF(appearance.font(12)).horizontalAdvance(self._hint)


class SecondaryButton(PaintedButton):
    """An ordinary action: raised, with an edge."""

    def look(self) -> Look:
        if not self.isEnabled():
            return Look(appearance.colour("raised"), appearance.colour("border"), appearance.colour("disabled"))
        tokens = appearance.current()
        fill = tokens.raised_pressed if self.isDown() else tokens.raised_hover if self.hovered else tokens.raised
        edge = tokens.border_strong if self.hovered else tokens.border
        return Look(QColor(fill), QColor(edge), QColor(tokens.text))


class QuietButton(PaintedButton):
    """An action that stays in the background until the pointer or the focus is on it."""

    PADDING = 10

    def look(self) -> Look:
        if not self.isEnabled():
            return Look(None, None, appearance.colour("disabled"))
        if self.isDown() or self.hovered:
            return Look(appearance.colour("pressed" if self.isDown() else "hover"), None, appearance.colour("text"))
        return Look(None, None, appearance.colour("second"))


class IconButton(PaintedButton):
    """A lone icon with a name for assistive technology, which is its tooltip too. `framed` looks like SecondaryButton.

    A checkable one shows that it is on by the accent.
    """

    PADDING = 0

    def __init__(
        self,
        icon_name: str,
        accessible_name: str,
        parent: QWidget | None = None,
        *,
        framed: bool = False,
        size: int = 32,
    ) -> None:
        super().__init__("", icon_name, parent)
        self._framed, self._size = framed, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_name(accessible_name)

    def set_name(self, name: str) -> None:
        """What it does now, such as "Play" and "Pause" in turn."""
        self.setAccessibleName(name)
        self.setToolTip(plain.tooltip(name))

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def look(self) -> Look:
        tokens = appearance.current()
        on = self.isChecked() and self.isEnabled()
        ink = tokens.accent if on else tokens.text if self._framed or self.hovered else tokens.second
        if not self.isEnabled():
            ink = tokens.disabled
        overlay = tokens.pressed if self.isDown() else tokens.hover if self.hovered else None
        if not self._framed:
            fill = overlay or (tokens.accent_wash if on else None)
            return Look(QColor(fill) if fill else None, None, QColor(ink))
        fill = tokens.raised_pressed if self.isDown() else tokens.raised_hover if self.hovered else tokens.raised
        edge = tokens.accent if on else tokens.border_strong if self.hovered else tokens.border
        return Look(QColor(fill), QColor(edge), QColor(ink))
