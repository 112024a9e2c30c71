"""Plain HTTP calls for the demo server's tests, and media files looked into without any player."""

import http.client
import json
import struct
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

IMAGE, AUDIO, VIDEO = "Qwen/Qwen-Image", "hkchengrex/MMAudio", "hunyuanvideo-community/HunyuanVideo"
PATH = "/v1/generation"


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    base_url: str,
    method: str,
    path: str,
    body: object = None,
    *,
    auth: str | None = "Bearer demo-key",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request. A body that is not bytes is sent as JSON."""
    sent = dict(headers or {})
    if auth is not None:
        sent["Authorization"] = auth
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    if data is not None:
        sent.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=20)
    try:
        connection.request(method, path, body=data, headers=sent)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def create(base_url: str, model: str = IMAGE, prompt: str = "a quiet lake", **config: object) -> Any:
    """POST a job that is accepted."""
    answer = call(base_url, "POST", PATH, {"model": model, "config": {"prompt": prompt, **config}})
    assert answer.status == 200, answer.body
    return answer.json


def get(base_url: str, job_id: str) -> Any:
    return call(base_url, "GET", f"{PATH}/{job_id}").json


def finished(base_url: str, job_id: str, timeout_s: float = 30.0) -> Any:
    """Ask until the job rests."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        job = get(base_url, job_id)
        if job["status"] in ("completed", "failed"):
            return job
        time.sleep(0.01)
    raise AssertionError(f"job {job_id} did not rest within {timeout_s} s")


def links_of(job: Any) -> list[str]:
    """The result addresses of either answer."""
    if "meta_info" in job:
        return [job["meta_info"]["result_download_url"]]
    return [row["url"] for row in job["result"]["data"]]


def fetch(link: str, method: str = "GET", **headers: str) -> Answer:
    """A download as object storage wants it: without credentials."""
    parts = urlsplit(link)
    renamed = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(f"http://{parts.netloc}", method, parts.path, auth=None, headers=renamed)


def boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The boxes of an mp4, name and content."""
    place = 0
    while place + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, place + 8)[0], 16
        yield name.decode("latin-1"), data[place + head : place + size]
        place += size


def film_seconds(data: bytes) -> float:
    """The length that an mp4's movie header gives."""
    header = dict(boxes(dict(boxes(data))["moov"]))["mvhd"]
    scale, length = struct.unpack_from(">II", header, 12)
    return float(length / scale)


def flac_samples(data: bytes) -> tuple[int, int, int]:
    """Sample rate, channels and samples from a FLAC's stream info."""
    assert data[:4] == b"fLaC"
    packed = int.from_bytes(data[18:26], "big")
    return packed >> 44, (packed >> 41 & 7) + 1, packed & ((1 << 36) - 1)
