"""Pictures made fit for models before they are kept: upright, in the usual colours, without notes, in a common format.

Models read the bytes and not the note of the camera, so a photo that is turned by its EXIF note would come out lying on
its side, and CMYK and moving pictures are refused by many (apis.md case 94).
"""

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from app.domain.media import GIF, FileType
from app.domain.text import Text, text
from app.services.picture_notes import without_notes
from app.system import pictures
from app.system.previews import TOO_LARGE, PictureFinding

JPEG_QUALITY = 95

_FOREIGN = (
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"<svg", "SVG"),
    (b"8BPS", "Photoshop"),
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def foreign_picture(name: str, head: bytes) -> Text | None:
    """The sentence for a picture of a kind that is not read here; None when it is no such picture."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return text("{name} is a HEIC picture, as phones take them. Save it as JPEG or PNG first.", name=name)
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"):
        return text("{name} is {kind}. Save it as JPEG or PNG first.", name=name, kind="AVIF")
    kind = next((kind for magic, kind in _FOREIGN if head.startswith(magic)), "")
    return text("{name} is {kind}. Save it as JPEG or PNG first.", name=name, kind=kind) if kind else None


class Decoder(Protocol):
    """The part of `Previews` that is needed here: files are decoded by a process of their own."""

    def look(self, path: Path) -> PictureFinding: ...
    def pixels(self, path: Path) -> PictureFinding: ...


def made_fit(path: Path, kind: FileType, decoder: Decoder) -> bytes | None:
    """New bytes for a picture that models would not read as people see it; None where the file is fine as it is.

    Blocks: for a worker thread. Raises `pictures.UnreadablePictureError` or `PictureTooLargeError`.
    """
    found = _checked(decoder.look(path))
    if found.as_is and kind is not GIF:
        return _without_notes(path, kind)
    image = _checked(decoder.pixels(path)).image
    if image is None:
        raise pictures.UnreadablePictureError(path.name)
    return packed(image, as_png=kind is GIF)


def _checked(found: PictureFinding) -> PictureFinding:
    if found.error == TOO_LARGE and found.size is not None:
        raise pictures.PictureTooLargeError(found.size)
    if found.error:
        raise pictures.UnreadablePictureError(found.error)
    return found


def _without_notes(path: Path, kind: FileType) -> bytes | None:
    """The same pixels without place, device and comments; None where the file has none of these."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise pictures.UnreadablePictureError(error.strerror or "it cannot be read") from error
    clean = without_notes(data, kind)
    return None if clean == data else clean


def packed(picture: QImage, *, as_png: bool = False) -> bytes:
    """A picture as PNG, or as JPEG where nothing is transparent. Notes of the camera, such as the place, are left out."""
    if picture.format() is QImage.Format.Format_CMYK8888:
        picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    is_png = as_png or picture.hasAlphaChannel()
    writer = QImageWriter(buffer, QByteArray(b"png" if is_png else b"jpeg"))
    if not is_png:
        writer.setQuality(JPEG_QUALITY)
    if not writer.write(picture):
        raise pictures.UnreadablePictureError(writer.errorString())
    return bytes(data.data())
