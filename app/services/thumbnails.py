"""Small pictures of results: made once by the preview process, kept on disk, the latest kept in memory.

Ask at any time, also while painting: the answer is there at once or comes later by `ready`. What cannot be made is
remembered and not tried again until `forget`.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage

from app.domain.media import Medium
from app.services.cache_files import CacheFiles
from app.services.previews import Previews
from app.system import pictures

_log = logging.getLogger(__name__)

SIDES = (160, 320, 640)
"""The sizes kept, in pixels of the longer side; a wish gets the next larger one."""

MEMORY_BYTES = 64 * 1024 * 1024
STILL_AT_MS = 500
_QUALITY = 86
_CANNOT = (pictures.UnreadablePictureError, pictures.PictureTooLargeError)


@dataclass(frozen=True)
class _Wish:
    asset_id: str
    side: int


@dataclass(frozen=True)
class _Made:
    """What a worker hands back: a picture, or the result that has to be looked into, or neither: there will be none."""

    wish: _Wish
    picture: QImage | None = None
    source: Path | None = None
    medium: Medium = Medium.IMAGE


class Thumbnails(QObject):
    """Use it through AssetService."""

    ready = Signal(str)  # asset_id
    _made = Signal(object)  # _Made, from worker threads

    def __init__(
        self, files: CacheFiles, previews: Previews, workers: ThreadPoolExecutor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._files, self._previews, self._workers = files, previews, workers
        self._memory: OrderedDict[_Wish, QImage] = OrderedDict()
        self._memory_bytes = 0
        self._underway: set[_Wish] = set()
        self._hopeless: set[_Wish] = set()
        self._made.connect(self._on_made, Qt.ConnectionType.QueuedConnection)

    def get(self, asset_id: str, path: Path, medium: Medium, size: QSize) -> QImage | None:
        """`size` is in device pixels."""
        if medium not in (Medium.IMAGE, Medium.VIDEO):
            return None
        wish = _Wish(asset_id, side_for(size))
        if wish in self._memory:
            self._memory.move_to_end(wish)
            return self._memory[wish]
        if wish not in self._underway and wish not in self._hopeless:
            self._underway.add(wish)
            self._start(lambda: self._find_or_make(wish, path, medium))
        return None

    def forget(self, asset_id: str) -> None:
        """The result changed, or is there again: drops what memory knows about it."""
        for side in SIDES:
            wish = _Wish(asset_id, side)
            self._hopeless.discard(wish)
            if wish in self._memory:
                self._memory_bytes -= self._memory.pop(wish).sizeInBytes()

    def _start(self, work: Callable[[], _Made]) -> None:
        try:
            self._workers.submit(lambda: self._made.emit(work()))
        except RuntimeError:
            _log.debug("The program is closing, no more thumbnails are made")

    def _find_or_make(self, wish: _Wish, path: Path, medium: Medium) -> _Made:
        """In a worker thread."""
        try:
            return _Made(wish, pictures.read_own(self._stored(wish)))
        except _CANNOT:
            return _Made(wish, source=path if path.is_file() else None, medium=medium)

    def _keep(self, wish: _Wish, picture: QImage) -> _Made:
        """In a worker thread. A disk that is full costs time at the next start, nothing else."""
        if max(picture.width(), picture.height()) > wish.side:
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            picture = picture.scaled(wish.side, wish.side, keep, smooth)
        has_alpha = picture.hasAlphaChannel()
        painted = QImage.Format.Format_ARGB32_Premultiplied if has_alpha else QImage.Format.Format_RGB32
        self._files.write_image(self._stored(wish), picture, _QUALITY)
        return _Made(wish, picture.convertToFormat(painted))

    def _stored(self, wish: _Wish) -> Path:
        return self._files.path(wish.asset_id, f"{wish.side}.webp")

    @Slot(object)
    def _on_made(self, made: _Made) -> None:
        wish = made.wish
        if made.source is not None and made.medium is Medium.VIDEO:
            self._previews.ask_still(
                made.source, STILL_AT_MS, lambda found: self._on_seen(wish, found.picture), is_urgent=False
            )
            return
        if made.source is not None:
            self._previews.ask_picture(
                made.source,
                lambda found: self._on_seen(wish, found.image),
                box=QSize(wish.side, wish.side),
                is_urgent=False,
            )
            return
        self._underway.discard(wish)
        if made.picture is None:
            self._hopeless.add(wish)
            return
        self._remember(wish, made.picture)
        self.ready.emit(wish.asset_id)

    def _on_seen(self, wish: _Wish, picture: QImage | None) -> None:
        if picture is None or picture.isNull():
            self._on_made(_Made(wish))
        else:
            self._start(lambda: self._keep(wish, picture))

    def _remember(self, wish: _Wish, picture: QImage) -> None:
        self._memory[wish] = picture
        self._memory_bytes += picture.sizeInBytes()
        while self._memory_bytes > MEMORY_BYTES and len(self._memory) > 1:
            self._memory_bytes -= self._memory.popitem(last=False)[1].sizeInBytes()


def side_for(size: QSize) -> int:
    """The stored size that covers a wish."""
    longer = max(size.width(), size.height())
    return next((side for side in SIDES if side >= longer), SIDES[-1])
