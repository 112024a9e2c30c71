"""What a person looks for in everything ever made."""

from dataclasses import dataclass

from app.domain.job import JobState
from app.domain.media import Medium


@dataclass(frozen=True)
class HistoryQuery:
    """All conditions hold together; an empty one asks for nothing. `states` holds if the job is in any of them.

    `words` is what the person typed: every word must occur in prompt, model or tags, the last one may be half typed.
    """

    words: str = ""
    medium: Medium | None = None
    states: frozenset[JobState] = frozenset()
    provider_id: str = ""
    favourites_only: bool = False
    tag: str = ""
