"""Which look is worn now, and everything Qt needs to wear it: palette, style sheet, fonts.

Widgets ask `current()` while they paint and repaint by themselves when Qt tells them that the palette changed, so a look
can be swapped while the window is open. Nothing reads a colour at import time.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette

from app.system.paths import resources
from app.system.tokens import DARK, LIGHT, Tokens, flatten

__all__ = ["DARK", "LIGHT", "Appearance", "Mode", "Tokens", "colour", "current", "font", "load_fonts", "motion_ms"]

RESOURCES = resources()
FAMILY = "Inter"
BASE_PX = 13  # the type scale is 11, 12, 13, 15, 20, 26 px
LONGEST_MOTION_MS = 150
RADIUS_SMALL, RADIUS_INPUT, RADIUS_CARD = 6, 8, 10

_log = logging.getLogger(__name__)
_PLACE = re.compile(r"@(\w+)")


class Mode(StrEnum):
    """What the person chose in Settings."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass
class _Worn:
    """One look per process, as Qt has one palette per process."""

    tokens: Tokens = DARK
    motion_ms: int = LONGEST_MOTION_MS


_worn = _Worn()


class Appearance(QObject):
    """Keeps the look in step with the choice in Settings and, where that is "system", with the desktop."""

    changed = Signal(object)  # the Tokens now worn

    def __init__(
        self,
        mode: str = Mode.SYSTEM,
        parent: QObject | None = None,
        *,
        ask_desktop: Callable[[], Qt.ColorScheme] | None = None,
    ) -> None:
        super().__init__(parent)
        self._mode = Mode(mode)
        self._ask_desktop = ask_desktop or (lambda: QGuiApplication.styleHints().colorScheme())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_desktop)
        self._tell_system()
        self._follow()

    @property
    def tokens(self) -> Tokens:
        return _worn.tokens

    @property
    def mode(self) -> Mode:
        return self._mode

    def set_mode(self, mode: str) -> None:
        """Takes "system", "dark" or "light"; anything else is a ValueError."""
        self._mode = Mode(mode)
        self._tell_system()
        self._follow()

    @property
    def reduced_motion(self) -> bool:
        return motion_ms() == 0

    def set_reduced_motion(self, reduced: bool) -> None:
        """PySide6 6.11 cannot ask the system for this wish, so it is a setting of ours."""
        _worn.motion_ms = 0 if reduced else LONGEST_MOTION_MS

    def _tell_system(self) -> None:
        """Title bars and native dialogs follow the same choice where the platform can."""
        hints = QGuiApplication.styleHints()
        if self._mode is Mode.SYSTEM:
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if self._mode is Mode.DARK else Qt.ColorScheme.Light)

    def _on_desktop(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._follow()

    def _follow(self) -> None:
        wanted = {Mode.DARK: DARK, Mode.LIGHT: LIGHT, Mode.SYSTEM: self._of_desktop()}[self._mode]
        if wanted is not _worn.tokens:
            _worn.tokens = wanted
            self.changed.emit(wanted)

    def _of_desktop(self) -> Tokens:
        """A desktop that does not say (offscreen, bare window managers) gets the dark look."""
        return LIGHT if self._ask_desktop() is Qt.ColorScheme.Light else DARK


def current() -> Tokens:
    """The look worn now. Ask while painting, never keep the answer."""
    return _worn.tokens


def colour(role: str) -> QColor:
    """A colour of the present look by its token name, such as "text" or "accent_wash"."""
    return QColor(str(getattr(_worn.tokens, role)))


def motion_ms() -> int:
    """How long a transition may take: 150 ms, or 0 when motion is reduced."""
    return _worn.motion_ms


def font(size_px: int = BASE_PX, weight: QFont.Weight = QFont.Weight.Normal, *, tabular: bool = False) -> QFont:
    """The program's font in a size of the scale; `tabular` gives all digits one width, for numbers that count."""
    made = QFont(QGuiApplication.font())
    made.setPixelSize(size_px)
    made.setWeight(weight)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def load_fonts(folder: Path = RESOURCES / "fonts") -> list[str]:
    """Registers every font file of the folder and returns the families it brought; none is no error."""
    families: set[str] = set()
    for path in sorted([*folder.glob("*.ttf"), *folder.glob("*.otf")]):
        number = QFontDatabase.addApplicationFont(str(path))
        if number < 0:
            _log.warning("The font file %s could not be read", path.name)
            continue
        families.update(QFontDatabase.applicationFontFamilies(number))
    return sorted(families)


def base_font() -> QFont:
    """Inter where it was loaded, otherwise the system's own font, at 13 px."""
    made = QFont(QGuiApplication.font())
    if FAMILY in QFontDatabase.families():
        made.setFamilies([FAMILY, *made.families()])
    made.setPixelSize(BASE_PX)
    # Glyphs keep their drawn width and spacing at every scale factor; only their height snaps to the pixel grid.
    made.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return made


def palette(tokens: Tokens) -> QPalette:
    """The QPalette of a look, so that every widget without a rule of its own fits in."""
    made = QPalette()
    role = QPalette.ColorRole
    for where, name in {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.input,
        role.AlternateBase: tokens.raised,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.third,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.failed,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: flatten(tokens.selection, tokens.input),
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.raised,
        role.Midlight: tokens.raised,
        role.Mid: tokens.border,
        role.Dark: tokens.border,
        role.Shadow: tokens.window,
    }.items():
        made.setColor(where, QColor(name))
    for where in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, where, QColor(tokens.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Base, QColor(tokens.panel))
    return made


def stylesheet(tokens: Tokens, source: Path = RESOURCES / "style.qss") -> str:
    """The style sheet with every `@token` filled in. A place without a token is a KeyError; a missing file gives ""."""
    try:
        template = source.read_text(encoding="utf-8")
    except FileNotFoundError:
        _log.warning("The style sheet %s is missing", source.name)
        return ""
    colours = tokens.colours()
    return _PLACE.sub(lambda place: colours[place[1]], template)
