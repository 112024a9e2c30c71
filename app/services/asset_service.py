"""Everything the studio knows about a result beyond its bytes: does it play, its thumbnail, its waveform."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from app.domain.media import FileType, Medium
from app.services.cache_files import CacheFiles
from app.services.media_probe import MediaFacts, inspect
from app.services.previews import Previews
from app.services.thumbnails import Thumbnails
from app.services.waveforms import Waveforms

_CLOSE_TIMEOUT_S = 10.0
_WORKERS = 2
_DEFAULT_SIZE = QSize(320, 320)


class AssetService(QObject):
    """Made on Qt's thread. Files are looked into by `previews`, in processes of their own; none runs before it is needed."""

    thumbnail_ready = Signal(str)  # asset_id
    peaks_ready = Signal(str)  # asset_id

    def __init__(self, cache_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files = CacheFiles(cache_folder)
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="assets")
        self._previews = Previews(self)
        self._thumbnails = Thumbnails(self._files, self._previews, self._workers, self)
        self._waveforms = Waveforms(self._files, self._previews, self._workers, self)
        self._thumbnails.ready.connect(self.thumbnail_ready)
        self._waveforms.ready.connect(self.peaks_ready)

    @property
    def previews(self) -> Previews:
        """Who looks into files."""
        return self._previews

    async def inspect(self, path: Path, file_type: FileType) -> MediaFacts:
        """Proves that the file decodes. Raises BrokenResultError, or CancelledError while closing.

        Needs the loop that runs Qt (system/event_loop.py). The file may have any name, `.part` too, and is closed
        again when this returns.
        """
        return await inspect(path, file_type, self._previews)

    def thumbnail(self, asset_id: str, path: Path, medium: Medium, size: QSize = _DEFAULT_SIZE) -> QImage | None:
        """The picture if it is in memory; else None, and `thumbnail_ready` comes unless it cannot be made.

        `size` is what is wanted in device pixels; the picture has its own shape and may be somewhat larger. Sounds have
        no thumbnail.
        """
        return self._thumbnails.get(asset_id, path, medium, size)

    def peaks(self, asset_id: str, path: Path) -> tuple[float, ...] | None:
        """At most 600 numbers from 0 to 1 over the whole length; None while they are being made, then `peaks_ready`.

        Empty when there is no sound in it or it cannot be decoded.
        """
        return self._waveforms.get(asset_id, path)

    def forget(self, asset_id: str) -> None:
        """Deletes what is stored for a result that was deleted, or makes one that is back be looked at again."""
        self._thumbnails.forget(asset_id)
        self._waveforms.forget(asset_id)
        with contextlib.suppress(RuntimeError):  # the program is closing
            self._workers.submit(self._files.remove, asset_id)

    async def close(self) -> None:
        """Gives up what runs and waits for it, at most a few seconds. Nothing is answered afterwards."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._previews.close()
                await asyncio.to_thread(self._workers.shutdown)
