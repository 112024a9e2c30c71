"""The HTTP side of OctoAI: synchronous by default, asynchronous by a header, media inside the answer (seed 004)."""

import asyncio
import json
import re
import time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.sandbox import octoai
from app.sandbox.access import bearer
from app.sandbox.answers import Answer, Json, UnprocessableError, body_of, refusal
from app.sandbox.connections import HangUp
from app.sandbox.desk import Desk
from app.sandbox.downloads import BrokenOff
from app.sandbox.jobs import Job, Service, Status
from app.sandbox.octoai_rules import ENGINES, Engine
from app.sandbox.triggers import UNANSWERED, Trigger, triggers_in

ASYNC_HEADER = "X-OctoAI-Async"
_RESPONSE_ID = re.compile(r"[0-9a-f]{10}-[a-z0-9]{5}")
_LOOK_EVERY_S = 0.02


class OctoAiApi:
    """One method per call. Every one of them wants the key, also the addresses that an answer names."""

    def __init__(self, desk: Desk) -> None:
        """Take orders at `desk`."""
        self._desk = desk

    def routes(self) -> list[Route]:
        """The published calls. The three hosts of the service are one here."""
        return [
            Route("/generate/{engine}", self.generate, methods=["POST"]),
            Route("/v1/requests/{response_id}", self.poll, methods=["GET"]),
            Route("/v1/responses/{response_id}", self.response, methods=["GET"]),
        ]

    async def generate(self, request: Request) -> Answer:
        """POST: answer with the result when it is there, or at once with where to ask for it."""
        owner = self._owner(request)
        engine = ENGINES.get(request.path_params["engine"])
        if engine is None:
            return _not_found()
        try:
            body = await body_of(request)
            problems = engine.problems_of(body)
        except UnprocessableError as error:
            body, problems = None, error.problems
        if problems or not isinstance(body, dict):
            rows = [{"loc": list(row.loc), "msg": row.msg, "type": row.type} for row in problems]
            return Json({"detail": rows}, 422)
        refused = refusal(self._desk, owner, str(body.get("prompt") or ""), await request.body(), key="detail")
        if refused is not None:
            return refused
        if engine.size_of(body) is None:  # upstream's words for sides that do not go together (apis.md 1.4)
            return PlainTextResponse("Internal Server Error", 500)
        return await self._start(request, owner, engine, body)

    async def poll(self, request: Request) -> Answer:
        """GET the state: 202 as long as there is nothing to fetch."""
        job = self._job(request)
        if job is None:
            return _not_found()
        phase = job.phase(time.time())
        if not phase.finished:
            return Json({"status": "pending" if phase.status is Status.PENDING else "running"}, 202)
        return Json({"status": "completed", "response_url": _address(request, "responses", job.id)})

    async def response(self, request: Request) -> Answer:
        """GET the result: what the synchronous call would have answered."""
        job = self._job(request)
        if job is None or not job.phase(time.time()).finished:
            return _not_found()
        answer = await self._answer(job)
        if job.files and self._desk.break_off(job.files[0]):
            return BrokenOff(bytes(answer.body), dict(answer.headers))
        return answer

    async def _start(self, request: Request, owner: str, engine: Engine, body: dict[str, object]) -> Answer:
        later = request.headers.get(ASYNC_HEADER) == "1"
        config, source = await asyncio.to_thread(octoai.kept, engine, body)
        asked = triggers_in(str(config.get("prompt") or ""))
        job = self._desk.accept(
            owner,
            engine.model,
            config,
            asked,
            service=Service.OCTOAI,
            job_id=octoai.new_id() if later else "",
            results=octoai.result_count(engine, config),
            source=source,
        )
        if asked & UNANSWERED:
            return HangUp()
        if later:
            return Json({"response_id": job.id, "poll_url": _address(request, "requests", job.id)})
        while not job.phase(time.time()).finished:
            await asyncio.sleep(_LOOK_EVERY_S)
            still = self._desk.book.get(owner, job.id, Service.OCTOAI)
            if still is None:  # its time on the server was shorter than its work
                return _not_found()
            job = still
        return await self._answer(job)

    async def _answer(self, job: Job) -> Response:
        now = time.time()
        if job.problem or Trigger.FAIL in triggers_in(job.prompt):
            return Json({"detail": job.problem or octoai.FAILURE}, 500)
        content = await asyncio.to_thread(lambda: json.dumps(octoai.result(job, now)).encode())
        return Response(content, media_type="application/json")

    def _owner(self, request: Request) -> str:
        caller = bearer(request.headers.get("authorization"), self._desk.settings)
        if caller is None:
            raise HTTPException(401, "Invalid token")
        return caller[0]

    def _job(self, request: Request) -> Job | None:
        """An asynchronous job of the caller that is not a day old."""
        owner, response_id = self._owner(request), request.path_params["response_id"]
        if not _RESPONSE_ID.fullmatch(response_id):
            return None
        self._desk.clear_away()
        return self._desk.book.get(owner, response_id, Service.OCTOAI)


def _address(request: Request, kind: str, response_id: str) -> str:
    return f"{str(request.base_url).rstrip('/')}/v1/{kind}/{response_id}"


def _not_found() -> Answer:
    return Json({"detail": "Not Found"}, 404)
