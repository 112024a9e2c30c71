"""Decodes pictures in the preview process: proofs, smaller copies, parts, and the images of moving ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader

from app.domain.media import FileType
from app.system import pictures
from app.system.preview_wire import form_of
from app.system.previews import TOO_LARGE, PictureFinding

LARGEST_MOVING_PICTURE = 500_000_000
"""Pixels over all images; the rest of a longer one is not looked at."""
MOST_DECODED_BYTES = 440 * 1024 * 1024
"""A decoded picture beyond this does not fit into the memory of this process together with a copy of it."""
UNREADABLE = "does not decode"

Wish: TypeAlias = QRect | QSize | int | None
"""A part in the picture's own pixels, a box to fit into, the most pixels that are wanted, or all of it."""


@dataclass
class _Film:
    """A moving picture that is open, standing before its image number `next`."""

    path: Path
    source: QImageReader
    next: int = 0


class PictureDesk:
    """Remembers the last large picture, because the parts of it are asked for one after the other."""

    def __init__(self) -> None:
        self._film: _Film | None = None
        self._whole: tuple[Path, QImage] | None = None

    def prove(self, path: Path, kind: FileType) -> PictureFinding:
        """Decodes every image of it, with nothing to show."""
        self._whole = None
        try:
            source, size = _open(path, kind)
        except pictures.UnreadablePictureError:
            return PictureFinding(error=UNREADABLE)
        except pictures.PictureTooLargeError as error:
            return PictureFinding(error=TOO_LARGE, size=error.size)
        if source.read().isNull():
            return PictureFinding(error=UNREADABLE, size=size)
        count = source.imageCount() if source.supportsAnimation() else 1
        for _ in range(1, min(count, LARGEST_MOVING_PICTURE // (size.width() * size.height()))):
            if source.read().isNull():
                return PictureFinding(error=UNREADABLE, size=size)
        return PictureFinding(size=size, moves=count > 1)

    def look(self, path: Path) -> PictureFinding:
        """What the header tells."""
        try:
            source, size = _open(path, pictures.type_of(path))
        except pictures.UnreadablePictureError:
            return PictureFinding(error=UNREADABLE)
        except pictures.PictureTooLargeError as error:
            return PictureFinding(error=TOO_LARGE, size=error.size)
        is_cmyk = source.imageFormat() is QImage.Format.Format_CMYK8888
        is_turned = source.transformation() != QImageIOHandler.Transformation.TransformationNone
        return PictureFinding(size=size, moves=_moves(source), as_is=not is_cmyk and not is_turned)

    def show(self, path: Path, wish: Wish) -> PictureFinding:
        """The picture to paint."""
        try:
            source, size = _open(path, pictures.type_of(path))
            moves = _moves(source)
            if isinstance(wish, QRect):
                return PictureFinding(size=size, image=_painted(self._part(path, source, wish)), moves=moves)
            self._whole = None
            pictures.scale_down(source, size, _fitting(size, wish) if isinstance(wish, int) else wish)
            return PictureFinding(size=size, image=_painted(_read(source)), moves=moves)
        except pictures.UnreadablePictureError:
            return PictureFinding(error=UNREADABLE)
        except pictures.PictureTooLargeError as error:
            return PictureFinding(error=TOO_LARGE, size=error.size)

    def keep(self, path: Path) -> PictureFinding:
        """The whole picture with exact colours, in the colours of the web, to be written into a new file."""
        self._whole = None
        try:
            source, size = _open(path, pictures.type_of(path))
            image = _read(source)
        except pictures.UnreadablePictureError:
            return PictureFinding(error=UNREADABLE)
        except pictures.PictureTooLargeError as error:
            return PictureFinding(error=TOO_LARGE, size=error.size)
        space = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
        if image.format() is not QImage.Format.Format_CMYK8888 and image.colorSpace().isValid():
            image.convertToColorSpace(space)
        image.convertTo(form_of(has_alpha=image.hasAlphaChannel(), straight=True))
        return PictureFinding(size=size, image=image)

    def frame(self, path: Path, number: int) -> PictureFinding:
        """One image of a moving picture; after the last comes the first."""
        film = self._film
        if film is None or film.path != path or number < film.next:
            film = self._begin(path)
        try:
            if film is None:
                return PictureFinding(error=UNREADABLE)
            while film.next < number:
                _read(film.source)
                film.next += 1
            image = _read(film.source)
        except pictures.UnreadablePictureError:
            # it has fewer images than its header says, or the wish was for one behind the last
            return self.frame(path, 0) if number else PictureFinding(error=UNREADABLE)
        film.next += 1
        delay = film.source.nextImageDelay()
        return PictureFinding(size=image.size(), image=_painted(image), moves=True, delay_ms=max(0, delay))

    def _begin(self, path: Path) -> _Film | None:
        self._film = self._whole = None
        try:
            source, _ = _open(path, pictures.type_of(path))
        except (pictures.UnreadablePictureError, pictures.PictureTooLargeError):
            return None
        self._film = _Film(path, source)
        return self._film

    def _part(self, path: Path, source: QImageReader, part: QRect) -> QImage:
        if self._whole is None or self._whole[0] != path:
            self._whole = None
            self._whole = path, _read(source)
        whole = self._whole[1]
        inside = part.intersected(whole.rect())
        if inside.isEmpty():
            raise pictures.UnreadablePictureError(path.name)
        return whole.copy(inside)


def _open(path: Path, kind: FileType | None) -> tuple[QImageReader, QSize]:
    """A reader and the upright size. Raises as `pictures.read`."""
    if kind is None:
        raise pictures.UnreadablePictureError(path.name)
    source = pictures.reader(path, kind)
    size = pictures.checked_size(source, path)
    bits = max(32, QImage.toPixelFormat(source.imageFormat()).bitsPerPixel())
    at_once = 3 if _moves(source) else 1  # decoders of moving pictures keep the images before
    if size.width() * size.height() * bits // 8 * at_once > MOST_DECODED_BYTES:
        raise pictures.PictureTooLargeError(size)
    return source, size


def _fitting(size: QSize, most_pixels: int) -> QSize:
    """A size of the same shape with at most so many pixels."""
    pixels = size.width() * size.height()
    share = (most_pixels / pixels) ** 0.5 if pixels > most_pixels else 1.0
    return QSize(max(1, int(size.width() * share)), max(1, int(size.height() * share)))


def _moves(source: QImageReader) -> bool:
    return source.supportsAnimation() and source.imageCount() > 1


def _read(source: QImageReader) -> QImage:
    image = source.read()
    if image.isNull():
        raise pictures.UnreadablePictureError(source.errorString())
    return image


def _painted(image: QImage) -> QImage:
    image.convertTo(form_of(has_alpha=image.hasAlphaChannel()))
    return image
