"""The studio's jobs at a NetMind of a few lines, with a picture that they may work from."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from app.domain.media_input import MediaInput
from app.domain.model_spec import parse_model_spec
from app.domain.provider_info import Capabilities, ProviderInfo
from app.net.client import ApiClient
from app.net.media_client import MediaClient
from app.providers.netmind import NetMindProvider
from app.services.job_tools import JobSeams
from app.services.provider_service import Connected
from app.store.input_vault import InputVault
from tests.net.servers import Running, Seen, serving
from tests.services.scripted import Cast, Stage, staged
from tests.services.upload_server import UploadServer

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
INFO = ProviderInfo(
    "scripted", "NetMind", "", "scripted", capabilities=Capabilities(list_jobs=True, delete_remote=True), is_demo=True
)
SPEC = parse_model_spec(
    {
        "format": 1,
        "provider": "scripted",
        "id": "google/nano-banana",
        "title": "Edit",
        "medium": "image",
        "parameters": {
            "type": "object",
            "required": ["prompt"],
            "properties": {
                "prompt": {"type": "string", "x-widget": "prompt"},
                "image_urls": {"type": "array", "x-widget": "media", "x-accepts": ["image"]},
            },
        },
    }
)


def cast(base_url: str) -> Cast:
    return Cast(
        INFO,
        SPEC,
        lambda info, url, key: Connected(NetMindProvider(info, ApiClient(url, key)), MediaClient(allow_loopback=True)),
        base_url=base_url,
        key="demo-key",
    )


@asynccontextmanager
async def studio(profile: Path, base_url: str, *, ready: bool = True) -> AsyncIterator[Stage]:
    seams = JobSeams(random=Random(7), pace=lambda *_: 0.01, pause_factor=0.02)
    async with staged(profile, cast(base_url), seams, ready=ready) as stage:
        yield stage


def kept(profile: Path, original: Path | None = None) -> MediaInput:
    """A picture in the vault; its original is gone."""
    source = profile / "my secret lake.png"
    shutil.copy(original or MEDIA / "picture.png", source)
    copy = InputVault(profile / "inputs").keep_copy(source, max_bytes=10**9)
    source.unlink()
    return MediaInput(copy.sha256, source.name, copy.file_type.mime, copy.size_bytes, 96, 64)


@asynccontextmanager
async def fake_netmind(script: UploadServer) -> AsyncIterator[Running]:
    async with serving(script) as server:
        script.server = server
        yield server


def posts(script: UploadServer) -> list[Seen]:
    return script.of("POST", "/v1/generation")
