"""T-16: what is no medium never becomes a result: error pages, empty answers, words, and files that only begin like one."""

import asyncio
from pathlib import Path

import pytest

from app.domain.errors import BrokenResultError, StudioError
from app.domain.media import sniff
from app.net.download import Downloaded, download, write_inline
from app.net.media_client import MediaClient
from app.services.media_completeness import is_complete
from tests.counts import say
from tests.disk.pictures import png
from tests.net.servers import Seen, Wire, reply, serving

TYPES = ("text/html", "application/json", "image/png", "video/mp4", "")
PAGES: dict[str, bytes] = {
    "an HTML page": b"<!DOCTYPE html><html><body>Log in</body></html>",
    "HTML without a doctype": b"  \r\n<html><h1>502 Bad Gateway</h1>",
    "HTML after a mark of its encoding": b"\xef\xbb\xbf<html>no</html>",
    "JSON": b'{"detail": "Not Found", "url": "image.png"}',
    "a JSON list": b"[]",
    "XML of a storage": b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
    "an SVG with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "words": b"The file is not ready yet, please try again later.",
    "nothing": b"",
    "one byte": b"\x89",
    "zeros": b"\0" * 4096,
    "a PDF": b"%PDF-1.7\n" + b"x" * 200,
    "a ZIP": b"PK\x03\x04" + b"x" * 200,
    "a program for Windows": b"MZ\x90\0" + b"\0" * 200,
    "a program for Linux": b"\x7fELF" + b"\0" * 200,
    "a shell script": b"#!/bin/sh\nrm -rf ~\n",
    "a picture behind a page": b"<html>" + png(300),
    "a picture that lost its first byte": png(300)[1:],
    "packed JSON": bytes.fromhex("1f8b0800000000000003") + b"x" * 50,
    "a playlist": b"#EXTM3U\nhttp://127.0.0.1/secret.ts\n",
}
HALVES: dict[str, bytes] = {
    "the first line of a picture": png(3000)[:8],
    "a picture without its end": png(3000)[:-12],
    "half a picture": png(50_000)[:25_000],
    "the head of a film and nothing more": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
    "a film without its index": b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0\0\x10\0mdat" + b"x" * 4088,
    "a sound that is shorter than it says": b"RIFF\xff\xff\x00\x00WAVEfmt " + b"\0" * 60,
    "the beginning of a JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 100,
    "the beginning of a GIF": b"GIF89a\x01\0\x01\0\0\0\0" + b"\0" * 30 + b"x",
    "a picture of which a page is the rest": png(3000)[:100] + b"<html>",
    "a short WEBP": b"RIFF\x00\x10\x00\x00WEBPVP8 " + b"\0" * 20,
}


async def fetched(media: MediaClient, url: str, part: Path) -> Downloaded | StudioError:
    try:
        return await download(media, url, part, max_bytes=10**7, keep_free_bytes=0)
    except StudioError as error:
        return error


def test_t16_nothing_but_a_whole_medium_becomes_a_result(tmp_path: Path) -> None:
    async def main() -> int:
        tried = 0
        answers: list[tuple[bytes, str]] = []

        async def script(seen: Seen, wire: Wire) -> None:
            body, kind = answers[-1]
            # with a length, so that nothing but the content can be what is wrong
            await wire.send(reply(200, body, *([f"Content-Type: {kind}"] if kind else [])))

        async with serving(script) as server:
            media = MediaClient(allow_loopback=True)
            for name, body in (PAGES | HALVES).items():
                # a name in the link that promises a picture changes nothing
                for kind in TYPES if name in PAGES else TYPES[2:4]:
                    answers.append((body, kind))
                    part = tmp_path / "job-0.part"
                    got = await fetched(media, server.base_url + "/lake.png", part)
                    if isinstance(got, StudioError):
                        assert got.code == "broken_result", (name, got)
                        assert "<" not in got.server_text, name
                        assert not part.exists(), name
                    else:
                        file_type = sniff(got.head)
                        assert name in HALVES, name
                        assert file_type is not None, name
                        assert not is_complete(part, file_type), f"{name} looks finished"
                        part.unlink()
                    tried += 1
            await media.close()
        return tried

    counted = asyncio.run(main())
    inline = [
        body for body in PAGES.values() if body[:60].lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<") or b"\0" in body
    ]
    for body in (*inline, b"", b"\x89"):
        with pytest.raises(BrokenResultError):
            asyncio.run(write_inline(body, tmp_path / "inline.part", keep_free_bytes=0))
        counted += 1
    assert list(tmp_path.iterdir()) == []
    assert counted >= 100
    say("T-16", f"wrong content: {counted} answers, 0 called a result")
