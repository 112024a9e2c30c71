"""Sounds of weather, water, fire and animals, each from noise or short tones."""

import random
from collections.abc import Callable
from math import sin, tau

from app.sandbox.media.instruments import Key, Stereo
from app.sandbox.media.signals import (
    SAMPLE_RATE,
    Row,
    decay,
    glide,
    mix_in,
    noise,
    scaled,
    shaped,
    silence,
    slow,
    softened,
    swell,
    thinned,
    tone,
)


def wind(rng: random.Random, _key: Key, count: int) -> Stereo:
    """Gusts: low noise that swells, and a higher whistle that comes and goes with it."""
    sides = []
    gust = _wandering(rng, 0.23)
    for side in range(2):
        lag = 0.5 * side
        source = noise(rng, count)
        low = softened(softened(source, 320), 420)
        high = softened(thinned(softened(source, 1300), 650), 1500)
        low = shaped(low, slow(lambda t, lag=lag: 0.35 + 0.9 * gust(t + lag), count))  # type: ignore[misc]
        high = shaped(high, slow(lambda t, lag=lag: 1.1 * gust(t + lag) ** 2.2, count))  # type: ignore[misc]
        mix_in(low, high, 0, 0.55)
        sides.append(scaled(low, 3.2))
    return sides[0], sides[1]


def rustle(rng: random.Random, _key: Key, count: int) -> Stereo:
    """Leaves: bright noise in small waves."""
    sides = []
    for _ in range(2):
        waves = _wandering(rng, 0.9)
        gust = _wandering(rng, 0.25)
        bright = thinned(softened(noise(rng, count), 6500), 2600)
        sides.append(shaped(bright, slow(lambda t, w=waves, g=gust: (w(t) * g(t)) ** 1.3 * 1.6, count)))  # type: ignore[misc]
    return sides[0], sides[1]


def rain(rng: random.Random, _key: Key, count: int) -> Stereo:
    """A fine hiss, and single drops near by."""
    left, right = (scaled(thinned(softened(noise(rng, count), 7000), 900), 0.16) for _ in range(2))
    drops = [_drop(rng) for _ in range(24)]
    _scatter(rng, left, right, drops, per_second=55, loud=(0.03, 0.3))
    return left, right


def thunder(rng: random.Random, _key: Key, count: int) -> Stereo:
    """One long roll, far away."""
    left, right = silence(count), silence(count)
    length = min(count, int(6 * SAMPLE_RATE))
    rolls = _wandering(rng, 2.2)
    for side in (left, right):
        rumble = softened(softened(softened(noise(rng, length), 90), 120), 200)
        rumble = shaped(rumble, slow(lambda t: (0.25 + rolls(t)) * min(t / 0.25, 1.0) * 2.7 ** (-t / 2.0), length))
        mix_in(side, shaped(rumble, swell(length, 0.05, 1.5)), int(0.1 * count), 26.0)
    return left, right


def stream(rng: random.Random, _key: Key, count: int) -> Stereo:
    """A brook: bubbles of all sizes over a soft rush."""
    left, right = (scaled(softened(thinned(noise(rng, count), 500), 1600), 0.22) for _ in range(2))
    bubbles = [_bubble(rng) for _ in range(40)]
    _scatter(rng, left, right, bubbles, per_second=34, loud=(0.05, 0.3))
    return left, right


def waves(rng: random.Random, _key: Key, count: int) -> Stereo:
    """Breakers: noise that rises, falls over and runs up the sand."""
    sides = []
    period, phase = rng.uniform(5.2, 6.8), rng.random()
    for side in range(2):
        source = noise(rng, count)
        body = softened(softened(source, 420), 900)
        foam = thinned(softened(source, 5200), 1500)
        shift = phase + 0.06 * side
        body = shaped(body, slow(lambda t, s=shift: 0.3 + 1.9 * _breaker(t / period + s), count))  # type: ignore[misc]
        foam = shaped(foam, slow(lambda t, s=shift: _breaker(t / period + s - 0.1) ** 1.7, count))  # type: ignore[misc]
        mix_in(body, foam, 0, 0.4)
        sides.append(body)
    return sides[0], sides[1]


def birds(rng: random.Random, _key: Key, count: int) -> Stereo:
    """A few birds, each with a call of its own, answering each other."""
    left, right = silence(count), silence(count)
    for _ in range(3):
        call = _call(rng)
        side, loud = rng.uniform(0.12, 0.88), rng.uniform(0.12, 0.3)
        place = rng.uniform(0.3, 2.5)
        while place < count / SAMPLE_RATE - 0.5:
            mix_in(left, call, int(place * SAMPLE_RATE), loud * (1 - side))
            mix_in(right, call, int(place * SAMPLE_RATE) + 40, loud * side)
            place += rng.uniform(1.2, 4.0)
    return left, right


def crickets(rng: random.Random, _key: Key, count: int) -> Stereo:
    """Chirping in threes from several places."""
    left, right = silence(count), silence(count)
    length = int(0.032 * SAMPLE_RATE)
    for _ in range(4):
        chirp = shaped(tone(rng.uniform(3900, 4700), length), swell(length, 0.008, 0.012))
        every, side, loud = rng.uniform(0.55, 0.95), rng.uniform(0.1, 0.9), rng.uniform(0.06, 0.16)
        place = rng.uniform(0, every)
        while place < count / SAMPLE_RATE:
            for beat in range(3):
                start = int((place + beat * 0.047) * SAMPLE_RATE)
                mix_in(left, chirp, start, loud * (1 - side))
                mix_in(right, chirp, start, loud * side)
            place += every * rng.uniform(0.96, 1.05)
    return left, right


def fire(rng: random.Random, _key: Key, count: int) -> Stereo:
    """A low flutter and crackling wood."""
    flutter = _wandering(rng, 5.0)
    sides = []
    for _ in range(2):
        low = softened(softened(noise(rng, count), 180), 300)
        sides.append(shaped(low, slow(lambda t: 1.2 + 1.8 * flutter(t), count)))
    left, right = sides
    cracks = [_crack(rng) for _ in range(20)]
    _scatter(rng, left, right, cracks, per_second=11, loud=(0.2, 3.4))
    return left, right


def hum(rng: random.Random, _key: Key, count: int) -> Stereo:
    """A city far below: a deep, even rush with something passing now and then."""
    passing = _wandering(rng, 0.35)
    sides = []
    for side in range(2):
        source = noise(rng, count)
        low = scaled(softened(softened(source, 110), 260), 3.0)
        near = softened(thinned(softened(source, 900), 250), 900)
        mix_in(low, shaped(near, slow(lambda t, s=side: passing(t + 0.7 * s) ** 3 * 1.6, count)), 0)  # type: ignore[misc]
        sides.append(low)
    return sides[0], sides[1]


def _wandering(rng: random.Random, speed: float) -> Callable[[float], float]:
    """A slow function of time (seconds) between 0 and 1 that never quite repeats."""
    parts = [(speed * rate * rng.uniform(0.85, 1.15), rng.uniform(0, tau)) for rate in (1.0, 1.73, 3.1)]

    def value(t: float) -> float:
        total: float = sum(sin(tau * rate * t + phase) / (n + 1) for n, (rate, phase) in enumerate(parts))
        return 0.5 + total / 3.7

    return value


def _breaker(turn: float) -> float:
    """One wave: a slow rise, a quick fall."""
    place = turn % 1.0
    height: float = (place / 0.62) ** 2.2 if place < 0.62 else max(0.0, 1 - (place - 0.62) / 0.38) ** 1.8
    return height


def _scatter(
    rng: random.Random,
    left: "Row[float]",
    right: "Row[float]",
    sounds: list["Row[float]"],
    *,
    per_second: float,
    loud: tuple[float, float],
) -> None:
    for _ in range(int(per_second * len(left) / SAMPLE_RATE)):
        sound, start = rng.choice(sounds), rng.randrange(len(left))
        gain, side = loud[0] + (loud[1] - loud[0]) * rng.random() ** 3, rng.random()
        mix_in(left, sound, start, gain * (1 - side))
        mix_in(right, sound, start, gain * side)


def _drop(rng: random.Random) -> "Row[float]":
    length = int(rng.uniform(0.012, 0.035) * SAMPLE_RATE)
    plop = glide(rng.uniform(1500, 4200), rng.uniform(900, 2600), length)
    return shaped(shaped(plop, decay(length, length / SAMPLE_RATE / 4)), swell(length, 0.001, 0.006))


def _bubble(rng: random.Random) -> "Row[float]":
    length = int(rng.uniform(0.03, 0.11) * SAMPLE_RATE)
    low = rng.uniform(350, 1500)
    rising = glide(low, low * rng.uniform(1.15, 1.9), length, 1.6)
    return shaped(shaped(rising, decay(length, length / SAMPLE_RATE / 3.2)), swell(length, 0.004, 0.01))


def _crack(rng: random.Random) -> "Row[float]":
    length = int(rng.uniform(0.006, 0.04) * SAMPLE_RATE)
    sharp = thinned(softened(noise(rng, length), rng.uniform(2500, 7000)), 700)
    return shaped(shaped(sharp, decay(length, length / SAMPLE_RATE / 5)), swell(length, 0.0008, 0.004))


def _call(rng: random.Random) -> "Row[float]":
    """Two to five short whistles that glide."""
    call = silence(int(1.2 * SAMPLE_RATE))
    base, place = rng.uniform(2200, 4200), 0.0
    for _ in range(rng.randint(2, 5)):
        length = int(rng.uniform(0.05, 0.16) * SAMPLE_RATE)
        first, last = base * rng.uniform(0.8, 1.3), base * rng.uniform(0.8, 1.35)
        whistle = shaped(glide(first, last, length, rng.uniform(0.6, 1.6)), swell(length, 0.018, 0.03))
        mix_in(call, whistle, int(place * SAMPLE_RATE), rng.uniform(0.5, 1.0))
        place += length / SAMPLE_RATE + rng.uniform(0.02, 0.09)
    return call
