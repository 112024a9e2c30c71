"""Before the window closes: what is not finished yet and what becomes of it, in words. Leaving stays possible."""

from collections import Counter

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.job import WATCHED, Job, JobState
from app.domain.job_words import time_left
from app.domain.text import Text, text
from app.services.job_service import JobService
from app.system.language import say
from app.widgets.controls import PlainLabel, PrimaryButton, SecondaryButton
from app.widgets.paragraph import Paragraph

WIDTH = 440


def what_is_left(jobs: JobService) -> list[Text]:
    """A sentence for each kind of unfinished work; empty when nothing is lost or delayed by closing."""
    unfinished = jobs.unfinished()
    count = Counter(_kind(job) for job in unfinished)
    said = [template.with_values(count=count[kind]) for kind, template in _one_or_many(count)]
    left = [seconds for job in unfinished if (seconds := jobs.seconds_left(job)) is not None]
    if left:
        said.append(text("The first result that is not saved yet: {left}.", left=say(time_left(min(left)))))
    return said


def _kind(job: Job) -> str:
    if job.state is JobState.SAVING:
        return "saving"
    if job.state is JobState.SENDING:
        return "sending"
    return "running" if job.state in WATCHED else "waiting"


def _one_or_many(count: Counter[str]) -> list[tuple[str, Text]]:
    return [(kind, one if count[kind] == 1 else many) for kind, (one, many) in _SENTENCES.items() if count[kind]]


_SENTENCES = {
    "sending": (
        text("1 job is being sent. Slowlight waits some seconds for the answer before it closes."),
        text("{count} jobs are being sent. Slowlight waits some seconds for the answers before it closes."),
    ),
    "running": (
        text("1 job runs at its provider. It goes on there and is saved when Slowlight is opened again."),
        text("{count} jobs run at their providers. They go on there and are saved when Slowlight is opened again."),
    ),
    "saving": (
        text("1 result is not in your library yet. It is fetched when Slowlight is opened again."),
        text("{count} results are not in your library yet. They are fetched when Slowlight is opened again."),
    ),
    "waiting": (
        text("1 job waits here. Nothing was sent or charged for it, and it keeps its place."),
        text("{count} jobs wait here. Nothing was sent or charged for them, and they keep their places."),
    ),
}


class LeavingDialog(QDialog):
    """`leave_requested` is the person's yes; closing the dialog is a no."""

    leave_requested = Signal()

    def __init__(self, sentences: list[Text], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Close Slowlight?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(10)
        column.addWidget(PlainLabel(self.tr("Close Slowlight?"), self, size=15, weight=QFont.Weight.DemiBold))
        for sentence in sentences:
            column.addWidget(Paragraph(say(sentence), self, tone="second"))
        stay, self.leave = SecondaryButton(self.tr("Stay"), parent=self), PrimaryButton(self.tr("Close"), parent=self)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 10, 0, 0)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (stay, self.leave):
            button.setMinimumWidth(88)
            buttons.addWidget(button)
        column.addLayout(buttons)
        self.setFixedSize(WIDTH, column.heightForWidth(WIDTH))
        stay.clicked.connect(self.reject)
        self.leave.clicked.connect(self._leave)
        self.leave.setFocus()

    def _leave(self) -> None:
        self.leave_requested.emit()
        self.accept()
