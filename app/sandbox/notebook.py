"""What a client really sent: every request, kept for tests and benchmarks to read."""

import re
import threading
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_AN_ID = re.compile(
    r"^(/v1/(?:generation|haiper-job|netmind-video-job|requests|responses|files|inference-service))/(?!flavor$).+"
)
_PAID = re.compile(r"(/v1/(generation|haiper-job|netmind-video-job|inference-service)|/generate/[^/]+)$")
LARGEST_BODY = 10 * 1024 * 1024  # bytes
LARGEST_UPLOAD = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request as it came over the wire. Header names are lower case, as HTTP compares them."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def costs_money(self) -> bool:
        """Whether a real service would make something for this request, and charge it."""
        return self.method == "POST" and _PAID.match(self.path) is not None

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key == name.lower()), None)


@dataclass(slots=True)
class Notebook:
    """Counts requests; with `keep`, writes them down as well. Safe to read from any thread."""

    keep: bool = False
    _requests: list[SeenRequest] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, request: SeenRequest) -> None:
        """Write one request down."""
        link = next((start for start in ("/files", "/uploads") if request.path.startswith(f"{start}/")), "")
        group = _AN_ID.sub(r"\1/{id}", link or request.path)
        with self._changed:
            key = f"{request.method} {group}"
            self._counts[key] = self._counts.get(key, 0) + 1
            if self.keep:
                self._requests.append(request)
            self._changed.notify_all()

    def requests(self) -> list[SeenRequest]:
        """Everything seen so far, oldest first (empty without `keep`)."""
        with self._changed:
            return list(self._requests)

    def counts(self) -> dict[str, int]:
        """How often each kind of request came, such as {"POST /v1/generation": 1}."""
        with self._changed:
            return dict(self._counts)

    def paid(self) -> int:
        """How many requests came that cost money on a real service."""
        return sum(count for kind, count in self.counts().items() if kind.startswith("POST ") and _PAID.match(kind[5:]))

    def wait_for(self, method: str, path_start: str, count: int, timeout_s: float) -> bool:
        """Wait until `count` such requests were seen; False when the time is over first."""

        def enough() -> bool:
            fitting = (r for r in self._requests if r.method == method and r.path.startswith(path_start))
            return sum(1 for _ in fitting) >= count

        with self._changed:
            return self._changed.wait_for(enough, timeout_s)


class NotingMiddleware:
    """Reads each request's body, writes the request down, and hands the same body on."""

    def __init__(self, app: ASGIApp, notebook: Notebook) -> None:
        """Write into `notebook` what goes to `app`."""
        self._app = app
        self._notebook = notebook

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        is_upload = scope["method"] == "PUT" and scope["path"].startswith("/uploads/")
        largest = LARGEST_UPLOAD if is_upload else LARGEST_BODY
        while more and len(body) <= largest:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = tuple(Headers(scope=scope).items())
        query = scope["query_string"].decode("latin-1")
        if len(body) > largest:
            await JSONResponse({"detail": "Request body too large"}, 413)(scope, receive, send)
            return
        self._notebook.note(SeenRequest(scope["method"], scope["path"], query, headers, bytes(body)))
        waiting: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def again() -> Message:
            return waiting.pop() if waiting else await receive()

        await self._app(scope, again, send)
