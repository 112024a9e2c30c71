"""What the demo composes is pleasant in ways that can be measured: audible, unclipped, without clicks."""

from array import array
from itertools import pairwise

import pytest

from app.sandbox.media.signals import SAMPLE_RATE, hall, mix_in, peak, row, silence, slow, softened, swell, tone
from app.sandbox.media.sound import LOUDEST, RECIPES, recipe_of, sound_of
from app.sandbox.media.subject import words_of


def channels(data: bytes) -> "tuple[array[int], array[int]]":
    both = array("h", data)
    return both[0::2], both[1::2]


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_every_recipe_is_audible_and_unclipped_and_fades(recipe: str) -> None:
    left, right = channels(sound_of("qwxyz", 3, 1.2, recipe))
    assert len(left) == len(right) == int(1.2 * SAMPLE_RATE)
    loudest = max(map(abs, left + right))
    assert loudest == pytest.approx(32767 * LOUDEST, abs=2)
    mean = (sum(v * v for v in left) / len(left)) ** 0.5
    assert mean > 600  # -35 dB
    assert abs(sum(left) / len(left)) < 0.02 * loudest
    for side in (left, right):
        assert max(map(abs, side[:40])) < 60
        assert max(map(abs, side[-40:])) < 60


def test_the_two_channels_differ() -> None:
    left, right = channels(sound_of("wind", 1, 0.5))
    assert left != right


@pytest.mark.parametrize("recipe", ["music", "night"])
def test_tones_have_no_clicks(recipe: str) -> None:
    left, _ = channels(sound_of("qwxyz", 5, 2.0, recipe))
    steps = [abs(b - a) for a, b in pairwise(left)]
    assert max(steps) < 0.45 * 32767 * LOUDEST


def test_words_choose_the_recipe() -> None:
    assert recipe_of(words_of("The summer wind blows over the willow branches.")) == "wind"
    assert recipe_of(words_of("Rain on a tin roof")) == "rain"
    assert recipe_of(words_of("qwxyz")) == ""


def test_the_shortest_sound_is_still_a_sound() -> None:
    for recipe in ("storm", "birds", "fire"):
        assert len(sound_of("qwxyz", 1, 0.05, recipe)) == 4 * int(0.05 * SAMPLE_RATE)


def test_rows_do_what_they_say() -> None:
    target = silence(5)
    mix_in(target, row([1, 1, 1]), -1, 2.0)
    mix_in(target, row([1, 1, 1]), 4)
    assert list(target) == [2, 2, 0, 0, 1]
    assert swell(10, 5, 5)[0] == 0
    assert len(slow(lambda t: t, 1000)) == 1000
    assert peak(softened(tone(8000, 4000), 100)) < 0.1
    echo = hall(row([1.0]) + silence(999), (50,), 0.5)
    assert len(echo) == 1000
    assert max(echo[90:110]) > 0
