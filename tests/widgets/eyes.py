"""How a test looks at a widget: its pixels, and what assistive technology is told."""

from PySide6.QtGui import QAccessible, QAccessibleInterface, QColor, QImage
from PySide6.QtWidgets import QWidget

from app.system import appearance

Role = QAccessible.Role


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def colours(widget: QWidget) -> set[str]:
    """Every opaque colour that occurs in the widget's picture, as #rrggbb."""
    seen = picture(widget)
    return {seen.pixelColor(x, y).name() for x in range(seen.width()) for y in range(seen.height())}


def token(role: str) -> str:
    """A colour of the present look as #rrggbb."""
    return QColor(str(getattr(appearance.current(), role))).name()


def told(widget: QWidget) -> QAccessibleInterface:
    """What assistive technology gets for a widget."""
    return QAccessible.queryAccessibleInterface(widget)


def name(widget: QWidget) -> str:
    return told(widget).text(QAccessible.Text.Name)


def value(widget: QWidget) -> str:
    return told(widget).text(QAccessible.Text.Value)


def description(widget: QWidget) -> str:
    return told(widget).text(QAccessible.Text.Description)


def role(widget: QWidget) -> Role:
    return told(widget).role()


def press(widget: QWidget) -> None:
    """As a screen reader or voice control does."""
    told(widget).actionInterface().doAction("Press")
