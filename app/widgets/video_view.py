"""The screen for a film: fitted, with a still as its poster until it is played."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.widgets.picture_item import PictureItem
from app.widgets.stage import Stage

if TYPE_CHECKING:
    from PySide6.QtMultimediaWidgets import QGraphicsVideoItem

LARGEST_FIT = 3.0
_UNKNOWN = QSizeF(640, 360)


class VideoView(Stage):
    """The player shows its frames on `screen`."""

    clicked = Signal()
    double_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("input", LARGEST_FIT, parent)
        self._poster = PictureItem()
        self.scene().addItem(self._poster)
        self._screen: QGraphicsVideoItem | None = None
        self.setAccessibleName(self.tr("Film"))

    def screen_item(self) -> "QGraphicsVideoItem":
        """Made when the first film is shown: Qt's media library costs time and memory."""
        if self._screen is None:
            from PySide6.QtMultimediaWidgets import QGraphicsVideoItem

            self._screen = QGraphicsVideoItem()
            self._screen.nativeSizeChanged.connect(self._on_native_size)
            self.scene().addItem(self._screen)
            self._screen.setSize(self._poster.boundingRect().size())
        return self._screen

    def prepare(self, size: QSizeF | None, poster: QImage | None) -> None:
        """Room for the next film. `size` in pixels, if known. Loads nothing of Qt's media library."""
        room = size or (QSizeF(poster.size()) if poster is not None else _UNKNOWN)
        self._poster.set_copies((poster,) if poster is not None else (), room)
        if self._screen is not None:
            self._screen.setSize(room)
        self.show_poster()
        self.set_content_size(room)

    def show_poster(self) -> None:
        """Nothing plays here now."""
        if self._screen is not None:
            self._screen.hide()

    def show_film(self) -> "QGraphicsVideoItem":
        """It is about to be played: its frames lie over the poster."""
        screen = self.screen_item()
        screen.show()
        return screen

    @property
    def has_poster(self) -> bool:
        return self._poster.image is not None

    def set_poster(self, poster: QImage) -> None:
        """A still that came late."""
        self._poster.set_copies((poster,), self._poster.boundingRect().size())

    def show_still(self, still: QImage) -> None:
        """A frame in the film's own pixels: it knows the size best."""
        self._fit_to(QSizeF(still.size()), still)

    @Slot()
    def _on_native_size(self) -> None:
        """The film knows best, also when it lies on its side."""
        size = self.screen_item().nativeSize()
        if not size.isEmpty():
            self._fit_to(size, self._poster.image)

    def _fit_to(self, size: QSizeF, poster: QImage | None) -> None:
        if self._screen is not None:
            self._screen.setSize(size)
        self._poster.set_copies((poster,) if poster is not None else (), size)
        self.set_content_size(size)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second of two clicks takes back what the first one did."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()
            self.double_clicked.emit()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
