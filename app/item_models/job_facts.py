"""A job in words and pictures, as rows, cards and the details panel show it. Lists keep jobs, this tells about them."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import IntEnum
from pathlib import PurePosixPath

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from app.domain import job_words
from app.domain.durations import clock
from app.domain.job import Asset, Job, JobState
from app.domain.media import Medium
from app.domain.provider_info import ProviderInfo
from app.domain.text import Text
from app.item_models.job_source import Jobs, Pictures
from app.system.language import clock_time, say

DOT = " \u00b7 "


class JobRole(IntEnum):
    """What a row tells. DisplayRole is the prompt, AccessibleTextRole prompt, state word and line together."""

    ID = Qt.ItemDataRole.UserRole + 1
    JOB = Qt.ItemDataRole.UserRole + 2
    WORD = Qt.ItemDataRole.UserRole + 3  # "Running"
    TONE = Qt.ItemDataRole.UserRole + 4  # the colour token of the word
    LINE = Qt.ItemDataRole.UserRole + 5  # "0:41 of about 1:10"
    PROGRESS = Qt.ItemDataRole.UserRole + 6  # job_words.Progress or None
    ICON = Qt.ItemDataRole.UserRole + 7
    MODEL = Qt.ItemDataRole.UserRole + 8  # "Qwen Image"
    TIME = Qt.ItemDataRole.UserRole + 9  # "14:02"
    BADGE = Qt.ItemDataRole.UserRole + 10  # (icon name or "", words)
    ACTIONS = Qt.ItemDataRole.UserRole + 11  # tuple of JobAction
    PROVIDER = Qt.ItemDataRole.UserRole + 12  # "NetMind"
    BRIEF = Qt.ItemDataRole.UserRole + 13  # "0:41 / 1:10": LINE where there is little room


class JobFacts:
    """Answers for one job at a time. `provider` gives what is known about a provider, also about one that is gone."""

    def __init__(
        self,
        jobs: Jobs,
        provider: Callable[[str], ProviderInfo],
        pictures: Pictures | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._jobs = jobs
        self._provider = provider
        self.pictures = pictures
        self.now = now
        self._answers: Mapping[int, Callable[[Job], object]] = {
            Qt.ItemDataRole.DisplayRole: self.title,
            Qt.ItemDataRole.AccessibleTextRole: self.spoken,
            JobRole.ID: lambda job: job.job_id,
            JobRole.JOB: lambda job: job,
            JobRole.WORD: self.word,
            JobRole.TONE: lambda job: job_words.STATES[job.state].role,
            JobRole.LINE: self.line,
            JobRole.BRIEF: self.brief,
            JobRole.PROGRESS: self.progress,
            JobRole.ICON: self.icon,
            JobRole.MODEL: lambda job: job.model_title or job.model_id,
            JobRole.TIME: lambda job: clock_time(job.created_at),
            JobRole.BADGE: badge,
            JobRole.ACTIONS: self.actions,
            JobRole.PROVIDER: lambda job: self.provider(job).title,
        }

    def answer(self, job: Job, role: int) -> object:
        """The value of a role, or None for a role that jobs do not have."""
        known = self._answers.get(role)
        return known(job) if known is not None else None

    def today(self) -> date:
        return self.now().astimezone().date()

    def title(self, job: Job) -> str:
        """The prompt in one line; a job without a prompt is called by its model."""
        return " ".join(job.prompt.split()) or job.model_title or job.model_id

    def word(self, job: Job) -> str:
        return say(job_words.STATES[job.state].word)

    def line(self, job: Job) -> str:
        return joined(self._said(job_words.second_line, job))

    def brief(self, job: Job) -> str:
        return joined(self._said(job_words.brief_line, job))

    def _said(self, words: Callable[..., tuple[Text, ...]], job: Job) -> tuple[Text, ...]:
        title, left_s, is_paused = self.provider(job).title, self._jobs.seconds_left(job), self._jobs.is_paused()
        return words(job, self.now(), self.expected_s(job), title, left_s=left_s, is_paused=is_paused)

    def time_left(self, job: Job) -> str:
        """How long a result that is not here yet can be saved, or "" where nobody knows."""
        left_s = self._jobs.seconds_left(job)
        return "" if left_s is None else say(job_words.time_left(left_s))

    def is_paused(self) -> bool:
        return self._jobs.is_paused()

    def spoken(self, job: Job) -> str:
        """What assistive technology reads: prompt, state word, and what stands behind it."""
        return ", ".join((self.title(job), self.word(job), self.line(job)))

    def progress(self, job: Job) -> job_words.Progress | None:
        return job_words.progress(job, self.now(), self.expected_s(job))

    def icon(self, job: Job) -> str:
        """A finished job without a picture of its own wears the icon of its medium."""
        return job_words.MEDIUM_ICONS[job.medium] if job.saved_assets else job_words.STATES[job.state].icon

    def actions(self, job: Job) -> tuple[job_words.JobAction, ...]:
        return job_words.actions(job, self.provider(job).capabilities)

    def provider(self, job: Job) -> ProviderInfo:
        return self._provider(job.provider_id)

    def expected_s(self, job: Job) -> float | None:
        """About how long the job will take; asked only while that matters."""
        return self._jobs.expected_seconds(job.provider_id, job.model_id) if job.state is JobState.RUNNING else None

    def cover(self, job: Job, size: QSize) -> QImage | None:
        """The picture of the first saved file, `size` in device pixels; None while it is being made, or for sounds."""
        asset = next(iter(job.saved_assets), None)
        return self.picture(asset, size) if asset else None

    def picture(self, asset: Asset, size: QSize) -> QImage | None:
        if self.pictures is None:
            return None
        return self.pictures.thumbnail(asset.asset_id, self._jobs.path_of(asset), asset.medium, size)

    def peaks(self, job: Job) -> tuple[float, ...]:
        """The waveform of the first saved file, 0 to 1; empty while it is being made, and for what is no sound."""
        asset = next(iter(job.saved_assets), None)
        if self.pictures is None or asset is None or asset.medium is not Medium.AUDIO:
            return ()
        return self.pictures.peaks(asset.asset_id, self._jobs.path_of(asset)) or ()


def joined(parts: tuple[Text, ...]) -> str:
    return DOT.join(say(part) for part in parts if part)


def cover_id(job: Job) -> str:
    return next((asset.asset_id for asset in job.saved_assets), "")


def badge(job: Job) -> tuple[str, str]:
    """The mark on a card: how many files, how long, or of which format; the model where there is no file."""
    assets = job.saved_assets
    if not assets:
        return "", job.model_title or job.model_id
    if len(assets) > 1:
        return "images" if job.medium is Medium.IMAGE else "layers", str(len(assets))
    first = assets[0]
    if first.medium in (Medium.VIDEO, Medium.AUDIO):
        return "play", clock(first.duration_s) if first.duration_s is not None else ""
    return "", PurePosixPath(first.path).suffix.lstrip(".").upper()
