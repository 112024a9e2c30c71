"""A voice of tones: one soft vowel for each syllable, with pauses where the writing has them. Nobody takes it for speech."""

import random
import re
from itertools import pairwise
from math import exp, pi, sin

from app.sandbox.media.signals import SAMPLE_RATE, Row, hall, interleaved, mix_in, row, shaped, silence, softened, swell

LONGEST_S = 20.0
_SYLLABLE_S, _PAUSE_S, _BREATH_S = 0.19, 0.07, 0.34
_FORMANTS = {  # Hz: where the mouth lets a vowel through
    "a": (730, 1090, 2440),
    "e": (530, 1840, 2480),
    "i": (300, 2250, 3000),
    "o": (570, 840, 2410),
    "u": (320, 870, 2240),
    "y": (290, 1900, 2500),
}
_LOUDEST = 0.6
_WORD = re.compile(r"[^\W\d_]+|\d+|[.,;:!?\n]")
_VOWELS = re.compile(r"[aeiouy]+")


def spoken(text: str, seed: int) -> bytes:
    """Interleaved 16 bit stereo at 44.1 kHz, at most 20 s."""
    rng = random.Random(f"{seed}/voice/{text}")
    ground = rng.choice((112.0, 138.0, 176.0, 204.0))
    left = silence(int(_length(text) * SAMPLE_RATE))
    place = 0.1
    for word in _WORD.findall(text):
        if not word[0].isalnum():
            place += _BREATH_S
            continue
        for vowel in _syllables(word):
            if place + 2 * _SYLLABLE_S > LONGEST_S:
                break
            length = _SYLLABLE_S * rng.uniform(0.85, 1.25)
            bend = 1.0 + 0.16 * sin(place * 1.7) + rng.uniform(-0.05, 0.05)
            mix_in(left, _vowel(vowel, ground * bend, int(length * SAMPLE_RATE)), int(place * SAMPLE_RATE))
            place += length
        place += _PAUSE_S
    right = row(left)
    mix_in(left, hall(left, (839, 1063), 0.4), 0, 0.12)
    mix_in(right, hall(right, (907, 1009), 0.4), 0, 0.12)
    return interleaved(left, right, _LOUDEST)


def _syllables(word: str) -> list[str]:
    """The vowel of each syllable; digits and words of other alphabets hum too."""
    found = [group[0] for group in _VOWELS.findall(word.lower())]
    return found or ["aeiou"[ord(letter) % 5] for letter in word[: max(1, len(word) // 2)]]


def _length(text: str) -> float:
    words = _WORD.findall(text)
    syllables = sum(len(_syllables(word)) for word in words if word[0].isalnum())
    breaths = sum(not word[0].isalnum() for word in words)
    return min(LONGEST_S, 0.8 + syllables * _SYLLABLE_S * 1.25 + len(words) * _PAUSE_S + breaths * _BREATH_S)


def _vowel(vowel: str, pitch: float, count: int) -> "Row[float]":
    """Harmonics of one pitch, as loud as the mouth lets them through."""
    peaks = _FORMANTS.get(vowel, _FORMANTS["a"])
    shares = [
        (number, sum(exp(-(((number * pitch - peak) / (90 + peak * 0.06)) ** 2)) for peak in peaks) + 0.25 / number)
        for number in range(1, int(3600 / pitch))
    ]
    period = [
        sum(share / number**0.4 * sin(2 * pi * number * step / 256) for number, share in shares) for step in range(257)
    ]
    steps = list(pairwise(period))
    values = []
    for moment in range(count):
        # a little vibrato, so that it does not sound like a machine at rest
        turn = moment * pitch / SAMPLE_RATE + 0.012 * sin(2 * pi * 5.2 * moment / SAMPLE_RATE)
        place = turn % 1.0 * 256
        low, high = steps[int(place)]
        values.append(low + (high - low) * (place % 1.0))
    return shaped(softened(values, 3800), swell(count, 0.03, 0.07))
