"""The viewer shows every state and every result, plays on while facts change, and never takes the focus."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.media import Medium
from app.services.previews import Previews
from app.system import pictures
from app.system.opening_mark import OpeningMark
from app.widgets.buttons import PaintedButton
from app.widgets.player import MediaPlayer
from app.widgets.viewer import Viewer
from app.widgets.viewer_content import ViewerContent, ViewerItem, ViewerKind
from tests.widgets import eyes

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
SOON = 8_000
MEDIA_OF = {"picture": Medium.IMAGE, "moving": Medium.IMAGE, "sound": Medium.AUDIO}


def item(name: str, asset_id: str = "") -> ViewerItem:
    medium = MEDIA_OF.get(name.split(".", maxsplit=1)[0], Medium.VIDEO)
    length = None if medium is Medium.IMAGE else 2.0
    return ViewerItem(asset_id or name, MEDIA / name, medium, "", None, None, length, 3_100_000)


def results(*names: str) -> ViewerContent:
    return ViewerContent(ViewerKind.RESULTS, items=tuple(item(name) for name in names), place="Videos/Slowlight")


def thumbnail(of: ViewerItem) -> QImage | None:
    known = of.medium is Medium.IMAGE and not of.path.name.startswith(("broken", "gone"))
    return pictures.read(of.path) if known else None


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[MediaPlayer]:
    made = MediaPlayer()
    yield made
    inner = made._player
    if inner is not None:
        with qtbot.waitSignal(inner.destroyed, timeout=SOON):
            made.close()


@pytest.fixture
def viewer(qtbot: QtBot, player: MediaPlayer, looker: Previews) -> Viewer:
    made = Viewer(player, thumbnail, looker)
    qtbot.addWidget(made)
    made.resize(600, 700)
    with qtbot.waitActive(made):
        made.show()
    return made


def button(viewer: QWidget, name: str) -> PaintedButton:
    """The visible button that assistive technology finds under this name."""
    found = [b for b in viewer.findChildren(PaintedButton) if eyes.name(b) == name and b.isVisible()]
    assert len(found) == 1, name
    return found[0]


def words(viewer: Viewer) -> list[str]:
    return [label.text() for label in viewer.findChildren(QLabel) if label.isVisible() and label.text()]


def test_the_names_that_automation_relies_on(viewer: Viewer) -> None:
    viewer.show_content(results("silent.mp4"))
    assert eyes.name(viewer) == "Preview"
    for name in ("Play", "Save as", "Show in folder", "Vary", "Favourite", "More", "Loop", "Mute", "Full screen"):
        button(viewer, name)
    viewer._footer.transport.set_playing(True)
    button(viewer, "Pause")


def test_what_did_not_come_is_said_beside_what_came_and_gone_with_the_next_job(viewer: Viewer) -> None:
    sentence = "1 of 4 results was removed by the content rules of OctoAI."
    viewer.show_content(replace(results("picture.png", "picture.jpg"), detail=sentence))
    assert sentence in words(viewer)
    assert viewer._footer.notice == sentence
    viewer.show_content(results("picture.png"))
    assert sentence not in words(viewer)


def test_every_place_the_keyboard_can_reach_has_a_name(viewer: Viewer) -> None:
    for content in (results("silent.mp4", "film.mp4"), results("sound.wav"), ViewerContent(ViewerKind.FAILED)):
        viewer.show_content(content)
        for part in viewer.findChildren(QWidget):
            stop = part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.focusProxy() is None
            if stop and part.isVisible():
                assert eyes.name(part), part


def test_a_picture_is_on_the_screen(viewer: Viewer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(viewer._image.shown, timeout=SOON):
        viewer.show_content(results("picture.png"))
    seen = eyes.picture(viewer._image)
    wanted = pictures.read(MEDIA / "picture.png").pixelColor(48, 32)
    middle = seen.pixelColor(seen.width() // 2, seen.height() // 2)
    assert abs(middle.lightness() - wanted.lightness()) < 25
    assert seen.pixelColor(3, 3).name() == eyes.token("window")


def test_a_film_shows_frames_and_its_time_advances(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.show_content(results("silent.mp4"))
    qtbot.waitUntil(lambda: viewer._video.has_poster, timeout=SOON)
    still = eyes.picture(viewer._video)
    assert len({still.pixelColor(x, still.height() // 2).name() for x in range(60, still.width() - 60, 5)}) > 5
    assert not viewer._footer.transport.is_playing
    button(viewer, "Play").click()
    transport = viewer._footer.transport
    qtbot.waitUntil(lambda: transport.position_ms > 300, timeout=SOON)
    button(viewer, "Pause").click()
    qtbot.waitUntil(lambda: not transport.is_playing, timeout=SOON)
    seen = eyes.picture(viewer._video)
    middle = {seen.pixelColor(x, seen.height() // 2).name() for x in range(60, seen.width() - 60, 5)}
    assert len(middle) > 5, "the test picture has many colours"


def test_nothing_is_opened_in_this_program_before_play_is_pressed(
    viewer: Viewer, player: MediaPlayer, qtbot: QtBot
) -> None:
    """Films are shown by a still, also where the person looks for a place in them (reliability.md S9)."""
    viewer.show_content(results("silent.mp4"))
    qtbot.waitUntil(lambda: viewer._video.has_poster, timeout=SOON)
    first = eyes.picture(viewer._video)
    transport = viewer._footer.transport
    for place in (200, 700, 1_500):
        transport.seek_requested.emit(place)
    qtbot.waitUntil(lambda: eyes.picture(viewer._video) != first, timeout=SOON)
    assert not player.is_made
    assert transport.position_ms == 1_500
    button(viewer, "Play").click()
    qtbot.waitUntil(lambda: transport.position_ms > 1_550, timeout=SOON)


@pytest.mark.parametrize(("name", "medium"), [("gone.png", Medium.IMAGE), ("gone.mp4", Medium.VIDEO)])
def test_a_file_that_is_not_there_any_more_is_said_to_be_gone_and_what_to_do(
    viewer: Viewer, qtbot: QtBot, tmp_path: Path, name: str, medium: Medium
) -> None:
    shown = ViewerItem(name, tmp_path / name, medium, duration_s=1.0)
    viewer.show_content(ViewerContent(ViewerKind.RESULTS, items=(shown,)))
    viewer.toggle_play()
    qtbot.waitUntil(lambda: f"{name} is not in the library any more." in words(viewer), timeout=SOON)
    assert any("Fetch again" in sentence for sentence in words(viewer))
    openers = [b for b in viewer.findChildren(PaintedButton) if eyes.name(b).startswith("Open with") and b.isVisible()]
    assert not openers, "no program can open what is not there"


def test_what_was_open_when_the_program_died_is_played_only_after_a_question(
    qtbot: QtBot, looker: Previews, tmp_path: Path
) -> None:
    mark = tmp_path / "playing.txt"
    mark.write_text(str(MEDIA / "sound.mp3"), encoding="utf-8")
    player = MediaPlayer(mark=OpeningMark(mark))
    viewer = Viewer(player, thumbnail, looker)
    qtbot.addWidget(viewer)
    viewer.show()
    viewer.show_content(results("sound.mp3"))
    viewer.toggle_play()
    assert viewer._foreign.isVisible()
    assert "Slowlight ended while this was playing" in words(viewer)
    assert not player.is_made
    button(viewer, "Play it here").click()
    qtbot.waitUntil(lambda: viewer._wave.share > 0.05, timeout=SOON)
    assert mark.read_text(encoding="utf-8") == str(MEDIA / "sound.mp3"), "while it is open it is marked"
    viewer.show_content(results("picture.png"))
    assert not mark.exists()
    inner = player._player
    assert inner is not None
    with qtbot.waitSignal(inner.destroyed, timeout=SOON):
        player.close()


def test_a_sound_is_opened_only_when_it_is_to_be_heard(viewer: Viewer, player: MediaPlayer, qtbot: QtBot) -> None:
    viewer.show_content(results("sound.mp3"))
    assert not player.is_made
    QTest.keyClick(viewer, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: viewer._wave.share > 0.1, timeout=SOON)
    QTest.keyClick(viewer, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: player.state == "paused", timeout=SOON)


def test_seeking_in_a_sound_that_was_not_played_yet_begins_there(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.show_content(results("sound.mp3"))
    wave = viewer._wave
    QTest.mouseClick(wave, Qt.MouseButton.LeftButton, pos=wave.rect().center())
    assert wave.share == pytest.approx(0.5, abs=0.02)
    button(viewer, "Play").click()
    qtbot.waitUntil(lambda: viewer._footer.transport.position_ms > 1_100, timeout=SOON)


def test_a_change_of_facts_does_not_disturb_what_plays(viewer: Viewer, qtbot: QtBot) -> None:
    content = results("silent.mp4")
    viewer.show_content(content)
    viewer.toggle_play()
    transport = viewer._footer.transport
    qtbot.waitUntil(lambda: transport.position_ms > 300, timeout=SOON)
    known = replace(content.items[0], width=160, height=96)
    viewer.show_content(replace(content, items=(known,), favourite=True))
    assert transport.is_playing
    assert transport.position_ms > 300
    assert button(viewer, "Favourite").isChecked()


def test_more_results_of_a_job_leave_the_person_at_the_one_looked_at(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.show_content(results("picture.png", "picture.jpg"))
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    viewer.show_content(results("picture.webp", "picture.png", "picture.jpg"))
    assert viewer.current_asset == "picture.jpg"


def test_arrow_keys_go_through_the_results_and_on_to_the_neighbours(viewer: Viewer, qtbot: QtBot) -> None:
    told: list[str] = []
    viewer.current_asset_changed.connect(told.append)
    viewer.show_content(results("picture.png", "silent.mp4", "sound.wav"))
    for page in (viewer._image, viewer._video):
        QTest.keyClick(page, Qt.Key.Key_Right)
    assert told == ["picture.png", "silent.mp4", "sound.wav"]
    with qtbot.waitSignal(viewer.next_requested, timeout=SOON):
        QTest.keyClick(viewer, Qt.Key.Key_Right)
    for _ in range(2):
        QTest.keyClick(viewer, Qt.Key.Key_Left)
    with qtbot.waitSignal(viewer.previous_requested, timeout=SOON):
        QTest.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.current_asset == "picture.png"


def test_the_film_strip_goes_where_it_is_clicked_and_shows_where_it_is(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.show_content(results("picture.png", "picture.jpg", "picture.webp"))
    strip = viewer._footer.strip
    assert strip.isVisible()
    third = strip.visualRect(strip.model().index(2, 0)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=third)
    assert viewer.current_asset == "picture.webp"
    assert strip.current == 2
    assert eyes.token("accent") in eyes.colours(strip)
    assert eyes.told(strip).childCount() == 3
    viewer.show_content(results("picture.png"))
    assert not strip.isVisible()


def test_wishes_carry_the_id_of_the_result(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.show_content(results("picture.png", "picture.jpg"))
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    for name, signal in (("Save as", viewer.save_as_requested), ("Show in folder", viewer.show_in_folder_requested)):
        with qtbot.waitSignal(signal, timeout=SOON) as wish:
            button(viewer, name).click()
        assert wish.args == ["picture.jpg"]
    with qtbot.waitSignal(viewer.favourite_toggled, timeout=SOON) as wish:
        button(viewer, "Favourite").click()
    assert wish.args == [True]
    with qtbot.waitSignal(viewer.vary_requested, timeout=SOON):
        button(viewer, "Vary").click()


def test_the_line_of_facts_is_short_and_exact(viewer: Viewer) -> None:
    film = replace(item("silent.mp4"), width=1280, height=720)
    viewer.show_content(ViewerContent(ViewerKind.RESULTS, items=(film,), place="Videos/Slowlight"))
    assert viewer._footer.facts == "1280 × 720 · 3.1 MB · saved to Videos/Slowlight"
    viewer.show_content(results("sound.wav"))
    assert viewer._footer.facts == "0:02 · WAV · 3.1 MB · saved to Videos/Slowlight"


@pytest.mark.parametrize("name", ["av1.mp4", "broken.mp4", "broken.png", "broken.wav"])
def test_what_cannot_be_shown_offers_the_systems_player(
    viewer: Viewer, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    broken = tmp_path / name
    broken.write_bytes(b"nothing of use")
    medium = {"mp4": Medium.VIDEO, "png": Medium.IMAGE, "wav": Medium.AUDIO}[name[-3:]]
    shown = ViewerItem(name, MEDIA / name if name == "av1.mp4" else broken, medium, duration_s=1.0)
    viewer.show_content(ViewerContent(ViewerKind.RESULTS, items=(shown,)))
    viewer.toggle_play()
    qtbot.waitUntil(viewer._foreign.isVisible, timeout=SOON)
    opener = "Open with the system's viewer" if name.endswith("png") else "Open with the system's player"
    with qtbot.waitSignal(viewer.open_externally_requested, timeout=SOON) as wish:
        button(viewer, opener).click()
    assert wish.args == [shown.asset_id]
    viewer.show_content(replace(viewer.content, favourite=True))
    assert viewer._foreign.isVisible()
    assert not viewer._footer.transport.isVisible()
    viewer.show_content(results("silent.mp4"))
    assert viewer._footer.transport.isVisible()


@pytest.mark.parametrize("kind", [kind for kind in ViewerKind if kind is not ViewerKind.RESULTS])
def test_every_state_has_words_of_its_own(viewer: Viewer, kind: ViewerKind) -> None:
    viewer.show_content(ViewerContent(kind))
    assert words(viewer)
    assert not viewer._footer.isVisible()
    assert viewer.current_asset == ""


def test_a_failure_tells_what_happened_the_money_and_the_way_out(viewer: Viewer, qtbot: QtBot) -> None:
    said = '<img src="/etc/hostname"> out of memory'
    failed = ViewerContent(
        ViewerKind.FAILED, "It failed.", money="Nothing was charged.", advice="Retry it.", server_text=said
    )
    viewer.show_content(failed)
    assert words(viewer) == ["It failed.", "Nothing was charged.", "Retry it.", said]
    formats = {label.textFormat() for label in viewer.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}
    with qtbot.waitSignal(viewer.retry_requested, timeout=SOON):
        button(viewer, "Retry").click()
    with qtbot.waitSignal(viewer.copy_error_requested, timeout=SOON):
        button(viewer, "Copy error").click()
    viewer.show_content(replace(failed, can_retry=False))
    assert [b.text() for b in viewer.findChildren(PaintedButton) if b.isVisible()] == ["Copy error"]


def test_a_running_job_tells_its_time_and_a_bar_only_when_it_means_something(viewer: Viewer) -> None:
    begun = datetime.now(UTC) - timedelta(seconds=41)
    running = ViewerContent(ViewerKind.RUNNING, "Running", started_at=begun, expected_s=70)
    viewer.show_content(running)
    assert any(said.startswith("0:4") and said.endswith("of about 1:10") for said in words(viewer))
    assert not viewer._card._progress.isVisible()
    viewer.show_content(replace(running, progress=0.55))
    assert viewer._card._progress.isVisible()
    assert viewer._card._progress.value() == 55
    viewer.show_content(replace(running, expected_s=30))
    assert not any("of about" in said for said in words(viewer))


def test_nothing_that_is_shown_takes_the_focus(qtbot: QtBot, player: MediaPlayer, looker: Previews) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    viewer, field = Viewer(player, thumbnail, looker), QLineEdit()
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(viewer)
    with qtbot.waitActive(window):
        window.show()
    field.setFocus()
    for content in (
        ViewerContent(),
        ViewerContent(ViewerKind.RUNNING),
        results("picture.png"),
        results("silent.mp4"),
        results("sound.wav"),
        ViewerContent(ViewerKind.FAILED),
    ):
        viewer.show_content(content)
        assert QApplication.focusWidget() is field


def test_the_space_bar_never_falls_on_a_button_that_has_just_come_up(viewer: Viewer, qtbot: QtBot) -> None:
    """A person who plays and pauses by the space bar must not retry, and pay, when the face changes under the finger."""
    viewer.show_content(results("silent.mp4"))
    viewer._video.setFocus()
    viewer.show_content(ViewerContent(ViewerKind.FAILED))
    wishes: list[None] = []
    viewer.retry_requested.connect(lambda: wishes.append(None))
    assert QApplication.focusWidget() is viewer
    QTest.keyClick(viewer, Qt.Key.Key_Space)
    assert not wishes


def test_two_viewers_share_the_player_and_each_keeps_its_place(
    viewer: Viewer, player: MediaPlayer, looker: Previews, qtbot: QtBot
) -> None:
    other = Viewer(player, thumbnail, looker)
    qtbot.addWidget(other)
    viewer.show_content(results("sound.mp3"))
    viewer.toggle_play()
    qtbot.waitUntil(lambda: viewer._footer.transport.position_ms > 200, timeout=SOON)
    other.show()
    other.show_content(results("silent.mp4"))
    other.toggle_play()
    qtbot.waitUntil(lambda: other._video.screen_item().videoSink().videoFrame().isValid(), timeout=SOON)
    place = viewer._footer.transport.position_ms
    assert not viewer._footer.transport.is_playing
    assert place > 200
    viewer.toggle_play()
    qtbot.waitUntil(lambda: viewer._footer.transport.position_ms > place + 100, timeout=SOON)
    assert not other._footer.transport.is_playing


def test_a_viewer_that_is_left_pauses(viewer: Viewer, player: MediaPlayer, qtbot: QtBot) -> None:
    viewer.show_content(results("silent.mp4"))
    viewer.toggle_play()
    qtbot.waitUntil(lambda: player.state == "playing", timeout=SOON)
    viewer.hide()
    qtbot.waitUntil(lambda: player.state == "paused", timeout=SOON)


def test_a_film_shown_on_a_hidden_page_gets_its_still_when_the_page_is_seen(
    qtbot: QtBot, player: MediaPlayer, looker: Previews
) -> None:
    hidden = Viewer(player, thumbnail, looker)
    qtbot.addWidget(hidden)
    hidden.show_content(results("silent.mp4"))
    assert not hidden._video.has_poster
    hidden.show()
    qtbot.waitUntil(lambda: hidden._video.has_poster, timeout=SOON)
    assert not player.is_made


def test_the_whole_screen_is_entered_and_left_by_keys(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.show_content(results("picture.png", "silent.mp4"))
    QTest.keyClick(viewer, Qt.Key.Key_F11)
    assert viewer._full is not None
    assert not viewer._footer.isVisible()
    QTest.keyClick(viewer._image, Qt.Key.Key_Right)
    assert viewer.current_asset == "silent.mp4"
    assert viewer._footer.transport.isVisible()
    button(viewer._inside, "Leave full screen")
    viewer.show_content(replace(viewer.content, favourite=True))
    assert not any(b.isVisible() for b in viewer._inside.findChildren(PaintedButton) if eyes.name(b) == "Save as")
    QTest.keyClick(viewer._video, Qt.Key.Key_Escape)
    assert viewer._inside.window() is viewer
    assert button(viewer, "Save as").isVisible()
    assert viewer._footer.strip.isVisible()


def test_a_job_that_fails_while_the_screen_is_full_comes_back_to_the_window(viewer: Viewer) -> None:
    viewer.show_content(results("silent.mp4"))
    viewer.toggle_full_screen()
    viewer.show_content(ViewerContent(ViewerKind.FAILED))
    assert not viewer.is_full_screen
    assert viewer._card.isVisible()


def test_peaks_come_late_and_only_for_what_is_shown(viewer: Viewer) -> None:
    viewer.show_content(results("sound.wav"))
    assert viewer._wave.peaks is None
    viewer.set_peaks("another", (1.0,))
    assert viewer._wave.peaks is None
    viewer.set_peaks("sound.wav", (0.2, 0.4))
    assert viewer._wave.peaks == (0.2, 0.4)


def test_a_thumbnail_that_comes_late_is_painted(qtbot: QtBot, player: MediaPlayer, looker: Previews) -> None:
    known: dict[str, QImage] = {}
    viewer = Viewer(player, lambda wanted: known.get(wanted.asset_id), looker)
    qtbot.addWidget(viewer)
    viewer.resize(600, 700)
    viewer.show()
    viewer.show_content(results("picture.png", "silent.mp4"))
    strip = viewer._footer.strip
    red = QImage(160, 120, QImage.Format.Format_RGB32)
    red.fill(Qt.GlobalColor.red)
    assert "#ff0000" not in eyes.colours(strip)
    known["silent.mp4"] = red
    viewer.thumbnail_ready("silent.mp4")
    assert "#ff0000" in eyes.colours(strip)


def test_a_picture_is_copied_in_full_size(viewer: Viewer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(viewer._image.shown, timeout=SOON):
        viewer.show_content(results("picture.jpg"))
    viewer.setFocus()
    QTest.keyClick(viewer, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().size() == pictures.read(MEDIA / "picture.jpg").size()


def test_a_hundred_quick_switches_between_film_sound_and_picture_do_not_hang(viewer: Viewer, qtbot: QtBot) -> None:
    names = ("film.mp4", "sound.ogg", "picture.png", "film.webm", "moving.gif", "sound.mp3", "av1.mp4", "picture.webp")
    for number in range(100):
        viewer.show_content(results(names[number % len(names)]))
        if number % 3:
            viewer.toggle_play()
        QApplication.processEvents()
        if number % 5 == 0:
            qtbot.wait(number % 40)  # the point of the test is to come at different moments
    viewer.show_content(results("silent.mp4"))
    viewer.toggle_play()
    qtbot.waitUntil(lambda: viewer._footer.transport.position_ms > 200, timeout=SOON)
    assert viewer._stack.currentWidget() is viewer._video
