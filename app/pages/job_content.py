"""A job as the viewer shows it: its state in words while there is nothing to see, then its results."""

from collections.abc import Mapping

from app.domain import job_words
from app.domain.job import Hold, Job, JobState
from app.domain.job_words import JobAction
from app.domain.text import Text, text
from app.item_models.job_facts import JobFacts
from app.item_models.job_source import Jobs
from app.system.language import say
from app.widgets.viewer_content import CardOffer, ViewerContent, ViewerItem, ViewerKind

_S = JobState

_KINDS: Mapping[JobState, ViewerKind] = {
    _S.WAITING: ViewerKind.WAITING,
    _S.SENDING: ViewerKind.WAITING,
    _S.QUEUED: ViewerKind.WAITING,
    _S.RUNNING: ViewerKind.RUNNING,
    _S.SAVING: ViewerKind.RUNNING,
    _S.DONE: ViewerKind.FAILED,  # finished and nothing of it is here
    _S.FAILED: ViewerKind.FAILED,
    _S.CANCELLED: ViewerKind.FAILED,
    _S.EXPIRED: ViewerKind.EXPIRED,
    _S.UNSURE: ViewerKind.UNSURE,
}

_GOING_ON: Mapping[JobState, tuple[Text, Text]] = {
    _S.WAITING: (text("Waiting"), text("It is sent as soon as {provider} takes more jobs.")),
    _S.SENDING: (text("Sending"), text("Handing it over to {provider}.")),
    _S.QUEUED: (text("In line at {provider}"), Text()),
    _S.RUNNING: (text("Running"), Text()),
    _S.SAVING: (text("Saving"), text("The result is being brought into your library.")),
}
"""Title and second line of a job on its way."""

_ENDED: Mapping[JobState, tuple[Text, Text]] = {
    _S.DONE: (text("Done"), text("The files of this job are no longer in the library.")),
    _S.FAILED: (text("Failed"), Text()),
    _S.CANCELLED: (text("Cancelled"), text("Nothing was sent and nothing was charged.")),
    _S.EXPIRED: (text("Expired"), text("The result was not saved in time.")),
    _S.UNSURE: (text("Unsure"), text("It is not known whether the job was started.")),
}

_DECISIONS = (JobAction.THIS_ONE, JobAction.SEND_AGAIN, JobAction.FORGET)
"""What the person decides about a job of which nobody knows whether it was started."""
_OFFERED = (JobAction.OPEN_SETTINGS, *_DECISIONS)

_UNDER_WAY = (
    JobAction.OPEN_SETTINGS,
    JobAction.RELEASE,
    JobAction.CANCEL,
    JobAction.STOP_WAITING,
    JobAction.WAIT_AGAIN,
)
"""What the person can do about a job on its way."""

_HELD: Mapping[Hold, Text] = {
    Hold.NONE: text("The queue is paused. It is sent after you resume it."),
    Hold.EDITED: text("Its recipe is open in the form. It is sent after you save or discard your changes."),
    Hold.ASKS: text(
        "It has waited for more than a day, so it is not sent without you. Put it back in line or cancel it."
    ),
}
_UPLOADING = text("Its file is being uploaded to {provider}: {share}.")
_SET_ASIDE = text("Not waited for. It goes on, and its result is saved when it is done.")
_SENT_AND_CANCELLED = text("It had been sent and may have been charged.")


def content_of(job: Job, jobs: Jobs, facts: JobFacts, *, current: int = 0) -> ViewerContent:
    """What the viewer shows for this job; `current` is the result that is looked at."""
    if job.saved_assets and job.is_resting:
        return _results(job, jobs, facts, current)
    return _going_on(job, facts) if job.state in _GOING_ON else _ended(job, facts)


def _results(job: Job, jobs: Jobs, facts: JobFacts, current: int) -> ViewerContent:
    items = tuple(
        ViewerItem(
            asset_id=asset.asset_id,
            path=jobs.path_of(asset),
            medium=asset.medium,
            mime=asset.mime,
            width=asset.width,
            height=asset.height,
            duration_s=asset.duration_s,
            size_bytes=asset.size_bytes,
        )
        for asset in job.saved_assets
    )
    place = min(max(current, 0), len(items) - 1)
    notice = job.problem.happened.with_values(provider=facts.provider(job).title) if job.problem else Text()
    return ViewerContent(
        ViewerKind.RESULTS,
        items=items,
        current=place,
        favourite=job.favourite,
        detail=say(notice) if notice else "",
    )


def _going_on(job: Job, facts: JobFacts) -> ViewerContent:
    title, detail = _GOING_ON[job.state]
    if job.state is JobState.WAITING and job.progress:
        detail = _UPLOADING.with_values(share=f"{job.progress:.0%}")
    elif job.state is JobState.WAITING and (job.hold or facts.is_paused()):
        detail = _HELD[job.hold]
    elif job.problem is not None and job.state in (JobState.WAITING, JobState.SAVING):
        detail = job.problem.happened
    elif job.set_aside:
        detail = _SET_ASIDE
    elif job.queue_position and job.state is JobState.QUEUED:
        detail = text("Place {count}", count=job.queue_position)
    provider = facts.provider(job).title
    running = job.state is JobState.RUNNING
    problem = job.told_problem if job.problem is not None and detail is job.problem.happened else None

    def said(sentence: Text) -> str:
        return say(sentence.with_values(provider=provider)) if sentence else ""

    return ViewerContent(
        _KINDS[job.state],
        title=say(title.with_values(provider=provider)),
        detail=said(detail),
        money=said(problem.money) if problem else "",
        advice=said(problem.advice) if problem else "",
        kept=facts.time_left(job),
        offers=tuple(_offer(job, action, provider) for action in facts.actions(job) if action in _UNDER_WAY),
        started_at=(job.sent_at or job.created_at) if running else None,
        expected_s=facts.expected_s(job) if running else None,
        progress=_share(job, facts) if running else None,
    )


def _share(job: Job, facts: JobFacts) -> float | None:
    """What the server itself says; time passed of time expected is the viewer's own matter."""
    known = facts.progress(job)
    return known.share if known is not None and job.progress is not None else None


def _ended(job: Job, facts: JobFacts) -> ViewerContent:
    problem, provider = job.told_problem, facts.provider(job).title
    title, detail = _ENDED[job.state]
    if job.state is JobState.CANCELLED and job.sent_at is not None:
        detail = _SENT_AND_CANCELLED
    if problem is None:
        return ViewerContent(_KINDS[job.state], title=say(title), detail=say(detail))

    def said(sentence: Text) -> str:
        return say(sentence.with_values(provider=provider)) if sentence else ""

    return ViewerContent(
        _KINDS[job.state],
        title=say(job_words.STATES[job.state].word),
        detail=said(problem.happened),
        money=said(problem.money),
        advice=said(problem.advice),
        server_text=problem.server_text,
        can_retry=bool({JobAction.RETRY, JobAction.RUN_AGAIN} & set(facts.actions(job))),
        offers=tuple(_offer(job, action, provider) for action in facts.actions(job) if action in _OFFERED),
    )


def _offer(job: Job, action: JobAction, provider: str) -> CardOffer:
    hint = job_words.meaning(action, provider)
    return CardOffer(action, say(job_words.label(action, job)), job_words.ACTION_ICONS[action], say(hint))
