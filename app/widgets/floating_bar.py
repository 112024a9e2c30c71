"""A scroll bar that lies over the contents instead of taking their room, so nothing moves when it comes or goes."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar


class FloatingBar(QScrollBar):
    """Takes the place of the vertical bar of `area`, which goes on doing the work unseen."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(Qt.Orientation.Vertical, area)
        self._area = area
        self._real = area.verticalScrollBar()
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.installEventFilter(self)
        self._real.rangeChanged.connect(self._follow)
        self._real.valueChanged.connect(self.setValue)
        self.valueChanged.connect(self._real.setValue)
        self._follow(self._real.minimum(), self._real.maximum())

    def _follow(self, low: int, high: int) -> None:
        self.setRange(low, high)
        self.setPageStep(self._real.pageStep())
        self.setSingleStep(self._real.singleStep())
        self.setVisible(high > low)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            width = self.sizeHint().width()
            mirrored = self._area.layoutDirection() is Qt.LayoutDirection.RightToLeft
            self.setGeometry(0 if mirrored else self._area.width() - width, 0, width, self._area.height())
            self.raise_()
        return False
