"""What must hold for everything that a provider made of an answer."""

import json
import math
import sqlite3
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from app.domain.errors import Moment, StudioError
from app.domain.remote import Listed, Snapshot, Submission, ref_key
from app.domain.text import Text

CANARY = "sk-canary"
LONGEST_TEXT = 400


class Checker:
    """Stores every text in a real database; one for all examples."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:")

    def close(self) -> None:
        self._database.close()

    def error(self, error: StudioError) -> None:
        """It can be said at every moment, and stored."""
        for moment in Moment:
            problem = error.problem(moment, provider="NetMind")
            for words in (str(problem.happened), str(problem.money), str(problem.advice), problem.server_text):
                self._shown(words)
            for name, words in problem.fields.items():
                self._text(name)
                self._shown(words)
        assert error.retry_after_s is None or 0 <= error.retry_after_s <= 3600

    def value(self, value: object) -> None:
        """Whatever came out, to the last text in it."""
        if isinstance(value, Submission):
            self._reference(value.ref)
            self._snapshot(value.snapshot)
        elif isinstance(value, Snapshot):
            self._snapshot(value)
        elif isinstance(value, list):
            keys = [ref_key(entry.ref) for entry in value if isinstance(entry, Listed)]
            for entry in value:
                if isinstance(entry, Listed):
                    self._reference(entry.ref)
                    self._snapshot(entry.snapshot)
            assert all(keys)
        self._storable(value)

    def _reference(self, ref: object) -> None:
        assert isinstance(ref, dict)
        assert 0 < len(ref_key(ref)) <= 256
        self._text(json.dumps(ref, allow_nan=False))

    def _snapshot(self, snapshot: Snapshot) -> None:
        self._shown(snapshot.message)
        self._shown(snapshot.wire_status)
        self._shown(str(snapshot.notice))
        keys = [artifact.key for artifact in snapshot.artifacts]
        assert len(set(keys)) == len(keys)
        assert snapshot.progress is None or 0 <= snapshot.progress <= 1

    def _shown(self, words: str) -> None:
        self._text(words)
        assert len(words) <= LONGEST_TEXT
        assert CANARY not in words, words

    def _text(self, words: str) -> None:
        assert self._database.execute("select ?", (words,)).fetchone() == (words,)

    def _storable(self, value: object) -> None:
        if isinstance(value, Text):
            self._text(str(value))
        elif isinstance(value, str) and not isinstance(value, Enum):
            self._text(value)
        elif isinstance(value, float):
            assert math.isfinite(value)
        elif isinstance(value, Decimal):
            assert value.is_finite()
        elif isinstance(value, int):
            assert abs(value) < 2**63
        elif isinstance(value, Mapping):
            for name, inner in value.items():
                self._storable(name)
                self._storable(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                self._storable(inner)
        elif is_dataclass(value):
            for one in fields(value):
                self._storable(getattr(value, one.name))
        else:
            assert value is None or isinstance(value, bytes | bool | Enum | datetime), type(value)
