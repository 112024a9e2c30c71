"""Shows one picture: fitted, zoomed at the pointer, dragged about; moving ones move. Decoding never stops the window."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QPointF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QMouseEvent, QMovie, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsView, QWidget

from app.system import appearance, pictures
from app.widgets.picture_item import PictureItem, copies_of
from app.widgets.stage import Stage

_log = logging.getLogger(__name__)

_STEP = 1.25
_LARGEST = 16.0  # device pixels per pixel of the picture
_PAN_PX = 60
_Anchor = QGraphicsView.ViewportAnchor


@dataclass(frozen=True)
class _Decoded:
    """What a worker hands back for the picture number `ticket`; without copies the picture cannot be shown."""

    ticket: int
    copies: tuple[QImage, ...] = ()
    moves: bool = False


class ImageView(Stage):
    """`show_picture` returns at once with the preview on the screen; `shown` or `failed` comes later."""

    shown = Signal()
    failed = Signal()
    zoom_changed = Signal()
    _decoded = Signal(object)  # _Decoded, from the worker thread

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("window", 1.0, parent)
        self._item = PictureItem()
        self.scene().addItem(self._item)
        self._ticket = 0
        self._path = Path()
        self._movie: QMovie | None = None
        self._worker: ThreadPoolExecutor | None = None
        self._decoded.connect(self._on_decoded, Qt.ConnectionType.QueuedConnection)
        self.setTransformationAnchor(_Anchor.AnchorViewCenter)
        self.setAccessibleName(self.tr("Picture"))

    @property
    def image(self) -> QImage | None:
        """What is on the screen, for the clipboard."""
        return self._item.image

    def show_picture(self, path: Path, preview: QImage | None = None, size: QSizeF | None = None) -> None:
        """`size` in pixels, if known, gives the preview the right room."""
        self.clear()
        self._path = path
        if preview is not None:
            self._put((preview,), size or QSizeF(preview.size()))
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, thread_name_prefix="picture")
        ticket = self._ticket
        self._worker.submit(lambda: self._decode(ticket, path))

    def clear(self) -> None:
        """Forgets the picture and its memory."""
        self._ticket += 1
        if self._movie is not None:
            self._movie.stop()
            self._movie.deleteLater()
            self._movie = None
        self._put((), QSizeF())

    def toggle(self) -> bool:
        """Stops or moves a moving picture. False when it is a still one."""
        if self._movie is None:
            return False
        self._movie.setPaused(self._movie.state() is QMovie.MovieState.Running)
        return True

    def zoom(self, factor: float) -> None:
        """Around the middle."""
        self._scale_to(self._within_bounds(self.scale_now * factor))

    def _within_bounds(self, scale: float) -> float:
        smallest = min(self.fit_scale(), 1.0 / self.devicePixelRatioF())
        return min(max(_LARGEST / self.devicePixelRatioF(), smallest), max(smallest, scale))

    def _scale_at(self, pointer: QPointF, scale: float) -> None:
        """What lies under the pointer stays there. Qt's own anchor goes by where it saw the mouse last."""
        spot = self.mapToScene(pointer.toPoint())
        self.setTransformationAnchor(_Anchor.NoAnchor)
        self._scale_to(scale)
        self.setTransformationAnchor(_Anchor.AnchorViewCenter)
        moved = self.mapFromScene(spot) - pointer.toPoint()
        for bar, distance in ((self.horizontalScrollBar(), moved.x()), (self.verticalScrollBar(), moved.y())):
            bar.setValue(bar.value() + distance)

    def show_whole(self) -> None:
        self._scale_to(self.fit_scale())

    def show_actual_size(self) -> None:
        """One pixel of the picture is one of the screen."""
        self._scale_to(1.0 / self.devicePixelRatioF())

    def _scale_to(self, scale: float) -> None:
        self.set_scale(scale)
        rect = self.item_rect()
        beyond = rect.width() > self.viewport().width() + 1 or rect.height() > self.viewport().height() + 1
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag if beyond else QGraphicsView.DragMode.NoDrag)
        self.zoom_changed.emit()

    # --- decoding

    def _decode(self, ticket: int, path: Path) -> None:
        """In the worker thread. A picture that was left meanwhile is not decoded."""
        if ticket != self._ticket:
            return
        try:
            made = _Decoded(ticket, copies_of(pictures.read(path)), pictures.moves(path))
        except (pictures.UnreadablePictureError, pictures.PictureTooLargeError) as error:
            _log.info("A picture cannot be shown: %s", error)
            made = _Decoded(ticket)
        self._decoded.emit(made)

    @Slot(object)
    def _on_decoded(self, made: _Decoded) -> None:
        if made.ticket != self._ticket:
            return
        if not made.copies:
            self.failed.emit()
            return
        self._put(made.copies, QSizeF(made.copies[0].size()))
        if made.moves:
            self._start_movie()
        self.shown.emit()

    def _start_movie(self) -> None:
        movie = QMovie(str(self._path), QByteArray(pictures.movie_format(self._path)), self)
        movie.frameChanged.connect(self._on_frame)
        self._movie = movie
        movie.start()
        movie.setPaused(not self.isVisible() or appearance.motion_ms() == 0)

    @Slot()
    def _on_frame(self) -> None:
        if self._movie is not None:
            frame = self._movie.currentImage()
            self._put((frame,), QSizeF(frame.size()))

    def _put(self, copies: tuple[QImage, ...], size: QSizeF) -> None:
        self._item.set_copies(copies, size)
        self.set_content_size(size)

    # --- hands

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        if turn and self._item.image is not None:
            self._scale_at(event.position(), self._within_bounds(self.scale_now * _STEP ** (turn / 120)))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            actual = 1.0 / self.devicePixelRatioF()
            self._scale_at(event.position(), actual if self.is_fitted else self.fit_scale())
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _STEP)
        elif key == Qt.Key.Key_0:
            self.show_whole()
        elif key == Qt.Key.Key_1:
            self.show_actual_size()
        elif not self._pan(key):
            event.ignore()

    def _pan(self, key: int) -> bool:
        """Arrow keys move a picture that is larger than the view; otherwise they belong to the viewer."""
        if self.dragMode() is QGraphicsView.DragMode.NoDrag:
            return False
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        moves = {
            Qt.Key.Key_Left: (across, -_PAN_PX),
            Qt.Key.Key_Right: (across, _PAN_PX),
            Qt.Key.Key_Up: (down, -_PAN_PX),
            Qt.Key.Key_Down: (down, _PAN_PX),
        }
        if key not in moves:
            return False
        bar, distance = moves[Qt.Key(key)]
        bar.setValue(bar.value() + distance)
        return True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._movie is not None and appearance.motion_ms():
            self._movie.setPaused(False)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._movie is not None:
            self._movie.setPaused(True)
