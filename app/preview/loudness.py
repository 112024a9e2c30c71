"""Sound samples reduced to a few hundred peaks for a waveform."""

from array import array
from collections.abc import Mapping
from itertools import pairwise

from app.system.previews import PEAKS

_BLOCK_S = 0.01
_LOOKS_PER_BLOCK = 48
"""Samples looked at in each block: enough to see every loud moment, and a song of minutes costs a fraction of a second."""

_CODES: Mapping[str, tuple[str, float, float]] = {
    # name of QAudioFormat.SampleFormat: array code, value of silence, full scale
    "UInt8": ("B", 128.0, 128.0),
    "Int16": ("h", 0.0, 32768.0),
    "Int32": ("i", 0.0, 2147483648.0),
    "Float": ("f", 0.0, 1.0),
}


class LoudnessCurve:
    """Takes raw interleaved buffers in the order of time."""

    def __init__(self) -> None:
        self._blocks = array("f")
        self._frames = 0
        self._rate = 0
        self._in_block = 0
        self._peak = 0.0

    @property
    def seconds(self) -> float:
        return self._frames / self._rate if self._rate else 0.0

    def add(self, data: bytes, sample_format: str, channels: int, rate: int) -> None:
        """One buffer as the machine keeps it. A sample format that is not known counts as silence."""
        code, zero, full = _CODES.get(sample_format, ("B", 0.0, 0.0))
        samples = array(code)
        width = samples.itemsize * max(1, channels)
        frames = len(data) // width
        samples.frombytes(data[: frames * width])
        self._rate = rate or self._rate
        self._frames += frames
        block = max(1, int(self._rate * _BLOCK_S))
        at = 0
        while at < frames:
            take = min(frames - at, block - self._in_block)
            if full:
                # an odd step walks through all channels in turn
                step = max(1, take * channels // _LOOKS_PER_BLOCK) | 1
                part = samples[at * channels : (at + take) * channels : step]
                loud = max(max(part) - zero, zero - min(part)) / full
                self._peak = max(self._peak, loud)
            at += take
            self._in_block += take
            if self._in_block >= block:
                self._close_block()

    def _close_block(self) -> None:
        self._blocks.append(min(1.0, self._peak) if self._peak == self._peak else 0.0)
        self._in_block, self._peak = 0, 0.0

    def peaks(self, count: int = PEAKS) -> tuple[float, ...]:
        """At most `count` numbers from 0 to 1; the loudest of each stretch."""
        blocks = list(self._blocks) + ([min(1.0, self._peak)] if self._in_block else [])
        total = len(blocks)
        if total <= count:
            return tuple(blocks)
        edges = [i * total // count for i in range(count + 1)]
        return tuple(max(blocks[a:b]) for a, b in pairwise(edges))
