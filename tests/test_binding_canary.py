"""The binding gives back every reference it takes: PySide6 6.12.0 on Python 3.11 does not, and aborts the program."""

from __future__ import annotations

import sys

from PySide6.QtCore import QCoreApplication, QObject, QTimerEvent, Signal

# Other threads and pytest itself hold and drop a few; the fault loses one for each call.
A_FEW = 200


class _Emitter(QObject):
    said = Signal(bool)
    ticks = 0

    def timerEvent(self, event: QTimerEvent) -> None:
        self.ticks += 1


def test_a_hundred_thousand_emitted_bools_keep_the_references_of_true_and_false(qapp: QCoreApplication) -> None:
    emitter = _Emitter()
    heard: list[bool] = []
    emitter.said.connect(lambda value: heard.append(value) if not heard else None)
    before = sys.getrefcount(True), sys.getrefcount(False)
    for _ in range(50_000):
        emitter.said.emit(True)
        emitter.said.emit(False)
    after = sys.getrefcount(True), sys.getrefcount(False)
    assert heard == [True]
    assert all(abs(late - early) < A_FEW for early, late in zip(before, after, strict=True)), (before, after)


def test_twenty_thousand_rounds_of_the_event_loop_keep_the_references_of_none_and_true(qapp: QCoreApplication) -> None:
    emitter = _Emitter()
    emitter.startTimer(0)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(20_000):
        qapp.processEvents()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert emitter.ticks > 1_000
    assert all(abs(late - early) < A_FEW for early, late in zip(before, after, strict=True)), (before, after)
