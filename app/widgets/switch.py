"""On or off, at once: a switch with its words beside it."""

from PySide6.QtCore import QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QWidget

from app.system import appearance
from app.system.tokens import blend
from app.widgets import painting
from app.widgets.buttons import Look, PaintedButton

TRACK_WIDTH, TRACK_HEIGHT, KNOB_GAP = 34, 20, 3


class Switch(PaintedButton):
    """A check box for assistive technology. `value_changed` tells what the person did; `set_value` is silent."""

    HEIGHT, PADDING, GAP, SIZE_PX = 28, 3, 10, 13
    WEIGHT = QFont.Weight.Normal

    value_changed = Signal(object)

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, "", parent)
        self._silent = False
        self._slide = QVariantAnimation(self)
        self._slide.setStartValue(0.0)
        self._slide.setEndValue(0.0)
        self._slide.valueChanged.connect(lambda _value: self.update())
        self.setCheckable(True)
        self.toggled.connect(self._on_toggled)

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: object) -> None:
        self._silent = True
        self.setChecked(bool(value))
        self._silent = False

    def sizeHint(self) -> QSize:
        words = self._content_width()
        width = TRACK_WIDTH + 2 * self.PADDING + (self.GAP + words if words else 0)
        return QSize(round(width + 0.5), self.HEIGHT)

    def look(self) -> Look:
        return Look(None, None, appearance.colour("text" if self.isEnabled() else "disabled"))

    def paint_surface(self, painter: QPainter, look: Look) -> None:
        """The ring goes around the track, which is what switches."""
        tokens = appearance.current()
        track, share = self._track(), self._share()
        off = tokens.border_strong if self.hovered else tokens.border
        on = tokens.accent_hover if self.hovered else tokens.accent
        ink = blend(tokens.text, tokens.on_accent, share)
        if not self.isEnabled():
            on, ink = blend(tokens.raised, tokens.accent, 0.35), tokens.disabled
        painting.surface(painter, track, TRACK_HEIGHT / 2, fill=QColor(blend(off, on, share)))
        knob = TRACK_HEIGHT - 2 * KNOB_GAP
        along = KNOB_GAP + (1 - share if self._mirrored() else share) * (TRACK_WIDTH - TRACK_HEIGHT)
        place = QRectF(track.left() + along, track.top() + KNOB_GAP, knob, knob)
        painting.surface(painter, place, knob / 2, fill=QColor(ink))
        if self.ring:
            painting.focus_ring(painter, track.adjusted(-3, -3, 3, 3), TRACK_HEIGHT / 2 + 3)

    def paint_content(self, painter: QPainter, look: Look) -> None:
        track = self._track()
        if self._mirrored():
            right = track.left() - self.GAP
            self.paint_words(painter, QRectF(max(0.0, right - self._content_width()), 0, right, self.height()), look)
            return
        left = track.right() + self.GAP
        self.paint_words(painter, QRectF(left, 0, self.width() - left, self.height()), look)

    def _mirrored(self) -> bool:
        return self.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def _track(self) -> QRectF:
        left = self.width() - self.PADDING - TRACK_WIDTH if self._mirrored() else self.PADDING
        return QRectF(left, (self.height() - TRACK_HEIGHT) / 2, TRACK_WIDTH, TRACK_HEIGHT)

    def _share(self) -> float:
        """0 is off, 1 is on, between them it moves."""
        if self._slide.state() is QVariantAnimation.State.Running:
            return float(self._slide.currentValue())
        return float(self.isChecked())

    def _on_toggled(self, on: bool) -> None:
        self._slide.stop()
        if appearance.motion_ms() and self.isVisible():
            self._slide.setStartValue(float(not on))
            self._slide.setEndValue(float(on))
            self._slide.setDuration(appearance.motion_ms())
            self._slide.start()
        self.update()
        if not self._silent:
            self.value_changed.emit(on)
