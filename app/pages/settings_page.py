"""Everything a person can set, one card per subject, the providers and their keys first."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFont
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

import app
from app.pages.provider_settings import ProviderSettings
from app.services.provider_service import ProviderService
from app.services.settings_service import SettingsService
from app.system.paths import resources
from app.widgets.card import Card
from app.widgets.chips import ChipGroup
from app.widgets.controls import Divider, FormLabel, PlainLabel, SecondaryButton
from app.widgets.slider_field import SliderField
from app.widgets.switch import Switch

WIDTH = 680

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]


class SettingsPage(QWidget):
    """`library()` gives the folder in use; `start_task` runs what has to wait for keychain or network."""

    demo_requested = Signal()

    def __init__(
        self,
        settings: SettingsService,
        providers: ProviderService,
        library: Callable[[], Path],
        start_task: StartTask,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._library = library
        self.providers = ProviderSettings(providers, start_task, self)
        column = QVBoxLayout()
        column.setContentsMargins(0, 18, 0, 32)
        column.setSpacing(12)
        for part in (
            self._heading(self.tr("Providers and keys")),
            self.providers,
            self._heading(self.tr("Library")),
            self._library_card(),
            self._heading(self.tr("Jobs and downloads")),
            self._jobs_card(),
            self._heading(self.tr("Appearance and notifications")),
            self._look_card(),
            self._heading(self.tr("Privacy")),
            self._privacy_card(),
            self._heading(self.tr("About")),
            self._about_card(),
        ):
            column.addWidget(part)
        column.addStretch(1)
        self._lay_out(column)

    def focus_provider(self, provider_id: str) -> None:
        """Shows a provider's card and puts the keyboard into its key field."""
        group = self.providers.group(provider_id)
        if group is not None:
            self._scroll.ensureWidgetVisible(group)
            group.focus_key()

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
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(middle)
        title = PlainLabel(self.tr("Settings"), self, size=15, weight=QFont.Weight.DemiBold)
        title.setContentsMargins(18, 18, 18, 17)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(title)
        outer.addWidget(Divider(self))
        outer.addWidget(self._scroll, 1)

    def _heading(self, words: str) -> PlainLabel:
        label = PlainLabel(words, self, tone="second", size=12, weight=QFont.Weight.DemiBold)
        label.setContentsMargins(2, 8, 0, 0)
        return label

    def _card(self) -> tuple[Card, QVBoxLayout]:
        card = Card(self)
        column = QVBoxLayout(card)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(8)
        return card, column

    def _hint(self, words: str) -> PlainLabel:
        return PlainLabel(words, self, tone="third", size=12, wrap=True)

    # --- the cards

    def _library_card(self) -> QWidget:
        card, column = self._card()
        self._folder = PlainLabel(str(self._library()), self, wrap=True)
        self._folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        choose = SecondaryButton(self.tr("Choose folder"), "folder", self)
        choose.clicked.connect(self._choose_folder)
        show = SecondaryButton(self.tr("Open folder"), "folder-open", self)
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._library()))))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(choose)
        row.addWidget(show)
        row.addStretch(1)
        column.addWidget(FormLabel(self.tr("Results are saved in"), parent=self))
        column.addWidget(self._folder)
        column.addLayout(row)
        column.addWidget(
            self._hint(
                self.tr(
                    "Pictures, films and sounds lie in folders of their own, named by date and prompt. A new folder is "
                    "used from the next start on; what is already saved stays where it is."
                )
            )
        )
        return card

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose the library folder"), str(self._library()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._folder_chosen)
        dialog.open()

    def _folder_chosen(self, folder: str) -> None:
        self._settings.set("library.folder", folder)
        self._folder.setText(self.tr("{folder} (from the next start on)").format(folder=folder))

    def _jobs_card(self) -> QWidget:
        card, column = self._card()
        limit = SliderField(1, 12, parent=self)
        limit.setAccessibleName(self.tr("Jobs at once"))
        limit.set_value(self._settings.get("limits.running_per_provider"))
        limit.value_changed.connect(lambda value: self._settings.set("limits.running_per_provider", int(value)))
        column.addWidget(FormLabel(self.tr("Jobs at once"), self.tr("per provider"), self))
        column.addWidget(limit)
        column.addWidget(
            self._hint(self.tr("More jobs wait in line on this computer. Nothing of them is charged yet."))
        )
        size = SliderField(50, 8000, parent=self, step=50)
        size.setAccessibleName(self.tr("Largest result"))
        size.set_value(self._settings.get("downloads.max_mb"))
        size.value_changed.connect(lambda value: self._settings.set("downloads.max_mb", int(value)))
        column.addSpacing(6)
        column.addWidget(FormLabel(self.tr("Largest result"), self.tr("MB"), self))
        column.addWidget(size)
        return card

    def _look_card(self) -> QWidget:
        card, column = self._card()
        modes = ChipGroup(
            (("system", self.tr("As the system")), ("dark", self.tr("Dark")), ("light", self.tr("Light"))), self
        )
        modes.setAccessibleName(self.tr("Theme"))
        modes.set_value(self._settings.get("appearance.mode"))
        modes.value_changed.connect(lambda value: self._settings.set("appearance.mode", value))
        column.addWidget(FormLabel(self.tr("Theme"), parent=self))
        column.addWidget(modes)
        column.addSpacing(4)
        column.addWidget(self._switch("appearance.reduced_motion", self.tr("Less motion")))
        column.addWidget(self._switch("notifications.enabled", self.tr("Tell me when a job is finished")))
        return card

    def _switch(self, key: str, words: str) -> Switch:
        switch = Switch(words, self)
        switch.set_value(self._settings.get(key))
        switch.value_changed.connect(lambda value: self._settings.set(key, bool(value)))
        return switch

    def _privacy_card(self) -> QWidget:
        card, column = self._card()
        for words in (
            self.tr("Prompts and settings go to the provider whose model you chose, and nowhere else."),
            self.tr(
                "Keys go into the system keychain and only to their own provider's address, never to result links."
            ),
            self.tr("Slowlight sends no statistics and looks for no updates."),
        ):
            column.addWidget(PlainLabel(words, self, wrap=True))
        return card

    def _about_card(self) -> QWidget:
        card, column = self._card()
        version = self.tr("Slowlight {version}").format(version=app.__version__)
        column.addWidget(PlainLabel(version, self, size=15, weight=QFont.Weight.DemiBold))
        column.addWidget(
            self._hint(
                self.tr(
                    "Free software under the MIT licence. Made with Qt and FFmpeg (LGPL), the Inter typeface (OFL) and "
                    "Lucide icons (ISC). Their licences lie in the program's folder."
                )
            )
        )
        licences = SecondaryButton(self.tr("Show licence files"), "folder-open", self)
        licences.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(resources()))))
        row = QHBoxLayout()
        row.addWidget(licences)
        row.addStretch(1)
        column.addLayout(row)
        return card
