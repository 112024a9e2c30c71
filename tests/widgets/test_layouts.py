"""Parts that care for room: lines that wrap, words that end in dots, sections that fold."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.system.appearance import Appearance
from app.widgets.buttons import PaintedButton
from app.widgets.chips import ChipGroup
from app.widgets.collapsible import CollapsibleSection
from app.widgets.elided_label import ElidedLabel
from app.widgets.flow_layout import FlowLayout
from tests.widgets.eyes import Role, description, name, press, role, told


def test_chips_wrap_and_the_group_is_as_high_as_its_lines(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    chips = ChipGroup([(n, f"Landscape {n}:9") for n in range(6)])
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(chips)
    column.addStretch(1)
    window.resize(307, 600)
    window.show()
    lines = {chip.y() for chip in chips.chips()}
    assert 1 < len(lines) < 6
    assert chips.height() == 38 * len(lines) - 6
    assert max(chip.geometry().right() for chip in chips.chips()) < 307
    window.resize(900, 600)
    qtbot.waitUntil(lambda: len({chip.y() for chip in chips.chips()}) == 1)


def test_a_flow_runs_from_the_right_where_people_read_so(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    flow = FlowLayout(window, gap=4)
    labels = [QLabel("x") for _ in range(2)]
    for label in labels:
        label.setFixedSize(50, 20)
        flow.addWidget(label)
    flow.setGeometry(QRect(0, 0, 200, 100))
    assert [label.x() for label in labels] == [150, 96]
    assert flow.itemAt(7) is None
    assert flow.heightForWidth(60) == 44


def test_a_chip_that_is_wider_than_the_form_is_cut_and_not_lost(qtbot: QtBot) -> None:
    chips = ChipGroup([(1, "A very long name of a size that no form is wide enough for, whatever one does")])
    qtbot.addWidget(chips)
    chips.resize(200, 40)
    chips.show()
    assert chips.chips()[0].width() <= 200


def test_words_end_in_dots_and_tell_all_in_the_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("Paper boats crossing a <b>flooded</b> street\nat night")
    qtbot.addWidget(label)
    label.resize(90, 20)
    label.show()
    assert label.text().endswith("…")
    assert label.full_text == "Paper boats crossing a <b>flooded</b> street at night"
    assert name(label) == label.full_text
    assert "&lt;b&gt;" in label.toolTip()
    assert description(label) == ""
    label.resize(900, 20)
    assert label.text() == label.full_text
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() == 0


@pytest.fixture
def section(qtbot: QtBot) -> CollapsibleSection:
    inside = QLabel("Steps")
    inside.setFixedHeight(60)
    made = CollapsibleSection("Advanced", inside)
    qtbot.addWidget(made)
    made.resize(300, 32)
    made.show()
    return made


def header(section: CollapsibleSection) -> PaintedButton:
    found = section.findChild(PaintedButton)
    assert found is not None
    return found


def test_a_section_opens_by_pointer_keys_and_assistive_technology(section: CollapsibleSection, qtbot: QtBot) -> None:
    heard: list[bool] = []
    section.expanded_changed.connect(heard.append)
    inside = section.findChildren(QLabel)[0]
    assert not inside.isVisible()
    QTest.mouseClick(header(section), Qt.MouseButton.LeftButton)
    assert inside.isVisible()
    QTest.keyClick(header(section), Qt.Key.Key_Space)
    press(header(section))
    assert heard == [True, False, True]


def test_a_section_says_whether_it_is_open_and_what_is_in_it(section: CollapsibleSection) -> None:
    section.set_summary("steps 30 · seed random")
    assert (role(header(section)), name(header(section))) == (Role.Button, "Advanced")
    assert description(header(section)) == "steps 30 · seed random"
    assert told(header(section)).state().collapsed
    section.set_expanded(True)
    assert told(header(section)).state().expanded


def test_opening_by_code_is_silent(section: CollapsibleSection) -> None:
    heard: list[bool] = []
    section.expanded_changed.connect(heard.append)
    section.set_expanded(True)
    assert section.is_expanded
    assert heard == []


def test_an_opening_section_ends_fully_open(section: CollapsibleSection, qtbot: QtBot, worn: Appearance) -> None:
    worn.set_reduced_motion(False)
    inside = section.findChildren(QLabel)[0]
    header(section).click()
    header(section).click()
    header(section).click()
    qtbot.waitUntil(lambda: inside.isVisible() and inside.maximumHeight() >= 60)
    assert section.is_expanded
