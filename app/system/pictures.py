"""The only way pictures come from a file into the program: format named, never guessed; size first; never too large.

Qt guesses formats by default and would render SVG, which opens local files (reliability.md fact 7). So a picture is read
by the format that its first bytes show and by no other, and only png, jpeg, webp and gif are read at all. Everything
here may run in a worker thread: Qt decodes without holding Python's lock. Files that came from a server are read by the
preview process alone (`app.preview`).
"""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from app.domain.media import GIF, JPEG, PNG, SNIFF_BYTES, WEBP, FileType, sniff

MAX_PIXELS = 100_000_000
"""Larger pictures are kept but not decoded (reliability.md S8)."""

_ALLOCATION_LIMIT_MB = 1024  # 100 million pixels at 8 bytes each, and not more
_FORMATS: Mapping[FileType, bytes] = {PNG: b"png", JPEG: b"jpeg", WEBP: b"webp", GIF: b"gif"}


class UnreadablePictureError(Exception):
    """The file is missing, is no picture of an allowed format, or does not decode."""


class PictureTooLargeError(Exception):
    """More than `MAX_PIXELS`. `size` is what the header says, in pixels."""

    def __init__(self, size: QSize) -> None:
        super().__init__(f"{size.width()} x {size.height()}")
        self.size = size


def type_of(path: Path) -> FileType | None:
    """The type by the first bytes; None for a missing file or anything unknown."""
    try:
        with path.open("rb") as file:
            return sniff(file.read(SNIFF_BYTES))
    except OSError:
        return None


def reader(path: Path, file_type: FileType) -> QImageReader:
    """A reader that tries this one format. Raises UnreadablePictureError for types that are no picture."""
    name = _FORMATS.get(file_type)
    if name is None:
        raise UnreadablePictureError(file_type.mime)
    QImageReader.setAllocationLimit(_ALLOCATION_LIMIT_MB)
    made = QImageReader()
    made.setAutoDetectImageFormat(False)
    made.setDecideFormatFromContent(False)
    made.setAutoTransform(True)
    made.setFileName(str(path))
    made.setFormat(QByteArray(name))
    return made


def size_of(source: QImageReader) -> QSize:
    """Width and height in pixels as the picture is shown, from its header alone."""
    size = source.size()
    turned = source.transformation() & QImageIOHandler.Transformation.TransformationRotate90
    return size.transposed() if turned else size


def read(path: Path, box: QSize | None = None) -> QImage:
    """The decoded picture (its first image if it moves), made smaller to fit into `box` (pixels) if one is given.

    Raises UnreadablePictureError or PictureTooLargeError.
    """
    kind = type_of(path)
    if kind is None:
        raise UnreadablePictureError(path.name)
    source = reader(path, kind)
    scale_down(source, checked_size(source, path), box)
    picture = source.read()
    if picture.isNull():
        raise UnreadablePictureError(path.name)
    return picture


def read_own(path: Path) -> QImage:
    """A WebP picture that this program wrote itself. Raises UnreadablePictureError or PictureTooLargeError."""
    if type_of(path) is not WEBP:
        raise UnreadablePictureError(path.name)
    return read(path)


def checked_size(source: QImageReader, path: Path) -> QSize:
    """The upright size. Raises UnreadablePictureError where there is none, and PictureTooLargeError."""
    size = size_of(source)
    if not size.isValid() or size.isEmpty():
        raise UnreadablePictureError(path.name)
    if size.width() * size.height() > MAX_PIXELS:
        raise PictureTooLargeError(size)
    return size


def scale_down(source: QImageReader, size: QSize, box: QSize | None) -> None:
    """Makes the reader read a picture of upright `size` smaller, where it does not fit into `box`."""
    if box is not None and (size.width() > box.width() or size.height() > box.height()):
        fitted = size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
        # the reader scales before it turns the picture upright
        source.setScaledSize(fitted if size == source.size() else fitted.transposed())


def moves(path: Path) -> bool:
    """True for a gif or webp with more than one image."""
    kind = type_of(path)
    if kind not in (GIF, WEBP):
        return False
    source = reader(path, kind)
    return source.supportsAnimation() and source.imageCount() > 1


def movie_format(path: Path) -> QByteArray:
    """The format name for QMovie, which guesses unless it is told. Empty for what is no picture."""
    kind = type_of(path)
    return QByteArray(_FORMATS.get(kind, b"")) if kind is not None else QByteArray()
