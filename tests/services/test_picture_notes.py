"""A photo keeps its pixels and its colours, and tells nothing about where and by whom it was taken."""

import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtGui import QColorSpace, QImage

from app.domain.media import JPEG, PNG, WEBP, FileType
from app.services.input_pictures import made_fit, packed
from app.services.picture_notes import without_notes
from app.system.previews import PictureFinding

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
PLACE = b"GPS 52.5200 N 13.4050 E"
EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + PLACE


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def noted_jpeg(data: bytes) -> bytes:
    notes = segment(0xE1, EXIF) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE) + segment(0xED, PLACE)
    return data[:2] + notes + segment(0xFE, PLACE) + segment(0xE2, b"MPF\0" + PLACE) + data[2:] + b"preview " + PLACE


def noted_png(data: bytes) -> bytes:
    return data[:33] + chunk(b"eXIf", PLACE) + chunk(b"tEXt", b"Author\0" + PLACE) + data[33:] + PLACE


def noted_webp(data: bytes) -> bytes:
    """In the extended form, which is the one that has room for notes."""
    size = QImage.fromData(data).size()
    head = b"VP8X" + struct.pack("<IB3x", 10, 0x08 | 0x04)
    head += (size.width() - 1).to_bytes(3, "little") + (size.height() - 1).to_bytes(3, "little")
    body = data[12:] + b"EXIF" + struct.pack("<I", len(PLACE)) + PLACE + b"\0" * (len(PLACE) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(head) + len(body)) + b"WEBP" + head + body


class Upright:
    """Finds every picture fit for models as it is."""

    def look(self, path: Path) -> PictureFinding:
        return PictureFinding(as_is=True)

    def pixels(self, path: Path) -> PictureFinding:
        raise AssertionError(path)


CASES = [(JPEG, "picture.jpg", noted_jpeg), (PNG, "picture.png", noted_png), (WEBP, "picture.webp", noted_webp)]


@pytest.mark.parametrize(("kind", "name", "noted"), CASES, ids=["jpeg", "png", "webp"])
def test_notes_go_and_every_pixel_stays(kind: FileType, name: str, noted: object, tmp_path: Path) -> None:
    assert callable(noted)
    plain = without_notes((MEDIA / name).read_bytes(), kind)
    photo = noted(plain)
    assert not QImage.fromData(photo).isNull()
    clean = without_notes(photo, kind)
    assert PLACE in photo
    assert PLACE not in clean
    assert QImage.fromData(clean) == QImage.fromData(plain)
    assert without_notes(clean, kind) == clean
    (tmp_path / name).write_bytes(photo)
    assert made_fit(tmp_path / name, kind, Upright()) == clean, "what is kept for services has no notes"
    (tmp_path / name).write_bytes(clean)
    assert made_fit(tmp_path / name, kind, Upright()) is None


def test_colours_stay_what_they_are() -> None:
    picture = QImage(str(MEDIA / "picture.png")).convertToFormat(QImage.Format.Format_RGB32)
    picture.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb))
    for kind, name in ((JPEG, "jpeg"), (PNG, "png")):
        data = packed(picture, as_png=name == "png")
        clean = QImage.fromData(without_notes(data, kind))
        assert clean.colorSpace() == picture.colorSpace()


@pytest.mark.parametrize(("kind", "name", "noted"), CASES, ids=["jpeg", "png", "webp"])
def test_a_file_that_is_cut_off_or_strange_is_given_back_or_shorter_and_never_raises(
    kind: FileType, name: str, noted: object
) -> None:
    assert callable(noted)
    photo = noted((MEDIA / name).read_bytes())
    for end in range(0, len(photo), 97):
        assert len(without_notes(photo[:end], kind)) <= max(end, 12)
