"""Breaks good files: bits, bytes, lengths, cuts, doubled parts; the check sums of PNG are made right again where asked."""

import zlib
from random import Random

_WORDS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\x01", b"\0\x01\0\0")
_PNG_HEAD = 8


def broken(good: bytes, chance: Random) -> bytes:
    """One of the ways, sometimes two. The first bytes stay, so that it is still taken for what it was."""
    data = bytearray(good)
    for _ in range(chance.choice((1, 1, 1, 2))):
        way = chance.choice((_flip, _flip, _words, _cut, _double, _noise, _shuffle))
        way(data, chance)
    data[:12] = good[:12]
    whole = bytes(data)
    return _with_right_sums(whole) if good.startswith(b"\x89PNG") and chance.random() < 0.7 else whole


def _place(data: bytearray, chance: Random) -> int:
    """Headers are more interesting than the middle."""
    most = len(data) if chance.random() < 0.5 else min(len(data), 200)
    return chance.randrange(12, max(13, most))


def _flip(data: bytearray, chance: Random) -> None:
    """0.1 to 5 % of the bits."""
    for _ in range(max(1, int(len(data) * chance.choice((0.001, 0.01, 0.05))))):
        at = _place(data, chance)
        if at < len(data):
            data[at] ^= 1 << chance.randrange(8)


def _words(data: bytearray, chance: Random) -> None:
    at = _place(data, chance)
    data[at : at + 4] = chance.choice(_WORDS)


def _cut(data: bytearray, chance: Random) -> None:
    del data[chance.randrange(13, max(14, len(data))) :]


def _double(data: bytearray, chance: Random) -> None:
    at = _place(data, chance)
    data[at:at] = data[at : at + chance.randrange(1, 2000)]


def _noise(data: bytearray, chance: Random) -> None:
    at = _place(data, chance)
    data[at : at + 64] = chance.randbytes(chance.randrange(1, 64))


def _shuffle(data: bytearray, chance: Random) -> None:
    at, other = _place(data, chance), _place(data, chance)
    data[at : at + 32], data[other : other + 32] = data[other : other + 32], data[at : at + 32]


def _with_right_sums(data: bytes) -> bytes:
    """Decoders stop at a wrong check sum, so the deeper faults would never be met."""
    made, at = bytearray(data), _PNG_HEAD
    while at + 12 <= len(made):
        length = int.from_bytes(made[at : at + 4], "big")
        end = at + 8 + length
        if end + 4 > len(made):
            break
        made[end : end + 4] = zlib.crc32(bytes(made[at + 4 : end])).to_bytes(4, "big")
        at = end + 4
    return bytes(made)
