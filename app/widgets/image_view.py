"""Shows one picture: fitted, zoomed at the pointer, dragged about; moving ones move.

The pixels come from the preview process. A very large picture comes smaller; what of it is looked at closely comes then.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QMouseEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsView, QWidget
from shiboken6 import isValid

from app.system import appearance
from app.system.previews import CLOSED, Looker, PictureFinding
from app.widgets.moving_picture import MovingPicture
from app.widgets.picture_item import PictureItem, copies_of
from app.widgets.stage import Stage

_log = logging.getLogger(__name__)

_STEP = 1.25
_LARGEST = 16.0  # device pixels per pixel of the picture
_PAN_PX = 60
MOST_PIXELS = 32_000_000
"""Of a picture that is held whole: 128 MB. A result of 4,096 x 4,096 is half of it."""
_CLOSE_LOOK_MS = 120
_Anchor = QGraphicsView.ViewportAnchor


@dataclass(frozen=True)
class _Decoded:
    """What a worker hands back for the picture number `ticket`."""

    ticket: int
    found: PictureFinding
    copies: tuple[QImage, ...] = ()


class _Relay(QObject):
    """Brings what a worker made to the GUI thread. It has no parent, so that the worker may outlive the view: a signal of
    a widget that is being deleted meanwhile would end the program."""

    decoded = Signal(object)  # _Decoded


class ImageView(Stage):
    """`show_picture` returns at once with the preview on the screen; `shown` or `failed` comes later."""

    shown = Signal()
    failed = Signal()
    zoom_changed = Signal()

    def __init__(self, looker: Looker, parent: QWidget | None = None, *, most_pixels: int = MOST_PIXELS) -> None:
        super().__init__("window", 1.0, parent)
        self._most_pixels = most_pixels
        self._looker = looker
        self._item = PictureItem()
        self.scene().addItem(self._item)
        self._ticket = 0
        self._path = Path()
        self._movie: MovingPicture | None = None
        self._worker: ThreadPoolExecutor | None = None
        self._close_look = QTimer(self, singleShot=True, interval=_CLOSE_LOOK_MS)
        self._close_look.timeout.connect(self._ask_detail)
        self._relay = _Relay()
        self._relay.decoded.connect(self._on_decoded, Qt.ConnectionType.QueuedConnection)
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
        ticket = self._ticket
        self._looker.ask_picture(
            path,
            lambda found: self._on_found(ticket, found),
            most_pixels=self._most_pixels,
            wanted=lambda: ticket == self._ticket,
        )

    def give_whole(self, take: Callable[[QImage], None]) -> None:
        """Hands the picture with all its pixels to `take`, now or a moment later."""
        image = self.image
        if image is not None and self._item.largest_share >= 1:
            take(image)
        elif image is not None:
            self._looker.ask_picture(self._path, lambda found: take(found.image or image))

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
        self._movie.set_paused(not self._movie.is_paused)
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
        self._look_closer()
        self.zoom_changed.emit()

    # --- what comes

    def _on_found(self, ticket: int, found: PictureFinding) -> None:
        """Its smaller copies are made in a worker thread."""
        if not isValid(self) or ticket != self._ticket or found.error == CLOSED:
            return
        image = found.image
        if image is None:
            _log.info("A picture cannot be shown: %s", found.error)
            self.failed.emit()
            return
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, thread_name_prefix="picture")
        relay = self._relay
        self._worker.submit(lambda: relay.decoded.emit(_Decoded(ticket, found, copies_of(image))))

    @Slot(object)
    def _on_decoded(self, made: _Decoded) -> None:
        if made.ticket != self._ticket:
            return
        self._put(made.copies, QSizeF(made.found.size or made.copies[0].size()))
        if made.found.moves:
            self._start_movie()
        self.shown.emit()

    def _start_movie(self) -> None:
        self._movie = MovingPicture(self._looker, self._path, self)
        self._movie.shown.connect(self._on_frame)
        self._movie.set_paused(not self.isVisible() or appearance.motion_ms() == 0)

    @Slot(QImage)
    def _on_frame(self, frame: QImage) -> None:
        self._put((frame,), QSizeF(frame.size()))

    # --- a close look at what is too large to be held whole

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._look_closer()

    def _look_closer(self) -> None:
        if self._item.largest_share < min(1.0, self.scale_now * self.devicePixelRatioF()):
            self._close_look.start()

    @Slot()
    def _ask_detail(self) -> None:
        """What is in view, and a little around it."""
        view = self.mapToScene(self.viewport().rect()).boundingRect()
        around = view.adjusted(-view.width() / 4, -view.height() / 4, view.width() / 4, view.height() / 4)
        part = around.intersected(self._item.boundingRect()).toAlignedRect()
        ticket = self._ticket
        if not part.isEmpty():
            self._looker.ask_picture(
                self._path,
                lambda found: self._on_detail(ticket, part, found),
                part=part,
                wanted=lambda: ticket == self._ticket,
            )

    def _on_detail(self, ticket: int, part: QRect, found: PictureFinding) -> None:
        if isValid(self) and ticket == self._ticket and found.image is not None:
            self._item.set_detail(QRectF(part), found.image)

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
            self._movie.set_paused(False)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._movie is not None:
            self._movie.set_paused(True)
