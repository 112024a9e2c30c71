"""Drives the files half of netmind 0.1.11 by its published calls: BASE_URL KEY PICTURE FOLDER, one JSON object out.

Runs in the clients' own environment (packaging/vendor_clients.py), never in the studio's.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from netmind import AsyncNetMind, NetMind  # type: ignore[import-not-found]
from netmind.types.files import FilePurpose  # type: ignore[import-not-found]
from openai import APIStatusError  # type: ignore[import-not-found]


def main(base_url: str, key: str, picture: Path, folder: Path) -> dict[str, object]:
    """Every call in turn; what came back, as far as it fits JSON."""
    client = NetMind(api_key=key, base_url=base_url)
    stranger = NetMind(api_key="wrong", base_url=base_url, max_retries=0)
    told = {
        "picture": one_life(client.files, picture, FilePurpose.inference),
        "lines": one_life(client.files, lines(folder / "a b.train.jsonl"), "fine-tune"),
        "async client": asyncio.run(asynchronously(AsyncNetMind(api_key=key, base_url=base_url), picture)),
        "wrong key": failure(stranger.files.list),
        "wrong purpose": failure(lambda: client.files.create(picture, purpose="party")),
    }
    for call in (client.files.retrieve, client.files.retrieve_url, client.files.delete):
        told[f"{call.__name__} unknown"] = failure(partial(call, "file-unknown"))
    return told


def one_life(files: Any, path: Path, purpose: str) -> dict[str, object]:
    """Upload a file, look at it in every way, fetch it as a model would, delete it."""
    made = files.create(path, purpose=purpose)
    link = files.retrieve_url(made.id)
    fetched = httpx.get(str(link.presigned_url))  # without a key: the link is enough
    told = {
        "id": made.id,
        "retrieved": described(files.retrieve(made.id)),
        "listed": [described(row) for row in files.list()],
        "link id": link.id,
        "same bytes": fetched.content == path.read_bytes(),
        "deleted": files.delete(made.id),
    }
    return {**told, "left": len(files.list()), "link then": httpx.get(str(link.presigned_url)).status_code}


async def asynchronously(client: Any, path: Path) -> dict[str, object]:
    """The same through the asyncio client, in short."""
    made = await client.files.create(path, purpose="inference")
    rows = await client.files.list()
    link = await client.files.retrieve_url(made.id)
    await client.files.delete(made.id)
    return {"listed": [row.id for row in rows] == [made.id], "link": bool(link.presigned_url)}


def described(row: Any) -> dict[str, object]:
    """The fields of a file object."""
    return {"id": row.id, "name": row.file_name, "purpose": row.purpose, "at": row.created_at, "bytes": row.bytes}


def lines(path: Path) -> Path:
    """A file whose type cannot be guessed from its first bytes."""
    path.write_text('{"prompt": "x"}\n', encoding="utf-8")
    return path


def failure(call: Callable[[], object]) -> int:
    """The status that the client's own error carries; 0 when there is none."""
    try:
        call()
    except APIStatusError as error:
        return int(error.status_code)
    return 0


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))))
