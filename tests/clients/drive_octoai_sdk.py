"""Drives octoai-sdk 0.10.1 with nothing but its published calls: BASE_URL KEY PICTURE FOLDER, one JSON object out.

Runs in the clients' own environment (packaging/vendor_clients.py), never in the studio's.
"""

import base64
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from octoai.client import Client  # type: ignore[import-not-found]
from octoai.clients.image_gen import ImageGenerator  # type: ignore[import-not-found]
from octoai.clients.video_gen import VideoGenerator  # type: ignore[import-not-found]
from octoai.errors import OctoAIError  # type: ignore[import-not-found]
from octoai.types import Image  # type: ignore[import-not-found]

PATIENCE_S = 30.0


def main(base_url: str, key: str, picture: str, folder: Path) -> dict[str, object]:
    """Every call in turn; what came back, as far as it fits JSON."""
    # The endpoint is an argument of each call, so the client needs no setting to talk to another server.
    client = Client(token=key)
    return {
        "infer": pictures(client.infer(f"{base_url}/generate/sdxl", {"prompt": "a cat astronaut", "seed": 5})),
        "infer after 429": pictures(client.infer(f"{base_url}/generate/sd", {"prompt": "[busy] a cat"})),
        "async": in_the_background(client, f"{base_url}/generate/ssd", {"prompt": "a cat", "num_images": 2}),
        "failed later": message(lambda: in_the_background(client, f"{base_url}/generate/sd", {"prompt": "[fail]"})),
        "image generator": image_generator(base_url, key, picture),
        "video generator": video_generator(base_url, key, picture, folder / "old.mp4"),
        "wrong key": message(lambda: Client(token="wrong").infer(f"{base_url}/generate/sdxl", {"prompt": "x"})),
        "wrong engine": message(lambda: client.infer(f"{base_url}/generate/dalle", {"prompt": "x"})),
        "wrong value": message(lambda: client.infer(f"{base_url}/generate/sdxl", {"prompt": "x", "steps": 999})),
        "too large": message(lambda: client.infer(f"{base_url}/generate/sdxl", {"prompt": "x" * 11_000_000})),
        "unknown request": message(lambda: client.is_future_ready(gone(client, base_url))),
    }


def pictures(result: Any) -> list[dict[str, object]]:
    """Kind, seed and fate of each picture of a result."""
    return [
        {
            "head": base64.b64decode(row["image_b64"])[:3].hex(),
            "seed": row["seed"],
            "removed": row["removed_for_safety"],
        }
        for row in result["images"]
    ]


def in_the_background(client: Client, url: str, inputs: dict[str, object]) -> dict[str, object]:
    """infer_async, is_future_ready and get_future_result, as the README tells to use them."""
    future = client.infer_async(url, inputs)
    early = {"ready": client.is_future_ready(future), "result": client.get_future_result(future)}
    deadline = time.monotonic() + PATIENCE_S
    while not client.is_future_ready(future) and time.monotonic() < deadline:
        time.sleep(0.02)
    return {"id": future.response_id, "early": early, "images": pictures(client.get_future_result(future))}


def gone(client: Client, base_url: str) -> Any:
    """A future that the server does not know any more."""
    future = client.infer_async(f"{base_url}/generate/sd", {"prompt": "[fail]"})
    return future.model_copy(update={"poll_url": f"{base_url}/v1/requests/778bbfd58c-hz95k"})


def image_generator(base_url: str, key: str, picture: str) -> dict[str, object]:
    """The comfortable class. Its `num_images` may exceed what it returns: removed ones are only counted."""
    generator = ImageGenerator(api_endpoint=base_url, token=key)
    made = generator.generate(engine="sdxl", prompt="a [partial] fight", num_images=3, width=1344, height=768)
    given = Image.from_file(picture)
    from_picture = generator.generate(engine="sd", prompt="a lake", init_image=given, strength=0.5)
    led = generator.generate(engine="controlnet-sdxl", prompt="a lake", controlnet="canny_sdxl", controlnet_image=given)
    return {
        "sizes": [image.to_pil().size for image in made.images],
        "removed": made.removed_for_safety,
        "more": [from_picture.images[0].to_pil().size, led.images[0].to_pil().size],
    }


def video_generator(base_url: str, key: str, picture: str, film: Path) -> dict[str, object]:
    """A film from a picture, without a seed: the check of this release refuses every valid one (apis.md 1.4)."""
    generator = VideoGenerator(api_endpoint=base_url, token=key)
    given = Image.from_file(picture)
    made = generator.generate(engine="svd", image=given, fps=10, motion_scale=5)
    made.videos[0].to_file(str(film))
    refused = message(lambda: generator.generate(engine="svd", image=given, seed=5))
    return {"films": len(made.videos), "removed": made.removed_for_safety, "seed": refused}


def message(call: Callable[[], object]) -> str:
    """The kind and text of the client's own error."""
    try:
        call()
    except OctoAIError as error:
        return f"{type(error).__name__}: {error.message}"
    return "no error"


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
