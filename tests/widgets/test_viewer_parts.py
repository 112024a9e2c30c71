"""The parts of the viewer one by one: pictures that zoom, bars of a sound, the transport, numbers in words."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.services.previews import Previews
from app.system.appearance import Appearance
from app.widgets import soft_shadow
from app.widgets.image_view import ImageView
from app.widgets.picture_item import copies_of
from app.widgets.transport_bar import TransportBar
from app.widgets.viewer_content import ViewerItem, clock_text, place_of, size_text, span_text
from app.widgets.waveform_view import WaveformView, bars
from tests.widgets import eyes

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
SOON = 8_000


@pytest.fixture
def view(qtbot: QtBot, looker: Previews) -> ImageView:
    made = ImageView(looker)
    qtbot.addWidget(made)
    made.resize(640, 480)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """2400 x 1600, a different colour in each quarter."""
    picture = QImage(2400, 1600, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    for number, colour in enumerate(("#ff0000", "#00ff00", "#0000ff", "#ffff00")):
        painter.fillRect(number % 2 * 1200, number // 2 * 800, 1200, 800, QColor(colour))
    painter.end()
    path = tmp_path / "large.png"
    picture.save(str(path))
    return path


def show(view: ImageView, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.shown, timeout=SOON):
        view.show_picture(path)


def turn_wheel(view: ImageView, at: QPoint, notches: int) -> None:
    place, none = QPointF(at), Qt.MouseButton.NoButton
    turn = QWheelEvent(
        place,
        QPointF(view.viewport().mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        none,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), turn)


def test_a_picture_is_fitted_and_stays_so_when_the_view_changes(view: ImageView, large: Path, qtbot: QtBot) -> None:
    show(view, large, qtbot)
    assert view.item_rect().width() == pytest.approx(600, abs=1)
    view.resize(340, 480)
    assert view.item_rect().width() == pytest.approx(300, abs=1)
    assert view.item_rect().center().x() == pytest.approx(170, abs=2)


def test_a_small_picture_is_not_blown_up(view: ImageView, qtbot: QtBot) -> None:
    show(view, MEDIA / "picture.png", qtbot)
    assert view.item_rect().size() == QSizeF(96, 64)


def test_the_wheel_zooms_at_the_pointer(view: ImageView, large: Path, qtbot: QtBot) -> None:
    show(view, large, qtbot)
    view.show_actual_size()
    at = QPoint(150, 130)
    before = view.mapToScene(at)
    turn_wheel(view, at, 3)
    after = view.mapToScene(at)
    assert view.scale_now == pytest.approx(1.25**3, rel=0.01)
    assert (after - before).manhattanLength() < 4
    turn_wheel(view, at, -3)
    assert (view.mapToScene(at) - before).manhattanLength() < 6


def test_zoom_ends_at_the_whole_picture_and_at_large_single_pixels(view: ImageView, large: Path, qtbot: QtBot) -> None:
    show(view, large, qtbot)
    turn_wheel(view, QPoint(300, 200), -40)
    assert view.is_fitted
    turn_wheel(view, QPoint(300, 200), 400)
    assert view.scale_now == pytest.approx(16 / view.devicePixelRatioF())


def test_keys_and_a_double_click_go_between_whole_and_actual_size(view: ImageView, large: Path, qtbot: QtBot) -> None:
    show(view, large, qtbot)
    QTest.keyClick(view, Qt.Key.Key_1)
    assert view.scale_now == pytest.approx(1 / view.devicePixelRatioF())
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.is_fitted
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.scale_now == pytest.approx(view.fit_scale() * 1.25)
    QTest.keyClick(view, Qt.Key.Key_Minus)
    assert view.is_fitted
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert view.scale_now == pytest.approx(1 / view.devicePixelRatioF())
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert view.is_fitted


def test_a_picture_that_is_larger_than_the_view_is_dragged(view: ImageView, large: Path, qtbot: QtBot) -> None:
    show(view, large, qtbot)
    view.show_actual_size()
    before = view.mapToScene(QPoint(0, 0))
    start = QPoint(300, 200)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view.viewport(), start + QPoint(-120, -60))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(-120, -60))
    moved = view.mapToScene(QPoint(0, 0)) - before
    assert moved.x() == pytest.approx(120, abs=2)
    assert moved.y() == pytest.approx(60, abs=2)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.mapToScene(QPoint(0, 0)).x() > before.x() + 150


def test_the_preview_is_there_at_once_and_as_large_as_the_picture_will_be(
    view: ImageView, large: Path, qtbot: QtBot
) -> None:
    preview = QImage(150, 100, QImage.Format.Format_RGB32)
    preview.fill(QColor("#123456"))
    with qtbot.waitSignal(view.shown, timeout=SOON):
        view.show_picture(large, preview, QSizeF(2400, 1600))
        room = view.item_rect()
        assert "#123456" in eyes.colours(view)
    assert view.item_rect() == room
    assert "#123456" not in eyes.colours(view)
    assert {"#ff0000", "#00ff00", "#0000ff", "#ffff00"} <= eyes.colours(view)


def test_a_close_look_at_a_very_large_picture_shows_its_own_pixels(
    qtbot: QtBot, looker: Previews, tmp_path: Path
) -> None:
    """It is held smaller; the part in view comes when it is looked at, also after it was dragged, and is copied whole."""
    wide = QImage(3_000, 1_000, QImage.Format.Format_RGB32)
    wide.fill(QColor("#000000"))
    for x in (1_000, 2_400):
        painter = QPainter(wide)
        for column in range(x, x + 400, 2):  # a grid that any smaller copy turns into grey
            painter.fillRect(column, 400, 1, 200, QColor("#ffffff"))
        painter.end()
    wide.save(str(tmp_path / "wide.png"))
    view = ImageView(looker, most_pixels=400_000)
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    show(view, tmp_path / "wide.png", qtbot)
    held = view.image
    assert held is not None
    assert held.width() * held.height() <= 400_000
    view.show_actual_size()
    for x in (1_200, 2_600):
        view.centerOn(x, 500)
        qtbot.waitUntil(lambda: {"#000000", "#ffffff"} <= eyes.colours(view), timeout=SOON)
        middle = eyes.picture(view)
        names = {middle.pixelColor(column, 100).name() for column in range(120, 180)}
        assert names == {"#000000", "#ffffff"}
    whole: list[QImage] = []
    view.give_whole(whole.append)
    qtbot.waitUntil(lambda: bool(whole), timeout=SOON)
    assert whole[0].size() == QSize(3_000, 1_000)


def test_of_quick_switches_only_the_last_picture_is_shown(view: ImageView, large: Path, qtbot: QtBot) -> None:
    shown: list[QSizeF] = []
    view.shown.connect(lambda: shown.append(view.sceneRect().size()))
    for _ in range(10):
        view.show_picture(large)
    view.show_picture(MEDIA / "picture.png")
    qtbot.waitUntil(lambda: bool(shown), timeout=SOON)
    assert shown == [QSizeF(96, 64)]


@pytest.mark.parametrize("name", ["moving.gif", "moving.webp"])
def test_a_moving_picture_moves_unless_motion_is_unwanted(
    view: ImageView, qtbot: QtBot, worn: Appearance, name: str
) -> None:
    show(view, MEDIA / name, qtbot)
    first = view.image
    assert first is not None
    first = first.copy()
    view.toggle()
    qtbot.waitUntil(lambda: view.image is not None and view.image != first, timeout=SOON)
    worn.set_reduced_motion(False)
    show(view, MEDIA / name, qtbot)
    qtbot.waitUntil(lambda: view.image is not None and view.image != first, timeout=SOON)
    show(view, MEDIA / "picture.png", qtbot)
    assert not view.toggle()


def test_what_is_no_picture_is_told(view: ImageView, qtbot: QtBot, tmp_path: Path) -> None:
    svg = tmp_path / "drawing.png"
    svg.write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    for path in (svg, tmp_path / "missing.png"):
        with qtbot.waitSignal(view.failed, timeout=SOON):
            view.show_picture(path)


def test_behind_a_transparent_picture_lies_a_chequered_ground(view: ImageView, qtbot: QtBot, tmp_path: Path) -> None:
    glass = QImage(400, 300, QImage.Format.Format_ARGB32)
    glass.fill(Qt.GlobalColor.transparent)
    glass.save(str(tmp_path / "glass.png"))
    show(view, tmp_path / "glass.png", qtbot)
    assert {"#ffffff", "#dddddd"} <= eyes.colours(view)


def test_corners_are_round_and_the_shadow_is_soft(view: ImageView, large: Path, qtbot: QtBot, worn: Appearance) -> None:
    worn.set_mode("light")
    show(view, large, qtbot)
    seen, rect = eyes.picture(view), view.item_rect()
    left, top, bottom = round(rect.left()), round(rect.top()), round(rect.bottom())
    assert seen.pixelColor(left, top + 1).name() != "#ff0000"
    assert seen.pixelColor(left + 12, top + 2).name() == "#ff0000"
    below = [seen.pixelColor(320, bottom + reach).lightness() for reach in range(2, 36)]
    assert below == sorted(below)
    assert below[-1] - below[0] > 15


def test_a_shadow_smaller_than_its_blur_does_not_break() -> None:
    canvas = QImage(60, 60, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(Qt.GlobalColor.white)
    painter = QPainter(canvas)
    for size in (0.5, 4.0, 30.0):
        soft_shadow.paint(painter, QRectF(20, 20, size, size), QColor(0, 0, 0, 80))
    painter.end()


def test_copies_halve_down_to_the_size_of_a_screen() -> None:
    copies = copies_of(QImage(5000, 3000, QImage.Format.Format_RGB32))
    assert [copy.width() for copy in copies] == [5000, 2500, 1250, 625]
    assert len(copies_of(QImage(300, 10, QImage.Format.Format_RGB32))) == 1


# --- sound


@pytest.fixture
def wave(qtbot: QtBot) -> WaveformView:
    made = WaveformView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.set_peaks(tuple(0.5 for _ in range(600)))
    return made


def test_what_was_played_wears_the_accent(wave: WaveformView) -> None:
    wave.set_position(0.0)
    assert eyes.token("accent") not in eyes.colours(wave)
    wave.set_position(0.5)
    seen = eyes.picture(wave)
    row = [seen.pixelColor(x, 150).name() for x in range(400)]
    assert eyes.token("accent") in row[:200]
    assert eyes.token("accent") not in row[205:]
    assert eyes.token("border_strong") in row[205:]


def test_a_click_a_drag_and_keys_seek(wave: WaveformView, qtbot: QtBot) -> None:
    wishes: list[float] = []
    wave.seek_requested.connect(wishes.append)
    QTest.mousePress(wave, Qt.MouseButton.LeftButton, pos=QPoint(200, 10))
    QTest.mouseMove(wave, QPoint(290, 10))
    QTest.mouseRelease(wave, Qt.MouseButton.LeftButton, pos=QPoint(290, 10))
    assert wishes[0] == pytest.approx(0.5, abs=0.01)
    assert wishes[-1] == pytest.approx(0.75, abs=0.01)
    QTest.keyClick(wave, Qt.Key.Key_Left)
    assert wishes[-1] == pytest.approx(0.73, abs=0.01)
    QTest.keyClick(wave, Qt.Key.Key_End)
    assert wishes[-1] == 1.0
    QTest.keyClick(wave, Qt.Key.Key_Right)
    assert wishes[-1] == 1.0


def test_bars_show_the_loudest_of_their_stretch_and_fill_the_height() -> None:
    assert bars((0.1, 0.4, 0.2, 0.2), 2) == [1.0, pytest.approx(0.5**1.7)]
    assert bars((0.3,), 5) == [1.0] * 5
    assert bars((), 3) == [0.0] * 3
    assert bars((0.0,) * 9, 3) == [0.0] * 3


# --- transport


@pytest.fixture
def transport(qtbot: QtBot) -> TransportBar:
    made = TransportBar()
    qtbot.addWidget(made)
    made.resize(560, 40)
    made.set_duration(4_000)
    made.show()
    return made


def test_the_play_button_is_named_by_what_it_does_next(transport: TransportBar, qtbot: QtBot) -> None:
    assert eyes.name(transport._play) == "Play"
    with qtbot.waitSignal(transport.play_requested, timeout=SOON):
        eyes.press(transport._play)
    transport.set_playing(True)
    assert eyes.name(transport._play) == "Pause"
    with qtbot.waitSignal(transport.pause_requested, timeout=SOON):
        eyes.press(transport._play)


def test_scrubbing_tells_where_and_is_not_disturbed_by_the_film(transport: TransportBar) -> None:
    wishes: list[int] = []
    transport.seek_requested.connect(wishes.append)
    line = transport._line
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=line.rect().center())
    transport.set_position(100)
    assert transport.position_ms == pytest.approx(2_000, abs=60)
    assert transport._now.text() == clock_text(wishes[-1])
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=line.rect().center())
    transport.set_position(100)
    assert transport.position_ms == 100
    QTest.keyClick(line, Qt.Key.Key_Right)
    assert wishes[-1] == 1_100


def test_the_film_itself_does_not_seek(transport: TransportBar) -> None:
    wishes: list[int] = []
    transport.seek_requested.connect(wishes.append)
    for position in range(0, 4_000, 50):
        transport.set_position(position)
    assert wishes == []
    assert transport._now.text() == "0:03.9"


def test_loop_sound_and_screen_are_wishes(transport: TransportBar, qtbot: QtBot) -> None:
    for name, signal in (("_loop", transport.loop_toggled), ("_mute", transport.mute_toggled)):
        with qtbot.waitSignal(signal, timeout=SOON) as wish:
            getattr(transport, name).click()
        assert wish.args == [True]
    with qtbot.waitSignal(transport.full_screen_requested, timeout=SOON):
        transport._full.click()
    transport.set_for_film(False)
    assert not transport._full.isVisible()


# --- numbers


@pytest.mark.parametrize(
    ("milliseconds", "said"), [(0, "0:00.0"), (1_650, "0:01.6"), (100_000, "1:40.0"), (3_723_400, "1:02:03.4")]
)
def test_places_are_said_with_tenths(milliseconds: int, said: str) -> None:
    assert clock_text(milliseconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(-3, "0:00"), (41.9, "0:41"), (70, "1:10"), (3_600, "1:00:00")])
def test_spans_are_said_in_whole_seconds(seconds: float, said: str) -> None:
    assert span_text(seconds) == said


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (870, "870 B"),
        (13_600, "14 kB"),
        (999_700, "1.0 MB"),
        (3_100_000, "3.1 MB"),
        (176_000_000, "176 MB"),
        (2.5e9, "2.5 GB"),
    ],
)
def test_sizes_are_said_as_file_managers_do(size: float, said: str) -> None:
    assert size_text(int(size)) == said


def test_the_place_is_said_by_its_last_two_folders() -> None:
    from app.domain.media import Medium

    deep = ViewerItem("a", Path("/home/me/Videos/Slowlight/film.mp4"), Medium.VIDEO)
    assert place_of(deep) == "Videos/Slowlight"
    assert place_of(ViewerItem("a", Path("film.mp4"), Medium.VIDEO)) == ""
