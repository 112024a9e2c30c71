"""Real pictures of any size, made without Qt: noise that no file system and no server can make smaller."""

import random
import struct
import zlib

SMALLEST = 200


def png(size_bytes: int, seed: int = 1) -> bytes:
    """A valid PNG of exactly so many bytes, at least `SMALLEST`; another seed gives other pixels of the same size."""
    noise = random.Random(seed)
    # one grey row of noise per 1,000 bytes, stored without packing; a text chunk fills up to the wanted size
    rows = max(1, (size_bytes - SMALLEST) // 1010)
    raw = (
        b"".join(b"\0" + noise.randbytes(1000) for _ in range(rows))
        if size_bytes > 2000
        else b"\0" + noise.randbytes(4)
    )
    width, height = (1000, rows) if size_bytes > 2000 else (4, 1)
    body = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels, end = _chunk(b"IDAT", zlib.compress(raw, 0)), _chunk(b"IEND", b"")
    missing = size_bytes - 8 - len(body) - len(pixels) - len(end) - 12
    filler = _chunk(b"tEXt", b"c\0" + b"x" * (missing - 2))
    return b"\x89PNG\r\n\x1a\n" + body + filler + pixels + end


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
