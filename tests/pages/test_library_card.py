"""The library's card says what a check does and has found, and offers what can be done about it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from app.domain.local_errors import LibraryMissingError
from app.pages.library_card import LibraryCard
from app.services.library_check import CheckState
from app.widgets.progress_line import ProgressLine


class ScriptedCheck(QObject):
    """Finds what a test says."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = CheckState()
        self.asked: list[str] = []

    def start(self) -> None:
        self.asked.append("start")

    def cancel(self) -> None:
        self.asked.append("cancel")

    def fetch_lost(self) -> None:
        self.asked.append("fetch")

    def tell(self, state: CheckState) -> None:
        self.state = state
        self.changed.emit(state)


class Scene:
    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.check = ScriptedCheck()
        self.chosen: list[str] = []
        self.card = LibraryCard(lambda: folder, self.chosen.append, self.check)
        qtbot.addWidget(self.card)
        self.card.show()

    def press(self, words: str) -> None:
        next(button for button in self.buttons() if button.text() == words).click()

    def buttons(self) -> list[QAbstractButton]:
        return [button for button in self.card.findChildren(QAbstractButton) if button.isVisible()]

    def says(self, words: str) -> bool:
        return any(words in label.text() for label in self.card.findChildren(QLabel) if label.isVisible())


def test_a_check_is_started_watched_and_cancelled(qtbot: QtBot, tmp_path: Path) -> None:
    scene = Scene(qtbot, tmp_path)
    scene.press("Check my library")
    scene.check.tell(CheckState(is_running=True, total=2000, done=500))
    assert scene.says("500 of 2,000")
    line = scene.card.findChild(ProgressLine)
    assert line is not None
    assert line.value() == 25
    scene.press("Cancel")
    assert scene.check.asked == ["start", "cancel"]
    scene.check.tell(CheckState(total=2000, done=700, was_cancelled=True))
    assert scene.says("Cancelled after 700 of 2,000")


def test_what_was_found_is_said_and_can_be_fetched_again(qtbot: QtBot, tmp_path: Path) -> None:
    scene = Scene(qtbot, tmp_path)
    scene.check.tell(CheckState(total=9, done=9))
    assert scene.says("All 9 files are as they were saved.")
    assert not any("again" in button.text() for button in scene.buttons())
    scene.check.tell(CheckState(total=9, done=9, missing=2, damaged=1, moved=3, fetchable=("a", "b")))
    assert scene.says("Of 9 files 2 are missing and 1 are damaged. 3 had been moved")
    scene.press("Fetch 2 jobs again")
    assert scene.check.asked == ["fetch"]
    scene.check.tell(CheckState(trouble=LibraryMissingError(folder=tmp_path).problem()))
    assert scene.says("Connect the drive again")


def test_another_folder_is_used_and_the_same_one_can_be_chosen_again(qtbot: QtBot, tmp_path: Path) -> None:
    scene = Scene(qtbot, tmp_path / "one")
    scene.card.folder_chosen(str(tmp_path / "one"))
    assert not scene.says("stays in")
    scene.card.folder_chosen(str(tmp_path / "two"))
    assert scene.says(f"stays in {tmp_path / 'one'}")
    assert scene.chosen == [str(tmp_path / "one"), str(tmp_path / "two")]
