"""NetMind as far as an upload goes, answering as a test says: files, their storage, and the paid POST."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.net.servers import Running, Seen, Wire, json_reply, reply

JOB = {"id": "0" * 32, "status": "pending", "result": {}}
EXPIRED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
Answer = Callable[[Running, Seen], bytes]


def announced(server: Running, _seen: Seen) -> bytes:
    """The n-th announcement gets the n-th id."""
    number = sum(1 for seen in server.seen if (seen.method, seen.path) == ("POST", "/v1/files"))
    return json_reply(
        {"id": f"file-{number}", "presigned_url": f"{server.base_url}/storage/{number}?X-Amz-Signature=s"}
    )


def linked(server: Running, seen: Seen) -> bytes:
    """A fresh link each time, with a signature that must not be written down anywhere."""
    file_id = seen.path.split("/")[3]
    number = sum(1 for other in server.seen if other.path == seen.path)
    return json_reply({"presigned_url": f"{server.base_url}/read/{file_id}?secret-signature={number}"})


@dataclass
class UploadServer:
    """Answers by kind of request; each can be replaced, `gate` holds the storage back, `cut_storage` tears it off."""

    announce: Answer = announced
    store: Answer = lambda _server, _seen: reply(200)
    link: Answer = linked
    create: Answer = lambda _server, _seen: json_reply(JOB)
    state: Answer = lambda _server, seen: json_reply(
        {"generation_list": [JOB]} if seen.path == "/v1/generation" else JOB
    )
    gate: asyncio.Event | None = None
    cut_storage: bool = False
    server: Running | None = field(default=None)

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        server = self.server
        assert server is not None
        if seen.method == "PUT":
            if self.gate is not None:
                await self.gate.wait()
            if self.cut_storage:
                wire.reset()
                return
            await wire.send(self.store(server, seen))
        elif (seen.method, seen.path) == ("POST", "/v1/files"):
            await wire.send(self.announce(server, seen))
        elif seen.path.endswith("/presigned_url"):
            await wire.send(self.link(server, seen))
        elif seen.method == "POST":
            await wire.send(self.create(server, seen))
        else:
            await wire.send(self.state(server, seen))

    def of(self, method: str, path_start: str) -> list[Seen]:
        """What came of one kind."""
        assert self.server is not None
        return [seen for seen in self.server.seen if seen.method == method and seen.path.startswith(path_start)]
