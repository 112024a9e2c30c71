"""The one shape that every provider has for the rest of the house (apis.md 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.model_spec import ModelSpec
from app.domain.provider_info import ProviderInfo
from app.domain.remote import Listed, RemoteRef, Snapshot, Submission
from app.domain.values import Json


@dataclass(frozen=True)
class PreparedRequest:
    """Exactly what a paid POST will carry. Stored before it is sent; `body` is the JSON as bytes."""

    path: str
    body: bytes


class Provider(Protocol):
    """One outside service. Every call raises errors of `app.domain.errors` and nothing else.

    `poll`, `list_jobs` and `check_key` are safe to repeat; `delete` counts a 404 as done; `submit` is paid and is never
    repeated here: its errors say by `not_started` whether the job provably does not exist.
    """

    @property
    def info(self) -> ProviderInfo: ...

    def prepare(self, spec: ModelSpec, params: Mapping[str, Json]) -> PreparedRequest:
        """The request for these values, without any network."""
        ...

    async def submit(self, prepared: PreparedRequest) -> Submission: ...

    async def poll(self, ref: RemoteRef) -> Snapshot: ...

    async def list_jobs(self) -> list[Listed]:
        """All jobs the server still shows, deleted ones left out."""
        ...

    async def delete(self, ref: RemoteRef) -> None: ...

    async def check_key(self) -> None:
        """The cheapest authenticated call; returns when the key works."""
        ...

    async def close(self) -> None: ...
