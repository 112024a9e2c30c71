"""The one shape that every provider has for the rest of the house (apis.md 4.2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.errors import BrokenResultError
from app.domain.model_spec import ModelSpec
from app.domain.provider_info import ProviderInfo
from app.domain.remote import Artifact, Listed, RemoteRef, Snapshot, Submission
from app.domain.values import Json
from app.net.download import Downloaded


@dataclass(frozen=True)
class PreparedRequest:
    """Exactly what a paid POST will carry. Stored before it is sent; `body` is the JSON as bytes.

    What follows a `#` in `path` is a note of the provider to itself and does not go over the wire.
    """

    path: str
    body: bytes


@dataclass(frozen=True)
class InputFile:
    """One kept file, its bytes compared with its hash. `name` is neutral and has the extension of its type."""

    sha256: str
    path: Path
    name: str
    mime: str
    size_bytes: int


class Inputs(Protocol):
    """The files of one job, and the way to a storage service that knows no key."""

    async def file(self, digest: str) -> InputFile:
        """Raises InputMissingError."""
        ...

    async def put(self, url: str, file: InputFile) -> None:
        """Uploads to a signed link with the file's own type. Raises as `net.upload.upload`."""
        ...


class Provider(Protocol):
    """One outside service. Every call raises errors of `app.domain.errors` and nothing else.

    `poll`, `collect`, `fetch`, `list_jobs` and `check_key` are safe to repeat; `delete` counts a 404 as done; `submit` is
    paid and is never repeated here: its errors say by `not_started` whether the job provably does not exist.
    """

    @property
    def info(self) -> ProviderInfo: ...

    def prepare(self, spec: ModelSpec, params: Mapping[str, Json]) -> PreparedRequest:
        """The request for these values, without any network. May take a moment when files are inside: not for the
        window's thread."""
        ...

    async def dispatch(self, prepared: PreparedRequest, inputs: Inputs) -> PreparedRequest:
        """The stored request as it goes out: its placeholders become links or base64 (`inputs.fill`). Called right before
        `submit`, as links are short-lived. Whatever it raises, nothing was started."""
        ...

    async def submit(self, prepared: PreparedRequest) -> Submission: ...

    async def recover(self, prepared: PreparedRequest) -> Submission | None:
        """The answer to this request that reached the disk of this computer before the program ended; None for none."""
        ...

    async def poll(self, ref: RemoteRef) -> Snapshot: ...

    async def collect(self, ref: RemoteRef, snapshot: Snapshot) -> Snapshot:
        """The results of a job that has succeeded, where the answer that said so does not hold them itself."""
        ...

    async def fetch(self, ref: RemoteRef, artifact: Artifact, part: Path, *, max_bytes: int) -> Downloaded:
        """Brings a result with `via_provider` into `part`, synced; the caller renames it."""
        ...

    async def settled(self, ref: RemoteRef) -> None:
        """Every result of this job is saved: what was kept here for it may go. Raises nothing."""
        ...

    def uploads(self, ref: RemoteRef) -> Mapping[str, str]:
        """What was uploaded for this job and lies over there: the provider's id of each file by its sha256."""
        ...

    async def forget_upload(self, digest: str, file_id: str) -> None:
        """Deletes an uploaded file over there that no job needs any more. Raises nothing."""
        ...

    async def list_jobs(self, wanted: Collection[str] = ()) -> list[Listed]:
        """All jobs the server still shows, deleted ones left out. A list in pages is read until all the keys in `wanted`
        have come, or to its end."""
        ...

    def ref_of(self, key: str, prepared: PreparedRequest | None = None) -> RemoteRef | None:
        """The reference of a job whose id is known from elsewhere, such as a console; `prepared` is the request that may
        have started it. None where an id leads to nothing."""
        ...

    async def delete(self, ref: RemoteRef) -> None: ...

    async def check_key(self) -> None:
        """The cheapest authenticated call; returns when the key works."""
        ...

    async def close(self) -> None: ...


class ResultsByLink:
    """The part of `Provider` that is the same for every service whose answers hold links to the results."""

    async def dispatch(self, prepared: PreparedRequest, inputs: Inputs) -> PreparedRequest:
        """The service takes no files of this computer."""
        return prepared

    async def recover(self, prepared: PreparedRequest) -> Submission | None:
        """Nothing is kept here."""
        return None

    def ref_of(self, key: str, prepared: PreparedRequest | None = None) -> RemoteRef | None:
        """The id is all that such a service needs."""
        return {"v": 1, "key": key}

    async def collect(self, ref: RemoteRef, snapshot: Snapshot) -> Snapshot:
        """The answer holds its results already."""
        return snapshot

    async def fetch(self, ref: RemoteRef, artifact: Artifact, part: Path, *, max_bytes: int) -> Downloaded:
        """No artifact of such a service says `via_provider`."""
        raise BrokenResultError

    async def settled(self, ref: RemoteRef) -> None:
        """Nothing is kept here."""

    def uploads(self, ref: RemoteRef) -> Mapping[str, str]:
        """Nothing is uploaded."""
        return {}

    async def forget_upload(self, digest: str, file_id: str) -> None:
        """Nothing is uploaded."""
