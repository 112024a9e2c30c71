"""Drives octoai 1.11.0 with nothing but its published calls: BASE_URL KEY PICTURE FOLDER, one JSON object out.

Runs in the clients' own environment (packaging/vendor_clients.py), never in the studio's.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from octoai.client import AsyncOctoAI, OctoAI  # type: ignore[import-not-found]
from octoai.core.api_error import ApiError  # type: ignore[import-not-found]
from octoai.environment import OctoAIEnvironment  # type: ignore[import-not-found]
from octoai.util import from_file, to_file  # type: ignore[import-not-found]

PATIENCE_S = 30.0


def main(base_url: str, key: str, picture: str, folder: Path) -> dict[str, object]:
    """Every call in turn; what came back, as far as it fits JSON."""
    environment = OctoAIEnvironment(default=base_url, image_gen=base_url, text_gen=base_url)
    client = OctoAI(api_key=key, environment=environment)
    stranger = OctoAI(api_key="wrong", environment=environment)
    return {
        "images": still_pictures(client.image_gen, from_file(picture), folder),
        "film": film(client.image_gen, from_file(picture), folder / "new.mp4"),
        "async client": asyncio.run(asynchronously(AsyncOctoAI(api_key=key, environment=environment))),
        "infer": inferences(base_url, key, environment),
        "wrong key": failure(lambda: stranger.image_gen.generate_sdxl(prompt="x")),
        "wrong value": failure(lambda: client.image_gen.generate_sdxl(prompt="x", steps=999)),
        "wrong sides": failure(lambda: client.image_gen.generate_sd3(prompt="x", width=512, height=512)),
        "no credit": failure(lambda: client.image_gen.generate_sdxl(prompt="[balance]")),
        "web page": failure(lambda: client.image_gen.generate_sdxl(prompt="[html]")),
        "too busy": failure(lambda: client.image_gen.generate_sdxl(prompt="[busy]")),
    }


def still_pictures(images: Any, given: str, folder: Path) -> dict[str, object]:
    """Each engine that this client knows, saved by the client's own helper."""
    calls: dict[str, Callable[[], Any]] = {
        "sdxl": lambda: images.generate_sdxl(
            prompt="a cat astronaut",
            width=1344,
            height=768,
            num_images=2,
            seed=[7, 9],
            image_encoding="png",
            sampler="K_EULER",
            style_preset="Craft Clay",
            loras={"crayon-style": 0.3},
        ),
        "sd3": lambda: images.generate_sd3(prompt="a cat"),
        "flux-schnell": lambda: images.generate_flux_schnell(prompt="a cat", width=512, height=512),
        "flux-dev": lambda: images.generate_flux_dev(prompt="a cat", init_image=given, strength=0.4),
        "controlnet-sdxl": lambda: images.generate_controlnet_sdxl(prompt="a cat", controlnet_image=given),
        "refused": lambda: images.generate_sdxl(prompt="a fight [refuse]", num_images=2),
    }
    told: dict[str, object] = {}
    for name, call in calls.items():
        made = call()
        rows = []
        for number, image in enumerate(made.images):
            file = folder / f"{name}-{number}"
            if not image.removed_for_safety:
                to_file(image, str(file))
            rows.append({"file": file.name, "removed": image.removed_for_safety, "seed": image.seed})
        told[name] = {"rows": rows, "took_ms": made.prediction_time_ms}
    return told


def film(images: Any, given: str, file: Path) -> dict[str, object]:
    """A film from a picture."""
    made = images.generate_svd(image=given, fps=10, motion_scale=0.8, num_videos=2, seed=3)
    to_file(made.videos[0], str(file))
    return {"seeds": [video.seed for video in made.videos], "took_ms": made.prediction_time_ms}


async def asynchronously(client: Any) -> int:
    """The same through the asyncio client: how many letters of base64 the picture has."""
    made = await client.image_gen.generate_sdxl(prompt="a cat")
    return len(made.images[0].image_b64)


def inferences(base_url: str, key: str, environment: OctoAIEnvironment) -> dict[str, object]:
    """infer, infer_async and its two followers.

    In this release they go around the part of the client that adds the key (apis.md 1.4), so that they are refused
    unless the key is given to the client's `httpx_client`, which is a documented option.
    """
    url, inputs = f"{base_url}/generate/flux-schnell", {"prompt": "a cat"}
    keyless = OctoAI(api_key=key, environment=environment)
    refused = failure(lambda: keyless.infer_async(url, inputs))
    authorised = httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=60)
    client = OctoAI(api_key=key, environment=environment, httpx_client=authorised)
    future = client.infer_async(url, inputs)
    early = client.is_future_ready(future)
    deadline = time.monotonic() + PATIENCE_S
    while not client.is_future_ready(future) and time.monotonic() < deadline:
        time.sleep(0.02)
    later = client.get_future_result(future)
    return {
        "without a key": refused,
        "early": early,
        "async images": len(later["images"]),
        "images": len(client.infer(url, inputs)["images"]),
    }


def failure(call: Callable[[], object]) -> dict[str, object]:
    """The client's own error: its kind, status and body."""
    try:
        call()
    except ApiError as error:
        return {"kind": type(error).__name__, "status": error.status_code, "body": str(error.body)}
    except httpx.HTTPStatusError as error:
        return {"kind": type(error).__name__, "status": error.response.status_code, "body": error.response.text}
    return {"kind": "no error", "status": 200, "body": ""}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
