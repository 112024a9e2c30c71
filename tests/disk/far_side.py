"""The service at the other end of a life: counts what is paid, keeps it, and lists it. A thread of its own."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from app.domain.values import JsonObject
from tests.disk.pictures import png
from tests.nasty.dialects import IN_NETMIND

PICTURE = png(200_000)
_WORDS = IN_NETMIND.words


class FarSide:
    """`with FarSide() as far_side:`; `paid` holds the prompt of every accepted POST, in order. Ids begin at `first`."""

    def __init__(self, first: int = 1) -> None:
        self._first = first
        self.paid: list[str] = []
        self._lock = Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    outer.paid.append(str(body["config"]["prompt"]))
                    number = outer._first + len(outer.paid) - 1
                self._answer(json.dumps(outer.told(number, "queued")).encode(), "application/json")

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path.startswith("/files/"):
                    self._answer(PICTURE, "image/png")
                elif path == IN_NETMIND.create_path:
                    roll = IN_NETMIND.roll([outer.told(n + outer._first, "succeeded") for n in range(len(outer.paid))])
                    self._answer(json.dumps(roll).encode(), "application/json")
                else:
                    told = outer.told(int(path.rsplit("r", 1)[1]), "succeeded")
                    self._answer(json.dumps(told).encode(), "application/json")

            def _answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - named so by the base

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def told(self, number: int, state: str) -> JsonObject:
        """One job as the service describes it."""
        links = [f"{self.address}/files/r{number}.png"] if state == "succeeded" else []
        return IN_NETMIND.tell(f"r{number}", _WORDS[state], links, "")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
