"""Everything a person can set, one card per subject, the providers and their keys first."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

import app
from app.pages.library_card import Check, LibraryCard
from app.pages.provider_settings import ProviderSettings
from app.services.provider_service import ProviderService
from app.services.settings_service import SettingsService
from app.system import licences
from app.widgets.assistive import HeadingVoice
from app.widgets.card import Card, CardOfRows
from app.widgets.chips import ChipGroup
from app.widgets.controls import IconMark, PlainLabel, SecondaryButton
from app.widgets.licences_sheet import LicencesSheet
from app.widgets.page_heading import PageHeading
from app.widgets.paragraph import Paragraph
from app.widgets.setting_row import SettingRow
from app.widgets.slider_field import SliderField
from app.widgets.switch import Switch

WIDTH = 680
SLIDER_WIDTH = 260

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]


class SettingsPage(QWidget):
    """`library()` gives the folder in use; `start_task` runs what has to wait for keychain or network.

    `choose_library(folder)` uses another library from now on; `check` looks through the one in use.
    """

    def __init__(
        self,
        settings: SettingsService,
        providers: ProviderService,
        library: Callable[[], Path],
        start_task: StartTask,
        parent: QWidget | None = None,
        *,
        choose_library: Callable[[str], None] | None = None,
        check: Check | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._start_task = start_task
        self.library = LibraryCard(library, choose_library or partial(settings.set, "library.folder"), check, self)
        self.providers = ProviderSettings(providers, start_task, self)
        column = QVBoxLayout()
        column.setContentsMargins(0, 8, 0, 40)
        column.setSpacing(10)
        for heading, card in (
            (self.tr("Providers and keys"), self.providers),
            (self.tr("Library"), self.library),
            (self.tr("Jobs and downloads"), self._jobs_card()),
            (self.tr("Appearance and notifications"), self._look_card()),
            (self.tr("Privacy"), self._privacy_card()),
            (self.tr("About"), self._about_card()),
        ):
            column.addWidget(_Heading(heading, self))
            column.addWidget(card)
        column.addStretch(1)
        self._lay_out(column)

    def focus_provider(self, provider_id: str) -> None:
        """Shows a provider's card and puts the keyboard into its key field."""
        group = self.providers.focus(provider_id)
        if group is not None:
            self._scroll.ensureWidgetVisible(group)

    def _lay_out(self, column: QVBoxLayout) -> None:
        inner = QWidget(self)
        inner.setMaximumWidth(WIDTH)
        inner.setLayout(column)
        middle = QWidget(self)
        row = QHBoxLayout(middle)
        row.setContentsMargins(24, 0, 24, 0)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setAccessibleName(self.tr("Settings"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(middle)
        self._scroll.setFocus()  # so that opening the page rings no button, and the arrow keys scroll it
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(PageHeading(self.tr("Settings"), self.tr("Saved on this computer as you change them"), self))
        outer.addWidget(self._scroll, 1)

    # --- the cards

    def _jobs_card(self) -> QWidget:
        card = CardOfRows(self)
        card.add(
            SettingRow(
                self.tr("Jobs at once"),
                self.tr("Per provider. More jobs wait in line on this computer, and nothing of them is charged yet."),
                self._slider("limits.running_per_provider", 1, 12, 1),
                self,
                width=SLIDER_WIDTH,
            )
        )
        card.add(
            SettingRow(
                self.tr("Jobs at once in all"),
                self.tr("Of all providers together."),
                self._slider("limits.running_overall", 1, 32, 1),
                self,
                width=SLIDER_WIDTH,
            )
        )
        card.add(
            SettingRow(
                self.tr("Largest result"),
                self.tr(
                    "In MB. A larger file is not downloaded; it stays on the server as long as the server keeps it."
                ),
                self._slider("downloads.max_mb", 50, 8000, 50),
                self,
                width=SLIDER_WIDTH,
            )
        )
        card.add(
            SettingRow(
                self.tr("Downloads at once"),
                self.tr("Of all providers together. What a server deletes first is downloaded first."),
                self._slider("downloads.overall", 1, 16, 1),
                self,
                width=SLIDER_WIDTH,
            )
        )
        card.add(
            SettingRow(
                self.tr("Downloads at once per provider"),
                "",
                self._slider("downloads.per_provider", 1, 16, 1),
                self,
                width=SLIDER_WIDTH,
            )
        )
        return card

    def _slider(self, key: str, lowest: int, highest: int, step: int) -> SliderField:
        value = int(str(self._settings.get(key)))
        # settings.json may hold more than the slider reaches; looking at it must not change it
        slider = SliderField(lowest, highest, step, self, hard_minimum=1, hard_maximum=max(highest, value))
        slider.set_value(value)
        slider.value_changed.connect(lambda chosen: self._settings.set(key, int(chosen)))
        return slider

    def _look_card(self) -> QWidget:
        modes = ChipGroup(
            (("system", self.tr("As the system")), ("dark", self.tr("Dark")), ("light", self.tr("Light"))), self
        )
        modes.set_value(self._settings.get("appearance.mode"))
        modes.value_changed.connect(lambda value: self._settings.set("appearance.mode", value))
        card = CardOfRows(self)
        card.add(SettingRow(self.tr("Theme"), "", modes, self))
        card.add(
            SettingRow(
                self.tr("Less motion"),
                self.tr("Nothing slides or fades."),
                self._switch("appearance.reduced_motion"),
                self,
            )
        )
        card.add(
            SettingRow(
                self.tr("Tell me when a job is finished"),
                self.tr("A short note in the window, and a sign in the task bar while you are elsewhere."),
                self._switch("notifications.enabled"),
                self,
            )
        )
        return card

    def _switch(self, key: str) -> Switch:
        switch = Switch("", self)
        switch.set_value(self._settings.get(key))
        switch.value_changed.connect(lambda value: self._settings.set(key, bool(value)))
        return switch

    def _privacy_card(self) -> QWidget:
        card, column = _card(self)
        column.setSpacing(10)
        for icon_name, words in (
            ("send", self.tr("Prompts and settings go to the provider whose model you chose, and nowhere else.")),
            (
                "key-round",
                self.tr(
                    "Keys lie in the system keychain and travel only to their own provider, never to result links."
                ),
            ),
            ("shield-check", self.tr("Slowlight sends no statistics and looks for no updates.")),
        ):
            sentence = Paragraph(words, self, tone="second")
            mark = IconMark(icon_name, "third", 16, self)
            mark.setFixedHeight(sentence.line_height)
            row = QHBoxLayout()
            row.setSpacing(10)
            row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(sentence, 1)
            column.addLayout(row)
        return card

    def _about_card(self) -> QWidget:
        version = self.tr("Slowlight {version}").format(version=app.__version__)
        show = SecondaryButton(self.tr("Show licences"), "file-text", self)
        show.clicked.connect(self.show_licences)
        foot = QHBoxLayout()
        foot.addWidget(show)
        foot.addStretch(1)
        card, column = _card(self)
        column.addWidget(PlainLabel(version, self, size=15, weight=QFont.Weight.DemiBold))
        column.addWidget(
            _hint(
                self.tr(
                    "Free software under the MIT licence. Made with Qt and FFmpeg (LGPL), the Inter typeface (OFL) and "
                    "Lucide icons (ISC)."
                ),
                self,
            )
        )
        column.addSpacing(4)
        column.addLayout(foot)
        return card

    def show_licences(self) -> None:
        """Every part of the program with its terms; they are read while the sheet is seen already."""
        sheet = LicencesSheet(self)
        is_wanted = True

        def leave() -> None:
            nonlocal is_wanted
            is_wanted = False

        sheet.destroyed.connect(leave)

        async def fill() -> None:
            parts = await asyncio.to_thread(licences.notices)
            if is_wanted:
                sheet.set_parts(parts)

        self._start_task("read the licences", fill())
        sheet.open()


class _Heading(PlainLabel):
    """What a card is about; assistive technology jumps from one to the next."""

    voice = HeadingVoice

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(words, parent, tone="second", size=12, weight=QFont.Weight.DemiBold)
        # room above parts the subjects; the words stand nearer to the card that they head
        self.setIndent(2)
        self.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self.setFixedHeight(36)


def _card(parent: QWidget) -> tuple[Card, QVBoxLayout]:
    card = Card(parent)
    column = QVBoxLayout(card)
    column.setContentsMargins(18, 16, 18, 16)
    column.setSpacing(8)
    return card, column


def _hint(words: str, parent: QWidget) -> Paragraph:
    return Paragraph(words, parent, tone="third", size=12)
