"""The bar above the history: search as you type, what medium, which state and provider, how many, cards or rows."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.domain.history import HistoryQuery
from app.domain.job import JobState
from app.domain.job_words import MEDIUM_ICONS, STATES
from app.domain.media import Medium
from app.domain.provider_info import ProviderInfo
from app.system.language import say
from app.widgets.chips import Chip, ChipGroup
from app.widgets.detail_rows import count_words
from app.widgets.filter_menu import FilterMenu
from app.widgets.labels import PlainLabel
from app.widgets.text_field import TextField
from app.widgets.view_switch import ViewSwitch

TYPING_MS = 150
HEIGHT = 62
_ROOMY, _TIGHT = 1120, 960
"""Widths in px: below the first the chips go without icons, below the second the count goes too."""

_ON_THE_WAY = "on_the_way"
_STATUSES: Mapping[str, frozenset[JobState]] = {
    "": frozenset(),
    _ON_THE_WAY: frozenset({JobState.WAITING, JobState.SENDING, JobState.QUEUED, JobState.RUNNING, JobState.SAVING}),
    JobState.DONE: frozenset({JobState.DONE}),
    JobState.FAILED: frozenset({JobState.FAILED}),
    JobState.CANCELLED: frozenset({JobState.CANCELLED}),
    JobState.EXPIRED: frozenset({JobState.EXPIRED}),
    JobState.UNSURE: frozenset({JobState.UNSURE}),
}


class HistoryFilters(QWidget):
    """`query_changed` carries the question after typing has paused, or at once for a choice."""

    query_changed = Signal(object)  # HistoryQuery
    mode_changed = Signal(str)  # "grid" or "list"
    left_downwards = Signal()

    def __init__(self, providers: Sequence[ProviderInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked = HistoryQuery()
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._ask)
        self._make_parts(providers)
        self._lay_out()

    def _make_parts(self, providers: Sequence[ProviderInfo]) -> None:
        self.search = _SearchField(self.tr("Search prompts, models, tags"), self)
        self.search.setAccessibleName(self.tr("Search history"))
        self.search.value_changed.connect(lambda _words: self._typing.start())
        self.search.left_downwards.connect(self.left_downwards)
        media = ((None, self.tr("All")), (Medium.IMAGE, self.tr("Image")), (Medium.VIDEO, self.tr("Video")))
        self.media = ChipGroup([*media, (Medium.AUDIO, self.tr("Audio"))], self)
        self.media.setAccessibleName(self.tr("Medium"))
        self.media.set_value(None)
        self.media.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.media.value_changed.connect(self._ask)
        self.favourites = Chip(self.tr("Favourites"), self, exclusive=False)
        self.favourites.toggled.connect(self._ask)
        self.status = FilterMenu(self.tr("Status"), self._statuses(), self)
        self.provider = FilterMenu(self.tr("Provider"), [("", self.tr("Any provider"))], self)
        self.set_providers(providers)
        for menu in (self.status, self.provider):
            menu.value_changed.connect(self._ask)
        self.count = PlainLabel("", self, tone="second", size=12)
        self.switch = ViewSwitch(self)
        self.switch.mode_changed.connect(self.mode_changed)

    def _statuses(self) -> list[tuple[object, str]]:
        words = {state.value: say(STATES[state].word) for state in JobState}
        words |= {"": self.tr("Any status"), _ON_THE_WAY: self.tr("On the way")}
        return [(key, words[key]) for key in _STATUSES]

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 12, 16, 12)
        row.setSpacing(8)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(330)
        row.addWidget(self.search, 1000)
        for part in (self.media, self.favourites, self.status, self.provider):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.count)
        row.addWidget(self.switch)
        self.setFixedHeight(HEIGHT)

    def set_providers(self, providers: Sequence[ProviderInfo]) -> None:
        """The providers to choose from."""
        items: list[tuple[object, str]] = [("", self.tr("Any provider"))]
        self.provider.set_items([*items, *((info.provider_id, info.title) for info in providers)])

    def set_count(self, count: int) -> None:
        """How many jobs answer the question."""
        self.count.setText(count_words(count))

    def query(self) -> HistoryQuery:
        """The question as it stands in the bar."""
        medium = self.media.value()
        return HistoryQuery(
            words=self.search.value().strip(),
            medium=medium if isinstance(medium, Medium) else None,
            states=_STATUSES.get(str(self.status.value()), frozenset()),
            provider_id=str(self.provider.value()),
            favourites_only=self.favourites.isChecked(),
        )

    def clear(self) -> None:
        """Back to everything."""
        self.search.set_value("")
        self.media.set_value(None)
        self.status.set_value("")
        self.provider.set_value("")
        self.favourites.blockSignals(True)
        self.favourites.setChecked(False)
        self.favourites.blockSignals(False)
        self.favourites.update()
        self._ask()

    def _ask(self, _choice: object = None) -> None:
        self._typing.stop()
        if self.query() != self._asked:
            self._asked = self.query()
            self.query_changed.emit(self._asked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        names = ["", *(MEDIUM_ICONS[medium] for medium in (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO)), "star"]
        for chip, name in zip([*self.media.chips(), self.favourites], names, strict=True):
            chip.set_icon_name(name if self.width() >= _ROOMY else "")
        self.count.setVisible(self.width() >= _TIGHT)


class _SearchField(TextField):
    """Down goes to the results, Escape empties the field."""

    left_downwards = Signal()

    def __init__(self, placeholder: str, parent: QWidget) -> None:
        super().__init__(placeholder, parent, icon_name="search", clearable=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
