"""A service that echoes the key in all it says, in every dialect, and fails as the first word of a prompt asks for."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

from app.domain.values import Json, JsonObject
from tests.net.servers import Seen, Wire, json_reply, reply

PICTURE = (Path(__file__).resolve().parents[1] / "fixtures" / "media" / "picture.png").read_bytes()
REFUSALS = {
    "wrongkey": 401,
    "purse": 402,
    "forbidden": 403,
    "invalid": 422,
    "down": 500,
}
WORDS = ("good", "fail", "refuse", "empty", "busy", "html", "lost", *REFUSALS)
"""The first words of prompts that this service knows."""


class Echo:
    """The script of a server. Results lie at `files_url`, which is another origin."""

    def __init__(self, files_url: str) -> None:
        self._files_url = files_url
        self._were_busy: set[str] = set()

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        key = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if seen.method == "POST":
            await self._create(seen, wire, key)
        elif "/responses/" in seen.path:
            images: list[Json] = [
                {"image_b64": base64.b64encode(PICTURE).decode(), "removed_for_safety": False, "seed": 1}
            ]
            await wire.send(self._said(seen, {"images": [] if seen.path.endswith("/empty") else images}))
        elif seen.path.partition("?")[0] in ("/v1/generation", "/v1/haiper-job"):
            await wire.send(self._said(seen, {"generation_list": [], "job_list": [], "total_count": 0}))
        else:
            await wire.send(self._said(seen, self._job(seen, seen.path.rsplit("/", 1)[-1], key)))

    async def _create(self, seen: Seen, wire: Wire, key: str) -> None:
        body = json.loads(seen.body)
        word = str((body.get("config") or body).get("prompt", "")).partition(" ")[0]
        if word == "lost":
            wire.reset()
        elif word == "html":
            await wire.send(reply(200, f"<html><title>{key}</title><body>Bearer {key}</body></html>".encode()))
        elif word in REFUSALS:
            await wire.send(
                self._said(seen, {"detail": [{"loc": ["body", "prompt"], "msg": f"bad {key}"}]}, REFUSALS[word])
            )
        elif word == "busy" and seen.path not in self._were_busy:
            self._were_busy.add(seen.path)
            await wire.send(self._said(seen, {"message": f"too many requests for {key}"}, 429, "Retry-After: 1"))
        else:
            poll = f"http://{seen.headers['host']}/v1/requests/{word}"
            ids: JsonObject = {"id": word, "job_id": word, "response_id": word, "poll_url": poll}
            await wire.send(self._said(seen, {**ids, "status": "pending", "result": {}, "outputs": {}}))

    def _job(self, seen: Seen, word: str, key: str) -> JsonObject:
        words = f"{'content policy violation' if word == 'refuse' else 'worker lost'}: token={key}"
        if word in ("fail", "refuse"):
            return {"status": "failed", "logs": [{"text": words}], "detail": words}
        link = f"{self._files_url}/{word}.png?token={key}"
        found: Json = [] if word == "empty" else [{"url": link, "media_url": link, "file_name": f"{key}.png"}]
        response = f"http://{seen.headers['host']}/v1/responses/{word}"
        states = {"/v1/generation/": "completed", "/v1/haiper-job/": "succeed"}
        status = next((state for path, state in states.items() if seen.path.startswith(path)), "completed")
        return {"status": status, "result": {"data": found}, "outputs": found, "response_url": response}

    @staticmethod
    def _said(seen: Seen, body: JsonObject, status: int = 200, *headers: str) -> bytes:
        """With the key in all its shapes around it."""
        sent = seen.headers.get("authorization", "")
        key = sent.removeprefix("Bearer ")
        shapes: list[Json] = [key, key[::-1], quote(key, safe=""), base64.b64encode(sent.encode()).decode()]
        shapes += [key.encode().hex(), key.encode().hex().upper()]
        echo: JsonObject = {
            "meta_info": {
                "netmind_api_token": {"api_token": key, "user": {"nickname": key}},
                "headers": dict(seen.headers),
            },
            "message": f"Incorrect API key provided: {key} ({shapes[3]})",
            "echo": shapes,
        }
        return json_reply({**echo, **body}, status, f"X-Echo: {key}", f"Set-Cookie: key={key}", *headers)
