"""What the viewer is told about a job: its results, and what is missing beside them."""

from app.domain.job import JobState
from app.domain.job_words import JobAction
from app.domain.problem import Problem
from app.domain.text import text
from app.item_models.job_facts import JobFacts
from app.pages.job_content import content_of
from app.widgets.viewer_content import ViewerContent, ViewerKind
from tests.fakes import FakeJobService, make_job, provider_info


def content(problem: Problem | None) -> ViewerContent:
    jobs = FakeJobService()
    job = make_job(files=3, problem=problem)
    return content_of(job, jobs, JobFacts(jobs, provider_info))


def test_results_stand_alone_when_nothing_is_missing() -> None:
    found = content(None)
    assert (found.kind, len(found.items), found.detail) == (ViewerKind.RESULTS, 3, "")


def test_what_was_removed_is_said_beside_the_results_that_came() -> None:
    notice = text("{count} of {total} results were removed by the content rules of {provider}.", count=1, total=4)
    found = content(Problem("notice", notice))
    assert (found.kind, len(found.items)) == (ViewerKind.RESULTS, 3)
    assert found.detail == "1 of 4 results were removed by the content rules of NetMind."


def test_a_job_on_its_way_offers_beside_its_progress_what_can_still_be_done() -> None:
    def offered(state: JobState, *, set_aside: bool = False) -> list[str]:
        jobs = FakeJobService()
        job = make_job(state=state, set_aside=set_aside)
        return [offer.target for offer in content_of(job, jobs, JobFacts(jobs, provider_info)).offers]

    assert offered(JobState.WAITING) == [JobAction.CANCEL]
    assert offered(JobState.RUNNING) == [JobAction.STOP_WAITING]
    assert offered(JobState.RUNNING, set_aside=True) == [JobAction.WAIT_AGAIN]
    assert offered(JobState.SENDING) == [], "the paid request is under way"
