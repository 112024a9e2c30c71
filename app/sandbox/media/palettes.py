"""Moods of colour, and the words in a prompt that call for them."""

import random
from dataclasses import dataclass

from PySide6.QtGui import QColor

from app.sandbox.media.colour import turned


@dataclass(frozen=True, slots=True)
class Palette:
    """One mood. The sky runs from the zenith to the horizon; things run from far haze to near dark."""

    zenith: QColor
    high: QColor
    low: QColor
    horizon: QColor
    orb: QColor  # sun or moon
    haze: QColor  # what distance fades into
    near: QColor  # the darkest, closest thing
    accent: QColor  # lamps, blossoms, sails
    stars: float = 0.0  # 0 none, 1 a clear night

    @property
    def sky(self) -> tuple[QColor, QColor, QColor, QColor]:
        """The sky's colours, from the top down."""
        return self.zenith, self.high, self.low, self.horizon


_COLOURS = ("zenith", "high", "low", "horizon", "orb", "haze", "near", "accent")


def _palette(codes: str, stars: float = 0.0) -> Palette:
    """A mood from eight hex codes, in the order of the class."""
    zenith, high, low, horizon, orb, haze, near, accent = (QColor(f"#{code}") for code in codes.split())
    return Palette(zenith, high, low, horizon, orb, haze, near, accent, stars)


PALETTES: dict[str, Palette] = {
    # zenith high low horizon orb haze near accent
    "dusk": _palette("15183F 4B2F74 A8557F F3936C FFEBCF B2688F 191433 FFB454", 0.45),
    "ember": _palette("2B1C41 7E3550 D9683F FFC670 FFF3D0 D98858 24121F FFB454", 0.1),
    "dawn": _palette("5C73AE AE94BE F0B7A9 FEE3C4 FFF6E2 DDB0B4 38375B F4876B"),
    "day": _palette("2B6CB0 6AA6D8 B5D8EB F1F3EA FFFDF2 A9C9DF 1E3D57 F2B35E"),
    "night": _palette("060A1A 0D1938 1F3463 46659A F3F0E2 3A5688 070B18 FFCE7A", 1.0),
    "winter": _palette("39526E 86A4BF C9D9E4 F6F1EA FFFBF2 BCCEDC 2B3C50 D97B5B", 0.05),
    "green": _palette("0E2B2C 2A604F 83A876 E9E4A8 FFF8D8 86AA90 0D211C F0B85A"),
    "teal": _palette("052330 0E5763 3A9893 C7E6C6 FBF7DC 5AA6A2 04171F FFB86B", 0.25),
    "violet": _palette("170F38 43297B 8D5BB8 EFA7C8 FFEEDD 8E6BB5 160E2C FFC36B", 0.6),
    "crimson": _palette("250A22 6B1738 C23A48 FF9A6B FFEBD3 B0495A 200813 FFC46E", 0.2),
    "fog": _palette("48525C 7F898F B3B9B8 E0DBD1 FFF8EA AEB4B5 2A3036 D98D5F"),
    "sepia": _palette("3A2A20 7A5A42 BF9468 EFD7A8 FFF4D8 C0A078 241812 E08A4A"),
}

WORDS: dict[str, str] = {
    "dusk": "dusk twilight evening haze warm",
    "ember": "amber sunset orange autumn desert gold fire copper dune ember lantern",
    "dawn": "dawn morning rose pink sunrise blush peach blossom spring pastel pearl cherry",
    "day": "blue day noon summer sky sunny bright azure",
    "night": "night midnight star moon dark indigo cosmos galaxy space",
    "winter": "winter snow ice frost glacier white arctic cold",
    "green": "green moss jungle jade forest meadow willow bamboo fern leaf garden rainforest",
    "teal": "teal turquoise ocean lagoon sea aqua underwater coast",
    "violet": "violet purple lavender magenta dream aurora lilac sci-fi neon",
    "crimson": "red crimson scarlet blood ruby canyon rust lava",
    "fog": "fog mist grey gray silver rain storm cloud monochrome",
    "sepia": "sepia brown vintage old historic antique parchment coffee wood",
}


def palette_for(words: list[str], suited: tuple[str, ...], rng: random.Random) -> Palette:
    """The mood that most words call for (the earlier word wins a tie), else one of those suited, by chance.

    The hue is turned a little by chance, so that two seeds do not share every colour.
    """
    names = [name for word in words for name, called in WORDS.items() if _calls(word, called.split())]
    name = max(names, key=names.count) if names else rng.choice(suited)
    turn = rng.uniform(-7, 7)
    return _turned(PALETTES[name], turn)


def _turned(base: Palette, degrees: float) -> Palette:
    zenith, high, low, horizon, orb, haze, near, accent = (turned(getattr(base, name), degrees) for name in _COLOURS)
    return Palette(zenith, high, low, horizon, orb, haze, near, accent, base.stars)


def _calls(word: str, called: list[str]) -> bool:
    return any(word == stem or (len(stem) > 3 and word.startswith(stem)) for stem in called)
