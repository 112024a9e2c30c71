"""The workshop: a few child processes that paint, film and compose while the server goes on answering."""

import atexit
import multiprocessing
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from app.sandbox.order import RenderedFile, RenderOrder

Files = tuple[RenderedFile, ...]


class PaintingFailedError(Exception):
    """The child could not make the result, or died over it; the text says what is known."""


class Painter:
    """One child process, started when first needed. It leaves by itself when idle, and is started again."""

    def __init__(self) -> None:
        """No child yet."""
        self._closed = False
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None

    def paint(self, order: RenderOrder) -> Files:
        """Hand the order over and wait.

        Raises:
            PaintingFailedError: the child reported a failure, or died twice.
        """
        for _ in range(2):  # the child may have left for idleness in this very moment; painting twice does no harm
            if self._closed:
                break
            try:
                pipe = self._connected()
                pipe.send(order)
                answer = pipe.recv()
            except (OSError, EOFError):
                self.dismiss()
                continue
            if isinstance(answer, str):
                raise PaintingFailedError(answer)
            files: Files = answer
            return files
        raise PaintingFailedError("the painter stopped without a word")

    def close(self) -> None:
        """End the child from another thread, for good; a waiting `paint` then fails."""
        self._closed = True
        if self._child is not None:
            self._child.kill()

    def dismiss(self) -> None:
        """End the child, to be started again when needed."""
        if self._child is not None:
            self._child.kill()
            self._child.join()
        if self._pipe is not None:
            self._pipe.close()
        self._child = self._pipe = None

    def _connected(self) -> Connection:
        if self._pipe is None or self._child is None or not self._child.is_alive():
            self.dismiss()
            # Imported by name in the child: Qt is never loaded into the server itself.
            from app.sandbox.media.studio import work

            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._child = context.Process(target=work, args=(theirs,), name="slowlight-demo-painter", daemon=True)
            self._child.start()
            theirs.close()
        return self._pipe


class Workshop:
    """As many painters as the computer can feed. Orders wait in line."""

    def __init__(self, painters: int) -> None:
        """Start nothing yet."""
        self._threads = ThreadPoolExecutor(painters, thread_name_prefix="demo-painter")
        self._own = threading.local()
        self._all: list[Painter] = []

    def order(self, order: RenderOrder) -> Future[Files]:
        """Queue an order. The future can be cancelled until its turn comes; it may raise PaintingFailedError."""
        return self._threads.submit(self._paint, order)

    def close(self) -> None:
        """Drop what waits and end the children, also in the middle of a picture."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for painter in self._all:
            painter.close()

    def _paint(self, order: RenderOrder) -> Files:
        painter = getattr(self._own, "painter", None)
        if painter is None:
            painter = self._own.painter = Painter()
            self._all.append(painter)
        return painter.paint(order)


_lock = threading.Lock()
_shared: list[Workshop] = []


def shared_workshop() -> Workshop:
    """The one workshop of this process. Shared, because a child costs half a second and much memory to start."""
    with _lock:
        if not _shared:
            _shared.append(Workshop(min(2, os.cpu_count() or 1)))
            atexit.register(_shared[0].close)
        return _shared[0]
