"""The HTTP side of Haiper on NetMind, at its first path and at the one it was renamed to (seed 002, apis.md 1.2)."""

import time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from app.sandbox import haiper
from app.sandbox.access import bearer
from app.sandbox.answers import NO_KEY, Answer, Json, UnprocessableError, body_of, refusal
from app.sandbox.checks import FieldProblem
from app.sandbox.connections import HangUp
from app.sandbox.desk import Desk
from app.sandbox.jobs import Job, Service
from app.sandbox.order import RenderedFile
from app.sandbox.triggers import UNANSWERED, triggers_in

PATHS = ("/v1/haiper-job", "/v1/netmind-video-job")
PAGE_SIZE = 10


class HaiperApi:
    """One method per call; both paths show the same jobs."""

    def __init__(self, desk: Desk) -> None:
        """Take orders at `desk`."""
        self._desk = desk

    def routes(self) -> list[Route]:
        """The five calls at both paths."""
        return [
            route
            for path in PATHS
            for route in (
                Route(path, self.create, methods=["POST"]),
                Route(path, self.list_page, methods=["GET"]),
                Route(path + "/{job_id}", self.get, methods=["GET"]),
                Route(path + "/{job_id}", self.delete, methods=["DELETE"]),
            )
        ]

    async def create(self, request: Request) -> Answer:
        """POST: check, write down, start."""
        owner, token = self._caller(request)
        body = await body_of(request)
        problems = haiper.problems_of(body)
        if problems or not isinstance(body, dict):
            raise UnprocessableError(problems)
        config = haiper.with_defaults(body["config"])
        prompt = str(config["prompt"])
        refused = refusal(self._desk, owner, prompt, await request.body())
        if refused is not None:
            return refused
        asked = triggers_in(prompt)
        model = haiper.MODEL
        job = self._desk.accept(
            owner, model, config, asked, service=Service.HAIPER, name=str(body["job_type"]), results=1
        )
        return HangUp() if asked & UNANSWERED else Json(haiper.created(job, token))

    async def list_page(self, request: Request) -> Answer:
        """GET: one page, newest first; a page beyond the end is empty."""
        owner, token = self._caller(request)
        page, size = _whole(request, "page", 1), _whole(request, "page_size", PAGE_SIZE)
        jobs = self._desk.book.of(owner, Service.HAIPER)
        rows = [self._row(request, job, token) for job in jobs[(page - 1) * size : page * size]]
        return Json({"total_count": len(jobs), "job_list": rows})

    async def get(self, request: Request) -> Answer:
        """GET one job."""
        owner, token = self._caller(request)
        job = self._job(request, owner)
        return _no_job() if job is None else Json(self._row(request, job, token))

    async def delete(self, request: Request) -> Answer:
        """DELETE one job, finished or not."""
        owner, _ = self._caller(request)
        job = self._job(request, owner)
        if job is None:
            return _no_job()
        self._desk.delete(job)
        return Json({})

    def _caller(self, request: Request) -> tuple[str, str]:
        caller = bearer(request.headers.get("authorization"), self._desk.settings)
        if caller is None:
            raise HTTPException(401, NO_KEY)
        return caller

    def _job(self, request: Request, owner: str) -> Job | None:
        return self._desk.book.get(owner, request.path_params["job_id"], Service.HAIPER)

    def _row(self, request: Request, job: Job, token: str) -> dict[str, object]:
        base_url = str(request.base_url).rstrip("/")

        def link(file: RenderedFile) -> str:
            return self._desk.link(file, base_url)

        return haiper.stored(job, token, time.time(), link)


def _no_job() -> Answer:
    return Json({"message": "Job not found"}, 404)


def _whole(request: Request, name: str, default: int) -> int:
    """A whole number above zero out of the query.

    Raises:
        UnprocessableError: it is none.
    """
    text = request.query_params.get(name, str(default))
    loc = ("query", name)
    if not text.removeprefix("-").isdecimal():
        said = "Input should be a valid integer, unable to parse string as an integer"
        raise UnprocessableError([FieldProblem(loc, said, "int_parsing", text)])
    if int(text) < 1:
        said = "Input should be greater than or equal to 1"
        raise UnprocessableError([FieldProblem(loc, said, "greater_than_equal", text, {"ge": 1})])
    return int(text)
