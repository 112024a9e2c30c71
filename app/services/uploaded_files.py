"""What was uploaded for a job goes from its provider again once the job has ended there and no other one needs the file.

It is a courtesy and never a matter of the job: it begins after the job rests, nobody waits for it, and what fails is only
logged (apis.md 1.0, "Files API").
"""

from app.domain.errors import StudioError
from app.domain.job import RESTING, Job, JobState
from app.domain.job_words import WITHOUT_RESULT
from app.domain.media_input import inputs_in
from app.providers.base import Provider
from app.services.job_tools import JobTools

_MAY_NEED_IT = (set(JobState) - RESTING) | {JobState.UNSURE}


class UploadedFiles:
    """`rested` is told of every job that comes to rest."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    def rested(self, job: Job) -> None:
        """Lets the files of a job go that has ended over there."""
        if job.remote_ref is not None and _has_ended_there(job) and next(inputs_in(dict(job.params)), None):
            self._tools.tasks.start(f"forget uploads {job.job_id[:8]}", self._forget(job))

    async def _forget(self, job: Job) -> None:
        try:
            provider = (await self._tools.providers.connected(job.provider_id)).provider
        except StudioError:
            return  # no key any more
        for digest, file_id in provider.uploads(job.remote_ref or {}).items():
            if not self._is_needed(job, provider, digest, file_id):
                await provider.forget_upload(digest, file_id)

    def _is_needed(self, job: Job, provider: Provider, digest: str, file_id: str) -> bool:
        """By a job over there that names it, or by one that is still to be sent and may be about to."""
        for other in self._tools.book.with_state(_MAY_NEED_IT, job.provider_id):
            if other.remote_ref is not None:
                needs = file_id in provider.uploads(other.remote_ref).values()
            else:
                needs = any(kept.sha256 == digest for kept in inputs_in(dict(other.params)))
            if needs and other.job_id != job.job_id:
                return True
        return False


def _has_ended_there(job: Job) -> bool:
    """A job that failed on the way home may be fetched again, and one that nobody could ask about may still run."""
    if job.state is JobState.FAILED:
        return job.problem is not None and job.problem.code in WITHOUT_RESULT
    return job.state in {JobState.DONE, JobState.CANCELLED, JobState.EXPIRED}
