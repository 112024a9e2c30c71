"""How much memory a piece of work takes, watched while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psutil

MEBIBYTE = 1024 * 1024
GROWTH_BYTES = 32 * MEBIBYTE


@contextmanager
def little_memory() -> Iterator[None]:
    """Fails when this process grows by more than `GROWTH_BYTES` at any moment of the block."""
    process, over, peak = psutil.Process(), Event(), 0
    before = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.002):
            peak = max(peak, process.memory_info().rss)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    assert peak - before < GROWTH_BYTES, f"{(peak - before) / MEBIBYTE:.0f} MiB more"
