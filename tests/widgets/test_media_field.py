"""The field for files: by dropping, pasting and choosing, with the mouse and without, and read aloud by its name."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.domain.input_rules import InputRules, parse_rules
from app.domain.media_input import FROM_LIBRARY, MediaInput
from app.domain.model_spec import parse_model_spec
from app.domain.text import text
from app.domain.values import Json, JsonObject
from app.widgets.labels import FormLabel
from app.widgets.media_field import MediaField
from app.widgets.media_offer import Offer, offer_of
from app.widgets.param_form import ParamForm
from tests.widgets import eyes

LAKE = MediaInput("a" * 64, "lake.png", "image/png", 1_300_000, 1216, 832, origin=FROM_LIBRARY)
SEA = MediaInput("b" * 64, "sea & sky.jpg", "image/jpeg", 800_000, 640, 480)
SONG = MediaInput("c" * 64, "song.flac", "audio/flac", 4_000_000, duration_s=12.4)
LINK = "https://example.org/pictures/a.png?x=1"


def rules(**hints: Json) -> InputRules:
    schema: JsonObject = {"type": "string", "x-accepts": ["image"], **hints}
    return parse_rules(schema)


def many(count: int = 3) -> InputRules:
    return rules(type="array", **{"x-many": count})


@pytest.fixture
def show(qtbot: QtBot) -> "type[_Shown]":
    _Shown.qtbot = qtbot
    return _Shown


class _Shown:
    """A field under its label, and everything it told."""

    qtbot: QtBot

    def __init__(self, wanted: InputRules | None = None, placeholder: str = "") -> None:
        self.window = QWidget()
        self.qtbot.addWidget(self.window)
        self.label = FormLabel("Reference image", "optional", self.window)
        self.field = MediaField(wanted or rules(), placeholder, self.window)
        self.label.set_buddy(self.field)
        self.field.setGeometry(0, 30, 300, 260)
        self.window.resize(300, 300)
        self.window.show()
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)
        self.changes: list[object] = []
        self.offers: list[Offer] = []
        self.wanted: list[MediaInput] = []
        self.field.value_changed.connect(self.changes.append)
        self.field.offered.connect(self.offers.append)
        self.field.thumbnail_wanted.connect(self.wanted.append)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClick(target, key, modifier)


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drop(target: QWidget, mime: QMimeData) -> bool:
    """Drags data over a widget and lets go; whether it was wanted."""
    inside = QPoint(20, 10)
    copy, none, left = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(inside, copy, mime, left, none)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(target, QDropEvent(QPointF(inside), copy, mime, left, none))
    return True


def clipboard(mime: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(mime)


# --- offers


def test_files_of_this_computer_come_before_pictures_and_addresses(tmp_path: Path) -> None:
    mime = files(tmp_path / "a.png", tmp_path / "b.png")
    mime.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    assert offer_of(mime) == Offer((tmp_path / "a.png", tmp_path / "b.png"))


def test_a_browser_s_picture_comes_before_its_address() -> None:
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    mime = QMimeData()
    mime.setUrls([QUrl(LINK)])
    mime.setImageData(picture)
    found = offer_of(mime)
    assert found is not None
    assert found.picture == picture
    assert not found.address


@pytest.mark.parametrize("words", ["a prompt", "http://example.org/a.png", "file:///etc/passwd", "C:\\a.png", ""])
def test_other_words_are_no_offer(words: str) -> None:
    mime = QMimeData()
    mime.setText(words)
    assert offer_of(mime) is None


# --- giving


def test_a_dropped_file_is_offered_and_shown_once_it_was_taken(show: type[_Shown], tmp_path: Path) -> None:
    shown = show()
    assert drop(shown.field, files(tmp_path / "lake.png"))
    assert shown.offers == [Offer((tmp_path / "lake.png",))]
    assert shown.field.value() is None, "nothing is taken before it was looked at"
    shown.field.take(LAKE)
    assert shown.field.value() == LAKE.to_json()
    assert shown.changes == [LAKE.to_json()]
    assert not shown.field.area.isVisible()
    assert shown.field.cards()[0].facts == "from History \u00b7 1216 \u00d7 832 \u00b7 1.3\u00a0MB"


def test_a_drag_lights_the_place_up_and_leaving_puts_it_out(show: type[_Shown], tmp_path: Path) -> None:
    shown = show()
    mime = files(tmp_path / "lake.png")
    copy, none, left = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    QApplication.sendEvent(shown.field, QDragEnterEvent(QPoint(9, 9), copy, mime, left, none))
    assert eyes.token("accent") in eyes.colours(shown.field.area)
    QApplication.sendEvent(shown.field, QEvent(QEvent.Type.DragLeave))
    assert eyes.token("accent") not in eyes.colours(shown.field.area)


def test_words_that_are_dragged_over_it_are_not_wanted(show: type[_Shown]) -> None:
    shown = show()
    mime = QMimeData()
    mime.setText("only words")
    assert not drop(shown.field, mime)
    assert not shown.offers


def test_pasting_gives_a_picture_a_file_or_an_address(show: type[_Shown], tmp_path: Path) -> None:
    shown = show(many())
    shown.field.setFocus()
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(QColor("blue"))
    mime = QMimeData()
    mime.setImageData(picture)
    clipboard(mime)
    shown.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert shown.offers[0].picture == picture
    clipboard(files(tmp_path / "lake.png"))
    shown.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert shown.offers[1].paths == (tmp_path / "lake.png",)
    link = QMimeData()
    link.setText(f"  {LINK}\n")
    clipboard(link)
    shown.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert shown.field.value() == [LINK]
    assert len(shown.offers) == 2, "an address is the service's to fetch, not ours"


def test_choosing_opens_a_dialog_that_nothing_waits_for(show: type[_Shown], tmp_path: Path) -> None:
    shown = show(many())
    shown.field.setFocus()
    shown.key(Qt.Key.Key_Return)
    dialog = shown.field.findChild(QFileDialog)
    assert dialog is not None
    assert "*.png" in dialog.nameFilters()[0]
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
    dialog.filesSelected.emit([str(tmp_path / "a.png"), str(tmp_path / "b.png")])
    assert shown.offers == [Offer((tmp_path / "a.png", tmp_path / "b.png"))]
    dialog.close()


def test_an_address_can_be_typed_without_a_mouse(show: type[_Shown]) -> None:
    shown = show()
    shown.field.setFocus()
    shown.key(Qt.Key.Key_Tab)
    shown.key(Qt.Key.Key_Space)
    assert shown.field.address.hasFocus()
    QTest.keyClicks(shown.field.address, LINK)
    shown.key(Qt.Key.Key_Return)
    assert shown.field.value() == LINK
    assert shown.field.cards()[0].facts == "web address \u00b7 example.org"
    assert not shown.field.address.isVisible()


def test_escape_leaves_the_address_and_changes_nothing(show: type[_Shown]) -> None:
    shown = show()
    shown.field.area.setFocus()
    shown.key(Qt.Key.Key_Tab)
    shown.key(Qt.Key.Key_Space)
    QTest.keyClicks(shown.field.address, "https://half")
    shown.key(Qt.Key.Key_Escape)
    assert not shown.field.address.isVisible()
    assert shown.field.area.hasFocus()
    assert not shown.changes


# --- taking away


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_file_is_taken_away_by_the_keyboard(show: type[_Shown], key: Qt.Key) -> None:
    shown = show()
    shown.field.take(LAKE)
    shown.field.setFocus()
    assert shown.field.cards()[0].remove.hasFocus()
    shown.key(key)
    assert shown.field.value() is None
    assert shown.changes[-1] is None
    assert shown.field.area.hasFocus(), "the keyboard is not left in nowhere"


def test_one_file_replaces_the_other_and_several_stand_in_a_row(show: type[_Shown]) -> None:
    single = show()
    single.field.take(LAKE)
    single.field.take(SEA)
    assert single.field.value() == SEA.to_json()
    several = show(many(2))
    several.field.take(LAKE)
    assert several.field.area.isVisible()
    assert several.field.area.label == "Add another"
    several.field.take(SEA)
    several.field.take(SONG)
    assert several.field.value() == [LAKE.to_json(), SEA.to_json()]
    assert not several.field.area.isVisible()
    several.field.cards()[0].remove.click()
    assert several.field.value() == [SEA.to_json()]


def test_a_value_is_set_without_a_word_and_strangers_are_left_out(show: type[_Shown]) -> None:
    shown = show(many())
    shown.field.set_value([LAKE.to_json(), {"input": "nonsense"}, LINK, 7])
    assert shown.field.value() == [LAKE.to_json(), LINK]
    assert not shown.changes
    shown.field.set_value(None)
    assert shown.field.value() is None


def test_a_small_picture_is_asked_for_once_it_is_needed(show: type[_Shown]) -> None:
    shown = show(many())
    shown.field.set_value([LAKE.to_json(), LINK])
    assert shown.wanted == [LAKE]
    picture = QImage(152, 112, QImage.Format.Format_RGB32)
    picture.fill(QColor("#12ab34"))
    shown.field.set_thumbnail("f" * 64, picture)
    shown.field.set_thumbnail(LAKE.sha256, picture)
    card = shown.field.cards()[0]
    assert card.has_thumbnail
    assert "#12ab34" in eyes.colours(card)
    shown.field.want_thumbnails()
    assert shown.wanted == [LAKE]


def test_a_small_picture_that_is_there_already_is_shown_at_once(show: type[_Shown]) -> None:
    shown = show(many())
    picture = QImage(152, 112, QImage.Format.Format_RGB32)
    shown.field.thumbnail_wanted.connect(lambda kept: shown.field.set_thumbnail(kept.sha256, picture))
    shown.field.take(LAKE)
    shown.field.set_value([SEA.to_json(), LAKE.to_json()])
    assert all(card.has_thumbnail for card in shown.field.cards())


def test_while_a_file_is_looked_at_the_field_says_so(show: type[_Shown]) -> None:
    shown = show()
    shown.field.take(LAKE)
    shown.field.set_busy("Reading the file")
    assert shown.field.area.isVisible()
    assert shown.field.area.label == "Reading the file"
    shown.field.set_busy("")
    assert not shown.field.area.isVisible()


# --- aloud


def test_it_is_found_by_its_label_and_says_what_is_in_it(show: type[_Shown]) -> None:
    shown = show(many())
    assert eyes.name(shown.field.area) == "Reference image"
    assert eyes.role(shown.field.area) == eyes.Role.Button
    assert eyes.description(shown.field.area) == "Drop, paste or choose a picture"
    shown.field.take(LAKE)
    shown.field.take(SEA)
    assert eyes.name(shown.field) == "Reference image"
    assert eyes.role(shown.field) == eyes.Role.Grouping
    assert eyes.description(shown.field) == "lake.png, sea & sky.jpg"
    assert eyes.name(shown.field.cards()[1]) == "sea & sky.jpg"
    assert eyes.name(shown.field.cards()[1].remove) == "Remove sea & sky.jpg"


# --- in the form


def spec(accepts: str = "image") -> JsonObject:
    described: JsonObject = {"type": "string", "title": "First frame", "x-accepts": [accepts]}
    properties: JsonObject = {"prompt": {"type": "string", "x-widget": "prompt"}, "image_url": described}
    return {
        "format": 1,
        "provider": "netmind",
        "id": "owner/model",
        "title": "Model",
        "medium": "video",
        "parameters": {"type": "object", "properties": properties},
    }


@pytest.fixture
def form(qtbot: QtBot) -> ParamForm:
    made = ParamForm()
    qtbot.addWidget(made)
    made.set_spec(parse_model_spec(spec()))
    made.resize(308, 500)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def media(form: ParamForm) -> MediaField:
    found = form.media_field("image_url")
    assert found is not None
    return found


def test_an_error_stands_at_the_field_and_goes_when_it_is_mended(form: ParamForm) -> None:
    said = "notes.txt is no file that can be used here."
    form.set_errors({"image_url": text(said)})
    assert form.errors() == {"image_url": said}
    assert media(form).area.hasFocus()
    assert eyes.description(media(form).area) == said
    form.focus_prompt()
    assert eyes.token("failed") in eyes.colours(media(form).area)
    media(form).take(LAKE)
    assert form.errors() == {}
    media(form).cards()[0].remove.click()
    assert eyes.token("failed") not in eyes.colours(media(form).area)


def test_a_file_dropped_on_the_prompt_goes_to_its_field_and_not_into_the_words(form: ParamForm, tmp_path: Path) -> None:
    offers: list[tuple[str, Offer]] = []
    form.media_offered.connect(lambda name, offer: offers.append((name, offer)))
    assert drop(form, files(tmp_path / "lake.png"))
    assert offers == [("image_url", Offer((tmp_path / "lake.png",)))]
    prompt = form.field("prompt")
    assert prompt is not None
    assert prompt.value() == ""


def test_a_kept_file_goes_along_to_a_model_with_the_same_parameter(form: ParamForm) -> None:
    media(form).take(LAKE)
    form.set_spec(parse_model_spec({**spec(), "id": "owner/other"}))
    assert form.values()["image_url"] == LAKE.to_json()
    form.set_spec(parse_model_spec({**spec("audio"), "id": "owner/third"}))
    assert form.values()["image_url"] is None
    form.set_spec(parse_model_spec({**spec(), "id": "owner/other"}))
    assert form.values()["image_url"] == LAKE.to_json()
