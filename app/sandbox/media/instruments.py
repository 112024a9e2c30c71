"""Tones: warm pads, plucked strings, bells and a soft pulse, all in one key."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import sin, tau

from app.sandbox.media.signals import (
    SAMPLE_RATE,
    Row,
    decay,
    glide,
    mix_in,
    noise,
    peak,
    row,
    scaled,
    shaped,
    silence,
    slow,
    softened,
    swell,
    thinned,
    tone,
)

Stereo = tuple["Row[float]", "Row[float]"]
_LOOP = 30011  # samples of a pad's loop; a prime, so that loops of other lengths never fall into step
_MODES = {
    "bright": ((0, 2, 4, 7, 9), ((0, 4, 7, 11), (9, 12, 16, 19), (5, 9, 12, 16), (7, 12, 14, 19))),
    "dark": ((0, 3, 5, 7, 10), ((0, 7, 10, 15), (8, 12, 15, 19), (3, 7, 10, 14), (5, 8, 12, 15))),
}


@dataclass(frozen=True, slots=True)
class Key:
    """What is in tune: a ground tone, five notes for melodies, four chords."""

    ground: float  # Hz
    notes: Sequence[int]  # semitones above the ground
    chords: Sequence[Sequence[int]]

    def pitch(self, semitones: float) -> float:
        """Hz."""
        return self.ground * 2 ** (semitones / 12)


def key_of(rng: random.Random, mood: str) -> Key:
    """A key: "bright" or "dark"."""
    notes, chords = _MODES[mood]
    return Key(rng.choice((110.0, 116.54, 123.47, 130.81, 98.0)), notes, chords)


def pad(rng: random.Random, key: Key, count: int) -> Stereo:
    """Chords that melt into each other, a bowed and breathy sound."""
    left, right = silence(count), silence(count)
    chords = max(1, round(count / SAMPLE_RATE / 5))
    span = count // chords
    overlap = int(1.6 * SAMPLE_RATE)
    start_chord = rng.randrange(len(key.chords))
    for number in range(chords):
        chord = key.chords[(start_chord + number) % len(key.chords)]
        start = max(0, number * span - overlap // 2)
        length = min(count, (number + 1) * span + overlap // 2) - start
        envelope = swell(length, 1.6, 1.6)
        for side, loop_length in ((left, _LOOP), (right, _LOOP + 2168)):
            loop = _chord_loop(rng, key, chord, loop_length)
            sound = (loop * (length // loop_length + 1))[:length]
            mix_in(side, shaped(sound, envelope), start)
    phase = rng.random() * tau
    breath = slow(lambda t: 0.82 + 0.18 * sin(phase + t * 0.9), count)
    return shaped(left, breath), shaped(right, breath)


def _chord_loop(rng: random.Random, key: Key, chord: Sequence[int], length: int) -> "Row[float]":
    """One loop of a chord: each partial fits into the loop a whole number of times, so it has no seam."""
    table = [sin(tau * n / length) for n in range(length)]
    total = silence(length)
    for place, semitones in enumerate(chord):
        pitch = key.pitch(semitones)
        for partial, strength in ((1, 1.0), (2, 0.42), (3, 0.2), (4, 0.1), (6, 0.04)):
            turns = round(pitch * partial * length / SAMPLE_RATE)
            for detune in (0, 1) if partial < 4 else (0,):
                shift = rng.randrange(length)
                step = turns + detune
                wave = [table[n % length] for n in range(shift, shift + step * length, step)]
                mix_in(total, row(wave), 0, strength * (0.8 if place else 1.1) * 0.12)
    return total


def plucks(rng: random.Random, key: Key, count: int) -> Stereo:
    """A slow melody on strings, never two notes at once on the beat."""
    left, right = silence(count), silence(count)
    beat = rng.uniform(0.36, 0.5)
    place, index = 0.25, rng.randrange(4, 9)
    scale = [note + 12 * octave for octave in (0, 1, 2) for note in key.notes]
    kept: dict[int, Row[float]] = {}
    while place < count / SAMPLE_RATE - 0.8:
        index = min(max(index + rng.choice((-2, -1, -1, 1, 1, 2, 3)), 3), len(scale) - 1)
        if index not in kept:
            kept[index] = _string(rng, key.pitch(scale[index] + 12), int(2.2 * SAMPLE_RATE))
        loud, side = rng.uniform(0.35, 0.8), rng.uniform(0.25, 0.75)
        start = int(place * SAMPLE_RATE)
        mix_in(left, kept[index], start, loud * (1 - side))
        mix_in(right, kept[index], start + 90, loud * side)
        place += beat * rng.choice((1, 1, 1, 2, 2, 3))
    return left, right


def _string(rng: random.Random, pitch: float, count: int) -> "Row[float]":
    """A plucked string: a short burst goes round and round and is smoothed a little each time."""
    length = max(int(SAMPLE_RATE / pitch), 4)
    burst = softened(softened(noise(rng, length) * 3, 2400), 3000)
    held = list(burst[length : 2 * length])  # the middle of three is a loop without a seam
    middle = sum(held) / length
    held = [value - middle for value in held]
    values: list[float] = []
    while len(values) < count:
        values += held
        shifted = held[1:] + held[:1]
        held = [0.4982 * (a + b) for a, b in zip(held, shifted, strict=True)]
    sound = row(values[:count])
    return shaped(scaled(sound, 0.9 / peak(sound)), swell(count, 0.004, 0.9))


def bells(rng: random.Random, key: Key, count: int) -> Stereo:
    """Single high bells that ring for a long time."""
    left, right = silence(count), silence(count)
    place = 0.4
    steps = [note + octave for note in rng.sample(list(key.notes), 3) for octave in (24, 36)]
    kept: dict[int, Row[float]] = {}
    while place < count / SAMPLE_RATE - 1.0:
        semitones = rng.choice(steps)
        if semitones not in kept:
            kept[semitones] = _bell(rng, key.pitch(semitones), int((3.6 - semitones / 20) * SAMPLE_RATE))
        ring = kept[semitones]
        side, loud = rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.7)
        mix_in(left, ring, int(place * SAMPLE_RATE), loud * (1 - side))
        mix_in(right, ring, int(place * SAMPLE_RATE) + 60, loud * side)
        place += rng.uniform(0.7, 2.0)
    return left, right


def _bell(rng: random.Random, pitch: float, count: int) -> "Row[float]":
    total = silence(count)
    for ratio, strength, time_s in ((1.0, 0.6, 1.1), (2.0, 0.25, 0.7), (2.76, 0.2, 0.45), (5.4, 0.08, 0.18)):
        if pitch * ratio < SAMPLE_RATE * 0.4:
            partial = shaped(tone(pitch * ratio, count, rng.random()), decay(count, time_s))
            mix_in(total, partial, 0, strength)
    return shaped(total, swell(count, 0.003, 1.2))


def pulse(rng: random.Random, key: Key, count: int) -> Stereo:
    """A soft heart of a beat, with brushes between."""
    left, right = silence(count), silence(count)
    beat = rng.uniform(0.46, 0.58)
    length = int(0.3 * SAMPLE_RATE)
    drum = shaped(
        shaped(glide(key.ground * 1.1, key.ground * 0.45, length, 0.4), decay(length, 0.09)), swell(length, 0.003, 0.1)
    )
    short = int(0.09 * SAMPLE_RATE)
    brush = shaped(shaped(thinned(noise(rng, short), 4000), decay(short, 0.02)), swell(short, 0.002, 0.03))
    for number in range(int(count / SAMPLE_RATE / beat * 2)):
        start = int((0.1 + number * beat / 2) * SAMPLE_RATE)
        if number % 4 == 0:
            mix_in(left, drum, start, 0.8)
            mix_in(right, drum, start, 0.8)
        elif number % 4 == 2 or rng.random() < 0.3:
            side = 0.4 + 0.2 * (number % 2)
            mix_in(left, brush, start, 0.3 * side)
            mix_in(right, brush, start, 0.3 * (1 - side))
    return left, right
