"""Icons: the colour of the look, sharp at every scale, and never a crash."""

import gc
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.system.appearance import Appearance
from app.widgets import icons
from app.widgets.notices import IconMark
from tests.widgets.eyes import colours, token


def ink(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    seen = icon.pixmap(QSize(24, 24), 1.0, mode).toImage()
    pixels = (seen.pixelColor(x, y) for x in range(24) for y in range(24))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_an_icon_has_as_many_pixels_as_the_screen_can_show(ratio: float) -> None:
    made = icons.icon("bell").pixmap(QSize(16, 16), ratio)
    assert made.size() == QSize(round(16 * ratio), round(16 * ratio))
    assert made.devicePixelRatio() == ratio


def test_an_icon_made_before_takes_the_colours_of_a_new_look(worn: Appearance) -> None:
    made = icons.icon("square", "accent")
    assert token("accent") in ink(made)
    worn.set_mode("light")
    assert token("accent") in ink(made)


def test_a_disabled_icon_is_dim() -> None:
    assert token("disabled") in ink(icons.icon("square"), QIcon.Mode.Disabled)


def test_an_icon_survives_copies_and_the_garbage_collector(qtbot: QtBot) -> None:
    button = QPushButton("x")
    qtbot.addWidget(button)
    button.setIcon(QIcon(icons.icon("bell", "accent")))
    gc.collect()
    copy = button.icon()
    copy.addPixmap(icons.pixmap("x", QColor("red"), 16))  # makes Qt clone the engine
    gc.collect()
    assert not button.icon().pixmap(16, 16).isNull()


def test_a_missing_icon_shows_a_quiet_box(caplog: pytest.LogCaptureFixture) -> None:
    seen = icons.icon("no-such-icon", "second").pixmap(QSize(24, 24), 1.0).toImage()
    assert any(seen.pixelColor(x, 12).alpha() for x in range(24))
    assert not seen.pixelColor(12, 12).alpha()
    assert "no-such-icon" in caplog.text


def test_every_bundled_icon_can_be_drawn() -> None:
    empty = QColor("red")
    for path in sorted(icons.FOLDER.glob("*.svg")):
        seen = icons.pixmap(path.stem, empty, 24).toImage()
        assert any(seen.pixelColor(x, y).alpha() for x in range(24) for y in range(24)), path.name


def test_the_widgets_ask_only_for_icons_that_are_bundled() -> None:
    sources = Path(icons.__file__).parent.glob("*.py")
    words = {part for source in sources for part in source.read_text(encoding="utf-8").split('"')[1::2]}
    wanted = {"chevron-down", "chevron-right", "circle-alert", "triangle-alert", "info", "x", "check", "dices", "eye"}
    assert wanted <= words
    missing = [name for name in wanted | {"eye-off", "loader-circle"} if not (icons.FOLDER / f"{name}.svg").exists()]
    assert not missing


def test_a_mark_is_repainted_in_the_new_look(qtbot: QtBot, worn: Appearance) -> None:
    mark = IconMark("square", "accent", 24)
    qtbot.addWidget(mark)
    mark.show()
    before = token("accent")
    assert before in colours(mark)
    worn.set_mode("light")
    assert token("accent") in colours(mark)
    assert before not in colours(mark)
