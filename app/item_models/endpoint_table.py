"""The endpoints as a table: one changed endpoint repaints one row, and the clock repaints what counts."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.domain.endpoint import Endpoint, Phase
from app.domain.endpoint_lease import WARN_AT, LeaseKind
from app.domain.endpoint_words import gpu_title, lasted, lease_words, money, per_hour, state_words
from app.services.endpoint_service import EndpointService
from app.system.language import say

DASH = "\u2013"
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Column(IntEnum):
    """From left to right."""

    NAME = 0
    STATUS = 1
    GPU = 2
    INSTANCES = 3
    RATE = 4
    RUNNING = 5
    SPENT = 6
    AUTO_STOP = 7


class EndpointRole(IntEnum):
    """What a delegate asks for beside the words. `TONE` is a colour token, `SECOND` a second line."""

    ENDPOINT_ID = Qt.ItemDataRole.UserRole + 1
    TONE = Qt.ItemDataRole.UserRole + 2
    SECOND = Qt.ItemDataRole.UserRole + 3


class EndpointTable(QAbstractTableModel):
    """Newest last, as they were made; those that are gone stay until somebody takes them off."""

    def __init__(self, service: EndpointService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._endpoints: list[Endpoint] = service.endpoints()
        service.changed.connect(self._put)
        service.removed.connect(self._drop)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._endpoints)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def endpoint_at(self, row: int) -> Endpoint | None:
        """The endpoint of a row, or None."""
        return self._endpoints[row] if 0 <= row < len(self._endpoints) else None

    def row_of(self, endpoint_id: str) -> int:
        """Its row, or -1."""
        return next((row for row, one in enumerate(self._endpoints) if one.endpoint_id == endpoint_id), -1)

    def tick(self) -> None:
        """Time has passed: what counts is asked for again."""
        if self._endpoints:
            last = len(self._endpoints) - 1
            self.dataChanged.emit(self.index(0, Column.RUNNING), self.index(last, Column.AUTO_STOP))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Name"),
            self.tr("Status"),
            self.tr("GPU"),
            self.tr("Instances"),
            self.tr("Rate"),
            self.tr("Running for"),
            self.tr("Spent, est."),
            self.tr("Auto-stop"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        endpoint = self.endpoint_at(index.row()) if index.isValid() else None
        if endpoint is None:
            return None
        column = Column(index.column())
        tellers: dict[int, Callable[[Endpoint, Column], Any]] = {
            Qt.ItemDataRole.DisplayRole: self._words,
            Qt.ItemDataRole.AccessibleTextRole: self._spoken,
            Qt.ItemDataRole.ToolTipRole: self._hint,
            EndpointRole.ENDPOINT_ID: lambda one, _column: one.endpoint_id,
            EndpointRole.TONE: self._tone,
            EndpointRole.SECOND: lambda one, _column: one.plan.image if column is Column.NAME else None,
        }
        tell = tellers.get(role)
        return tell(endpoint, column) if tell else None

    @staticmethod
    def _hint(endpoint: Endpoint, column: Column) -> str | None:
        return say(state_words(endpoint).detail) if column is Column.STATUS else None

    def _spoken(self, endpoint: Endpoint, column: Column) -> str:
        """The first cell of a row tells what it is and how it stands; the others begin with what they are about."""
        words = self._words(endpoint, column)
        if column is Column.NAME:
            return f"{words}, {self._words(endpoint, Column.STATUS)}"
        return f"{self.headerData(column, Qt.Orientation.Horizontal)} {words}"

    def _words(self, endpoint: Endpoint, column: Column) -> str:
        tellers: dict[Column, Callable[[Endpoint], str]] = {
            Column.NAME: lambda one: one.name,
            Column.STATUS: lambda one: say(state_words(one).word),
            Column.GPU: lambda one: gpu_title(one.plan),
            Column.INSTANCES: self._instances,
            Column.RATE: lambda one: say(per_hour(one.rate, one.plan.currency)),
            Column.RUNNING: self._running,
            Column.SPENT: lambda one: money(self._service.spent(one.endpoint_id), one.plan.currency),
            Column.AUTO_STOP: lambda one: say(
                lease_words(one, self._service.now(), self._service.spent(one.endpoint_id))
            ),
        }
        return tellers[column](endpoint)

    def _running(self, endpoint: Endpoint) -> str:
        seconds = self._service.sums.running_s(endpoint.endpoint_id)
        return say(lasted(seconds)) if seconds else DASH

    def _instances(self, endpoint: Endpoint) -> str:
        """Those there of those wanted, as far as the service tells."""
        if endpoint.phase is Phase.GONE:
            return "0"
        if endpoint.there is None or endpoint.there == endpoint.wanted:
            return str(endpoint.wanted)
        return self.tr("{there} of {wanted}").format(there=endpoint.there, wanted=endpoint.wanted)

    def _tone(self, endpoint: Endpoint, column: Column) -> str:
        if column is Column.STATUS:
            return str(state_words(endpoint).tone)
        if column is Column.AUTO_STOP and endpoint.is_billed:
            is_close = self._service.lease_progress(endpoint) >= WARN_AT
            return "warning" if is_close or endpoint.lease.kind is LeaseKind.NEVER else "text"
        return "second" if endpoint.phase is Phase.GONE else "text"

    def _put(self, endpoint: Endpoint) -> None:
        row = self.row_of(endpoint.endpoint_id)
        if row >= 0:
            self._endpoints[row] = endpoint
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
            return
        row = len(self._endpoints)
        self.beginInsertRows(_NOWHERE, row, row)
        self._endpoints.append(endpoint)
        self.endInsertRows()

    def _drop(self, endpoint_id: str) -> None:
        row = self.row_of(endpoint_id)
        if row >= 0:
            self.beginRemoveRows(_NOWHERE, row, row)
            del self._endpoints[row]
            self.endRemoveRows()
