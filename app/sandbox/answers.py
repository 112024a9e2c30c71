"""Answers that every dialect gives: JSON, 422 rows, and the refusals that a prompt's marks ask for."""

import json
from math import isfinite

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp

from app.sandbox.checks import FieldProblem
from app.sandbox.desk import Desk
from app.sandbox.triggers import Trigger, status_asked_for, triggers_in

NO_KEY = "Invalid API key"
Answer = Response | ASGIApp  # Starlette calls either


class Json(JSONResponse):
    """JSON in plain ASCII, so that half a surrogate pair in a prompt cannot break the answer."""

    def render(self, content: object) -> bytes:
        """The bytes on the wire."""
        return json.dumps(content).encode()


class BadJsonError(ValueError):
    """The body is not what JSON allows."""


class UnprocessableError(HTTPException):
    """The body is refused; answered 422 with one row for each problem, as FastAPI does."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        """Refuse for these reasons."""
        super().__init__(422)
        self.problems = problems


async def body_of(request: Request) -> object:
    """The body as JSON; a body of another type stays text, as in FastAPI.

    Raises:
        UnprocessableError: it is not JSON.
    """
    try:
        return _read_json(request.headers.get("content-type", ""), await request.body())
    except BadJsonError as error:
        row = FieldProblem(("body", 0), "JSON decode error", "json_invalid", {}, {"error": str(error)})
        raise UnprocessableError([row]) from error


def unprocessable(problems: list[FieldProblem]) -> Response:
    """422 as FastAPI words it."""
    return Json({"detail": [problem.as_json() for problem in problems]}, 422)


def refusal(desk: Desk, owner: str, prompt: str, body: bytes, *, key: str = "message") -> Answer | None:
    """The answer that the prompt's marks ask for, if they ask for one; `key` is where the dialect puts its text."""
    asked, status = triggers_in(prompt), status_asked_for(prompt)
    if status is not None:
        return Json({key: f"The prompt asked for {status}"}, status)
    if Trigger.BALANCE in asked:
        return Json({key: "balance not enough"}, 400)
    if Trigger.BUSY in asked and desk.tell_to_come_again(owner, body):
        return Json({key: "Too many requests"}, 429, {"Retry-After": "2"})
    if Trigger.DOWN in asked:
        return Json({key: "Service is unavailable"}, 500)
    if Trigger.HTML in asked:
        return HTMLResponse("<!DOCTYPE html><html><body><h1>Please wait</h1></body></html>")
    return None


def _read_json(content_type: str, raw: bytes) -> object:
    """The body as JSON, or as text where it says that it is something else.

    Raises:
        BadJsonError: it is not JSON, or holds NaN or a number beyond floats.
    """
    if "json" not in content_type.lower():
        return raw.decode("latin-1")

    def number(text: str) -> float:
        value = float(text)
        if not isfinite(value):
            raise BadJsonError(f"Out of range: {text}")
        return value

    try:
        return json.loads(raw, parse_float=number, parse_constant=number)
    except (ValueError, RecursionError) as error:
        raise BadJsonError(str(error)) from error
