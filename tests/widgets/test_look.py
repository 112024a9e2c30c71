"""All parts together: each has a name, and each wears a new look while the window is open."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QLineEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.system.appearance import DARK, LIGHT, Appearance
from tests.widgets import gallery
from tests.widgets.eyes import colours, told


def everything(node: QAccessibleInterface | None) -> Iterator[QAccessibleInterface]:
    if node is not None and node.isValid():
        yield node
        for place in range(node.childCount()):
            yield from everything(node.child(place))


def test_everything_that_takes_the_focus_has_a_name(qtbot: QtBot) -> None:
    sheet = gallery.shell()
    qtbot.addWidget(sheet)
    sheet.show()
    nameless = [
        node.object().metaObject().className()
        for node in everything(told(sheet))
        if node.state().focusable and not node.state().invisible and not node.text(QAccessible.Text.Name)
    ]
    # In a real form labels name these; the gallery leaves them out. Lists are named by what they belong to.
    assert set(nameless) <= {"Slider", "_BareSlider", "NumberBox", "QListView", "QComboBoxListView"}


def test_no_colour_of_the_old_look_is_left_behind(qtbot: QtBot, worn: Appearance) -> None:
    sheet = gallery.shell()
    qtbot.addWidget(sheet)
    sheet.show()
    own_dark = {DARK.panel.lower(), DARK.input.lower(), DARK.raised.lower()}  # the logo keeps its accent
    assert own_dark <= colours(sheet)
    worn.set_mode("light")
    QApplication.processEvents()
    seen = colours(sheet)
    assert not own_dark & seen
    assert {LIGHT.panel.lower(), LIGHT.raised.lower(), LIGHT.accent.lower()} <= seen


def test_qt_s_own_fields_follow_as_well(qtbot: QtBot, worn: Appearance) -> None:
    for field in (QLineEdit("words"), QTextEdit("words")):
        qtbot.addWidget(field)
        field.show()
        assert DARK.input.lower() in colours(field)
        worn.set_mode("light")
        QApplication.processEvents()
        assert {LIGHT.input.lower()} <= colours(field)
        worn.set_mode("dark")


def test_every_part_can_be_reached_with_the_tab_key(qtbot: QtBot) -> None:
    sheet = gallery.shell()
    qtbot.addWidget(sheet)
    sheet.show()
    unreachable = [
        widget
        for widget in sheet.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.ClickFocus
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not hasattr(widget, "autoExclusive")
    ]
    assert unreachable == []
