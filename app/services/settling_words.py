"""What the card of an unsure job says beside "it may have been charged": whether it is looked for, and what was found."""

from dataclasses import replace

from app.domain.errors import Moment, UnknownOutcomeError
from app.domain.job import Job
from app.domain.problem import Problem
from app.domain.text import Text, text

LOOKING = text(
    "Looking at {provider} whether it was started. This takes some minutes, as a job may show up there late."
)
NOT_YET = text("It is not among the jobs at {provider} yet. Slowlight looks again in {minutes} min.")
NOT_FOUND = text("It is not among the jobs at {provider}, so it was probably not started. Say what is to be done.")
SEVERAL = text("{count} jobs at {provider} could be it. Choose the right one with It is this one.")
ONE_MAYBE = text("One job at {provider} could be it, or another one of that time. Look at it with It is this one.")
UNREACHABLE = text("{provider} cannot be asked at the moment whether it was started. Slowlight keeps trying.")
REFUSED = text(
    "{provider} does not let Slowlight look at its list. Look at your account there, then say what is to be done."
)
NO_LIST = text(
    "{provider} has no list in which it could be looked for. Look at your account there, then say what is to be done."
)

_LOOKING_SHORT = text("looking at {provider}")


def said(job: Job, sentence: Text, title: str, *, is_looking: bool = False, **values: object) -> Problem:
    """The job's problem with this sentence as what to do. `title` is the provider's."""
    plain = UnknownOutcomeError().problem(Moment.SUBMIT, provider=title)
    problem = job.problem or plain
    short = _LOOKING_SHORT if is_looking else plain.short
    return replace(
        problem, advice=sentence.with_values(provider=title, **values), short=short.with_values(provider=title)
    )
