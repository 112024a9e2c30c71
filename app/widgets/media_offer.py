"""What a person drops or pastes, as one value: files of this computer, a picture without a file, or a web address.

Browsers offer a picture in several forms at once. The picture itself comes first, as its address may need a login or be
gone tomorrow; a file of this computer comes before both.
"""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from app.domain.input_rules import is_web_address

MOST_FILES = 64
_LONGEST_ADDRESS = 4000


@dataclass(frozen=True)
class Offer:
    """One of the three is filled."""

    paths: tuple[Path, ...] = ()
    picture: QImage | None = None
    address: str = ""


def holds_media(mime: QMimeData) -> bool:
    """Whether a look inside is worth it; cheap enough for every move of a drag."""
    return (
        mime.hasUrls() or mime.hasImage() or (mime.hasText() and is_web_address(mime.text()[:_LONGEST_ADDRESS].strip()))
    )


def offer_of(mime: QMimeData) -> Offer | None:
    """What the data holds for a media field; None for anything else."""
    urls = mime.urls()[:MOST_FILES]
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    if paths:
        return Offer(paths)
    if mime.hasImage():
        picture = mime.imageData()
        if isinstance(picture, QImage) and not picture.isNull():
            return Offer(picture=picture)
    addresses = [url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in urls]
    if mime.hasText():
        addresses.append(mime.text()[:_LONGEST_ADDRESS].strip())
    address = next((found for found in addresses if is_web_address(found)), "")
    return Offer(address=address) if address else None
