"""A painter's life, in a child process: wait for an order, make it, hand over the files, leave when idle.

Qt is imported inside the functions: the server imports this module only to name its entry point.
"""

import hashlib
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from app.sandbox.order import THUMBNAIL, Medium, RenderedFile, RenderOrder

IDLE_S = 30.0  # then the child leaves, and its memory with it


def work(pipe: Connection) -> None:
    """The child's main function. Answers each RenderOrder with a tuple of RenderedFile, or a text on failure."""
    _be_quiet()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    try:
        while pipe.poll(IDLE_S):
            pipe.send(_answer(pipe.recv()))
    except (EOFError, OSError):
        pass  # the server is gone
    application.quit()


def make(order: RenderOrder) -> tuple[RenderedFile, ...]:
    """Make every result of an order. Needs a QGuiApplication in this process."""
    from app.sandbox.media import maker

    files = []
    for number in range(order.count):
        suffix = f"_{number + 1}" if order.count > 1 else ""
        stem, ending, mime = _naming(order)
        path = order.folder / f"{stem}{suffix}.{ending}"
        part = path.with_name(f"part-{path.name}")
        maker.make(order, order.seed_of(number), part)
        part.replace(path)  # whole or not at all: a link may already be in use
        files.append(RenderedFile(_file_id(path), path.name, order.medium, mime, path))
        if order.thumbnail:
            picture = path.with_name(path.name + THUMBNAIL)
            part.with_name(part.name + THUMBNAIL).replace(picture)
            files.append(RenderedFile(_file_id(picture), picture.name, Medium.IMAGE, "image/jpeg", picture))
    return tuple(files)


def _answer(order: RenderOrder) -> tuple[RenderedFile, ...] | str:
    try:
        return make(order)
    except Exception as error:  # noqa: BLE001 (the task ends here: its failure becomes the job's)
        return f"{type(error).__name__}: {error}"


def _naming(order: RenderOrder) -> tuple[str, str, str]:
    """Stem, ending and content type; sound comes as octet-stream, as upstream sends it (apis.md 2.2)."""
    if order.words:
        return "transcript", "txt", "text/plain"
    if order.medium is Medium.IMAGE:
        return "output_image", order.image_format, f"image/{order.image_format}"
    if order.medium is Medium.AUDIO:
        return "speech" if order.spoken else "mmaudio_output", "flac", "application/octet-stream"
    if order.scored:
        return "mmaudio_input", "mp4", "application/octet-stream"
    return "output_video", "mp4", "video/mp4"


def _file_id(path: Path) -> str:
    """Unique on this server (the folder is the job's id) and the same after a restart."""
    return "file-" + hashlib.sha256(f"{path.parent.name}/{path.name}".encode()).hexdigest()[:24]


def _be_quiet() -> None:
    """Give way to the studio's window, keep encoders' chatter off the output, leave Ctrl+C to the server."""
    if hasattr(os, "nice"):
        os.nice(5)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sink = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(sink, descriptor)
