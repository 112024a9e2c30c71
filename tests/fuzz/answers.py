"""Broken answers for one endpoint, and a client that gives them to a provider as if they had come over the wire."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from app.domain.errors import NotAServiceAnswerError
from app.domain.values import Json
from app.net.answer import MAX_BODY_BYTES, Answer, Sink
from app.net.client import ApiClient
from tests.fuzz.mutations import broken_bytes, broken_json

BASE_URL = "https://api.example.org"
STATUSES: tuple[int, ...] = (200,) * 12 + (
    201,
    202,
    204,
    206,
    301,
    307,
    400,
    401,
    402,
    403,
    404,
    408,
    409,
    410,
    413,
    418,
    422,
    429,
    451,
)
STATUSES += (500, 501, 502, 503, 504, 511, 520, 599)
HEADERS: tuple[Mapping[str, str], ...] = (
    {},
    {"content-type": "application/json"},
    {"content-type": "text/html; charset=utf-8"},
    {"retry-after": "-1"},
    {"retry-after": "9" * 400},
    {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT", "date": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"retry-after": "Thu, 99 Foo 2025 99:99:99 +9999", "date": "\x00"},
    {"retry-after-ms": "nan"},
    {"openai-poll-after-ms": "1e400"},
)


class Canned(ApiClient):
    """Answers everything with `answer`. What the real client does between wire and provider, it does as well."""

    def __init__(self) -> None:
        super().__init__(BASE_URL, lambda: "sk-canary-0123456789abcdef")
        self.answer = Answer(200, {}, b"", BASE_URL)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        json_body: bytes | None = None,
        deadline_s: float | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BODY_BYTES,
        sink: Sink | None = None,
        **_more: Any,
    ) -> Answer:
        answer = self.answer
        if 300 <= answer.status < 400:
            raise NotAServiceAnswerError("The address answered with a redirect.", http_status=answer.status)
        if sink is not None and answer.ok:
            await sink.begin(len(answer.body))
            await sink.write(answer.body)
            return Answer(answer.status, answer.headers, b"", answer.url)
        return answer

    async def follow(self, link: str, **options: Any) -> Answer:
        return await self.request("GET", "/x", **options)


@dataclass(frozen=True)
class Family:
    """One endpoint: good bodies to break, and what the provider does with an answer."""

    name: str
    bodies: Sequence[Json]
    use: Callable[[Canned], Awaitable[object]]

    def answer(self, random: Random) -> Answer:
        """A broken answer; every kind of mutation has its share, and some are only broken in status and headers."""
        body = random.choice(self.bodies)
        kind = random.random()
        if kind < 0.55:
            raw = broken_json(body, random)
        elif kind < 0.9:
            raw = broken_bytes(json.dumps(body).encode(), random)
        else:
            raw = random.choice(
                (b"", b" ", b"null", b"[]", b"{}", b"7", b'"x"', b"<html>Log in</html>", json.dumps(body).encode())
            )
        return Answer(random.choice(STATUSES), random.choice(HEADERS), raw, f"{BASE_URL}/v1")
