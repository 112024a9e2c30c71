"""A NetMind-like service in a process of its own, quick enough for a thousand jobs: `python -m tests.load.far_service`.

It prints its port, then serves until its input ends. Each job lasts between `--shortest` and `--longest` seconds and has
one small picture that is its own.
"""

import argparse
import asyncio
import json
import struct
import sys
import time
import zlib
from dataclasses import dataclass
from email.utils import formatdate
from random import Random


def picture(number: int) -> bytes:
    """A PNG of 64 by 64 pixels in one colour, different for every number."""
    row = b"\0" + bytes((number & 255, number >> 8 & 255, 128)) * 64

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * 64)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@dataclass
class FarJob:
    number: int
    created: float
    lasts_s: float
    prompt: str
    created_at: float


class FarService:
    """Everything it was asked is counted; `/count` tells it."""

    def __init__(self, shortest_s: float, longest_s: float) -> None:
        self._random = Random(25)
        self._lasts = (shortest_s, longest_s)
        self._jobs: list[FarJob] = []
        self._asked = {"post": 0, "list": 0, "poll": 0, "file": 0}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, path, _ = first.split(" ")
                kind, answer = self._answer(method, path, body, headers.get("host", ""))
                date = formatdate(usegmt=True)
                writer.write(
                    f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(answer)}\r\n\r\n".encode()
                )
                writer.write(answer)
                await writer.drain()
                if headers.get("connection", "").lower() == "close":
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, method: str, path: str, body: bytes, host: str) -> tuple[str, bytes]:
        name = path.rpartition("/")[2]
        if path.startswith("/file/"):
            self._asked["file"] += 1
            return "image/png", picture(int(name.removesuffix(".png")))
        if path == "/count":
            return "application/json", json.dumps(
                {**self._asked, "jobs": len(self._jobs), "twice": self._twice()}
            ).encode()
        if method == "POST":
            self._asked["post"] += 1
            lasts_s = self._random.uniform(*self._lasts)
            job = FarJob(len(self._jobs), time.monotonic(), lasts_s, str(json.loads(body)), time.time())
            self._jobs.append(job)
            return "application/json", json.dumps(self._told(job, host)).encode()
        if name.startswith("job-"):
            self._asked["poll"] += 1
            return "application/json", json.dumps(self._told(self._jobs[int(name[4:])], host)).encode()
        self._asked["list"] += 1
        rows = [self._told(job, host) for job in self._jobs]
        return "application/json", json.dumps({"generation_list": rows}).encode()

    def _twice(self) -> int:
        """How many wishes came more than once: every wish has words of its own."""
        return len(self._jobs) - len({job.prompt for job in self._jobs})

    def _told(self, job: FarJob, host: str) -> dict[str, object]:
        age_s = time.monotonic() - job.created
        word = "pending" if age_s < job.lasts_s / 4 else "initializing" if age_s < job.lasts_s else "completed"
        link = {"url": f"http://{host}/file/{job.number}.png", "file_id": f"file-{job.number}", "file_name": "a.png"}
        return {
            "id": f"job-{job.number}",
            "status": word,
            "created_at": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(job.created_at)),
            "is_deleted": False,
            "result": {"data": [link]} if word == "completed" else {},
            "logs": [],
        }


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shortest", type=float, default=5.0)
    parser.add_argument("--longest", type=float, default=15.0)
    chosen = parser.parse_args()
    service = FarService(chosen.shortest, chosen.longest)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
