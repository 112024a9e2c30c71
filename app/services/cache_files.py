"""Where thumbnails and waveforms lie: one small file each, named by the result's id, complete or not there."""

import re
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QImageWriter

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,80}")


class CacheFiles:
    """All of it can be deleted at any time: everything is made again from the results. May be used from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, asset_id: str, ending: str) -> Path:
        """`<id>.<ending>`; an id that is no plain word is hashed first."""
        name = asset_id if _SAFE.fullmatch(asset_id) else sha256(asset_id.encode()).hexdigest()
        return self._folder / f"{name}.{ending}"

    def write_bytes(self, target: Path, data: bytes) -> None:
        """Raises OSError, and then leaves nothing behind."""
        part = self._part(target)
        try:
            part.write_bytes(data)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def write_image(self, target: Path, image: QImage, quality: int) -> bool:
        """WebP, which keeps transparency. False when it could not be written."""
        try:
            part = self._part(target)
            try:
                writer = QImageWriter(str(part), QByteArray(b"webp"))
                writer.setQuality(quality)
                if writer.write(image):
                    part.replace(target)
                    return True
            finally:
                part.unlink(missing_ok=True)
        except OSError:
            pass
        return False

    def remove(self, asset_id: str) -> None:
        for old in self._folder.glob(self.path(asset_id, "*").name):
            old.unlink(missing_ok=True)

    def _part(self, target: Path) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return target.with_name(f"{target.name}.{uuid4().hex[:8]}.part")
