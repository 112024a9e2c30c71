"""A short word in the corner about something that just happened. It leaves by itself and never takes the focus."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPropertyAnimation, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QFont, QPaintEvent
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.system import appearance
from app.widgets import painting
from app.widgets.buttons import IconButton, QuietButton
from app.widgets.elided_label import ElidedLabel
from app.widgets.notices import IconMark

MOST, MARGIN, SHADOW, WIDTH, GAP = 3, 20, 24, 380, 8
STAYS_MS, STAYS_WITH_ACTION_MS = 5000, 9000

_LOOKS = {
    "done": ("check", "done"),
    "info": ("info", "running"),
    "warning": ("triangle-alert", "warning"),
    "error": ("circle-alert", "failed"),
}


class Toast(QWidget):
    """Title, one line of text, at most one action. The pointer on it, or the focus in it, keeps it there."""

    action_requested = Signal()
    gone = Signal()

    def __init__(self, kind: str, title: str, text: str, action: str, parent: QWidget, *, stays_ms: int) -> None:
        super().__init__(parent)
        name, role = _LOOKS[kind]
        self._title = ElidedLabel(title, self, weight=QFont.Weight.DemiBold)
        self._text = ElidedLabel(text, self, tone="second", size=12)
        self._text.setVisible(bool(text))
        self._action = QuietButton(action, parent=self)
        self._action.setVisible(bool(action))
        self._action.clicked.connect(self._on_action)
        self._close = IconButton("x", self.tr("Dismiss"), self, size=28)
        self._close.clicked.connect(self.leave)
        self._arrange(IconMark(name, role, 16, self))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(stays_ms)
        self._timer.timeout.connect(self._on_time)
        self._timer.start()

    def leave(self) -> None:
        """Fades, or goes at once when motion is reduced."""
        self._timer.stop()
        if not appearance.motion_ms() or not self.isVisible():
            self.gone.emit()
            return
        self._fade(1.0, 0.0).finished.connect(self.gone)

    def come(self) -> None:
        self.show()
        if appearance.motion_ms():
            self._fade(0.0, 1.0).finished.connect(lambda: self.setGraphicsEffect(None))  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        card = QRectF(self.rect()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
        painting.shadow(painter, card, appearance.RADIUS_CARD, SHADOW, appearance.colour("shadow"))
        painting.surface(
            painter, card, appearance.RADIUS_CARD, fill=appearance.colour("raised"), edge=appearance.colour("border")
        )

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start()
        super().leaveEvent(event)

    def _arrange(self, mark: IconMark) -> None:
        self.setFixedWidth(WIDTH + 2 * SHADOW)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(SHADOW + 16, SHADOW + 12, SHADOW + 8, SHADOW + 12)
        row.setSpacing(8)
        row.addWidget(mark)
        row.addSpacing(4)
        row.addLayout(words, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)

    def _fade(self, start: float, end: float) -> QPropertyAnimation:
        effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(effect)
        motion = QPropertyAnimation(effect, b"opacity", effect)
        motion.setDuration(appearance.motion_ms())
        motion.setStartValue(start)
        motion.setEndValue(end)
        motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        motion.start()
        return motion

    def _on_time(self) -> None:
        if any(button.hasFocus() for button in (self._action, self._close)):
            self._timer.start()
        else:
            self.leave()

    def _on_action(self) -> None:
        self.action_requested.emit()
        self.leave()


@runtime_checkable
class KeepsClear(Protocol):
    """A page with something at its bottom that no toast may cover."""

    def kept_clear(self) -> int:
        """Its height in px now."""
        ...


class ToastHost(QObject):
    """Stacks toasts at the bottom right of `window`, the newest lowest, at most three.

    `kept_clear` is the height in px at the bottom of the window that is not to be covered now, such as buttons there.
    """

    def __init__(self, window: QWidget, kept_clear: Callable[[], int] = lambda: 0) -> None:
        super().__init__(window)
        self._window = window
        self._kept_clear = kept_clear
        self._toasts: list[Toast] = []
        self._before: QWidget | None = None
        window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]

    def show_toast(
        self, title: str, text: str = "", *, kind: str = "done", action: str = "", stays_ms: int = 0
    ) -> Toast:
        """Kind is done, info, warning or error. Connect to the toast's `action_requested` for its action.

        Without `stays_ms` it stays 5 s, with an action 9 s.
        """
        while len(self._toasts) >= MOST:
            self._forget(self._toasts[0])
        stays_ms = stays_ms or (STAYS_WITH_ACTION_MS if action else STAYS_MS)
        toast = Toast(kind, title, text, action, self._window, stays_ms=stays_ms)
        toast.gone.connect(lambda: self._forget(toast))
        self._toasts.append(toast)
        self._place()
        toast.raise_()
        toast.come()
        self._announce(toast, title, text)
        return toast

    def toasts(self) -> tuple[Toast, ...]:
        return tuple(self._toasts)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _announce(self, toast: Toast, title: str, text: str) -> None:
        """Politely: a screen reader finishes its sentence first."""
        words = f"{title}. {text}" if text else title
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(toast, words))

    @Slot(QWidget, QWidget)
    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """Remembers where the person was before going into a toast."""
        if new is not None and self._holds(new) and old is not None and not self._holds(old):
            self._before = old

    def _holds(self, part: QWidget) -> bool:
        return any(toast.isAncestorOf(part) for toast in self._toasts)

    def _forget(self, toast: Toast) -> None:
        if toast in self._toasts:
            focus, back = QApplication.focusWidget(), self._before
            if focus is not None and toast.isAncestorOf(focus) and back is not None and isValid(back):
                back.setFocus(Qt.FocusReason.OtherFocusReason)  # else Qt gives it to whatever comes next
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._window.height() - self._kept_clear() - MARGIN + SHADOW
        left = self._window.width() - MARGIN + SHADOW - (WIDTH + 2 * SHADOW)
        if self._window.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            left = MARGIN - SHADOW
        for toast in reversed(self._toasts):
            toast.adjustSize()
            toast.move(left, bottom - toast.height())
            bottom -= toast.height() - 2 * SHADOW + GAP
