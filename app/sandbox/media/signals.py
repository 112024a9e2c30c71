"""Sound as long rows of numbers, worked on in one go: `map` over arrays runs in C, a loop per sample does not.

A `Row` is one channel, 44,100 numbers a second, about -1 to 1.
"""

import random
from array import array
from collections.abc import Callable, Iterable
from itertools import accumulate, pairwise, repeat
from math import cos, exp, pi, sin, tau
from operator import add, mul

SAMPLE_RATE = 44100
Row = array  # of "d"

_SINE = [sin(tau * n / 4096) for n in range(4096)]


def row(values: Iterable[float]) -> "Row[float]":
    """Numbers as a row."""
    return array("d", values)


def silence(count: int) -> "Row[float]":
    """Nothing, for a while."""
    return array("d", bytes(8 * count))


def scaled(values: Iterable[float], factor: float) -> "Row[float]":
    """Louder or softer."""
    return row(map(mul, values, repeat(factor)))


def shaped(values: Iterable[float], envelope: Iterable[float]) -> "Row[float]":
    """Louder and softer over time."""
    return row(map(mul, values, envelope))


def mix_in(target: "Row[float]", values: "Row[float]", start: int, gain: float = 1.0) -> None:
    """Add a short row into a long one at a place; what sticks out at either end is cut off."""
    if start < 0:
        values, start = values[-start:], 0
    values = values[: max(len(target) - start, 0)]
    if values:
        end = start + len(values)
        louder = values if gain == 1.0 else map(mul, values, repeat(gain))
        target[start:end] = row(map(add, target[start:end], louder))


def tone(frequency: float, count: int, phase: float = 0.0) -> "Row[float]":
    """A pure tone (phase from 0 to 1)."""
    step = frequency * 4096 / SAMPLE_RATE
    table, start = _SINE, phase * 4096
    return row([table[int(start + step * n) & 4095] for n in range(count)])


def glide(first: float, last: float, count: int, bend: float = 1.0) -> "Row[float]":
    """A tone whose pitch moves from one frequency (Hz) to another."""
    table, place, values = _SINE, 0.0, []
    for n in range(count):
        values.append(table[int(place) & 4095])
        place += (first + (last - first) * (n / count) ** bend) * 4096 / SAMPLE_RATE
    return row(values)


def noise(rng: random.Random, count: int) -> "Row[float]":
    """White noise."""
    words = array("h", rng.randbytes(2 * count))
    return scaled(words, 1 / 32768)


def softened(values: Iterable[float], cutoff: float) -> "Row[float]":
    """Without the heights above about `cutoff` Hz (6 dB per octave; call it twice for more)."""
    share = 1 - exp(-tau * cutoff / SAMPLE_RATE)
    held = 0.0
    return row([held := held + share * (value - held) for value in values])


def thinned(values: "Row[float]", cutoff: float) -> "Row[float]":
    """Without the depths below about `cutoff` Hz."""
    return row(map(add, values, scaled(softened(values, cutoff), -1.0)))


def decay(count: int, time_s: float) -> "Row[float]":
    """An envelope that falls by a factor of e every `time_s` seconds."""
    factor = exp(-1 / (time_s * SAMPLE_RATE))
    return row(accumulate(repeat(factor, count - 1), mul, initial=1.0))


def swell(count: int, attack_s: float, release_s: float) -> "Row[float]":
    """An envelope that rises and falls softly and stays full between; shortened evenly where there is no room."""
    attack, release = int(attack_s * SAMPLE_RATE), int(release_s * SAMPLE_RATE)
    if attack + release > count:
        attack, release = count * attack // (attack + release), count * release // (attack + release)
    rise = [0.5 - 0.5 * cos(pi * n / max(attack, 1)) for n in range(attack)]
    fall = [0.5 + 0.5 * cos(pi * n / max(release, 1)) for n in range(release)]
    return row(rise) + row([1.0]) * (count - attack - release) + row(fall)


def slow(shape: Callable[[float], float], count: int, step: int = 441) -> "Row[float]":
    """An envelope from a function of time (seconds), worked out 100 times a second, with lines between."""
    points = [shape(n * step / SAMPLE_RATE) for n in range(count // step + 2)]
    values = silence(0)
    ramp = [n / step for n in range(step)]
    for here, after in pairwise(points):
        rise = after - here
        values.extend([here + rise * share for share in ramp])
    return values[:count]


def peak(values: "Row[float]") -> float:
    """The largest distance from silence; never quite 0."""
    return max((max(values), -min(values), 1e-9))


def hall(dry: "Row[float]", delays: tuple[int, ...], feedback: float) -> "Row[float]":
    """Echoes that run together: feedback delays side by side, each block computed from the block before.

    Works at half the sample rate (`delays` count those samples): an echo has no heights to lose.
    """
    soft = softened(dry, 3200)[::2]
    wet = silence(len(soft))
    for delay in delays:
        held = silence(delay)
        tail = silence(0)
        for start in range(0, len(soft), delay):
            held = row(map(add, soft[start : start + delay], map(mul, held, repeat(feedback))))
            tail += held
        wet = row(map(add, wet, tail))
    return _twice_as_fine(scaled(wet, 1 / len(delays)), len(dry))


def _twice_as_fine(values: "Row[float]", count: int) -> "Row[float]":
    """Back to the full sample rate, with the middle between each two."""
    fine = silence(2 * len(values))
    fine[0::2] = values
    fine[1::2] = scaled(map(add, values, values[1:] + values[-1:]), 0.5)
    return fine[:count]


def interleaved(left: "Row[float]", right: "Row[float]", loudest: float) -> bytes:
    """Both channels as 16 bit stereo, the loudest moment at `loudest` (0 to 1) of full scale."""
    factor = 32767 * loudest / max(peak(left), peak(right))
    both = array("h", bytes(4 * len(left)))
    both[0::2] = array("h", map(round, map(mul, left, repeat(factor))))
    both[1::2] = array("h", map(round, map(mul, right, repeat(factor))))
    return both.tobytes()
