"""A demo server inside this process, for tests: start it with `with`, then read what clients really sent."""

import threading
from types import TracebackType
from typing import Self

from app.sandbox.desk import Desk
from app.sandbox.jobs import Job
from app.sandbox.notebook import Notebook, SeenRequest
from app.sandbox.rentals import RentalBook
from app.sandbox.server import create_app
from app.sandbox.serving import DemoServer, base_url, listening_socket, serve
from app.sandbox.settings import Media, SandboxSettings

QUICK = SandboxSettings(speed=500.0, media=Media.SMALL)  # jobs are over in hundredths of a second


class RunningSandbox:
    """A real server on a free loopback port, in a thread of its own.

    `with RunningSandbox() as s:` then `s.base_url`, `s.requests`, `s.posts`, `s.jobs`. `stop()` and `start()` play
    an outage: the port stays the same, and with `state_dir` the jobs survive.
    """

    def __init__(self, settings: SandboxSettings = QUICK, *, port: int = 0) -> None:
        """Start nothing yet.

        Args:
            settings: `QUICK` by default; `dataclasses.replace(QUICK, ...)` changes single values.
            port: 0 takes a free one.
        """
        self.settings = settings
        self._port = port
        self._notebook = Notebook(keep=True)
        self._thread: threading.Thread | None = None
        self._server: DemoServer | None = None
        self._desk: Desk | None = None
        self.base_url = ""
        self.rentals = RentalBook()

    def __enter__(self) -> Self:
        """Start, and come back when requests are answered."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Serve (again).

        Raises:
            RuntimeError: the server did not come up.
        """
        sock = listening_socket("127.0.0.1", self._port)
        self._port = sock.getsockname()[1]
        self.base_url = base_url(sock)
        app = create_app(self.settings, notebook=self._notebook)
        self._desk = app.state.desk
        self.rentals = app.state.rentals
        over_or_ready = threading.Event()

        def ready(server: DemoServer) -> None:
            self._server = server
            over_or_ready.set()

        def run() -> None:
            try:
                serve(app, sock, ready)
            finally:
                over_or_ready.set()

        self._thread = threading.Thread(target=run, name="demo-server", daemon=True)
        self._thread.start()
        over_or_ready.wait()
        if self._server is None:
            raise RuntimeError("the demo server did not start")

    def stop(self) -> None:
        """Close every connection and the port; come back when that is done."""
        if self._server is not None and self._thread is not None:
            self._server.stop_soon()
            self._thread.join()
        self._server = self._thread = None

    @property
    def requests(self) -> list[SeenRequest]:
        """Every request seen, oldest first, also of before an outage."""
        return self._notebook.requests()

    @property
    def posts(self) -> list[SeenRequest]:
        """The requests that cost money on a real service, in all dialects."""
        return [seen for seen in self.requests if seen.costs_money]

    @property
    def downloads(self) -> list[SeenRequest]:
        """The requests to the result host."""
        return [seen for seen in self.requests if seen.path.startswith("/files/")]

    @property
    def jobs(self) -> list[Job]:
        """The jobs accepted and not deleted, oldest first."""
        return self._desk.book.all() if self._desk is not None else []

    def wait_for(self, method: str, path_start: str, count: int = 1, timeout_s: float = 10.0) -> bool:
        """Wait until `count` requests of this kind were seen; False when the time is over first."""
        return self._notebook.wait_for(method, path_start, count, timeout_s)
