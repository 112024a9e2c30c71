"""Pictures made fit for models before they are kept: upright, in the usual colours, in a format that models take.

Models read the bytes and not the note of the camera, so a photo that is turned by its EXIF note would come out lying on
its side, and CMYK and moving pictures are refused by many (apis.md case 94).
"""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageIOHandler, QImageWriter

from app.domain.media import GIF, FileType
from app.domain.text import Text, text
from app.system import pictures

JPEG_QUALITY = 95

_UNTURNED = QImageIOHandler.Transformation.TransformationNone
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


def made_fit(path: Path, kind: FileType) -> bytes | None:
    """New bytes for a picture that models would not read as people see it; None where the file is fine as it is.

    Blocks: for a worker thread. Raises `pictures.UnreadablePictureError` or `PictureTooLargeError`.
    """
    source = pictures.reader(path, kind)
    is_cmyk = source.imageFormat() is QImage.Format.Format_CMYK8888
    if not is_cmyk and kind is not GIF and source.transformation() == _UNTURNED:
        return None
    return packed(pictures.read(path), as_png=kind is GIF)


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
