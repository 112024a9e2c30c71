"""Waveforms of sounds and of films with sound: decoded once, kept on disk as a few hundred numbers."""

import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.services.cache_files import CacheFiles
from app.services.previews import Previews
from app.system.previews import PEAKS, SoundFinding

_log = logging.getLogger(__name__)

_VERSION = 1
_KEPT = 200
_STEPS = 1000  # peaks are stored as whole numbers from 0 to this


@dataclass(frozen=True)
class _Found:
    asset_id: str
    path: Path
    peaks: tuple[float, ...] | None


class Waveforms(QObject):
    """Use it through AssetService."""

    ready = Signal(str)  # asset_id
    _read = Signal(object)  # _Found, from worker threads

    def __init__(
        self, files: CacheFiles, previews: Previews, workers: ThreadPoolExecutor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._files, self._previews, self._workers = files, previews, workers
        self._known: OrderedDict[str, tuple[float, ...]] = OrderedDict()
        self._underway: set[str] = set()
        self._read.connect(self._on_read, Qt.ConnectionType.QueuedConnection)

    def get(self, asset_id: str, path: Path) -> tuple[float, ...] | None:
        """None while it is being made; empty when there is no sound or it cannot be decoded."""
        if asset_id in self._known:
            self._known.move_to_end(asset_id)
            return self._known[asset_id]
        if asset_id not in self._underway:
            self._underway.add(asset_id)
            self._start(lambda: self._read.emit(_Found(asset_id, path, read_peaks(self._stored(asset_id)))))
        return None

    def forget(self, asset_id: str) -> None:
        self._known.pop(asset_id, None)

    def _start(self, work: Callable[[], object]) -> None:
        try:
            self._workers.submit(work)
        except RuntimeError:
            _log.debug("The program is closing, no more waveforms are made")

    def _stored(self, asset_id: str) -> Path:
        return self._files.path(asset_id, "peaks.json")

    @Slot(object)
    def _on_read(self, found: _Found) -> None:
        if found.peaks is not None:
            self._remember(found.asset_id, found.peaks)
        else:
            self._previews.ask_peaks(found.path, lambda heard: self._on_heard(found.asset_id, heard))

    def _on_heard(self, asset_id: str, heard: SoundFinding) -> None:
        """Only what was decoded to its end is stored: a file that is missing today may be back tomorrow."""
        if not heard.error:
            self._start(lambda: self._store(asset_id, heard.peaks))
        self._remember(asset_id, () if heard.error else heard.peaks)

    def _store(self, asset_id: str, peaks: tuple[float, ...]) -> None:
        stored = {"version": _VERSION, "peaks": [round(peak * _STEPS) for peak in peaks]}
        try:
            self._files.write_bytes(self._stored(asset_id), json.dumps(stored, separators=(",", ":")).encode())
        except OSError:
            _log.info("A waveform could not be stored")

    def _remember(self, asset_id: str, peaks: tuple[float, ...]) -> None:
        self._underway.discard(asset_id)
        self._known[asset_id] = peaks
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self.ready.emit(asset_id)


def read_peaks(stored: Path) -> tuple[float, ...] | None:
    """None for anything but a file that `Waveforms` wrote."""
    try:
        found = json.loads(stored.read_bytes())
        numbers = found["peaks"] if found["version"] == _VERSION else None
        if not isinstance(numbers, list) or len(numbers) > PEAKS:
            return None
        return tuple(min(1.0, max(0.0, int(number) / _STEPS)) for number in numbers)
    except (OSError, ValueError, KeyError, TypeError):
        return None
