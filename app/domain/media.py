"""Media and file types: what bytes are is decided by their first bytes, never by a name or a header (apis.md case 59)."""

from dataclasses import dataclass
from enum import StrEnum


class Medium(StrEnum):
    """What a page makes. `OTHER` is a result that fits none, such as text: it is saved and not played."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


@dataclass(frozen=True)
class FileType:
    """One file format the studio keeps: extension without a dot, MIME type, and the medium it belongs to."""

    extension: str
    mime: str
    medium: Medium


PNG = FileType("png", "image/png", Medium.IMAGE)
JPEG = FileType("jpg", "image/jpeg", Medium.IMAGE)
WEBP = FileType("webp", "image/webp", Medium.IMAGE)
GIF = FileType("gif", "image/gif", Medium.IMAGE)
MP4 = FileType("mp4", "video/mp4", Medium.VIDEO)
MOV = FileType("mov", "video/quicktime", Medium.VIDEO)
WEBM = FileType("webm", "video/webm", Medium.VIDEO)
WAV = FileType("wav", "audio/wav", Medium.AUDIO)
MP3 = FileType("mp3", "audio/mpeg", Medium.AUDIO)
FLAC = FileType("flac", "audio/flac", Medium.AUDIO)
OGG = FileType("ogg", "audio/ogg", Medium.AUDIO)
M4A = FileType("m4a", "audio/mp4", Medium.AUDIO)

TEXT = FileType("txt", "text/plain", Medium.OTHER)
"""UTF-8 words such as a transcript. Nothing tells it from an error page, so `sniff` never says so."""

FILE_TYPES = (PNG, JPEG, WEBP, GIF, MP4, MOV, WEBM, WAV, MP3, FLAC, OGG, M4A)
SNIFF_BYTES = 64
"""How many first bytes `sniff` wants to see."""

_MP3_VERSION_AND_LAYER = {0xFB, 0xF3, 0xF2, 0xFA, 0xE3, 0xE2}


def sniff(head: bytes) -> FileType | None:
    """The type of a file by its first `SNIFF_BYTES` bytes, or None for anything that is not on the list."""
    simple = (
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"\xff\xd8\xff", JPEG),
        (b"GIF87a", GIF),
        (b"GIF89a", GIF),
        (b"fLaC", FLAC),
        (b"OggS", OGG),
        (b"\x1a\x45\xdf\xa3", WEBM),
        (b"ID3", MP3),
    )
    for magic, kind in simple:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12])
    if len(head) > 1 and head[0] == 0xFF and head[1] in _MP3_VERSION_AND_LAYER:
        return MP3
    return None


def _iso_media(brand: bytes) -> FileType | None:
    """mp4, mov and m4a share one container; the major brand tells them apart. Pictures in it (AVIF, HEIC) are refused."""
    if brand in (b"avif", b"avis", b"heic", b"heix", b"mif1"):
        return None
    if brand == b"qt  ":
        return MOV
    if brand in (b"M4A ", b"M4B "):
        return M4A
    return MP4


def medium_of_name(name: str) -> Medium | None:
    """What a MIME type, a word such as "image", or the end of a file name or link says; a guess, the bytes decide."""
    words = name.strip().lower().split("?")[0].split("#")[0]
    kinds: dict[str, Medium] = {medium.value: medium for medium in Medium if medium is not Medium.OTHER}
    kinds |= {kind.extension: kind.medium for kind in FILE_TYPES} | {"jpeg": Medium.IMAGE}
    return kinds.get(words.partition("/")[0]) or kinds.get(words.rpartition(".")[2])
