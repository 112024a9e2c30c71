"""Files that clients hand over before a job: announced by name and type, put to a signed link, read by jobs.

As at NetMind, the link is the only permission, lives for a while, and remembers which type was announced (apis.md 1.0).
"""

import json
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from app.sandbox.links import LinkSigner, LinkState
from app.sandbox.settings import SandboxSettings

INPUT_NAMES = ("image_urls", "image_url", "video_url", "audio_url")
"""What the config of a job calls files, in the order in which one is taken as the thing to work from."""
UNREACHABLE = "Demo: {url} cannot be fetched. This server takes files that were uploaded to it, and no others."
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Upload:
    """One announced file; `size_bytes` is None until its bytes are there."""

    file_id: str  # "file-" and 24 letters
    owner: str  # user_id of the key
    file_name: str
    purpose: str
    mime: str  # "" where none was announced
    created_at: int  # epoch seconds
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a job was given to work from, or why that cannot be used."""

    source: bytes | None = None
    problem: str = ""


class Uploads:
    """The shelf of one server. Open it before use, close it after."""

    def __init__(self, settings: SandboxSettings) -> None:
        """Touch nothing yet."""
        self._settings = settings
        self._temporary: Path | None = None
        self._known: dict[str, Upload] = {}

    def open(self) -> None:
        """Make the folder, and read what an earlier server left in it."""
        state_dir = self._settings.state_dir
        if state_dir is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="slowlight-demo-uploads-"))
        self._folder = self._temporary or (state_dir or Path()) / "uploads"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret_file = self._folder / "secret"
        if not secret_file.is_file():
            secret_file.touch(mode=0o600)
            secret_file.write_bytes(secrets.token_bytes(32))
        secret = secret_file.read_bytes()
        # a link to read with does not let anybody write
        self._writing = LinkSigner(b"put" + secret, self._settings.link_life_s)
        self._reading = LinkSigner(b"get" + secret, self._settings.link_life_s)
        self._known = {upload.file_id: upload for upload in filter(None, map(_read, self._folder.glob("*.json")))}

    def close(self) -> None:
        """Remove what was not meant to be kept."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def announce(self, owner: str, file_name: str, purpose: str, mime: str) -> Upload:
        """Take a name down; the bytes come later."""
        file_id = "file-" + "".join(secrets.choice(_LETTERS) for _ in range(24))
        return self._keep(Upload(file_id, owner, file_name, purpose, mime, int(time.time())))

    def put_link(self, upload: Upload, base_url: str) -> str:
        """Where the bytes may be put for a while, below `base_url` (no slash at its end)."""
        return f"{base_url}/uploads/{self._writing.token(upload.file_id, time.time())}/{upload.file_name}"

    def get_link(self, upload: Upload, base_url: str) -> str:
        """Where the bytes may be fetched for a while."""
        return f"{base_url}/uploads/{self._reading.token(upload.file_id, time.time())}/{upload.file_name}"

    def of_put_token(self, token: str) -> tuple[LinkState, Upload | None]:
        """What a link to write says, and its file if it was not deleted."""
        state, file_id = self._writing.read(token, time.time())
        return state, self._known.get(file_id)

    def of_get_token(self, token: str) -> tuple[LinkState, Upload | None]:
        """What a link to read says, and its file if it was not deleted."""
        state, file_id = self._reading.read(token, time.time())
        return state, self._known.get(file_id)

    def store(self, upload: Upload, data: bytes) -> None:
        """The bytes are here."""
        part = self.path(upload).with_suffix(".part")
        part.write_bytes(data)
        part.replace(self.path(upload))
        self._keep(replace(upload, size_bytes=len(data)))

    def path(self, upload: Upload) -> Path:
        """Where the bytes lie, once they are here."""
        return self._folder / f"{upload.file_id}.bin"

    def get(self, owner: str, file_id: str) -> Upload | None:
        """One file of one key."""
        upload = self._known.get(file_id)
        return upload if upload is not None and upload.owner == owner else None

    def of(self, owner: str) -> list[Upload]:
        """All files of one key, newest first."""
        found = [upload for upload in self._known.values() if upload.owner == owner]
        return sorted(found, key=lambda upload: upload.created_at, reverse=True)

    def delete(self, upload: Upload) -> None:
        """Forget a file and its bytes."""
        self._known.pop(upload.file_id, None)
        self.path(upload).unlink(missing_ok=True)
        (self._folder / f"{upload.file_id}.json").unlink(missing_ok=True)

    def given_in(self, config: Mapping[str, object]) -> Given:
        """The first file that a job's config names. The server fetches nothing from elsewhere: it has no network."""
        found: bytes | None = None
        for url in _urls_in(config):
            data = self._behind(url)
            if data is None:
                return Given(problem=UNREACHABLE.format(url=url.partition("?")[0][:120]))
            found = found or data
        return Given(found)

    def _behind(self, url: str) -> bytes | None:
        parts = urlsplit(url).path.split("/")
        if len(parts) != 4 or parts[1] != "uploads":
            return None
        state, upload = self.of_get_token(parts[2])
        if state is not LinkState.GOOD or upload is None or upload.size_bytes is None:
            return None
        return self.path(upload).read_bytes()

    def _keep(self, upload: Upload) -> Upload:
        self._known[upload.file_id] = upload
        (self._folder / f"{upload.file_id}.json").write_text(json.dumps(asdict(upload)), encoding="utf-8")
        return upload


def _urls_in(config: Mapping[str, object]) -> Iterator[str]:
    for name in INPUT_NAMES:
        value = config.get(name)
        for url in value if isinstance(value, list) else [value]:
            if isinstance(url, str) and url:
                yield url


def _read(path: Path) -> Upload | None:
    try:
        return Upload(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
