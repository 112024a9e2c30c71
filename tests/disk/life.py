"""A life of the studio's job service as a process of its own: `python -m tests.disk.life PROFILE ADDRESS [PROMPT ...]`.

It takes up what the profile holds, sends each PROMPT to the service at ADDRESS, and ends when nothing is on its way any
more. The tests kill it, or let the disk refuse, at every system call that changes something.
"""

import asyncio
import sys
from pathlib import Path
from random import Random

from app.net.media_client import MediaClient
from app.services.job_tools import JobSeams, SavingLimits
from app.services.provider_service import Connected
from tests.nasty.dialects import IN_NETMIND
from tests.services.scripted import Cast, staged

KEY = "sk-canary-0123456789"


async def live(profile: Path, address: str, prompts: list[str]) -> None:
    """From the start to the last saved file."""

    def connect(_info: object, url: str, _key: object) -> Connected:
        provider = IN_NETMIND.provider(url, lambda: KEY, profile / "spool")
        return Connected(provider, MediaClient(allow_loopback=True))

    cast = Cast(IN_NETMIND.info, IN_NETMIND.spec, connect, address, KEY)
    limits = SavingLimits(keep_free_bytes=lambda: 0)
    seams = JobSeams(random=Random(7), pace=lambda *_: 0.02, limits=limits, pause_factor=0.02)
    async with staged(profile, cast, seams) as here:
        for prompt in prompts:
            here.submit(prompt)
        while here.jobs.unfinished():
            await asyncio.sleep(0.01)
        await here.database.keep_house()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
