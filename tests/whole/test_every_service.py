"""Each service runs a job to a saved, checked file, with the demo server set as its address."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.application import Options, Studio
from app.domain.job import Job, JobState
from app.domain.media import Medium
from app.domain.model_spec import Widget
from app.domain.values import Json
from app.sandbox.running import QUICK, RunningSandbox
from app.system.paths import resources
from tests.conftest import Run

PICTURE = Path(__file__).resolve().parents[1] / "fixtures" / "media" / "picture.png"
KEY = "canary-key-of-every-service"
SERVICES = ("netmind", "haiper", "octoai")
At = Callable[[Callable[[Studio], Awaitable[None]]], RunningSandbox]


@asynccontextmanager
async def studio_at(server: RunningSandbox, profile: Path, **settings: dict[str, str]) -> AsyncIterator[Studio]:
    """The whole studio without a window; every provider is pointed at the server."""
    providers = {name: {"base_url": server.base_url, **settings.get(name, {})} for name in SERVICES}
    profile.mkdir(exist_ok=True)
    (profile / "settings.json").write_text(json.dumps({"providers": providers}))
    studio = Studio(Options(profile=profile))
    await studio.start()
    try:
        while not all(studio.providers.card(name).has_key for name in SERVICES):
            await asyncio.sleep(0.01)
        yield studio
    finally:
        await studio.close()


async def made(studio: Studio, provider_id: str, model_id: str, prompt: str = "waves", **params: Json) -> Job:
    """One run of a model as its form would ask for it; required files are a picture."""
    spec = studio.catalogue.find(provider_id, model_id)
    assert spec is not None
    files: dict[str, Json] = {}
    for param in spec.params:
        if param.widget is Widget.MEDIA and param.required:
            assert param.inputs is not None
            files[param.name] = (await studio.inputs.keep_file(PICTURE, param.inputs, param.title)).to_json()
    values = {**spec.defaults(), "prompt": prompt, **files, **params}
    if spec.param("prompt") is None:
        values.pop("prompt")
    assert studio.catalogue.check(spec, values) == {}
    job_id = studio.jobs.submit(studio.catalogue.request(spec, values))
    while (job := studio.jobs.job(job_id)) is None or not job.is_resting:
        await asyncio.sleep(0.01)
    return job


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> RunningSandbox:
    monkeypatch.setenv("NETMIND_API_KEY", KEY)
    monkeypatch.setenv("OCTOAI_TOKEN", KEY)
    return RunningSandbox(replace(QUICK, keys=(KEY,)))


@pytest.fixture
def at(run: Run[None], tmp_path: Path, server: RunningSandbox) -> At:
    """Plays a story in a studio whose providers are all at the demo server."""

    def play(story: Callable[[Studio], Awaitable[None]]) -> RunningSandbox:
        async def whole() -> None:
            async with studio_at(server, tmp_path) as studio:
                await story(studio)

        with server:
            run(whole())
        return server

    return play


def check(studio: Studio, job: Job, medium: Medium, count: int = 1) -> None:
    assert job.state is JobState.DONE, job.problem
    assert [asset.medium for asset in job.saved_assets] == [medium] * count
    for asset in job.saved_assets:
        assert studio.jobs.path_of(asset).stat().st_size == asset.size_bytes > 0


def test_haiper_makes_a_film_under_either_name_of_its_path(
    run: Run[None], tmp_path: Path, server: RunningSandbox
) -> None:
    async def story() -> None:
        for path in ("", "/v1/netmind-video-job"):
            haiper = {"base_path": path} if path else {}
            async with studio_at(server, tmp_path / f"p{len(path)}", haiper=haiper) as studio:
                check(studio, await made(studio, "haiper", "text2video"), Medium.VIDEO)
        assert [post.path for post in server.posts] == ["/v1/haiper-job", "/v1/netmind-video-job"]
        bodies = [json.loads(post.body) for post in server.posts]
        assert [body["config"]["is_public"] for body in bodies] == [False, False]

    with server:
        run(story())


@pytest.mark.parametrize("engine", ["sdxl", "sd3", "flux-schnell", "flux-dev", "ssd", "sd", "controlnet-sdxl"])
def test_every_engine_of_octoai_makes_its_pictures(at: At, tmp_path: Path, engine: str) -> None:
    async def story(studio: Studio) -> None:
        check(studio, await made(studio, "octoai", engine, num_images=2), Medium.IMAGE, 2)
        while list((tmp_path / "spool").iterdir()):
            await asyncio.sleep(0.01)

    (post,) = at(story).posts
    assert dict(post.headers)["x-octoai-async"] == "1"


def test_octoai_makes_a_film_from_a_picture_of_this_computer(at: At) -> None:
    async def story(studio: Studio) -> None:
        check(studio, await made(studio, "octoai", "svd"), Medium.VIDEO)

    at(story)


def test_one_switch_in_a_spec_of_one_s_own_makes_an_engine_answer_in_one_go(at: At, tmp_path: Path) -> None:
    own = json.loads((resources() / "models" / "octoai" / "controlnet-sdxl.json").read_text())
    own |= {"id": "controlnet-sd", "title": "In one go", "transport": "sync"}
    del own["parameters"]["properties"]["size"]
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "in-one-go.json").write_text(json.dumps(own))

    async def story(studio: Studio) -> None:
        check(studio, await made(studio, "octoai", "controlnet-sd"), Medium.IMAGE)

    (request,) = [seen for seen in at(story).requests if seen.costs_money]
    assert request.method == "POST"
    assert "x-octoai-async" not in dict(request.headers)


@pytest.mark.parametrize(
    ("model", "mark", "ending"),
    [
        (("haiper", "text2video"), "[fail]", (JobState.FAILED, "generation_failed")),
        (("haiper", "text2video"), "[balance]", (JobState.FAILED, "out_of_credit")),
        (("haiper", "text2video"), "[lost]", (JobState.UNSURE, "unknown_outcome")),
        (("octoai", "sdxl"), "[fail]", (JobState.FAILED, "generation_failed")),
        (("octoai", "sdxl"), "[refuse]", (JobState.FAILED, "prompt_refused")),
        (("octoai", "sdxl"), "[empty]", (JobState.FAILED, "empty_result")),
        (("octoai", "sdxl"), "[partial]", (JobState.DONE, "notice")),
        (("octoai", "sdxl"), "[cut]", (JobState.DONE, "")),
        (("octoai", "sdxl"), "[lost]", (JobState.UNSURE, "unknown_outcome")),
    ],
)
def test_what_goes_wrong_over_there_is_said_here(
    at: At, model: tuple[str, str], mark: str, ending: tuple[JobState, str]
) -> None:
    async def story(studio: Studio) -> None:
        more: dict[str, Json] = {"num_images": 2} if model[0] == "octoai" else {}
        job = await made(studio, model[0], model[1], f"waves {mark}", **more)
        assert (job.state, job.problem.code if job.problem else "") == ending

    assert len(at(story).posts) == 1, "nothing is sent twice"


def test_the_key_of_a_service_is_tested_without_a_cost(at: At) -> None:
    async def story(studio: Studio) -> None:
        for name in SERVICES:
            assert "works" in str(await studio.providers.test_key(name))

    assert at(story).posts == []
