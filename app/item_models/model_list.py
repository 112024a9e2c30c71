"""The AI models of one medium for the model picker, with how long they take and what they cost in one line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.domain.job_words import MEDIUM_ICONS
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec
from app.domain.money import Money, PricePer
from app.domain.text import Text, plain, text
from app.item_models.job_facts import DOT
from app.system.language import about, say

Index = QModelIndex | QPersistentModelIndex


class ModelRole(IntEnum):
    """The roles that `app.widgets.model_picker` reads."""

    ID = Qt.ItemDataRole.UserRole + 1  # "netmind/Qwen/Qwen-Image"
    TITLE = Qt.ItemDataRole.UserRole + 2
    DETAIL = Qt.ItemDataRole.UserRole + 3  # "NetMind · about 25 s · $0.01 per image"
    ICON = Qt.ItemDataRole.UserRole + 4
    GROUP = Qt.ItemDataRole.UserRole + 5  # the provider's title


@dataclass(frozen=True)
class ModelSource:
    """Where rows come from: the specs in their order, a provider's title, why it cannot be used, expected seconds.

    `why_not` is a few words such as "needs an API key", and empty for a provider that can be used.
    """

    specs: Callable[[], Sequence[ModelSpec]]
    title: Callable[[str], str]
    why_not: Callable[[str], Text]
    expected_s: Callable[[str, str], float | None]


@dataclass(frozen=True)
class _Row:
    spec: ModelSpec
    answers: Mapping[int, str]


class ModelListModel(QAbstractListModel):
    """Call `refresh` when models, keys or times have changed; only what differs is told."""

    def __init__(self, source: ModelSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._rows: list[_Row] = []
        self.refresh()

    def refresh(self) -> None:
        """Reads the models anew. Known rows change in place; another set of models is a reset."""
        rows = [self._row(spec) for spec in self._source.specs()]
        if [_id(row) for row in rows] != [_id(row) for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        changed = [place for place, row in enumerate(rows) if row != self._rows[place]]
        self._rows = rows
        for place in changed:
            self.dataChanged.emit(self.index(place, 0), self.index(place, 0))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # an invalid index is a constant
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        return self._rows[index.row()].answers.get(role)

    def spec(self, model_id: str) -> ModelSpec | None:
        """The spec behind an id of this list, or None."""
        return next((row.spec for row in self._rows if _id(row) == model_id), None)

    def first_id(self) -> str:
        """The id of the default: the first row, or "" while there is none."""
        return _id(self._rows[0]) if self._rows else ""

    def _row(self, spec: ModelSpec) -> _Row:
        provider = self._source.title(spec.provider_id)
        detail = DOT.join([provider, *(say(part) for part in self._details(spec))])
        answers = {
            Qt.ItemDataRole.DisplayRole: spec.title,
            Qt.ItemDataRole.AccessibleDescriptionRole: detail,
            ModelRole.ID: row_id(spec.provider_id, spec.model_id),
            ModelRole.TITLE: spec.title,
            ModelRole.DETAIL: detail,
            ModelRole.ICON: MEDIUM_ICONS[spec.medium],
            ModelRole.GROUP: provider,
        }
        return _Row(spec, {int(role): answer for role, answer in answers.items()})

    def _details(self, spec: ModelSpec) -> list[Text]:
        reason = self._source.why_not(spec.provider_id)
        if reason:
            return [reason]
        if spec.is_free_form:
            return [text("any id with a JSON config")]
        seconds = self._source.expected_s(spec.provider_id, spec.model_id)
        return [*([plain(about(seconds))] if seconds else []), price_in_words(spec)]


def row_id(provider_id: str, model_id: str) -> str:
    """One string for both. A provider's id has no slash, a model's may have several."""
    return f"{provider_id}/{model_id}"


def _id(row: _Row) -> str:
    return row_id(row.spec.provider_id, row.spec.model_id)


def price_in_words(spec: ModelSpec) -> Text:
    """ "$0.01 per image", "free", what the spec notes instead, or that there is no price."""
    price = spec.price
    if price is None:
        return plain(spec.price_note) if spec.price_note else text("price not published")
    if price.per is PricePer.FREE:
        return plain(spec.price_note) if spec.price_note else text("free")
    amount = Money(price.amount, price.unit)
    if price.per is PricePer.SECOND:
        return text("{amount} per second", amount=amount)
    if price.per is PricePer.REQUEST:
        return text("{amount} per run", amount=amount)
    return {
        Medium.IMAGE: text("{amount} per image", amount=amount),
        Medium.VIDEO: text("{amount} per video", amount=amount),
        Medium.AUDIO: text("{amount} per sound", amount=amount),
        Medium.OTHER: text("{amount} per file", amount=amount),
    }[spec.medium]
