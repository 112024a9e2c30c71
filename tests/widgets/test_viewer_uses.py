"""What the viewer does besides pictures, films and sounds: plain words, and ways to use a result again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.domain.media import Medium
from app.services.previews import Previews
from app.widgets.buttons import IconButton
from app.widgets.player import MediaPlayer
from app.widgets.text_view import LARGEST, TextView
from app.widgets.viewer import Viewer
from app.widgets.viewer_content import UseOffer, ViewerContent, ViewerItem, ViewerKind
from tests.widgets import eyes

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[MediaPlayer]:
    made = MediaPlayer()
    yield made
    made.close()


def uses(item: ViewerItem) -> list[UseOffer]:
    if item.medium is not Medium.IMAGE:
        return []
    return [
        UseOffer("image", "Use as reference images", "image"),
        UseOffer("video", "Use as first frame", "clapperboard"),
    ]


@pytest.fixture
def viewer(qtbot: QtBot, player: MediaPlayer, looker: Previews) -> Viewer:
    made = Viewer(player, lambda _item: None, looker, uses=uses)
    qtbot.addWidget(made)
    made.resize(600, 700)
    with qtbot.waitActive(made):
        made.show()
    return made


def text_item(tmp_path: Path, words: bytes) -> ViewerItem:
    path = tmp_path / "transcript.txt"
    path.write_bytes(words)
    return ViewerItem("t", path, Medium.OTHER, "text/plain", size_bytes=len(words))


def picture() -> ViewerItem:
    return ViewerItem("p", MEDIA / "picture.png", Medium.IMAGE, "image/png", 96, 64)


def showing(viewer: Viewer, *items: ViewerItem) -> None:
    viewer.show_content(ViewerContent(ViewerKind.RESULTS, items=items, place="other"))


def menu(viewer: Viewer, qtbot: QtBot) -> dict[str, object]:
    """The visible entries of the more-menu by their words."""
    more = next(b for b in viewer.findChildren(IconButton) if eyes.name(b) == "More")
    more.click()
    found = next(m for m in viewer.findChildren(QMenu) if m.isVisible())
    entries = {action.text(): action for action in found.actions() if action.isVisible()}
    found.close()
    return dict(entries)


def text_view(viewer: Viewer) -> TextView:
    return viewer.findChildren(TextView)[0]


def test_words_are_shown_as_they_are_and_can_be_copied(viewer: Viewer, qtbot: QtBot, tmp_path: Path) -> None:
    words = "First line.\n<b>not bold</b> & caf\u00e9 \u4f60\u597d"
    with qtbot.waitSignal(text_view(viewer).shown):
        showing(viewer, text_item(tmp_path, words.encode()))
    view = text_view(viewer)
    assert view.isVisible()
    assert view.toPlainText() == words
    assert view.isReadOnly()
    assert eyes.name(view) == "Text"
    viewer.setFocus()
    QTest.keyClick(viewer, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == words
    entries = menu(viewer, qtbot)
    assert "Copy text" in entries
    assert "Copy picture" not in entries


def test_a_very_long_text_is_cut_and_an_odd_one_is_shown_all_the_same(
    viewer: Viewer, qtbot: QtBot, tmp_path: Path
) -> None:
    view = text_view(viewer)
    with qtbot.waitSignal(view.shown):
        view.show_text(text_item(tmp_path, "\u00e9".encode() * LARGEST).path)
    assert len(view.toPlainText()) == LARGEST // 2 + 1
    with qtbot.waitSignal(view.shown):
        view.show_text(text_item(tmp_path, b"odd \xff byte").path)
    assert view.toPlainText() == "odd \ufffd byte"


def test_words_that_are_gone_are_said_calmly(viewer: Viewer, qtbot: QtBot, tmp_path: Path) -> None:
    item = text_item(tmp_path, b"soon gone")
    item.path.unlink()
    with qtbot.waitSignal(text_view(viewer).failed):
        showing(viewer, item)
    assert not text_view(viewer).isVisible()


def test_only_the_newest_text_is_shown(viewer: Viewer, qtbot: QtBot, tmp_path: Path) -> None:
    first, second = tmp_path / "1.txt", tmp_path / "2.txt"
    first.write_text("first")
    second.write_text("second")
    view = text_view(viewer)
    view.show_text(first)
    with qtbot.waitSignal(view.shown):
        view.show_text(second)
    assert view.toPlainText() == "second"


def test_a_result_can_be_used_again_from_the_menu(viewer: Viewer, qtbot: QtBot) -> None:
    showing(viewer, picture())
    asked: list[tuple[str, str]] = []
    viewer.use_as_input_requested.connect(lambda asset, target: asked.append((asset, target)))
    entries = menu(viewer, qtbot)
    assert list(entries)[:2] == ["Use as reference images", "Use as first frame"]
    entries["Use as first frame"].trigger()  # type: ignore[attr-defined]
    assert asked == [("p", "video")]


def test_what_cannot_be_used_again_does_not_offer_it(viewer: Viewer, qtbot: QtBot, tmp_path: Path) -> None:
    showing(viewer, picture())
    showing(viewer, text_item(tmp_path, b"words"))
    assert not [entry for entry in menu(viewer, qtbot) if entry.startswith("Use")]
