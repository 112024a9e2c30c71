"""The colours of both looks, named by what they are for (product.md, "The look").

Text colours are made for the four surfaces `window`, `panel`, `raised` and `input`. On a wash, or under the pointer, muted
text takes `second` instead of `third`: `third` is too faint there. Two light values are one step darker than the table
they come from (`third`, `done`), because the table's own were 4.46:1 and 4.49:1 on the window colour.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Tokens:
    """One look. Every colour is `#RRGGBB`, or `#AARRGGBB` where it lets the surface below shine through."""

    name: str
    window: str
    panel: str
    raised: str
    input: str
    border: str
    text: str
    second: str
    third: str
    accent: str
    on_accent: str
    done: str
    failed: str
    running: str
    waiting: str
    warning: str
    wash_strength: float
    shadow_strength: float

    @property
    def is_dark(self) -> bool:
        return self.name == "dark"

    @property
    def accent_wash(self) -> str:
        """Behind the chosen one of several."""
        return with_alpha(self.accent, self.wash_strength)

    @property
    def accent_hover(self) -> str:
        return blend(self.accent, self._away_from_on_accent, 0.14)

    @property
    def accent_pressed(self) -> str:
        return blend(self.accent, "#000000", 0.16)

    @property
    def on_accent_second(self) -> str:
        """Words of less weight on the accent."""
        return blend(self.accent, self.on_accent, 0.74 if self.is_dark else 0.86)

    @property
    def raised_hover(self) -> str:
        return blend(self.raised, self.text, 0.06)

    @property
    def raised_pressed(self) -> str:
        return blend(self.raised, self.text, 0.11)

    @property
    def hover(self) -> str:
        """Over a flat control on any surface."""
        return with_alpha(self.text, 0.06)

    @property
    def pressed(self) -> str:
        return with_alpha(self.text, 0.11)

    @property
    def border_strong(self) -> str:
        """The edge of a control under the pointer."""
        return blend(self.border, self.text, 0.22)

    @property
    def selection(self) -> str:
        """Behind selected text."""
        return with_alpha(self.accent, 0.3)

    @property
    def glow(self) -> str:
        """Around a field that has the focus."""
        return with_alpha(self.accent, 0.18)

    @property
    def disabled(self) -> str:
        """Text of what cannot be used now; free of the contrast rule, still readable."""
        return blend(self.third, self.panel, 0.32)

    @property
    def shadow(self) -> str:
        return with_alpha("#000000", self.shadow_strength)

    @property
    def scrim(self) -> str:
        """Under small words on top of pictures, the same in both looks."""
        return "#B3000000"

    @property
    def on_scrim(self) -> str:
        return "#FFFFFF"

    @property
    def _away_from_on_accent(self) -> str:
        return "#FFFFFF" if self.is_dark else "#000000"

    def colours(self) -> dict[str, str]:
        """Every colour by its name, for the style sheet."""
        names = [f.name for f in fields(self)] + [n for n, v in vars(Tokens).items() if isinstance(v, property)]
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if isinstance(value, str) and value[0] == "#"}


def blend(below: str, above: str, share: float) -> str:
    """The opaque colour of `above` laid over `below` with the given share (0 to 1)."""
    mixed = (round(b + (a - b) * share) for b, a in zip(_channels(below), _channels(above), strict=True))
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def flatten(colour: str, below: str) -> str:
    """What `#AARRGGBB` looks like on an opaque surface; `#RRGGBB` stays what it is."""
    if len(colour) == 7:
        return colour
    return blend(below, "#" + colour[3:], int(colour[1:3], 16) / 255)


def with_alpha(colour: str, share: float) -> str:
    """`#RRGGBB` made see-through: `#AARRGGBB`, as QColor and Qt style sheets read it."""
    return f"#{round(share * 255):02X}{colour[1:]}"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


DARK = Tokens(
    name="dark",
    window="#101217",
    panel="#16191F",
    raised="#1D212A",
    input="#0C0E12",
    border="#2A2F3A",
    text="#ECEEF3",
    second="#A9AFBD",
    third="#868D9C",
    accent="#FFB454",
    on_accent="#1E1402",
    done="#5CCB8A",
    failed="#FF7B72",
    running="#6CB6FF",
    waiting="#9AA4B8",
    warning="#F2C94C",
    wash_strength=0.13,
    shadow_strength=0.55,
)

LIGHT = Tokens(
    name="light",
    window="#F4F2EE",
    panel="#FFFFFF",
    raised="#FAF8F5",
    input="#FFFFFF",
    border="#DFDBD3",
    text="#1D1B18",
    second="#57534C",
    third="#736E65",
    accent="#A84B05",
    on_accent="#FFFFFF",
    done="#1B7E4A",
    failed="#C0322B",
    running="#0B66C3",
    waiting="#5F6673",
    warning="#8A6100",
    wash_strength=0.08,
    shadow_strength=0.22,
)
