"""T-15: every way of sending a file, met fresh and in the middle: the right bytes or a clear error, and never a wrong file.

Three framings, nine ways of a server to answer, begun anew or taken up after a cut: 54 cases, in three sizes.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from app.domain.errors import BrokenResultError, StudioError
from app.domain.media import PNG
from app.net.download import Downloaded, download
from app.net.media_client import MediaClient
from app.net.part_file import note_path
from app.services.media_completeness import is_complete
from tests.counts import say
from tests.disk.pictures import png
from tests.net.servers import Seen, Wire, reply, serving

FRAMINGS = ("length", "none", "chunked")
WAYS = ("range", "no range", "wrong range", "200 on range", "changed etag", "416", "truncated", "reset", "extra bytes")
SIZES = (300, 600_000, 2_500_000)
CUTS = (0.01, 0.5, 0.99)
ETAG = '"one"'
LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True)
class Case:
    """One server and one file. `share` is how much of it a truncated or reset answer holds."""

    framing: str
    way: str
    size: int
    is_resumed: bool
    share: float = 0.5

    @property
    def picture(self) -> bytes:
        return PICTURES[self.size]


PICTURES = {size: png(size) for size in SIZES}
OTHERS = {size: png(size, seed=2) for size in SIZES}
CASES = [
    Case(framing, way, size, is_resumed, share)
    for framing, way, is_resumed, size in product(FRAMINGS, WAYS, (True, False), SIZES)
    for share in (CUTS if way == "truncated" else (0.5,))
]


async def send(wire: Wire, framing: str, body: bytes, *headers: str, status: int, named: int) -> None:
    """An answer in one of the framings; `named` is the length it claims."""
    if framing == "length":
        await wire.send(reply(status, body, *headers, length=named))
    elif framing == "none":
        await wire.send(reply(status, body, *headers, length=-1))
    else:
        pieces = [body[at : at + 100_000] for at in range(0, len(body), 100_000)]
        head = reply(status, b"", *headers, "Transfer-Encoding: chunked", length=-1)
        await wire.send(head, *(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces))
        if len(body) == named:
            await wire.send(b"0\r\n\r\n")


async def answer(case: Case, seen: Seen, wire: Wire) -> None:
    """What the server of a case says."""
    whole, start = case.picture, 0
    headers: tuple[str, ...]
    asked = "range" in seen.headers
    if asked:
        start = int(seen.headers["range"].removeprefix("bytes=").rstrip("-"))
    tagged = (f"ETag: {ETAG}",)
    if not asked or case.way in ("no range", "200 on range"):
        status, body, headers = 200, whole, () if case.way == "no range" else tagged
    elif case.way == "416":
        await wire.send(reply(416, b"", f"Content-Range: bytes */{len(whole)}"))
        return
    else:
        status, source = 206, OTHERS[case.size] if case.way == "changed etag" else whole
        start += 10 if case.way == "wrong range" else 0
        body = source[start:]
        where = f"Content-Range: bytes {start}-{len(whole) - 1}/{len(whole)}"
        headers = ('ETag: "two"' if case.way == "changed etag" else tagged[0], where)
    named = len(body)
    if case.way in ("truncated", "reset"):
        body = body[: int(len(body) * case.share)]
    elif case.way == "extra bytes":
        body += b"extra bytes that nobody asked for"
        named = named if case.framing == "length" else len(body)
    await send(wire, case.framing, body, *headers, status=status, named=named)
    if case.way == "reset":
        wire.reset()
    elif case.framing == "none" or len(body) != named:
        wire.end()


async def cut(case: Case, _seen: Seen, wire: Wire) -> None:
    """The first half of a good answer, and the end of the connection."""
    half = case.picture[: case.size // 2]
    await wire.send(reply(200, half, f"ETag: {ETAG}", length=case.size))
    wire.end()


async def good(case: Case, _seen: Seen, wire: Wire) -> None:
    await wire.send(reply(200, case.picture, f"ETag: {ETAG}"))


async def once(media: MediaClient, url: str, part: Path) -> Downloaded | StudioError:
    """A download as the saver makes it: what is not whole by its own marks is thrown away."""
    try:
        got = await download(media, url, part, max_bytes=LIMIT, keep_free_bytes=0)
        if not is_complete(part, PNG):
            part.unlink()
            raise BrokenResultError
    except StudioError as error:
        return error
    return got


def check(case: Case, got: Downloaded | StudioError, part: Path) -> str:
    """What came of it, in a word; fails for a wrong file that is called finished."""
    if isinstance(got, StudioError):
        return "error"
    content = part.read_bytes()
    assert got.sha256 == hashlib.sha256(content).hexdigest(), case
    assert got.size_bytes == len(content), case
    assert not note_path(part).exists(), case
    if content == case.picture:
        return "right"
    # without any length nobody can know that more was sent than the picture; it is said to be unverified
    assert case.way == "extra bytes", case
    assert not got.length_verified, case
    assert content.startswith(case.picture), case
    return "unverified tail"


def test_t15_a_download_ends_with_the_right_bytes_or_a_clear_error(tmp_path: Path) -> None:
    outcomes: dict[str, int] = {}

    async def main() -> None:
        stages = {"cut": cut, "case": answer, "good": good}

        async def script(seen: Seen, wire: Wire) -> None:
            stage, number = seen.path.strip("/").split("-")
            await stages[stage](CASES[int(number)], seen, wire)

        async with serving(script) as server:
            media = MediaClient(allow_loopback=True)
            for number, case in enumerate(CASES):
                part = tmp_path / f"job-{number}.part"
                if case.is_resumed:
                    assert isinstance(await once(media, f"{server.base_url}/cut-{number}", part), StudioError)
                for _ in range(2):
                    got = await once(media, f"{server.base_url}/case-{number}", part)
                    word = check(case, got, part)
                    if word != "error":
                        break
                outcomes[word] = outcomes.get(word, 0) + 1
                if word == "error":  # nothing stands in the way of a later, good try
                    got = await once(media, f"{server.base_url}/good-{number}", part)
                    assert check(case, got, part) == "right", (case, got)
                part.unlink()
            await media.close()

    asyncio.run(main())
    assert list(tmp_path.iterdir()) == []
    kinds = {(case.framing, case.way, case.is_resumed, case.size) for case in CASES}
    assert len(kinds) == 54 * 3
    words = ", ".join(f"{count} {word}" for word, count in sorted(outcomes.items()))
    say("T-15", f"download matrix: 54 cases x 3 sizes in {len(CASES)} runs ({words}), 0 wrong files")
