"""A process that asks each address of its arguments once and prints what came: `python -m tests.net.tls_probe URL...`

It is a process of its own because the trusted certificates are read once per process, from where SSL_CERT_FILE says.
"""

import asyncio
import json
import sys

from app.domain.errors import StudioError
from app.net.client import ApiClient
from app.net.media_client import MediaClient

KEY = "sk-canary-0123456789"


async def by_api(url: str) -> list[str]:
    """Class and sentence of the error of a paid POST, or its status."""
    client = ApiClient(url, lambda: KEY)
    try:
        answer = await client.request("POST", "/v1/x", json_body=b"{}", deadline_s=10)
        return [str(answer.status), ""]
    except StudioError as error:
        return [type(error).__name__, str(error.problem(provider="NetMind").happened)]
    finally:
        await client.close()


async def by_media(url: str) -> list[str]:
    """The same for a result link."""
    media = MediaClient(allow_loopback=True)
    try:
        async with media.open(url + "/a.png") as stream:
            return [str(stream.status), ""]
    except StudioError as error:
        return [type(error).__name__, str(error.problem(provider="NetMind").happened)]
    finally:
        await media.close()


async def main(urls: list[str]) -> None:
    """One line of JSON for each address."""
    for url in urls:
        print(json.dumps([await by_api(url), await by_media(url)]), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
