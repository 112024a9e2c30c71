"""What stands in a create page's form, kept in the settings per medium, so that it is there again after a restart."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from app.domain.media import Medium
from app.domain.values import Json

PAUSE_MS = 500
LONGEST_CHARS = 200_000
"""A draft larger than this is not kept: settings are read at every start."""


class Settings(Protocol):
    """The part of `SettingsService` that a draft needs."""

    def get(self, key: str) -> Json: ...
    def set(self, key: str, value: Json) -> None: ...


class Draft(QObject):
    """Writes half a second after the last change; `flush` writes at once. `content` gives values and the model's id."""

    def __init__(
        self, medium: Medium, settings: Settings, content: Callable[[], tuple[dict[str, Json], str]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._values_key = f"create.{medium}.draft"
        self._model_key = f"create.{medium}.model"
        self._settings = settings
        self._content = content
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._write)

    def values(self) -> dict[str, Json]:
        """What was kept, {} where nothing sensible was."""
        kept = self._settings.get(self._values_key)
        return dict(kept) if isinstance(kept, dict) else {}

    def model_id(self) -> str:
        """The id of the model that was chosen by the person, or ""."""
        kept = self._settings.get(self._model_key)
        return kept if isinstance(kept, str) else ""

    def changed(self) -> None:
        """Something is different now."""
        self._pause.start()

    def flush(self) -> None:
        """Writes what is still unwritten."""
        if self._pause.isActive():
            self._pause.stop()
            self._write()

    def _write(self) -> None:
        values, model_id = self._content()
        if sum(len(value) for value in values.values() if isinstance(value, str)) > LONGEST_CHARS:
            return
        if values != self.values():
            self._settings.set(self._values_key, values)
        if model_id != self.model_id():
            self._settings.set(self._model_key, model_id)
