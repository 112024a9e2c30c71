"""Assistive technology may ask for a child that has just gone; the program must live through it."""

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QGraphicsView, QLabel, QScrollArea, QWidget


@pytest.mark.parametrize("kind", [QScrollArea, QGraphicsView])
def test_a_scroll_bar_that_goes_away_between_two_questions_does_no_harm(
    qapp: QApplication, kind: type[QScrollArea] | type[QGraphicsView]
) -> None:
    area = kind()
    area.resize(200, 200)
    if isinstance(area, QScrollArea):
        content = QLabel("words")
        content.setFixedSize(100, 2000)
        area.setWidget(content)
    area.show()
    qapp.processEvents()
    told = QAccessible.queryAccessibleInterface(area)
    counted = told.childCount()
    _shrink(area)
    qapp.processEvents()
    for number in range(counted + 3):
        assert _child(told, number) is None or told.child(number).isValid()
    assert _child(told, -1) is None


def _child(told: QAccessibleInterface, number: int) -> QAccessibleInterface | None:
    """The binding gives None where Qt gives no interface; its stubs do not know."""
    return told.child(number)


def _shrink(area: QWidget) -> None:
    if isinstance(area, QScrollArea):
        content = area.widget()
        assert content is not None
        content.setFixedSize(100, 20)


def test_what_scrolls_leads_to_what_is_in_it(qapp: QApplication) -> None:
    area = QScrollArea()
    area.setWidget(QLabel("in there"))
    area.show()
    names: list[str] = []
    waiting = [QAccessible.queryAccessibleInterface(area)]
    while waiting:
        told = waiting.pop()
        names.append(told.text(QAccessible.Text.Name))
        waiting += [told.child(number) for number in range(told.childCount())]
    assert "in there" in names
