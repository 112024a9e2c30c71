"""Ctrl+Enter generates, once for each time it is pressed: a key that is held down must not send job after job."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent


def is_submit(event: QEvent) -> bool:
    """Whether this is Ctrl+Enter, pressed or held."""
    return (
        event.type() == QEvent.Type.KeyPress
        and isinstance(event, QKeyEvent)
        and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    )


def is_held(event: QEvent) -> bool:
    """Whether the keyboard repeats a key by itself."""
    return isinstance(event, QKeyEvent) and event.isAutoRepeat()


class OncePerPress(QObject):
    """An event filter that swallows Ctrl+Enter, held down, for a part that does not look at repeats itself."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return is_submit(event) and is_held(event)
