"""What people give to models to work from: looked at, made fit, kept as a copy, and swept when nobody wants it any more.

The original may move or go the moment a file was taken; every later run works from the copy.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSize, Signal, SignalInstance
from PySide6.QtGui import QImage

from app.domain.errors import BrokenResultError
from app.domain.input_rules import InputRules, file_problem, too_large, wrong_type
from app.domain.media import GIF, PNG, SNIFF_BYTES, FileType, Medium, sniff
from app.domain.media_input import MediaInput
from app.domain.text import Text, text
from app.services.input_pictures import Decoder, foreign_picture, made_fit, packed
from app.services.media_probe import MediaFacts
from app.store.input_vault import FileTooLargeError, InputVault, KeptFile, UnreadableFileError, UnusableFileError
from app.system.pictures import PictureTooLargeError, UnreadablePictureError

log = logging.getLogger(__name__)

KEPT_DAYS = 90
"""A copy that no recipe names is kept so long after its last use (field.md, item 14)."""
_DAY_S = 24 * 3600
_THUMBNAIL = "input-"
_NAME_CHARS = 120


class InputRefusedError(Exception):
    """A file that cannot be used; `sentence` says why, for the person."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class Assets(Protocol):
    """The part of `AssetService` that looks at files."""

    @property
    def thumbnail_ready(self) -> SignalInstance: ...

    @property
    def previews(self) -> Decoder: ...

    async def inspect(self, path: Path, file_type: FileType) -> MediaFacts: ...
    def thumbnail(self, asset_id: str, path: Path, medium: Medium, size: QSize) -> QImage | None: ...
    def forget(self, asset_id: str) -> None: ...


class InputService(QObject):
    """`references` tells the hashes that recipes and drafts name. `thumbnail_ready` carries a sha256."""

    thumbnail_ready = Signal(str)

    def __init__(self, vault: InputVault, assets: Assets, references: Callable[[], Awaitable[frozenset[str]]]) -> None:
        super().__init__()
        self._vault = vault
        self._assets = assets
        self._references = references
        assets.thumbnail_ready.connect(self._on_thumbnail)

    async def keep_file(self, path: Path, rules: InputRules, title: str, *, origin: str = "") -> MediaInput:
        """Takes a file for a field named `title`. Raises InputRefusedError with its sentence, and StorageError."""
        name = _shown(path.name)
        kept = await asyncio.to_thread(self._take, path, name, rules, title)
        return await self._looked_at(kept, name, rules, title, origin)

    async def keep_picture(self, picture: QImage, name: str, rules: InputRules, title: str) -> MediaInput:
        """Takes a picture that came without a file, from the clipboard or a browser. Raises as `keep_file`."""
        kept = await asyncio.to_thread(self._take_picture, picture, name, rules, title)
        return await self._looked_at(kept, name, rules, title, "")

    def thumbnail(self, kept: MediaInput, size: QSize) -> QImage | None:
        """The small picture if it is in memory, else None; `thumbnail_ready` comes then. `size` is in device pixels."""
        kind = kept.file_type
        if kind is None:
            return None
        path = self._vault.place(kept.sha256, kind)
        return self._assets.thumbnail(_THUMBNAIL + kept.sha256, path, kind.medium, size)

    async def sweep(self) -> int:
        """Removes copies that no recipe and no draft has named for 90 days, and returns how many. Raises StorageError."""
        wanted = await self._references()
        removed = await asyncio.to_thread(self._vault.sweep, wanted, older_than_s=KEPT_DAYS * _DAY_S)
        for digest in removed:
            self._assets.forget(_THUMBNAIL + digest)
        if removed:
            log.info("%d input files that nobody wants any more were removed", len(removed))
        return len(removed)

    # --- inside

    def _take(self, path: Path, name: str, rules: InputRules, title: str) -> KeptFile:
        """In a worker thread."""
        head, size = _first_look(path, name)
        kind = sniff(head)
        if kind is None:
            raise InputRefusedError(foreign_picture(name, head) or wrong_type(rules, title, name, None))
        if kind not in rules.types and not (kind is GIF and PNG in rules.types):
            raise InputRefusedError(wrong_type(rules, title, name, kind))
        if size > rules.max_bytes:
            raise InputRefusedError(too_large(rules, title, name, size))
        try:
            converted = made_fit(path, kind, self._assets.previews) if kind.medium is Medium.IMAGE else None
            if converted is not None:
                return self._vault.keep_bytes(converted, max_bytes=rules.max_bytes)
            return self._vault.keep_copy(path, max_bytes=rules.max_bytes)
        except (UnusableFileError, UnreadablePictureError, PictureTooLargeError) as error:
            raise _refusal(error, name, rules, title) from error

    def _take_picture(self, picture: QImage, name: str, rules: InputRules, title: str) -> KeptFile:
        """In a worker thread."""
        if Medium.IMAGE not in rules.media:
            raise InputRefusedError(wrong_type(rules, title, name, PNG))
        try:
            return self._vault.keep_bytes(packed(picture, as_png=PNG in rules.types), max_bytes=rules.max_bytes)
        except (UnusableFileError, UnreadablePictureError) as error:
            raise _refusal(error, name, rules, title) from error

    async def _looked_at(self, kept: KeptFile, name: str, rules: InputRules, title: str, origin: str) -> MediaInput:
        """Proves that it decodes; what is refused does not stay in the vault."""
        try:
            facts = await self._assets.inspect(kept.path, kept.file_type)
            mime, size = kept.file_type.mime, kept.size_bytes
            seen = (facts.width, facts.height, facts.duration_s)
            found = MediaInput(kept.sha256, name, mime, size, *seen, origin)
            refused = file_problem(rules, title, found)
            if refused is None:
                return found
        except BrokenResultError:
            refused = text("{name} is damaged or not complete.", name=name)
        if kept.is_new:
            await asyncio.to_thread(self._vault.remove, kept.sha256)
        raise InputRefusedError(refused)

    def _on_thumbnail(self, asset_id: str) -> None:
        if asset_id.startswith(_THUMBNAIL):
            self.thumbnail_ready.emit(asset_id.removeprefix(_THUMBNAIL))


def _shown(name: str) -> str:
    """A file's name as it is shown: printable, and not longer than a line."""
    cleaned = "".join(letter if letter.isprintable() else " " for letter in name).strip()
    return cleaned if len(cleaned) <= _NAME_CHARS else cleaned[: _NAME_CHARS - 12] + "\u2026" + cleaned[-11:]


def _first_look(path: Path, name: str) -> tuple[bytes, int]:
    """First bytes and size of an ordinary file. Raises InputRefusedError."""
    try:
        if not path.is_file():
            raise InputRefusedError(text("{name} is no file.", name=name))
        with path.open("rb") as file:
            return file.read(SNIFF_BYTES), path.stat().st_size
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name cannot be used"
        raise InputRefusedError(text("{name} cannot be read: {reason}.", name=name, reason=reason)) from error


def _refusal(error: Exception, name: str, rules: InputRules, title: str) -> InputRefusedError:
    if isinstance(error, FileTooLargeError):
        return InputRefusedError(too_large(rules, title, name, error.size_bytes))
    if isinstance(error, PictureTooLargeError):
        size = f"{error.size.width()} \u00d7 {error.size.height()}"
        return InputRefusedError(
            text("{name} has {size} pixels, which is more than can be used.", name=name, size=size)
        )
    if isinstance(error, UnreadableFileError):
        return InputRefusedError(text("{name} cannot be read: {reason}.", name=name, reason=error.reason))
    return InputRefusedError(text("{name} is damaged or not complete.", name=name))
