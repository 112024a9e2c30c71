"""Seed 003 in JSON: the price list, one service, and what is wrong with a body that asks for one."""

from datetime import UTC, datetime

from app.sandbox.checks import FieldProblem, Number, Rule, Words, object_problems
from app.sandbox.rentals import FLAVORS, Mark, Rental, RentalBook, RentalFlavor, flavor_of

_STAMP = "%Y-%m-%d %H:%M:%S"


def flavor_json(flavor: RentalFlavor, free: int) -> dict[str, object]:
    """One row of the price list, with every field of the seed."""
    return {
        "flavor_id": flavor.flavor_id,
        "display_name": flavor.name,
        "cluster_id": "1",
        "cluster_flavor_id": flavor.cluster,
        "meta_info": {"cuda": flavor.cuda, "region": flavor.region},
        "billing": {
            "cny_price_unit": flavor.cny,
            "usd_price_unit": flavor.usd,
            "nmt_price_unit": flavor.nmt,
        },
        "created_at": "2024-11-13 09:00:19",
        "updated_at": "2024-11-13 09:00:19",
        "deleted_at": None,
        "is_deleted": False,
        "available_num": free,
        "node_max_gpu": flavor.most_gpus,
    }


def price_list(book: RentalBook) -> dict[str, object]:
    """The whole answer."""
    return {"flavor_list": [flavor_json(flavor, book.free(flavor)) for flavor in FLAVORS]}


def service_json(rental: Rental, now: float, base_url: str, *, old: Rental | None = None) -> dict[str, object]:
    """One service. `old` is how it stood before a change: a PUT echoes that."""
    shown = old or rental
    flavor = flavor_of(rental.flavor_id)
    status = "initializing" if old is not None else rental.status(now)
    failed = status == "failed"
    count = {} if Mark.SILENT in rental.marks else {"available_instance_number": rental.there(now)}
    return {
        "service_id": rental.id,
        "name": rental.name,
        "description": rental.description,
        "user_id": rental.owner,
        "status": status,
        "status_info": "Back-off restarting failed container" if failed else None,
        "resource_metadata": {
            "resource_display_name": flavor.name,
            "scale_type": "manual",
            "flavor_id": rental.flavor_id,
            "target_instance_number": shown.target(now),
            "scale_policy": None,
            "VRAM": "32GB",
            "image_size": "12GB",
        },
        "billing_metadata": {"price_unit": float(flavor.price(rental.currency)), "payment_type": rental.currency},
        "endpoint_metadata": {"endpoint_url": f"{base_url}/endpoints/{rental.id}/", **count},
        "deploy_metadata": {
            "image_url": rental.image,
            "command": rental.command,
            "port": rental.port,
            "gpu_num": rental.gpus,
        },
        "service_type": "normal",
        "created_at": _time(rental.created),
        "updated_at": _time(rental.updated),
        "deleted_at": None,
        "is_deleted": False,
        "payment_type": rental.currency,
    }


def wish_of(body: object) -> tuple[dict[str, object], int, list[FieldProblem]]:
    """What a create asks for: the fields of a rental, the number of instances, and what is wrong."""
    resource, deploy = _part(body, "resource_metadata"), _part(body, "deploy_metadata")
    problems = _problems(body, resource, deploy)
    if problems or not isinstance(body, dict):
        return {}, 0, problems
    wish = {
        "name": body["name"],
        "description": body.get("description") or "",
        "currency": body["payment_type"],
        "flavor_id": resource["flavor_id"],
        "image": deploy["image_url"],
        "command": deploy["command"],
        "port": deploy["port"],
        "gpus": deploy["gpu_num"],
    }
    return wish, int(str(resource["target_instance_number"])), []


def scale_of(body: object, rental: Rental) -> tuple[int, list[FieldProblem]]:
    """The number that a change asks for, as number or text (seed 003 shows both), and what is wrong."""
    resource = _part(body, "resource_metadata")
    value = resource.get("target_instance_number")
    loc = ("body", "resource_metadata", "target_instance_number")
    if Mark.TEXT in rental.marks and not isinstance(value, str):
        return 0, [FieldProblem(loc, "Input should be a valid string", "string_type", value)]
    problems = Number(0, 64, whole=True, text_too=True).problems(value, loc)
    if not problems and Mark.NO_ZERO in rental.marks and int(str(value)) == 0:
        problems = [FieldProblem(loc, "Input should be greater than 0", "greater_than", value, {"gt": 0})]
    return (0, problems) if problems else (int(str(value)), [])


def _problems(body: object, resource: dict[str, object], deploy: dict[str, object]) -> list[FieldProblem]:
    if not isinstance(body, dict):
        said = "Input should be a valid dictionary or object to extract fields from"
        return [FieldProblem(("body",), said, "model_attributes_type", body)]
    outer: dict[str, Rule] = {"name": Words(filled=True), "description": Words(), "payment_type": Words()}
    found = object_problems(
        body, outer, ("body",), required=("name", "payment_type", "resource_metadata", "deploy_metadata")
    )
    inner: dict[str, Rule] = {
        "flavor_id": Words(),
        "scale_type": Words(),
        "target_instance_number": Number(1, 64, whole=True),
    }
    found += object_problems(resource, inner, ("body", "resource_metadata"), required=tuple(inner))
    made: dict[str, Rule] = {
        "image_url": Words(filled=True),
        "command": Words(),
        "port": Number(1, 65535, whole=True),
        "gpu_num": Number(0, 8, whole=True),
    }
    found += object_problems(deploy, made, ("body", "deploy_metadata"), required=tuple(made))
    if not found and body["payment_type"] not in ("usd", "cny", "nmt"):
        said = "Input should be 'usd', 'cny' or 'nmt'"
        found.append(FieldProblem(("body", "payment_type"), said, "literal_error", body["payment_type"]))
    return found


def _part(body: object, name: str) -> dict[str, object]:
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, dict) else {}


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime(_STAMP)
