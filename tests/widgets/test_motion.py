"""What moves: only what somebody can see, and nothing when motion is reduced."""

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.system.appearance import Appearance
from app.widgets.busy_ring import BusyRing
from app.widgets.progress_line import ProgressLine
from app.widgets.switch import Switch
from tests.widgets.eyes import Role, colours, name, role, token, value


def moves(part: ProgressLine | BusyRing) -> bool:
    return part.is_sweeping if isinstance(part, ProgressLine) else part.is_turning


def test_a_line_shows_how_far_it_is(qtbot: QtBot) -> None:
    line = ProgressLine()
    qtbot.addWidget(line)
    line.resize(200, 3)
    line.show()
    line.set_fraction(0.42)
    seen = line.grab().toImage()
    assert seen.pixelColor(40, 1).name() == token("running")
    assert seen.pixelColor(160, 1).name() == token("border")
    assert (role(line), value(line)) == (Role.ProgressBar, "42")
    line.set_fraction(7.0)
    assert value(line) == "100"


def test_an_unknown_progress_sweeps_only_while_it_is_seen(qtbot: QtBot, worn: Appearance) -> None:
    worn.set_reduced_motion(False)
    line = ProgressLine()
    qtbot.addWidget(line)
    line.set_fraction(None)
    assert not moves(line)
    line.show()
    assert moves(line)
    line.hide()
    assert not moves(line)
    line.show()
    line.set_fraction(0.5)
    assert not moves(line)


def test_reduced_motion_stops_what_moves(qtbot: QtBot, worn: Appearance) -> None:
    worn.set_reduced_motion(False)
    window = QWidget()
    qtbot.addWidget(window)
    line, ring = ProgressLine(window), BusyRing(window)
    line.set_fraction(None)
    window.show()
    assert moves(line)
    assert moves(ring)
    worn.set_reduced_motion(True)
    qtbot.waitUntil(lambda: not moves(line) and not moves(ring))
    assert token("running") in colours(line)


def test_a_ring_turns_only_while_it_is_seen(qtbot: QtBot, worn: Appearance) -> None:
    worn.set_reduced_motion(False)
    ring = BusyRing()
    qtbot.addWidget(ring)
    assert not moves(ring)
    ring.show()
    before = ring.grab().toImage()
    qtbot.waitUntil(lambda: ring.grab().toImage() != before)
    ring.hide()
    assert not moves(ring)
    assert name(ring) == "Busy"


def test_a_switch_ends_where_it_should(qtbot: QtBot, worn: Appearance) -> None:
    worn.set_reduced_motion(False)
    switch = Switch()
    qtbot.addWidget(switch)
    switch.show()
    switch.click()
    qtbot.waitUntil(lambda: token("accent") in colours(switch))
    switch.click()
    qtbot.waitUntil(lambda: token("accent") not in colours(switch))
