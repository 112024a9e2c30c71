"""Results that stand in the answer itself go all the way to saved files: hex, data URIs, and plain words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from app.domain.job import JobState
from app.domain.media import Medium
from app.domain.model_spec import parse_model_spec
from app.domain.values import Json, JsonObject
from app.net.client import ApiClient
from app.net.media_client import MediaClient
from app.providers.netmind import NetMindProvider
from app.sandbox.running import RunningSandbox
from app.services.asset_service import AssetService
from app.services.job_tools import JobSeams
from app.services.provider_service import Connected
from tests.conftest import Run
from tests.services.input_stage import kept
from tests.services.scripted import INFO, Cast, FileServer, Script, Stage, done_with, staged, world

S = JobState
MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"


@asynccontextmanager
async def demo_studio(profile: Path, demo: RunningSandbox, model: str, medium: str) -> AsyncIterator[Stage]:
    """A studio at the demo with one model whose parameters are not looked at."""
    spec: JsonObject = {
        "format": 1,
        "provider": "scripted",
        "id": model,
        "title": "Model",
        "medium": medium,
        "parameters": {"type": "object", "properties": {"audio_url": {"type": "string", "x-accepts": ["audio"]}}},
    }

    def connect(info: object, url: str, key: object) -> Connected:
        return Connected(NetMindProvider(INFO, ApiClient(url, lambda: "demo-key")), MediaClient(allow_loopback=True))

    assets = AssetService(profile / "cache")
    seams = JobSeams(random=Random(7), pace=lambda *_: 0.01, pause_factor=0.02)
    cast = Cast(INFO, parse_model_spec(spec), connect, base_url=demo.base_url, key="demo-key")
    try:
        async with staged(profile, cast, seams, inspect=assets.inspect) as stage:
            yield stage
    finally:
        await assets.close()


@pytest.mark.parametrize(
    ("model", "mime", "params"),
    [
        ("minimax/speech-02-hd", "audio/flac", {"text": "Hello.", "output_format": "hex"}),
        ("google/nano-banana", "image/png", {"sync_mode": True}),
    ],
)
def test_packed_media_is_saved_as_a_checked_file(
    run: Run[None], tmp_path: Path, model: str, mime: str, params: dict[str, Json]
) -> None:
    async def story() -> None:
        with RunningSandbox() as demo:
            async with demo_studio(tmp_path, demo, model, mime.partition("/")[0]) as here:
                job = await here.until_state(here.submit("a lake", **params), S.DONE, S.FAILED)
                (asset,) = job.saved_assets
                assert asset.mime == mime
                assert asset.path.startswith(mime[:5])
                assert here.jobs.path_of(asset).stat().st_size == asset.size_bytes
            assert not [seen for seen in demo.requests if seen.path.startswith("/files/")]

    run(story())


def test_a_transcript_is_saved_as_plain_text(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        with RunningSandbox() as demo:
            async with demo_studio(tmp_path, demo, "openai/whisper", "audio") as here:
                sound = kept(tmp_path, MEDIA / "sound.mp3")
                job = await here.until_state(here.submit("", audio_url=sound.to_json()), S.DONE, S.FAILED)
                (asset,) = job.saved_assets
                assert (asset.medium, asset.mime) == (Medium.OTHER, "text/plain")
                assert asset.path.startswith("other/")
                path = here.jobs.path_of(asset)
                assert path.suffix == ".txt"
                assert "nobody listened" in path.read_text(encoding="utf-8")

    run(story())


def test_words_behind_a_link_are_an_error_page_and_no_result(run: Run[None], tmp_path: Path) -> None:
    files = FileServer()

    async def story() -> None:
        link = files.url("/a.txt", b"Please log in to this network first. " * 3)
        async with world(tmp_path, Script(polls=[done_with(link)])) as here:
            job = await here.until_state(here.submit(), S.FAILED)
            assert not job.saved_assets
            assert not list((tmp_path / "library").rglob("*.txt"))

    try:
        run(story())
    finally:
        files.close()
