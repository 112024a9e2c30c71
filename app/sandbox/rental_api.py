"""The HTTP side of rented GPUs: `/v1/inference-service` of seed 003, each endpoint's own page, and the bill."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.sandbox.access import owner_of
from app.sandbox.answers import NO_KEY, Answer, Json, body_of, refusal
from app.sandbox.connections import HangUp
from app.sandbox.desk import Desk
from app.sandbox.rental_desk import RentalDesk, Told
from app.sandbox.rentals import RentalBook, factored
from app.sandbox.settings import SandboxSettings
from app.sandbox.triggers import Trigger, triggers_in

PATH = "/v1/inference-service"
PAGE = """<!DOCTYPE html><html><head><title>Demo endpoint</title></head><body><h1>{name}</h1>
<p>This is a page of Slowlight's demo server. No GPU was rented and nothing runs here.</p></body></html>"""


class RentalApi:
    """One method per call."""

    def __init__(self, desk: Desk, settings: SandboxSettings) -> None:
        """Read the book that an earlier server left."""
        self._desk = desk
        folder = settings.state_dir / "endpoints" if settings.state_dir else None
        self.book = RentalBook(factored(settings.clock_factor), settings.speed, folder)
        self._rentals = RentalDesk(self.book, has_list=settings.endpoint_list)

    def routes(self) -> list[Route]:
        """The six calls of the seed, the list that it does not have, and the demo's own two."""
        return [
            Route(PATH + "/flavor", self.flavors, methods=["GET"]),
            Route(PATH, self.create, methods=["POST"]),
            Route(PATH, self.list_all, methods=["GET"]),
            Route(PATH + "/{rental_id}", self.read, methods=["GET"]),
            Route(PATH + "/{rental_id}", self.scale, methods=["PUT"]),
            Route(PATH + "/{rental_id}", self.delete, methods=["DELETE"]),
            Route("/endpoints/{rental_id}/", self.page, methods=["GET"]),
            Route("/sandbox/bill", self.bill, methods=["GET"]),
        ]

    async def flavors(self, request: Request) -> Answer:
        """GET the price list."""
        self._owner(request)
        return _sent(self._rentals.flavors())

    async def create(self, request: Request) -> Answer:
        """POST: check, begin, answer; with a mark in its name or description, misbehave."""
        owner = self._owner(request)
        body = await body_of(request)
        marked = " ".join(str(body.get(name, "")) for name in ("name", "description")) if isinstance(body, dict) else ""
        refused = refusal(self._desk, owner, marked, await request.body())
        if refused is not None:
            return refused
        told = self._rentals.create(owner, body, _base(request))
        return HangUp() if told.status == 200 and Trigger.LOST in triggers_in(marked) else _sent(told)

    async def list_all(self, request: Request) -> Answer:
        """GET all, where it is switched on."""
        return _sent(self._rentals.list_all(self._owner(request), _base(request)))

    async def read(self, request: Request) -> Answer:
        """GET one."""
        return _sent(self._rentals.read(self._owner(request), request.path_params["rental_id"], _base(request)))

    async def scale(self, request: Request) -> Answer:
        """PUT another number of instances."""
        owner, body = self._owner(request), await body_of(request)
        return _sent(self._rentals.scale(owner, request.path_params["rental_id"], body, _base(request)))

    async def delete(self, request: Request) -> Answer:
        """DELETE one."""
        return _sent(self._rentals.delete(self._owner(request), request.path_params["rental_id"]))

    async def page(self, request: Request) -> Answer:
        """GET an endpoint's own address; it needs no key."""
        rental = self.book.any(request.path_params["rental_id"])
        if rental is None:
            raise HTTPException(404, "Not Found")
        if not rental.there(self.book.clock()):
            return Json({"detail": "No instance is ready"}, 503)
        return HTMLResponse(PAGE.format(name=rental.id))

    async def bill(self, _request: Request) -> Answer:
        """GET the exact bill."""
        return Json(self.book.bill())

    def _owner(self, request: Request) -> str:
        owner = owner_of(request.headers.get("authorization"), self._desk.settings)
        if owner is None:
            raise HTTPException(401, NO_KEY)
        return owner


def _sent(told: Told) -> Response:
    return Response(status_code=told.status) if told.body is None else Json(told.body, told.status)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
