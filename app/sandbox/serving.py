"""uvicorn, set up for the demo: one loopback socket, quiet, quick to stop."""

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from app.sandbox.connections import CuttableProtocol


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that holds `port` (0: any free one) and already queues connections.

    Raises:
        OSError: the port is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(256)
    except OSError:
        sock.close()
        raise
    return sock


def base_url(sock: socket.socket) -> str:
    """Where a client reaches this socket, such as http://127.0.0.1:9000."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class DemoServer(uvicorn.Server):
    """A uvicorn server that says when it answers."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None]) -> None:
        """Call `on_ready` (in the server's thread) once requests are answered."""
        super().__init__(
            uvicorn.Config(
                app,
                http=CuttableProtocol,
                loop="asyncio",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def stop_soon(self) -> None:
        """Ask the server to end; for other threads."""
        self.should_exit = True


def serve(app: ASGIApp, sock: socket.socket, on_ready: Callable[[DemoServer], None]) -> bool:
    """Serve until told to stop. Returns whether the server ever answered."""
    server = DemoServer(app, lambda: on_ready(server))
    asyncio.run(server.serve(sockets=[sock]))
    return server.started
