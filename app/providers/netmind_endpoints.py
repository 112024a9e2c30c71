"""NetMind dedicated endpoints, `/v1/inference-service`: rented GPUs (seed 003, apis.md 1.3).

Not a job API: no poll ends by itself, there is no list, a DELETE answers nothing, and a PUT echoes the old values. What the
published answers leave out (`...`) is read tolerantly: an address is taken from wherever `endpoint_metadata` has one.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from app.domain.endpoint import CURRENCIES, EndpointPlan, EndpointWish, Flavor, Reading
from app.domain.endpoint_errors import (
    EndpointGoneError,
    EndpointRefusedError,
    EndpointUnknownError,
    NoEndpointListError,
)
from app.domain.errors import InvalidRequestError, JobGoneError, NotAServiceAnswerError, StudioError, UnknownModelError
from app.domain.provider_info import ProviderInfo
from app.domain.text import text
from app.domain.values import Json, JsonObject
from app.net.address import path_of
from app.net.answer import Answer, apart
from app.net.client import ApiClient
from app.providers.wire import body_of, error_of, error_text, id_of, parse_time, refusal, says_failed, short_text

NETMIND_ENDPOINTS = ProviderInfo(
    provider_id="netmind_endpoints",
    title="NetMind",
    default_base_url="https://api.netmind.ai",
    key_id="netmind",
    key_environment="NETMIND_API_KEY",
    key_page="https://www.netmind.ai",
    summary=text("Your own GPU services on NetMind, paid by the hour from your NetMind account."),
)

SERVICES = path_of("v1", "inference-service")
FLAVORS = path_of("v1", "inference-service", "flavor")
COMMAND_CHARS = 64 * 1024
ADDRESS_CHARS = 2048

_ID_NAMES = ("service_id", "inference_id", "id")
_THERE_NAMES = (
    "available_instance_number",
    "running_instance_number",
    "current_instance_number",
    "ready_instance_number",
)
_ADDRESS_NAMES = ("url", "endpoint_url", "endpoint", "address", "host", "domain", "public_url")


class NetMindEndpoints:
    """One account's endpoints. Raises errors of `app.domain.errors` and nothing else; `create` is never repeated."""

    def __init__(self, info: ProviderInfo, api: ApiClient) -> None:
        self._info = info
        self._api = api

    @property
    def info(self) -> ProviderInfo:
        """Names and addresses."""
        return self._info

    @property
    def origin(self) -> str:
        """The base URL: where an endpoint was started is where it has to be asked for."""
        return self._api.base_url

    async def flavors(self) -> tuple[Flavor, ...]:
        """What can be rented now, with prices; deleted flavors are left out."""
        answer = await self._api.request("GET", FLAVORS)
        if not answer.ok:
            raise error_of(answer)
        return await apart(answer, lambda: flavors_of(answer.json()))

    async def create(self, wish: EndpointWish) -> Reading:
        """The paid POST, sent once. Raises with `not_started` true where nothing runs.

        EndpointUnknownError stands for a success that names no id: it may run and cost money.
        """
        answer = await self._api.request("POST", SERVICES, json_body=create_body(wish))
        if not answer.ok:
            raise _refused(error_of(answer))
        return await apart(answer, lambda: created_of(answer))

    async def read(self, service_id: str) -> Reading:
        """How it stands. Raises EndpointGoneError when the server does not know it."""
        answer = await self._api.request("GET", _path(service_id))
        if not answer.ok:
            raise _gone(error_of(answer, job_known=True))
        return await apart(answer, lambda: _one(answer, service_id))

    async def scale(self, service_id: str, instances: int) -> None:
        """Asks for another number of instances. A number is sent; where a 422 comes, the same as text, once (quirk 1).

        The answer echoes old values and says nothing: reads tell. Raises EndpointRefusedError and EndpointGoneError.
        """
        answer = await self._put(service_id, instances)
        if answer.status == 422:
            answer = await self._put(service_id, str(instances))
        if not answer.ok:
            raise _refused(_gone(error_of(answer, job_known=True)))

    async def delete(self, service_id: str) -> None:
        """Asks for its end. An empty body is the usual answer; 404 counts as done. Reads prove it."""
        answer = await self._api.request("DELETE", _path(service_id))
        error = None if answer.ok else _gone(error_of(answer, job_known=True))
        if error is not None and not isinstance(error, EndpointGoneError):
            raise error

    async def list_all(self) -> tuple[Reading, ...]:
        """Everything the account runs, where a server has such a call: none is documented. Raises NoEndpointListError."""
        answer = await self._api.request("GET", SERVICES)
        if not answer.ok:
            # 403 is what the gateway says of an address that does not exist (apis.md 1.0)
            no_such_call = answer.status in (400, 403, 404, 405, 410, 422, 501)
            raise NoEndpointListError(http_status=answer.status) if no_such_call else error_of(answer)
        return await apart(answer, lambda: listed_of(answer.json()))

    async def close(self) -> None:
        """Closes the connections."""
        await self._api.close()

    async def _put(self, service_id: str, instances: Json) -> Answer:
        body = body_of({"resource_metadata": {"target_instance_number": instances}})
        return await self._api.request("PUT", _path(service_id), json_body=body)


def create_body(wish: EndpointWish) -> bytes:
    """The documented body; the command as it was typed, letter by letter."""
    plan = wish.plan
    return body_of(
        {
            "name": wish.name,
            "description": wish.description,
            "payment_type": plan.currency,
            "resource_metadata": {
                "flavor_id": plan.flavor_id,
                "scale_type": "manual",
                "target_instance_number": wish.instances,
            },
            "deploy_metadata": {
                "image_url": plan.image,
                "command": plan.command,
                "port": plan.port,
                "gpu_num": plan.gpus,
            },
        }
    )


def _path(service_id: str) -> str:
    if service_id.strip() in ("", ".", ".."):
        raise EndpointGoneError("The id of this endpoint is empty.")
    return path_of("v1", "inference-service", service_id)


def _refused(error: StudioError) -> StudioError:
    if not isinstance(error, InvalidRequestError | UnknownModelError):
        return error
    return EndpointRefusedError(error.server_text, http_status=error.http_status, fields=error.fields)


def _gone(error: StudioError) -> StudioError:
    if not isinstance(error, JobGoneError):
        return error
    return EndpointGoneError(error.server_text, http_status=error.http_status)


# --- from JSON to our words; these functions raise errors of app.domain.errors and nothing else


def flavors_of(body: Json) -> tuple[Flavor, ...]:
    """The flavors of an answer. Raises NotAServiceAnswerError where there is no list: that is not an empty one."""
    rows = body.get("flavor_list", body.get("data")) if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise NotAServiceAnswerError("The list of GPUs has an unknown form.")
    found = (_flavor(row) for row in rows if isinstance(row, dict) and row.get("is_deleted") is not True)
    return tuple({flavor.flavor_id: flavor for flavor in found if flavor is not None}.values())


def _flavor(row: JsonObject) -> Flavor | None:
    flavor_id = id_of(row, ("flavor_id",))
    if not flavor_id:
        return None
    meta, billing = _object(row, "meta_info"), _object(row, "billing")
    prices = {name: _price(billing.get(f"{name}_price_unit")) for name in CURRENCIES}
    return Flavor(
        flavor_id=flavor_id,
        title=_words(row, "display_name") or flavor_id[:8],
        region=_words(meta, "region"),
        cuda=_words(meta, "cuda"),
        cluster=_words(row, "cluster_flavor_id"),
        prices={name: price for name, price in prices.items() if price is not None},
        free=_count(row.get("available_num")),
        most_gpus=_count(row.get("node_max_gpu")),
    )


def created_of(answer: Answer) -> Reading:
    """The endpoint in the answer to a create. Raises EndpointUnknownError where it names no id."""
    try:
        body = answer.json()
    except NotAServiceAnswerError:
        raise EndpointUnknownError(answer.excerpt(), http_status=answer.status) from None
    reading = reading_of(body)
    if reading is not None:
        return reading
    if isinstance(body, dict) and says_failed(body):
        raise _refused(refusal(answer))
    raise EndpointUnknownError(error_text(answer), http_status=answer.status)


def _one(answer: Answer, service_id: str) -> Reading:
    body = answer.json()
    reading = reading_of(body, service_id)
    if reading is None or reading.service_id != service_id:
        if isinstance(body, dict) and says_failed(body):
            raise refusal(answer)
        raise NotAServiceAnswerError("The answer is about something else.")
    return reading


def listed_of(body: Json) -> tuple[Reading, ...]:
    """The endpoints of a list. Raises NoEndpointListError for anything that is none: the call is not documented."""
    rows = body
    for name in ("service_list", "inference_service_list", "services", "data", "items"):
        if isinstance(body, dict) and isinstance(body.get(name), list):
            rows = body[name]
            break
    if not isinstance(rows, list):
        raise NoEndpointListError
    return tuple(reading for row in rows if (reading := reading_of(row)) is not None and not reading.is_deleted)


def reading_of(body: Json, known_id: str = "") -> Reading | None:
    """One service object, also where it is wrapped in `data`; None where it is none.

    An object without an id counts as the one that was asked for, when it has a status.
    """
    entry = body
    if isinstance(body, dict) and not id_of(body, _ID_NAMES) and isinstance(body.get("data"), dict):
        entry = body["data"]
    if not isinstance(entry, dict):
        return None
    service_id = id_of(entry, _ID_NAMES) or (known_id if "status" in entry else "")
    if not service_id:
        return None
    resource, deploy, place = (_object(entry, f"{name}_metadata") for name in ("resource", "deploy", "endpoint"))
    return Reading(
        service_id=service_id,
        wire_status=_words(entry, "status"),
        name=_words(entry, "name"),
        description=_words(entry, "description"),
        status_info=_said(entry.get("status_info")),
        target=_count(resource.get("target_instance_number")),
        there=_there(resource, place),
        address=_address(place),
        plan=_plan(entry, resource, deploy),
        created_at=parse_time(entry.get("created_at")),
        deleted_at=parse_time(entry.get("deleted_at")),
        is_deleted=entry.get("is_deleted") is True,
    )


def _plan(entry: JsonObject, resource: JsonObject, deploy: JsonObject) -> EndpointPlan:
    command = deploy.get("command")
    gpus = _count(deploy.get("gpu_num"))
    return EndpointPlan(
        image=_words(deploy, "image_url"),
        command=command[:COMMAND_CHARS] if isinstance(command, str) else "",
        port=_count(deploy.get("port")),
        gpus=1 if gpus is None else gpus,
        flavor_id=id_of(resource, ("flavor_id",)),
        gpu_title=_words(resource, "resource_display_name"),
        currency=_words(entry, "payment_type") or "usd",
    )


def _there(*places: JsonObject) -> int | None:
    found = (_count(place.get(name)) for place in places for name in _THERE_NAMES)
    return next((count for count in found if count is not None), None)


def _address(place: JsonObject) -> str:
    """The first web address among the likely names, or anywhere at the top of the object; its shape is not documented."""
    likely = [place.get(name) for name in _ADDRESS_NAMES]
    for value in (*likely, *place.values()):
        if isinstance(value, str) and value.strip().startswith(("https://", "http://")):
            return value.strip()[:ADDRESS_CHARS]
    return ""


def _object(entry: Mapping[str, Json], name: str) -> JsonObject:
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def _words(entry: Mapping[str, Json], name: str) -> str:
    value = entry.get(name)
    return short_text(value) if isinstance(value, str) else ""


def _said(value: Json) -> str:
    """`status_info` is null in the published answers; whatever stands there one day is shown."""
    return short_text("; ".join(_texts(value)))


def _texts(value: Json, depth: int = 3) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner, depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth - 1)


def _count(value: Json) -> int | None:
    """A number of things, as number or text (quirk 1); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value.strip()) < 10:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value < 10**9 else None


def _price(value: Json) -> Decimal | None:
    """An exact amount: a float is read as it was written, never as its binary neighbour."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        price = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return price if price.is_finite() and Decimal(0) <= price < Decimal(10**6) else None
