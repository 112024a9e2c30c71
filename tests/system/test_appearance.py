"""The look: readable in both palettes, in step with the desktop, complete without its files."""

from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.system import appearance
from app.system.appearance import DARK, LIGHT, Appearance, Tokens
from app.system.tokens import blend, flatten, with_alpha

TEXT, LARGE = 4.5, 3.0
SURFACES = ("window", "panel", "raised", "input")
WORDS = ("text", "second", "third", "accent", "done", "failed", "running", "waiting", "warning")
BOTH = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs(tokens: Tokens) -> list[tuple[str, str, str]]:
    """(what, words, surface) for every combination that the widgets use."""
    colours = tokens.colours()
    found = [(f"{word} on {s}", colours[word], colours[s]) for word, s in product(WORDS, SURFACES)]
    covers = ("hover", "pressed", "accent_wash")
    found += [
        (f"{word} on {cover} over panel", colours[word], flatten(colours[cover], tokens.panel))
        for word, cover in product(("text", "second"), covers)
    ]
    states = ("done", "failed", "running", "waiting", "warning", "accent")
    chosen = flatten(tokens.accent_wash, tokens.panel)
    found += [(f"{state} on the chosen row", colours[state], chosen) for state in states]
    for surface in ("accent", "accent_hover", "accent_pressed"):
        found.append((f"on_accent on {surface}", tokens.on_accent, colours[surface]))
    found.append(("on_accent_second on accent", tokens.on_accent_second, tokens.accent))
    for surface in ("raised_hover", "raised_pressed"):
        found += [(f"{word} on {surface}", colours[word], colours[surface]) for word in ("text", "second")]
    for kind in ("running", "warning", "failed"):
        banner = flatten(with_alpha(colours[kind], 0.1), tokens.panel)
        found.append((f"text on the {kind} banner", tokens.text, banner))
    found.append(("selected text", tokens.text, flatten(tokens.selection, tokens.input)))
    found.append(("words on a picture", tokens.on_scrim, flatten(tokens.scrim, "#FFFFFF")))
    return found


@BOTH
def test_every_text_can_be_read_on_every_surface_it_stands_on(tokens: Tokens) -> None:
    faint = [f"{what}: {contrast(a, b):.2f}" for what, a, b in pairs(tokens) if contrast(a, b) < TEXT]
    assert not faint


@BOTH
def test_focus_ring_and_marks_stand_out_from_every_surface(tokens: Tokens) -> None:
    colours = tokens.colours()
    marks = ("accent", "done", "failed", "running", "warning", "text", "third")
    for mark, surface in product(marks, SURFACES):
        assert contrast(colours[mark], colours[surface]) >= LARGE, (mark, surface)


@BOTH
def test_what_cannot_be_used_is_dimmer_than_words_but_still_there(tokens: Tokens) -> None:
    assert 2.0 < contrast(tokens.disabled, tokens.panel) < contrast(tokens.third, tokens.panel)


@BOTH
def test_the_style_sheet_has_a_colour_for_every_place(tokens: Tokens) -> None:
    sheet = appearance.stylesheet(tokens)
    assert tokens.accent in sheet
    assert "@" not in sheet.split("*/", 1)[1]
    assert sheet.count("{") == sheet.count("}")


def test_an_unknown_token_in_the_style_sheet_is_found_at_once(tmp_path: Path) -> None:
    sheet = tmp_path / "style.qss"
    sheet.write_text("QLabel { color: @colour_of_hope; }", encoding="utf-8")
    with pytest.raises(KeyError, match="colour_of_hope"):
        appearance.stylesheet(DARK, sheet)


def test_without_a_style_sheet_and_fonts_the_program_still_has_a_look(qapp: QApplication, tmp_path: Path) -> None:
    assert appearance.stylesheet(DARK, tmp_path / "style.qss") == ""
    assert appearance.load_fonts(tmp_path) == []
    assert appearance.base_font().pixelSize() == 13


def test_a_font_file_that_is_no_font_is_passed_over(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "Broken.ttf").write_bytes(b"not a font")
    assert appearance.load_fonts(tmp_path) == []


def test_inter_is_bundled_and_worn(qapp: QApplication) -> None:
    assert "Inter" in appearance.load_fonts()
    assert "Inter" in QFontDatabase.families()
    assert appearance.base_font().families()[0] == "Inter"
    heavy = appearance.font(20, QFont.Weight.DemiBold)
    assert (heavy.pixelSize(), heavy.weight()) == (20, QFont.Weight.DemiBold)


@BOTH
def test_plain_widgets_get_the_same_colours_from_the_palette(qapp: QApplication, tokens: Tokens) -> None:
    made = appearance.palette(tokens)
    role = QPalette.ColorRole
    assert made.color(role.Window) == QColor(tokens.window)
    assert made.color(role.Text) == QColor(tokens.text)
    assert made.color(QPalette.ColorGroup.Disabled, role.Text) == QColor(tokens.disabled)
    assert made.color(role.Accent) == QColor(tokens.accent)


def test_the_look_follows_the_desktop_while_the_program_runs(qapp: QApplication) -> None:
    desktop = [Qt.ColorScheme.Dark]
    worn = Appearance("system", ask_desktop=lambda: desktop[0])
    heard: list[Tokens] = []
    worn.changed.connect(heard.append)
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Light, Qt.ColorScheme.Dark):
        desktop[0] = scheme
        QGuiApplication.styleHints().colorSchemeChanged.emit(scheme)
    assert heard == [LIGHT, DARK]
    assert appearance.current() is DARK


def test_a_desktop_that_does_not_say_gets_the_dark_look(qapp: QApplication) -> None:
    worn = Appearance("system", ask_desktop=lambda: Qt.ColorScheme.Unknown)
    assert worn.tokens is DARK


def test_a_fixed_look_does_not_follow_the_desktop(qapp: QApplication) -> None:
    worn = Appearance("light", ask_desktop=lambda: Qt.ColorScheme.Dark)
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.current() is LIGHT
    worn.set_mode("dark")
    assert appearance.current() is DARK


def test_a_mode_that_does_not_exist_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="sepia"):
        Appearance("sepia")


def test_reduced_motion_takes_no_time(qapp: QApplication) -> None:
    worn = Appearance("dark")
    worn.set_reduced_motion(True)
    assert (appearance.motion_ms(), worn.reduced_motion) == (0, True)
    worn.set_reduced_motion(False)
    assert 0 < appearance.motion_ms() <= 150


def test_mixing_colours() -> None:
    assert blend("#000000", "#FFFFFF", 0.5) == "#808080"
    assert with_alpha("#FFB454", 0.13) == "#21FFB454"
    assert flatten("#21FFB454", "#16191F") == "#342D26"
    assert flatten("#123456", "#FFFFFF") == "#123456"
