"""Cards or rows: two buttons of which one is on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from app.widgets.buttons import IconButton


class ViewSwitch(QWidget):
    """Modes are "grid" and "list". `mode_changed` tells what the person chose; `set_mode` is silent."""

    mode_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {
            "grid": IconButton("layout-grid", self.tr("Show as grid"), self),
            "list": IconButton("list", self.tr("Show as list"), self),
        }
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for mode, button in self._buttons.items():
            button.setCheckable(True)
            self._group.addButton(button)
            row.addWidget(button)
            button.clicked.connect(lambda _checked=False, mode=mode: self.mode_changed.emit(mode))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_mode("grid")

    def mode(self) -> str:
        return next(mode for mode, button in self._buttons.items() if button.isChecked())

    def set_mode(self, mode: str) -> None:
        """Anything but "list" is the grid."""
        self._buttons["list" if mode == "list" else "grid"].setChecked(True)
