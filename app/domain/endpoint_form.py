"""The form of a new endpoint: what is wrong with a wish, and the plans to begin from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.domain.docker_image import image_problem
from app.domain.endpoint import EndpointPlan, EndpointWish, Flavor
from app.domain.endpoint_lease import LeaseKind
from app.domain.text import Text, text

MOST_INSTANCES = 64
MOST_GPUS = 8
NAME_CHARS = 63
COMMAND_CHARS = 64 * 1024


@dataclass(frozen=True)
class EndpointTemplate:
    """A plan to begin from. Own ones have the name that was given to them; `hint` says what it needs or does."""

    template_id: str
    title: Text
    plan: EndpointPlan
    hint: Text = field(default_factory=Text)
    is_own: bool = False


TEMPLATES: tuple[EndpointTemplate, ...] = (
    EndpointTemplate(
        "flask",
        text("Flask example"),
        EndpointPlan(
            image="python:3.10-slim",
            command=(
                "pip install flask && apt update && apt install -y curl && curl -O https://raw.githubusercontent.com/"
                "huang-hf/share_data/refs/heads/main/app.py && python app.py"
            ),
            port=8080,
            gpus=0,
        ),
        text("NetMind's own example. It runs a script that is fetched from the internet when it starts."),
    ),
    EndpointTemplate(
        "comfyui",
        text("ComfyUI"),
        EndpointPlan(
            image="pytorch/pytorch:2.5.1-cuda12.1-cudnn9-runtime",
            command=(
                "apt-get update && apt-get install -y git libgl1 libglib2.0-0\n"
                "git clone --depth 1 https://github.com/comfyanonymous/ComfyUI /opt/ComfyUI\n"
                "pip install -r /opt/ComfyUI/requirements.txt\n"
                "python /opt/ComfyUI/main.py --listen 0.0.0.0 --port 8188"
            ),
            port=8188,
            gpus=1,
        ),
        text("Fetches ComfyUI when it starts, which takes some minutes. Anybody who knows its address can use it."),
    ),
    EndpointTemplate(
        "http",
        text("Plain HTTP server"),
        EndpointPlan(image="python:3.12-slim", command="python -m http.server 8000", port=8000, gpus=0),
        text("Shows the files of its own folder. Good for a first try."),
    ),
)


def problems(wish: EndpointWish, flavor: Flavor | None) -> dict[str, Text]:
    """What is wrong, by field: name, flavor, image, command, port, gpus, instances, lease. Empty when it can be sent."""
    plan = wish.plan
    found: dict[str, Text | None] = {
        "name": _name_problem(wish.name),
        "flavor": None if flavor else text("Choose a GPU."),
        "image": image_problem(plan.image),
        "command": text("The command is too long.") if len(plan.command) > COMMAND_CHARS else None,
        "port": None if plan.port and 1 <= plan.port <= 65535 else text("A port is a number from 1 to 65535."),
        "gpus": _gpu_problem(plan.gpus, flavor),
        "instances": None
        if 1 <= wish.instances <= MOST_INSTANCES
        else text("From 1 to {most} instances.", most=MOST_INSTANCES),
        "lease": _lease_problem(wish),
    }
    return {name: problem for name, problem in found.items() if problem is not None}


def warnings(wish: EndpointWish, flavor: Flavor | None) -> dict[str, Text]:
    """What is worth knowing and forbids nothing."""
    if flavor is None or flavor.free is None or wish.instances <= flavor.free:
        return {}
    if flavor.free == 0:
        return {"flavor": text("None of these is free at the moment. It may wait, and what that costs is not known.")}
    return {"instances": text("Only {count} of these are free at the moment.", count=flavor.free)}


def _name_problem(name: str) -> Text | None:
    if not name.strip():
        return text("A name is needed.")
    return None if len(name) <= NAME_CHARS else text("A name has at most {limit} characters.", limit=NAME_CHARS)


def _gpu_problem(gpus: int, flavor: Flavor | None) -> Text | None:
    most = flavor.most_gpus if flavor and flavor.most_gpus is not None else MOST_GPUS
    return None if 0 <= gpus <= most else text("One instance can have at most {most} GPUs of this kind.", most=most)


def _lease_problem(wish: EndpointWish) -> Text | None:
    lease = wish.lease
    if lease.kind is LeaseKind.TIME and lease.duration_s < 60:
        return text("At least one minute.")
    if lease.kind is LeaseKind.AMOUNT:
        if lease.amount is None or lease.amount <= Decimal(0):
            return text("An amount above zero.")
        if wish.hourly is None:
            return text("The price is not known, so choose an end after a time.")
    return None


def template_of(name: str, plan: EndpointPlan) -> EndpointTemplate:
    """An own template from any endpoint: without its GPU, which is chosen each time."""
    bare = replace(plan, flavor_id="", gpu_title="", region="", cuda="")
    return EndpointTemplate(f"own:{name}", text("{name}", name=name), bare, is_own=True)


def free_name(wanted: str, taken: Mapping[str, object] | set[str]) -> str:
    """The name itself, or with the first number behind it that nobody has: without a list it is all that tells two apart."""
    if wanted not in taken:
        return wanted
    return next(name for number in range(2, 10_000) if (name := f"{wanted}-{number}") not in taken)
