"""Case 21: a service that has ended."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.job import Job
from app.domain.job import JobState as S
from tests.nasty.dialects import IN_HAIPER, IN_OCTOAI, Dialect
from tests.nasty.stage import DEADLINE_S, Scene, Service, scene
from tests.net.servers import json_reply, reply, serving

ENDINGS = {
    "not found": reply(404),
    "gone": reply(410),
    "no such path": json_reply({"message": "Invalid API key"}, 403),
    "parked": reply(200, b"<html>parked</html>"),
    "moved": reply(301, b"", "Location: https://example.org/"),
}


@pytest.mark.parametrize("dialect", [IN_HAIPER, IN_OCTOAI], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("ending", ENDINGS)
def test_case_021_a_service_that_has_ended_says_so_and_leaves_the_history_as_it_is(
    tmp_path: Path, dialect: Dialect, ending: str
) -> None:
    async def main() -> None:
        service = Service(dialect, poll=[dialect.done("/files/a.png")])
        async with asyncio.timeout(DEADLINE_S), serving(service.play) as server:
            service.dialect = at_home(dialect, server.base_url)
            async with scene(tmp_path, service, server) as here:
                done = await here.stage.until_state(here.stage.submit(), S.DONE)
                service.create = [ENDINGS[ending]]
                await says_it_has_ended(here, done)

    asyncio.run(main())


def test_case_021_a_name_that_is_gone_is_the_end_of_its_service(tmp_path: Path) -> None:
    async def main() -> None:
        service = Service(IN_OCTOAI, poll=[IN_OCTOAI.done("/files/a.png")])
        async with asyncio.timeout(DEADLINE_S):
            async with serving(service.play) as server:
                service.dialect = at_home(IN_OCTOAI, server.base_url)
                async with scene(tmp_path, service, server) as here:
                    done = await here.stage.until_state(here.stage.submit(), S.DONE)
            async with scene(tmp_path, service, server) as here:
                await says_it_has_ended(here, done)

    asyncio.run(main())


def at_home(dialect: Dialect, url: str) -> Dialect:
    """The published address is this one."""
    return replace(dialect, info=replace(dialect.info, default_base_url=url))


async def says_it_has_ended(here: Scene, done: Job) -> None:
    """A new job fails for this reason; the finished one stays with its file, and no key is in doubt."""
    troubles: list[object] = []
    here.stage.jobs.key_trouble.connect(lambda *what: troubles.append(what))
    job = await here.stage.until_state(here.stage.submit(), S.FAILED)
    assert job.problem is not None
    assert job.problem.code == "service_retired"
    assert "nothing was charged" in str(job.problem.money)
    stored = await here.stage.store.get(done.job_id)
    assert stored is not None
    assert stored.state is S.DONE
    assert here.stage.jobs.path_of(done.saved_assets[0]).is_file()
    assert troubles == []
