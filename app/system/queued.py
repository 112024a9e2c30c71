"""Calls that Qt makes a moment later, by itself, with Python's lock free.

Qt's media players wait for their own threads inside `stop` or `setSource`. Called from Python directly, they hold
Python's lock while they wait, and a thread that needs the lock to end hangs the program (ecosystem.md 0.2).
"""

from typing import cast

from PySide6.QtCore import Q_ARG, QGenericArgumentHolder, QMetaObject, QObject, Qt

__all__ = ["Q_ARG", "call"]


def call(target: QObject, method: str, *arguments: object) -> None:
    """Queues the slot `method`; arguments are made with `Q_ARG`. Calls arrive in the order they were queued."""
    values = cast("tuple[QGenericArgumentHolder, ...]", arguments)
    QMetaObject.invokeMethod(target, method, Qt.ConnectionType.QueuedConnection, *values)
