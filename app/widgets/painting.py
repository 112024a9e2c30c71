"""The few strokes that all painted parts share: rounded surfaces, edges, the focus ring, a soft shadow."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from app.system import appearance

RING_PX = 2.0


def painter_of(widget: QWidget) -> QPainter:
    """A painter for a paintEvent: smooth edges, the widget's own font."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def surface(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    *,
    fill: QColor | None = None,
    edge: QColor | None = None,
    width: float = 1.0,
) -> None:
    """A rounded rectangle; its edge lies inside `rect`, on whole pixels at whole scale factors."""
    inset = width / 2 if edge is not None else 0.0
    painter.setPen(QPen(edge, width) if edge is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius - inset, radius - inset)


def focus_ring(painter: QPainter, rect: QRectF, radius: float) -> None:
    """2 px of accent just inside `rect`: the same sign of focus on every painted part."""
    surface(painter, rect, radius, edge=appearance.colour("accent"), width=RING_PX)


def shadow(painter: QPainter, rect: QRectF, radius: float, reach: int, colour: QColor) -> None:
    """A soft shadow around `rect`, a little lower than it, fading out over `reach` px. Drawn outside of `rect` only."""
    everything = QPainterPath()
    everything.addRect(rect.adjusted(-reach, -reach, reach, reach * 1.5))
    card = QPainterPath()
    card.addRoundedRect(rect, radius, radius)
    painter.save()
    painter.setClipPath(everything - card)
    painter.setPen(Qt.PenStyle.NoPen)
    step = QColor(colour)
    for distance in range(reach, 0, -1):
        # Each ring adds a little; the sum falls off with the cube of the distance.
        step.setAlphaF(colour.alphaF() * 3 * (1 - distance / (reach + 1)) ** 2 / reach)
        painter.setBrush(step)
        grown = rect.adjusted(-distance, -distance, distance, distance).translated(0, reach / 4)
        painter.drawRoundedRect(grown, radius + distance, radius + distance)
    painter.restore()


def shows_focus(event: QFocusEvent, before: bool) -> bool:
    """Whether the ring is due: yes when focus came by the keyboard or by code, no when it came by a click.

    A window that becomes active again, or a popup that closes, changes nothing.
    """
    if event.reason() in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
        return before
    return event.reason() != Qt.FocusReason.MouseFocusReason
