"""Answers as they were published or observed, from tests/recordings."""

import json
from dataclasses import dataclass
from pathlib import Path

from app.domain.values import Json
from tests.net.servers import json_reply

_FOLDER = Path(__file__).parent.parent / "recordings"


@dataclass(frozen=True)
class Recording:
    """One answer; `source` says where it is from."""

    source: str
    status: int
    body: Json

    @property
    def reply(self) -> bytes:
        """The answer as it goes over the wire."""
        return json_reply(self.body, self.status)


def recorded(name: str, provider: str = "netmind") -> Recording:
    """The recording of that name."""
    stored = json.loads((_FOLDER / provider / f"{name}.json").read_text())
    return Recording(stored["source"], stored["status"], stored["body"])
