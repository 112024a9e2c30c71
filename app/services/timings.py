"""How long a model usually takes: the median of its own past times, else what its description says."""

from collections.abc import Callable, Coroutine
from statistics import median
from typing import Any

from app.domain.local_errors import StorageError
from app.domain.model_spec import ModelSpec
from app.store.job_store import JobStore

Start = Callable[[str, str, Coroutine[Any, Any, None]], object]
"""Runs work in a task: what it does, what about, the work."""


class Timings:
    """`changed(provider_id, model_id)` is called when a model's own times have been read."""

    def __init__(
        self,
        store: JobStore,
        find_spec: Callable[[str, str], ModelSpec | None],
        start: Start,
        changed: Callable[[str, str], object],
    ) -> None:
        self._store = store
        self._find_spec = find_spec
        self._start = start
        self._changed = changed
        self._known: dict[tuple[str, str], float | None] = {}

    def expected_s(self, provider_id: str, model_id: str) -> float | None:
        """Seconds, or None while nobody knows. The first question has the past times read."""
        key = (provider_id, model_id)
        if key not in self._known:
            self._known[key] = None
            self.read(*key)
        own = self._known[key]
        if own is not None:
            return own
        spec = self._find_spec(*key)
        return spec.expected_s if spec else None

    def read(self, provider_id: str, model_id: str) -> None:
        """Reads the past times of a model anew."""
        self._start("read timings", model_id, self._read((provider_id, model_id)))

    async def _read(self, key: tuple[str, str]) -> None:
        try:
            times = await self._store.seconds_of(*key)
        except StorageError:
            self._known.pop(key, None)  # asked again the next time
            return
        self._known[key] = median(times) if times else None
        self._changed(*key)
