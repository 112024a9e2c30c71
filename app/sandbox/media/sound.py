"""What a prompt sounds like: a few layers of tones and nature, set in a hall, faded in and out."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from app.sandbox.media import instruments, nature
from app.sandbox.media.instruments import Key, Stereo, key_of
from app.sandbox.media.signals import SAMPLE_RATE, Row, hall, interleaved, mix_in, peak, shaped, silence, swell, thinned
from app.sandbox.media.subject import words_of

Layer = Callable[[random.Random, Key, int], Stereo]
LOUDEST = 0.71  # of full scale, -3 dB: nothing clips, also not after AAC
_DEEPEST = 28.0  # Hz; what lies below only moves loudspeakers
_HALL_LEFT, _HALL_RIGHT = (839, 1063, 1297), (907, 1009, 1373)  # half samples; primes do not ring together


@dataclass(frozen=True, slots=True)
class Recipe:
    """Layers with their share of the loudness, and the words that call for them."""

    words: str
    layers: tuple[tuple[Layer, float], ...]
    mood: str = ""  # bright, dark, or by chance
    echo: float = 0.3


RECIPES: dict[str, Recipe] = {
    "rain": Recipe("rain drizzle shower puddle umbrella", ((nature.rain, 1.0), (instruments.pad, 0.3)), "dark"),
    "storm": Recipe(
        "storm thunder lightning tempest", ((nature.rain, 0.7), (nature.thunder, 1.0), (nature.wind, 0.5)), "dark"
    ),
    "wind": Recipe(
        "wind breeze willow blow air mountain ridge desert dune sand branch",
        ((nature.wind, 1.0), (nature.rustle, 0.4), (instruments.pad, 0.32), (nature.birds, 0.2)),
    ),
    "stream": Recipe(
        "stream brook creek river water fountain waterfall lake drop",
        ((nature.stream, 1.0), (nature.birds, 0.22), (instruments.pad, 0.3)),
        "bright",
    ),
    "waves": Recipe(
        "sea ocean wave beach surf shore coast harbour harbor boat ship", ((nature.waves, 1.0), (instruments.pad, 0.35))
    ),
    "birds": Recipe(
        "bird forest morning garden spring song lark meadow wood tree leaf flower",
        ((nature.birds, 0.6), (nature.rustle, 0.5), (nature.wind, 0.25), (instruments.plucks, 0.35)),
        "bright",
    ),
    "night": Recipe("night cricket dark moon summer evening", ((nature.crickets, 0.4), (instruments.pad, 0.8)), "dark"),
    "fire": Recipe("fire campfire hearth flame crackle ember", ((nature.fire, 1.0), (instruments.pad, 0.3))),
    "city": Recipe(
        "city street traffic car train urban engine crowd", ((nature.hum, 0.8), (instruments.pad, 0.6)), "dark"
    ),
    "bells": Recipe(
        "bell chime temple winter snow ice star space aurora glass dream",
        ((instruments.bells, 0.7), (instruments.pad, 0.7)),
        "",
        0.5,
    ),
    "beat": Recipe(
        "beat drum rhythm techno dance lo-fi hip-hop funk groove pulse heart",
        ((instruments.pulse, 0.8), (instruments.pad, 0.6), (instruments.plucks, 0.5)),
        "dark",
    ),
    "music": Recipe(
        "music melody guitar harp piano string song tune ambient calm meditation waltz violin soundtrack theme",
        ((instruments.pad, 0.8), (instruments.plucks, 0.8)),
        "",
        0.4,
    ),
}
_BY_CHANCE = ("music", "bells", "wind", "stream")
_BRIGHT = "summer spring morning sunny happy bright day dawn light joy sunrise noon calm"
_DARK = "night dark sad winter storm fear shadow mystery lonely rain deep cold"


def sound_of(prompt: str, seed: int, duration_s: float, fallback: str = "") -> bytes:
    """Interleaved 16 bit stereo at 44.1 kHz. The same prompt, seed and length sound the same.

    `fallback` names a recipe for prompts without a word that is known here.
    """
    words = words_of(prompt)
    rng = random.Random(f"{seed}/sound/{' '.join(words)}")
    recipe = RECIPES[recipe_of(words) or fallback or random.Random(prompt.strip().lower()).choice(_BY_CHANCE)]
    key = key_of(rng, recipe.mood or _mood(words, rng))
    count = max(int(duration_s * SAMPLE_RATE), 1)
    left, right = silence(count), silence(count)
    for layer, share in recipe.layers:
        first, second = layer(rng, key, count)
        loudness = share / max(_level(first), _level(second), 1e-6)
        mix_in(left, first, 0, loudness)
        mix_in(right, second, 0, loudness)
    for side, delays in ((left, _HALL_LEFT), (right, _HALL_RIGHT)):
        mix_in(side, hall(side, delays, 0.72), 0, recipe.echo)
    envelope = swell(count, min(0.5, duration_s * 0.1), min(1.6, duration_s * 0.25))
    left, right = (shaped(thinned(side, _DEEPEST), envelope) for side in (left, right))
    return interleaved(left, right, LOUDEST)


def recipe_of(words: list[str]) -> str:
    """The recipe that most words call for, the earlier word first; "" without any."""
    called = [name for word in words for name, recipe in RECIPES.items() if _fits(word, recipe.words.split())]
    return max(called, key=called.count) if called else ""


def _mood(words: list[str], rng: random.Random) -> str:
    bright, dark = (sum(word in group.split() for word in words) for group in (_BRIGHT, _DARK))
    return rng.choice(("bright", "dark")) if bright == dark else ("bright" if bright > dark else "dark")


def _level(values: "Row[float]") -> float:
    """The loudness of a layer: between its peak and its mean, from every 7th sample."""
    some = values[::7]
    mean: float = sqrt(sum(value * value for value in some) / len(some))
    return 0.5 * peak(some) + 1.5 * mean


def _fits(word: str, stems: list[str]) -> bool:
    return any(word == stem or (len(stem) > 3 and word.startswith(stem)) for stem in stems)
