"""The demo server's HTTP side: NetMind `/v1/generation`, as strict as seeds 000 and 001 say, beside other dialects."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.sandbox import downloads
from app.sandbox.access import host_of, is_loopback, owner_of
from app.sandbox.answers import NO_KEY, Answer, Json, UnprocessableError, body_of, refusal, unprocessable
from app.sandbox.checks import body_problems
from app.sandbox.connections import HangUp
from app.sandbox.desk import Desk
from app.sandbox.files_api import FilesApi
from app.sandbox.haiper_api import HaiperApi
from app.sandbox.jobs import Job, Service
from app.sandbox.late_models import late_problem, problems_of
from app.sandbox.models import MODELS
from app.sandbox.notebook import Notebook, NotingMiddleware
from app.sandbox.octoai_api import OctoAiApi
from app.sandbox.octoai_rules import ENGINES
from app.sandbox.painters import shared_workshop
from app.sandbox.rental_api import RentalApi
from app.sandbox.rentals import MARKS_EXPLAINED
from app.sandbox.settings import SandboxSettings
from app.sandbox.triggers import UNANSWERED, explanation, triggers_in

NO_GENERATION = "Generation not found"

WELCOME = """This is Slowlight's demo server. It is not AI: pictures, films and sounds are made by formulas.

It speaks the dialects of four services, so that a client can be tried without an account.

NetMind generation
  POST   /v1/generation        GET    /v1/generation
  GET    /v1/generation/ID     DELETE /v1/generation/ID
  Models: {models}

NetMind files, for what models work from
  POST   /v1/files             GET    /v1/files
  GET    /v1/files/ID          GET    /v1/files/ID/presigned_url
  DELETE /v1/files/ID

Haiper on NetMind, also as /v1/netmind-video-job
  POST   /v1/haiper-job        GET    /v1/haiper-job?page=1&page_size=10
  GET    /v1/haiper-job/ID     DELETE /v1/haiper-job/ID

OctoAI, asynchronous with the header X-OctoAI-Async: 1
  POST   /generate/ENGINE      GET    /v1/requests/ID
                               GET    /v1/responses/ID
  Engines: {engines}

NetMind endpoints, rented GPUs of which none exists
  GET    /v1/inference-service/flavor
  POST   /v1/inference-service
  GET    /v1/inference-service/ID   PUT and DELETE the same

Every POST that would cost money, in all dialects: GET /sandbox/ledger
What the endpoints would have cost, to the second: GET /sandbox/bill

Marks in a prompt, or in an endpoint's name or description, make it misbehave on purpose:
{marks}
Marks in an endpoint's name or description only:
{endpoint_marks}
"""


def create_app(settings: SandboxSettings, *, notebook: Notebook | None = None) -> Starlette:
    """The demo server as an ASGI application. Works with uvicorn's lifespan only, and binds nothing itself.

    Args:
        settings: keys, dialect, speed and the rest.
        notebook: where requests are written down; a counting one by default.
    """
    notes = notebook if notebook is not None else Notebook()
    desk = Desk(settings, shared_workshop())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        desk.open()
        try:
            yield
        finally:
            desk.close()

    handlers = _Handlers(desk, notes)
    rentals = RentalApi(desk, settings)
    app = Starlette(
        routes=[
            Route("/", handlers.welcome),
            Route("/v1/generation", handlers.create, methods=["POST"]),
            Route("/v1/generation", handlers.list_all, methods=["GET"]),
            Route("/v1/generation/{job_id}", handlers.get, methods=["GET"]),
            Route("/v1/generation/{job_id}", handlers.delete, methods=["DELETE"]),
            *HaiperApi(desk).routes(),
            *OctoAiApi(desk).routes(),
            *FilesApi(desk).routes(),
            *rentals.routes(),
            Route("/files/{token}/{name}", handlers.download, methods=["GET", "HEAD"]),
            Route("/sandbox/ledger", handlers.ledger),
        ],
        middleware=[Middleware(LoopbackOnly), Middleware(NotingMiddleware, notebook=notes)],
        exception_handlers={UnprocessableError: _unprocessable, HTTPException: _plain_error},
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.state.rentals = rentals.book
    return app


class _Handlers:
    """One method per route."""

    def __init__(self, desk: Desk, notebook: Notebook) -> None:
        self._desk = desk
        self._notebook = notebook

    async def welcome(self, _request: Request) -> Answer:
        return PlainTextResponse(
            WELCOME.format(
                models=", ".join(MODELS),
                engines=", ".join(ENGINES),
                marks=explanation(),
                endpoint_marks="\n".join(f"  [{mark}]".ljust(13) + words for mark, words in MARKS_EXPLAINED.items()),
            )
        )

    async def create(self, request: Request) -> Answer:
        owner = self._owner(request)
        raw = await request.body()
        body = await body_of(request)
        problems = body_problems(body)
        if problems or not isinstance(body, dict):
            return unprocessable(problems)
        model, config = MODELS.get(body["model"]), body["config"]
        if model is None:
            return Json({"message": f"Model name: {body['model']} not exists"}, 400)
        prompt = str(config.get("prompt") or config.get("text") or "")
        refused = refusal(self._desk, owner, prompt, raw)
        if refused is not None:
            return refused
        problems = problems_of(model, config)
        if problems:
            return unprocessable(problems)
        asked = triggers_in(prompt)
        given = self._desk.uploads.given_in(config)
        problem = given.problem or late_problem(model, config)
        job = self._desk.accept(owner, model, config, asked, source=given.source, problem=problem)
        return HangUp() if asked & UNANSWERED else Json(self._answer(request, job))

    async def list_all(self, request: Request) -> Answer:
        jobs = self._desk.book.of(self._owner(request))
        return Json({"generation_list": [self._answer(request, job) for job in jobs]})

    async def get(self, request: Request) -> Answer:
        return Json(self._answer(request, self._job(request)))

    async def delete(self, request: Request) -> Answer:
        self._desk.delete(self._job(request))
        return Json({"message": "Generation deleted"})

    async def download(self, request: Request) -> Answer:
        if "authorization" in request.headers:
            return downloads.two_credentials()
        state, file = self._desk.read_link(request.path_params["token"])
        if state != "good":
            return downloads.link_expired() if state == "expired" else downloads.link_forged()
        if file is None or request.path_params["name"] != file.name:
            return downloads.file_gone()
        whole = request.method == "GET" and request.headers.get("range", "bytes=0-") == "bytes=0-"
        if whole and self._desk.break_off(file):
            return await downloads.file_broken_off(file)
        return downloads.whole_or_part(file)

    async def ledger(self, request: Request) -> Answer:
        jobs = [
            {
                **(self._answer(request, job) if job.service is Service.NETMIND else {"id": job.id}),
                "service": str(job.service),
                "model": job.model,
                "config": dict(job.config),
            }
            for job in self._desk.book.all()
        ]
        counts = self._notebook.counts()
        return Json({"posts": self._notebook.paid(), "requests": counts, "jobs": jobs})

    def _owner(self, request: Request) -> str:
        owner = owner_of(request.headers.get("authorization"), self._desk.settings)
        if owner is None:
            raise HTTPException(401, NO_KEY)
        return owner

    def _job(self, request: Request) -> Job:
        owner = self._owner(request)
        job = self._desk.book.get(owner, request.path_params["job_id"])
        if job is None:
            raise HTTPException(404, NO_GENERATION)
        return job

    def _answer(self, request: Request, job: Job) -> dict[str, object]:
        return self._desk.answer(job, str(request.base_url).rstrip("/"))


class LoopbackOnly:
    """Refuses a Host header that is not this computer, so that no web page can reach in by DNS rebinding."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI call."""
        if scope["type"] == "http" and not is_loopback(host_of(Headers(scope=scope).get("host", ""))):
            await Json({"detail": "Invalid host header"}, 400)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _unprocessable(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UnprocessableError)  # noqa: S101 (registered for this class only)
    return unprocessable(error.problems)


async def _plain_error(_request: Request, error: Exception) -> Response:
    """401 and 404 of NetMind in its form, everything else in FastAPI's."""
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class only)
    ours = error.detail in (NO_KEY, NO_GENERATION)
    return Json({"message" if ours else "detail": error.detail}, error.status_code, error.headers)
