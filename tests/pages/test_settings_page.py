"""Settings: what is changed is kept, a key goes its way and is never shown, and nothing is cut off in a narrow window."""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from app.domain.errors import InsecureAddressError, KeyRejectedError
from app.domain.keys import clean_key
from app.domain.provider_info import ProviderInfo
from app.domain.text import Text, text
from app.pages.settings_page import WIDTH, SettingsPage
from app.providers.haiper import HAIPER
from app.services.provider_service import KeySource, ProviderCard
from app.services.settings_service import SettingsService
from app.store.settings_store import SettingsStore
from app.system.appearance import Appearance
from app.widgets.controls import Badge
from app.widgets.licences_sheet import LicencesSheet
from app.widgets.look import wear
from app.widgets.provider_group import ProviderGroup
from app.widgets.slider_field import SliderField
from app.widgets.text_field import TextField

KEY = "nm-0123456789abcdef"


class ScriptedProviders(QObject):
    """NetMind and the demo; a test says what a call is answered with."""

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.source = KeySource.NONE
        self.saved: list[str] = []
        self.address = "https://api.netmind.ai"
        self.error: Exception | None = None
        self.has_haiper = False
        self.haiper_address = HAIPER.default_base_url
        self.path = HAIPER.base_paths[0]

    def info(self, provider_id: str) -> ProviderInfo:
        return self.card(provider_id).info

    def card(self, provider_id: str) -> ProviderCard:
        if provider_id == "demo":
            return ProviderCard(ProviderInfo("demo", "Demo", "", "demo", is_demo=True), "", KeySource.NOT_NEEDED)
        if provider_id == "haiper":
            owner = "netmind" if self.haiper_address == HAIPER.default_base_url else ""
            return ProviderCard(HAIPER, self.haiper_address, self.source, key_owner=owner)
        info = ProviderInfo(
            "netmind", "NetMind", "https://api.netmind.ai", "netmind", "NETMIND_API_KEY", "https://www.netmind.ai"
        )
        return ProviderCard(info, self.address, self.source)

    def cards(self) -> list[ProviderCard]:
        return [self.card("netmind"), *([self.card("haiper")] if self.has_haiper else []), self.card("demo")]

    def base_path(self, provider_id: str) -> str:
        return self.path

    def set_base_path(self, provider_id: str, path: str) -> None:
        self.path = path
        self.changed.emit(provider_id)

    def keychain_name(self) -> str:
        return "the test's keychain"

    async def save_key(self, provider_id: str, key: str) -> Text:
        self._raise()
        self.saved.append(clean_key(key))
        self._become(KeySource.KEYCHAIN)
        return text("The key is in the keychain.")

    async def remove_key(self, provider_id: str) -> None:
        self._raise()
        if self.source is not KeySource.ENVIRONMENT:
            self._become(KeySource.NONE)

    async def test_key(self, provider_id: str) -> Text:
        self._raise()
        return text("The key works.")

    async def set_base_url(self, provider_id: str, url: str) -> None:
        self._raise()
        if provider_id == "haiper":
            self.haiper_address = url or HAIPER.default_base_url
        else:
            self.address = url or "https://api.netmind.ai"
        self.changed.emit(provider_id)

    def _become(self, source: KeySource) -> None:
        self.source = source
        self.changed.emit("netmind")

    def _raise(self) -> None:
        if self.error is not None:
            raise self.error


class Room:
    """A settings page with everything it talks to."""

    def __init__(self, folder: Path, *, has_haiper: bool = False) -> None:
        self.settings = SettingsService(SettingsStore(folder / "settings.json"), self.later)
        self.providers = ScriptedProviders()
        self.providers.has_haiper = has_haiper
        self.folder = folder
        self.page = self.make_page()

    def make_page(self) -> SettingsPage:
        page = SettingsPage(self.settings, self.providers, lambda: self.folder, self.at_once)  # type: ignore[arg-type]
        page.resize(1244, 900)
        page.show()
        QApplication.processEvents()
        return page

    @staticmethod
    def at_once(name: str, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run(work)

    @staticmethod
    def later(name: str, work: Coroutine[Any, Any, None]) -> None:
        work.close()  # writing the file is the settings service's promise, not the page's

    @property
    def group(self) -> ProviderGroup:
        group = self.page.providers.group("netmind")
        assert group is not None
        return group

    def named(self, kind: type[QWidget], name: str) -> Any:
        """The one visible part of that kind with that name."""
        found = [part for part in self.page.findChildren(kind) if part.isVisible() and _name(part) == name]
        assert len(found) == 1, (name, found)
        return found[0]

    def press(self, name: str) -> None:
        QTest.mouseClick(self.named(QAbstractButton, name), Qt.MouseButton.LeftButton)

    def type(self, name: str, words: str) -> None:
        field = self.named(QLineEdit, name)
        field.clear()
        QTest.keyClicks(field, words)

    def says(self, words: str) -> bool:
        return any(words in str(label.property("text") or "") for label in self.page.findChildren(QWidget))


def _name(part: QWidget) -> str:
    words = part.accessibleName()
    return words or (part.text().replace("&&", "&") if isinstance(part, QAbstractButton) else "")


@pytest.fixture(scope="module", autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    worn = Appearance("dark", qapp)
    worn.set_reduced_motion(True)
    wear(qapp, worn)
    yield
    worn.set_reduced_motion(False)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.page.deleteLater()


# --- keys


def test_a_provider_is_a_group_with_its_fixed_names(room: Room) -> None:
    assert room.group.accessibleName() == "NetMind"
    assert room.named(QLineEdit, "API key").echoMode() is QLineEdit.EchoMode.Password
    for name in ("Save key", "Test key", "Remove key"):
        assert room.group.isAncestorOf(room.named(QAbstractButton, name))


def test_the_demo_has_no_key_to_ask_for(room: Room) -> None:
    assert room.page.providers.group("demo") is None


def test_a_saved_key_leaves_the_field_and_is_said_to_be_kept(room: Room) -> None:
    assert not room.named(QAbstractButton, "Test key").isEnabled()
    room.type("API key", f"  {KEY} ")
    room.press("Save key")
    assert room.providers.saved == [KEY]
    assert room.named(QLineEdit, "API key").text() == ""
    assert room.says("The key is in the keychain.")
    assert room.named(QAbstractButton, "Test key").isEnabled()
    assert not room.named(QAbstractButton, "Save key").isEnabled()


def test_what_cannot_be_a_key_is_told_at_the_field_and_stays_there_to_be_corrected(room: Room) -> None:
    room.type("API key", "two words")
    room.press("Save key")
    field = room.named(QLineEdit, "API key")
    assert room.providers.saved == []
    assert field.text() == "two words"
    assert field.accessibleDescription()
    assert field.property("invalid") is True


def test_a_refused_key_is_told_in_words_and_the_buttons_come_back(room: Room) -> None:
    room.providers.source = KeySource.KEYCHAIN
    room.providers.changed.emit("netmind")
    room.providers.error = KeyRejectedError()
    room.press("Test key")
    assert room.says("NetMind did not accept the API key.")
    assert room.named(QAbstractButton, "Test key").isEnabled()


def test_the_focus_stays_at_the_button_that_was_pressed(room: Room) -> None:
    room.providers.source = KeySource.KEYCHAIN
    room.providers.changed.emit("netmind")
    test = room.named(QAbstractButton, "Test key")
    test.setFocus()
    QTest.keyClick(test, Qt.Key.Key_Space)
    assert room.says("The key works.")
    assert room.page.focusWidget() is test
    room.type("API key", KEY)
    save = room.named(QAbstractButton, "Save key")
    save.setFocus()
    QTest.keyClick(save, Qt.Key.Key_Space)
    assert room.providers.saved == [KEY]
    assert room.page.focusWidget() is test, "the field is empty now, and the next thing to do is beside it"


def test_opening_the_page_rings_no_button(room: Room) -> None:
    focus = room.page.focusWidget()
    assert isinstance(focus, QScrollArea)


def test_removing_a_key_says_so_where_the_environment_goes_on_giving_one(room: Room) -> None:
    room.providers.source = KeySource.ENVIRONMENT
    room.providers.changed.emit("netmind")
    assert room.says("NETMIND_API_KEY")
    room.press("Remove key")
    assert room.says("Removed from the keychain. The key of the environment variable NETMIND_API_KEY is used.")


def test_the_keyboard_goes_through_a_provider_from_top_to_bottom(room: Room) -> None:
    room.providers.source = KeySource.KEYCHAIN
    room.providers.changed.emit("netmind")
    room.page.focus_provider("netmind")
    QTest.keyClicks(room.named(QLineEdit, "API key"), "k")
    room.press("Address")
    expected = ["Get an API key", "API key", "Save key", "Test key", "Remove key", "Address", "Address"]
    assert _focus_order(room.group) == expected


def _focus_order(group: QWidget) -> list[str]:
    every = [part for part in _chain(group) if part.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [_name(part) for part in every if part.isVisible() and part.isEnabled() and group.isAncestorOf(part)]


def _chain(start: QWidget) -> Iterator[QWidget]:
    part = start.nextInFocusChain()
    while part is not None and part is not start:
        yield part
        part = part.nextInFocusChain()


# --- addresses


def test_leaving_the_address_as_it_is_wishes_nothing(room: Room) -> None:
    room.press("Address")
    heard: list[str] = []
    room.group.address_requested.connect(heard.append)
    field = room.named(QLineEdit, "Address")
    field.setFocus()
    field.clearFocus()
    assert heard == []


def test_an_address_that_is_not_secure_is_refused_at_its_field(room: Room) -> None:
    room.press("Address")
    room.providers.error = InsecureAddressError(address="http://example.org")
    room.type("Address", "http://example.org")
    QTest.keyClick(room.named(QLineEdit, "Address"), Qt.Key.Key_Return)
    assert room.providers.address == "https://api.netmind.ai"
    assert "not a secure one" in room.named(QLineEdit, "Address").accessibleDescription()


# --- a service that has ended


@pytest.fixture
def haiper(tmp_path: Path) -> Iterator[tuple[Room, ProviderGroup]]:
    """A room with Haiper's card, a NetMind key saved."""
    made = Room(tmp_path, has_haiper=True)
    made.providers.source = KeySource.KEYCHAIN
    for name in ("netmind", "haiper"):
        made.providers.changed.emit(name)
    group = made.page.providers.group("haiper")
    assert group is not None
    yield made, group
    made.page.deleteLater()


def _seen(group: QWidget) -> str:
    labels = [label.text() for label in group.findChildren(QLabel) if label.isVisible()]
    badges = [badge.text for badge in group.findChildren(Badge) if badge.isVisible()]
    return " | ".join([*labels, *badges])


def test_the_card_says_that_the_service_has_ended_when_and_what_still_works(
    haiper: tuple[Room, ProviderGroup],
) -> None:
    _, group = haiper
    assert "without a date" in _seen(group)
    assert "Your history stays usable" in _seen(group)
    assert "Service ended" in _seen(group)


def test_the_way_to_a_service_that_has_ended_leads_to_its_address(haiper: tuple[Room, ProviderGroup]) -> None:
    room, group = haiper
    room.page.focus_provider("haiper")
    field = next(part for part in group.findChildren(QLineEdit) if _name(part) == "Address")
    assert field.isVisible()
    QTest.keyClicks(field, "http://127.0.0.1:9000")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert room.providers.haiper_address == "http://127.0.0.1:9000"
    assert "without a date" not in _seen(group)
    assert "Service ended" not in _seen(group)


def test_a_key_that_is_kept_under_another_provider_has_one_field(haiper: tuple[Room, ProviderGroup]) -> None:
    room, group = haiper

    def fields() -> list[str]:
        return [_name(part) for part in group.findChildren(QLineEdit) if part.isVisible()]

    assert "It uses the key that is kept under NetMind." in _seen(group)
    assert "API key" not in fields()
    room.providers.haiper_address = "http://127.0.0.1:9000"
    room.providers.source = KeySource.NONE
    room.providers.changed.emit("haiper")
    assert "API key" in fields(), "a key is bound to its address"
    assert "sent to 127.0.0.1:9000 only" in _seen(group)


def test_the_path_of_a_compatible_server_can_be_chosen(haiper: tuple[Room, ProviderGroup]) -> None:
    room, group = haiper
    room.page.focus_provider("haiper")
    chips = {chip.text(): chip for chip in group.findChildren(QAbstractButton) if chip.text().startswith("/v1/")}
    assert [chip.isChecked() for chip in chips.values()] == [True, False]
    QTest.mouseClick(chips["/v1/netmind-video-job"], Qt.MouseButton.LeftButton)
    assert room.providers.path == "/v1/netmind-video-job"
    other = room.page.providers.group("netmind")
    assert other is not None
    assert not [chip for chip in other.findChildren(QAbstractButton) if chip.text().startswith("/v1/")]


# --- the other cards


def test_every_control_changes_its_setting(room: Room) -> None:
    assert not room.settings.get("appearance.reduced_motion")
    room.press("Less motion")
    room.press("Tell me when a job is finished")
    room.press("Light")
    box = next(box for box in room.page.findChildren(SliderField) if box.value() == 4)
    box.value_changed.emit(7)
    assert room.settings.get("appearance.reduced_motion") is True
    assert room.settings.get("notifications.enabled") is False
    assert room.settings.get("appearance.mode") == "light"
    assert room.settings.get("limits.running_per_provider") == 7


def test_looking_at_a_number_beyond_the_slider_does_not_change_it(room: Room) -> None:
    room.settings.set("downloads.max_mb", 20_000)
    page = room.make_page()
    assert 20_000 in [field.value() for field in page.findChildren(SliderField)]
    assert room.settings.get("downloads.max_mb") == 20_000
    page.deleteLater()


def test_a_new_library_folder_says_where_older_results_stay(room: Room, tmp_path: Path) -> None:
    room.page.library.folder_chosen("/somewhere/else")
    assert room.settings.get("library.folder") == "/somewhere/else"
    assert room.named(QLineEdit, "Results are saved in").text() == "/somewhere/else"
    assert room.says(f"What is already saved stays in {tmp_path}.")


# --- the picture


@pytest.mark.parametrize("width", [804, 904, 1244])
def test_cards_stand_in_one_column_and_nothing_is_cut_off(room: Room, width: int) -> None:
    room.page.resize(width, 680)
    QApplication.processEvents()
    scroll = room.page.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    content = scroll.widget()
    assert content is not None
    inside = scroll.viewport().width()
    assert room.group.width() == WIDTH
    for part in room.page.findChildren(QWidget):
        if part.isVisible() and content.isAncestorOf(part):
            place = QRect(part.mapTo(content, QPoint(0, 0)), part.size())
            assert place.left() >= 0, part
            assert place.right() <= inside, part


def test_every_target_is_large_enough_and_has_a_name(room: Room) -> None:
    for part in [*room.page.findChildren(QAbstractButton), *room.page.findChildren(TextField)]:
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert part.height() >= 28, part
            assert _name(part), part


def test_the_licences_name_every_part_with_its_terms(room: Room) -> None:
    room.named(QAbstractButton, "Show licences").click()
    sheet = room.page.findChild(LicencesSheet)
    assert sheet is not None
    parts, terms = sheet.findChild(QListWidget), sheet.findChild(QPlainTextEdit)
    assert parts is not None
    assert terms is not None
    assert terms.toPlainText().startswith("Slowlight ")
    row = next(row for row in range(parts.count()) if parts.item(row).text().startswith("Qt "))
    parts.setCurrentRow(row)
    assert "LESSER GENERAL PUBLIC LICENSE" in terms.toPlainText()
    sheet.close()
