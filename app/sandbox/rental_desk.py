"""The counter for rented GPUs without HTTP: a method and a path in, a status and a body out. Tests drive it directly."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from app.sandbox.checks import FieldProblem
from app.sandbox.rental_words import price_list, scale_of, service_json, wish_of
from app.sandbox.rentals import FLAVORS, RentalBook

NOT_FOUND = {"message": "Inference service not found"}


@dataclass(frozen=True, slots=True)
class Told:
    """A status and a body; None is an empty one, as after a DELETE."""

    status: int
    body: object = None

    @property
    def raw(self) -> bytes:
        """The bytes on the wire."""
        return b"" if self.body is None else json.dumps(self.body).encode()


class RentalDesk:
    """One method per call of seed 003. `has_list` adds the call that the seed does not have."""

    def __init__(self, book: RentalBook, *, has_list: bool = False) -> None:
        """Take orders for `book`."""
        self.book = book
        self._has_list = has_list

    def flavors(self) -> Told:
        """The price list."""
        return Told(200, price_list(self.book))

    def create(self, owner: str, body: object, base_url: str) -> Told:
        """Begin one; its bill begins, too."""
        wish, instances, problems = wish_of(body)
        if problems:
            return _refused(problems)
        if wish["flavor_id"] not in {flavor.flavor_id for flavor in FLAVORS}:
            return Told(400, {"message": "Flavor not found"})
        rental = self.book.create(owner, wish, instances)
        return Told(200, service_json(rental, self.book.clock(), base_url))

    def list_all(self, owner: str, base_url: str) -> Told:
        """Everything of this key, where there is such a call."""
        if not self._has_list:
            return Told(405, {"detail": "Method Not Allowed"})
        now = self.book.clock()
        return Told(200, {"service_list": [service_json(one, now, base_url) for one in self.book.of(owner)]})

    def read(self, owner: str, rental_id: str, base_url: str) -> Told:
        """One of them."""
        rental = self.book.get(owner, rental_id)
        return Told(404, NOT_FOUND) if rental is None else Told(200, service_json(rental, self.book.clock(), base_url))

    def scale(self, owner: str, rental_id: str, body: object, base_url: str) -> Told:
        """Another number of instances; the answer echoes the old values (apis.md 1.3)."""
        rental = self.book.get(owner, rental_id)
        if rental is None:
            return Told(404, NOT_FOUND)
        instances, problems = scale_of(body, rental)
        if problems:
            return _refused(problems)
        changed = self.book.scale(rental, instances)
        return Told(200, service_json(changed, self.book.clock(), base_url, old=rental))

    def delete(self, owner: str, rental_id: str) -> Told:
        """End one; the answer is empty."""
        rental = self.book.get(owner, rental_id)
        if rental is None:
            return Told(404, NOT_FOUND)
        self.book.delete(rental)
        return Told(200)

    def handle(self, method: str, path: str, body: bytes | None, owner: str, base_url: str) -> Told:
        """A call as it comes over the wire, for tests that need no socket."""
        rental_id = path.removeprefix("/v1/inference-service").strip("/")
        content = json.loads(body) if body else None
        calls: dict[tuple[str, bool], Callable[[], Told]] = {
            ("POST", False): lambda: self.create(owner, content, base_url),
            ("GET", False): lambda: self.list_all(owner, base_url),
            ("GET", True): lambda: self.read(owner, rental_id, base_url),
            ("PUT", True): lambda: self.scale(owner, rental_id, content, base_url),
            ("DELETE", True): lambda: self.delete(owner, rental_id),
        }
        return self.flavors() if rental_id == "flavor" else calls[method, bool(rental_id)]()


def _refused(problems: list[FieldProblem]) -> Told:
    return Told(422, {"detail": [problem.as_json() for problem in problems]})
