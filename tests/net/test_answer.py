"""Whatever the bytes are: JSON that can be stored, or one typed error, soon."""

import asyncio
import json
import sqlite3
import time
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.errors import NotAServiceAnswerError
from app.domain.values import Json
from app.net.answer import MAX_DEPTH, Answer, BoundedBody, parse_json, read_json


def strings_of(value: Json) -> list[str]:
    if isinstance(value, dict):
        return [text for name, inner in value.items() for text in (name, *strings_of(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in strings_of(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"id": "a"}', {"id": "a"}),
        (b'\xef\xbb\xbf{"id": "a"}', {"id": "a"}),
        ('{"id": "\u00e4"}'.encode("utf-16"), {"id": "\u00e4"}),
        (b"[1, 2.5, true, null]", [1, 2.5, True, None]),
        (b'{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}', {"a": None, "b": None, "c": None, "d": None}),
        (b"[9007199254740992, 9007199254740993, -9007199254740993]", [2**53, "9007199254740993", "-9007199254740993"]),
        (b'{"id": 123456789012345678901}', {"id": "123456789012345678901"}),
        (b'"lone \\ud800 half"', "lone \ufffd half"),
        (b'"a whole \\ud83d\\ude00 pair"', "a whole \U0001f600 pair"),
        (b'"nul \\u0000 bell \\u0007 line\\nbreak"', "nul  bell  line\nbreak"),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'"\xff broken utf-8"', "\ufffd broken utf-8"),
    ],
)
def test_json_is_read_as_values_that_can_be_stored(body: bytes, value: Json) -> None:
    assert parse_json(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html><body>Log in</body></html>",
        b'{"id": "a"',
        b'{"id": }',
        b"{'id': 'a'}",
        b"\x00\x01\x02",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
    ],
)
def test_what_is_not_json_is_one_typed_error(body: bytes) -> None:
    with pytest.raises(NotAServiceAnswerError) as caught:
        parse_json(body)
    assert "<" not in caught.value.server_text
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_number_of_ten_thousand_digits_is_kept_as_text() -> None:
    digits = "7" * 10_000
    assert parse_json(digits.encode()) == digits


def test_the_words_of_a_login_page_are_shown_without_markup() -> None:
    page = b"<html><head><title>Hotel WiFi</title><style>p{}</style></head><script>evil()</script><p>Log&nbsp;in</p>"
    assert Answer(200, {}, page, "").excerpt() == "Hotel WiFi Log in"


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
@example(b"\xff\xfe")
@example(b'{"\\udfff": "\\ud800"}')
def test_any_bytes_become_storable_json_or_the_typed_error(body: bytes) -> None:
    started = time.perf_counter()
    try:
        value = parse_json(body)
    except NotAServiceAnswerError:
        return
    finally:
        assert time.perf_counter() - started < 0.25
    with sqlite3.connect(":memory:") as database:
        for text in strings_of(value):
            database.execute("select ?", (text,)).fetchone()
    database.close()
    json.dumps(value, allow_nan=False)


def test_a_big_body_is_read_off_the_loop() -> None:
    body = json.dumps([{"id": str(number), "x": "y" * 50} for number in range(3_000)]).encode()
    value = asyncio.run(read_json(Answer(200, {}, body, "")))
    assert isinstance(value, list)
    assert len(value) == 3_000


# --- the bounded body


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def test_one_layer_of_gzip_is_unpacked() -> None:
    packed = gzipped(b'{"id": "a"}' * 100)
    body = BoundedBody("gzip", 10_000)
    for start in range(0, len(packed), 7):
        body.feed(packed[start : start + 7])
    assert body.finish() == b'{"id": "a"}' * 100


def test_a_decompression_bomb_stops_at_the_limit() -> None:
    bomb = gzipped(bytes(200 * 1024 * 1024))
    body = BoundedBody("gzip", 1024 * 1024)
    started = time.perf_counter()
    with pytest.raises(NotAServiceAnswerError, match="larger"):
        body.feed(bomb)
    assert time.perf_counter() - started < 1.0


def test_a_second_layer_of_gzip_stays_packed() -> None:
    body = BoundedBody("gzip", 10_000)
    inner = gzipped(bytes(1_000))
    body.feed(gzipped(inner))
    assert body.finish() == inner


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "x" * 500])
def test_a_packing_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(NotAServiceAnswerError):
        BoundedBody(encoding, 1_000)


def test_a_packed_body_that_ends_early_or_is_not_packed_is_refused() -> None:
    body = BoundedBody("gzip", 10_000)
    body.feed(gzipped(b"x" * 1_000)[:-6])
    with pytest.raises(NotAServiceAnswerError):
        body.finish()
    with pytest.raises(NotAServiceAnswerError):
        BoundedBody("gzip", 10_000).feed(b'{"id": "a"}')


def test_a_plain_body_is_counted_too() -> None:
    body = BoundedBody("", 10)
    body.feed(b"12345")
    with pytest.raises(NotAServiceAnswerError):
        body.feed(b"678901")
