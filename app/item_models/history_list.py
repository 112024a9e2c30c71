"""Everything ever made that fits a search, read page by page as far as somebody scrolls, and kept up to date.

Reading takes time and the world goes on meanwhile: what changes during a reading is noted and put right afterwards, an
answer to an older question is dropped, and pages overlap, so that no job is shown twice or left out.
"""

import re
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Signal

from app.domain.history import HistoryQuery
from app.domain.job import Job
from app.item_models.job_facts import JobFacts
from app.item_models.job_rows import Index, JobRows, SortKey
from app.item_models.job_source import Jobs, StartTask

PAGE = 120
OVERLAP = 6
"""Rows read again with each page: a job may be told a moment before it is in the database."""


class HistoryModel(JobRows):
    """`loaded` comes after each answer to a new question; `total_changed` tells how many jobs match in all."""

    loaded = Signal()
    total_changed = Signal(int)

    def __init__(self, jobs: Jobs, facts: JobFacts, start_task: StartTask, parent: QObject | None = None) -> None:
        super().__init__(facts, parent)
        self._source = jobs
        self._start_task = start_task
        self._query = HistoryQuery()
        self._question = 0
        self._total = 0
        self._is_complete = False
        self._is_reading = False
        self._removed = 0
        self._meanwhile: dict[str, Job | None] = {}
        jobs.job_added.connect(self._on_job)
        jobs.job_changed.connect(self._on_job)
        jobs.job_removed.connect(self._on_removed)

    @property
    def query(self) -> HistoryQuery:
        return self._query

    @property
    def total(self) -> int:
        """How many jobs match, also those that are not read yet."""
        return self._total

    def set_query(self, query: HistoryQuery) -> None:
        """Asks another question. The old rows stay until the answer comes."""
        if query != self._query:
            self._query = query
            self.reload()

    def reload(self) -> None:
        """Asks the present question anew."""
        self._question += 1
        self._read("search the history", self._read_first(self._question, self._query))

    def key_of(self, job: Job) -> SortKey:
        return (-job.created_at.timestamp(), job.job_id)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and bool(self._question) and not self._is_complete and not self._is_reading

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._read("read the history", self._read_next(self._question, self._query))

    # --- reading

    def _read(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._is_reading = True
        self._removed = 0
        self._meanwhile = {}
        self._start_task(name, work)

    async def _read_first(self, question: int, query: HistoryQuery) -> None:
        try:
            jobs = await self._source.history(query, 0, PAGE)
            total = await self._source.history_count(query)
        finally:
            self._ended(question)
        if question != self._question:
            return
        meanwhile = self._take_meanwhile()
        self._is_complete = len(jobs) < PAGE
        self.replace_all(jobs)
        self._set_total(total)
        self._catch_up(meanwhile)
        self.loaded.emit()

    async def _read_next(self, question: int, query: HistoryQuery) -> None:
        offset = max(0, self.rowCount() - OVERLAP)
        try:
            jobs = await self._source.history(query, offset, PAGE)
        finally:
            self._ended(question)
        if question != self._question:
            return
        if self._removed:
            # the rows after the removed ones have moved up: what was read may leave some out
            self.fetchMore(QModelIndex())
            return
        meanwhile = self._take_meanwhile()
        self._is_complete = len(jobs) < PAGE
        self.append(job for job in jobs if job.job_id not in meanwhile)
        self._catch_up(meanwhile)

    def _ended(self, question: int) -> None:
        if question == self._question:
            self._is_reading = False

    def _take_meanwhile(self) -> dict[str, Job | None]:
        """Taken before rows are told: a view may answer new rows by asking for more at once."""
        meanwhile, self._meanwhile = self._meanwhile, {}
        return meanwhile

    def _catch_up(self, meanwhile: dict[str, Job | None]) -> None:
        """What happened while we read is newer than what we read."""
        for job_id, job in meanwhile.items():
            if job is None:
                self._on_removed(job_id)
            else:
                self._on_job(job)
        if self._is_complete:
            self._set_total(self.rowCount())

    # --- the world goes on

    def _on_job(self, job: Job) -> None:
        if self._is_reading:
            self._meanwhile[job.job_id] = job
        is_shown = self.shown_job(job.job_id) is not None
        if not matches(self._query, job):
            self._leave(job.job_id)
        elif is_shown or self._is_complete or (self._keys and self.key_of(job) < self._keys[-1]):
            self.put(job)
            if not is_shown:
                self._set_total(self._total + 1)

    def _on_removed(self, job_id: str) -> None:
        if self._is_reading:
            self._meanwhile[job_id] = None
        self._leave(job_id)

    def _leave(self, job_id: str) -> None:
        if self.shown_job(job_id) is None:
            return
        self.drop(job_id)
        self._removed += 1
        self._set_total(self._total - 1)

    def _set_total(self, total: int) -> None:
        total = max(total, self.rowCount())
        if total != self._total:
            self._total = total
            self.total_changed.emit(total)


def matches(query: HistoryQuery, job: Job) -> bool:
    """The question put to one job in memory, as the database would answer it."""
    return (
        query.medium in (None, job.medium)
        and (not query.states or job.state in query.states)
        and query.provider_id in ("", job.provider_id)
        and (job.favourite or not query.favourites_only)
        and (not query.tag or query.tag in job.tags)
        and _has_words(query.words, job)
    )


def _has_words(words: str, job: Job) -> bool:
    """Every word occurs in prompt, model or tags; the last may be half typed."""
    wanted = re.findall(r"\w+", words.casefold())
    if not wanted:
        return True
    there = set(re.findall(r"\w+", " ".join((job.prompt, job.model_title, job.model_id, *job.tags)).casefold()))
    return there.issuperset(wanted[:-1]) and any(word.startswith(wanted[-1]) for word in there)
