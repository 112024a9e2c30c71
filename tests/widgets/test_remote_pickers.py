"""Choosing among jobs on a server: by list or by id, one or several, and a wrong id gets its sentence at the field."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.widgets.buttons import PaintedButton
from app.widgets.card_offers import CardOffers
from app.widgets.job_picker import JobPicker
from app.widgets.orphan_picker import OrphanPicker
from app.widgets.remote_list import RemoteList
from app.widgets.text_field import TextField
from app.widgets.viewer_content import CardOffer

ROWS = [("a", "Today 14:02 - Running"), ("b", "Today 14:03 - Done")]


def button(place: JobPicker | OrphanPicker, name: str) -> PaintedButton:
    return next(found for found in place.findChildren(PaintedButton) if found.text().startswith(name))


def given(picker: JobPicker) -> list[str]:
    heard: list[str] = []
    picker.id_given.connect(heard.append)
    return heard


def test_choosing_a_row_fills_in_its_id(qapp: object) -> None:
    picker = JobPicker("NetMind", True)
    heard = given(picker)
    picker.show_rows(ROWS, "none")
    rows = picker.findChild(RemoteList)
    assert isinstance(rows, RemoteList)
    rows.setCurrentRow(1)
    button(picker, "It is this one").click()
    assert heard == ["b"]


def test_an_id_can_be_typed_and_sent_with_enter(qapp: object) -> None:
    picker = JobPicker("OctoAI", False)
    heard = given(picker)
    field = picker.findChild(TextField)
    assert isinstance(field, TextField)
    QTest.keyClicks(field, "778bbfd58c")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert heard == ["778bbfd58c"]


def test_while_the_server_is_asked_nothing_is_asked_twice(qapp: object) -> None:
    picker = JobPicker("NetMind", True)
    heard = given(picker)
    take = button(picker, "It is this one")
    take.click()
    take.click()
    assert len(heard) == 1
    picker.show_error("NetMind does not know a job with this id.")
    assert take.isEnabled()
    field = picker.findChild(TextField)
    assert isinstance(field, TextField)
    assert field.accessibleDescription() == "NetMind does not know a job with this id."


def test_all_orphans_are_chosen_at_first_and_each_can_be_left_out(qapp: object) -> None:
    picker = OrphanPicker(ROWS)
    wanted: list[list[str]] = []
    picker.wanted.connect(wanted.append)
    rows = picker.findChild(RemoteList)
    assert isinstance(rows, RemoteList)
    rows.setCurrentRow(0)
    QTest.keyClick(rows, Qt.Key.Key_Space)
    assert button(picker, "Bring in").label == "Bring in 1"
    button(picker, "Bring in").click()
    assert wanted == [["b"]]


def test_nothing_ticked_is_nothing_to_bring_in(qapp: object) -> None:
    picker = OrphanPicker(ROWS)
    rows = picker.findChild(RemoteList)
    assert isinstance(rows, RemoteList)
    for row in range(rows.count()):
        rows.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert not button(picker, "Bring in").isEnabled()
    assert not button(picker, "Do not offer again").isEnabled()


def test_the_same_offers_keep_their_buttons(qapp: object) -> None:
    offers = CardOffers()
    heard: list[str] = []
    offers.chosen.connect(heard.append)
    offers.set_offers((CardOffer("forget", "Forget", "x"),))
    (before,) = offers.buttons
    offers.set_offers((CardOffer("forget", "Forget", "x"),))
    assert offers.buttons == [before]
    before.click()
    assert heard == ["forget"]
