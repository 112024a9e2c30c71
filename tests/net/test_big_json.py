"""JSON with pictures inside: long strings stay in the file, everything else is read as ever."""

import json
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import NotAServiceAnswerError
from app.domain.values import Json
from app.net.answer import parse_json
from app.net.big_json import _BLOCK_BYTES, LONG_BYTES, BigJson, _Reader, read_big_json

LONG = "QUJD" * LONG_BYTES


def read(folder: Path, raw: bytes) -> BigJson:
    file = folder / "answer.json"
    file.write_bytes(raw)
    return read_big_json(file)


def restored(found: BigJson, raw: bytes, value: Json) -> Json:
    """The value with every long string put back from its place in the file."""
    if isinstance(value, dict):
        return {name: restored(found, raw, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [restored(found, raw, inner) for inner in value]
    span = found.span(value)
    return json.loads(b'"' + raw[span.start : span.end] + b'"') if span else value


def test_long_strings_are_known_by_their_place_and_short_ones_are_read(tmp_path: Path) -> None:
    answer = {"images": [{"image_b64": LONG, "seed": 7}, {"image_b64": None}, {"image_b64": "QUJD"}], "ms": 12.5}
    raw = json.dumps(answer).encode()
    found = read(tmp_path, raw)
    assert isinstance(found.value, dict)
    assert restored(found, raw, found.value) == answer
    assert found.span(7) is None
    assert found.span("QUJD") is None


def test_blocks_may_end_anywhere() -> None:
    rng = random.Random(3)
    answer = {'a"\\': [LONG, 'short "quoted" \\ text', "\u00e4\u2028" * 3000, ""], "b": {"c": "\\" * 9000}}
    for indent in (None, 2):
        raw = json.dumps(answer, indent=indent).encode()
        for _ in range(60):
            reader, at = _Reader(), 0
            while at < len(raw):
                step = rng.choice([1, 2, 3, 7, 500, 9000])
                reader.feed(raw[at : at + step])
                at += step
            found = reader.finish()
            assert restored(found, raw, found.value) == answer


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="ascii"), max_size=60),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
        max_leaves=20,
    ),
    st.integers(1, 40),
)
def test_whatever_is_json_is_read_as_json(value: Json, step: int) -> None:
    raw = json.dumps([value, LONG]).encode()
    reader = _Reader()
    for start in range(0, len(raw), step * 13):
        reader.feed(raw[start : start + step * 13])
    found = reader.finish()
    assert isinstance(found.value, list)
    assert restored(found, raw, found.value[1]) == LONG
    assert json.dumps(found.value[0]) == json.dumps(parse_json(json.dumps(value).encode()))


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html>Log in</html>", b'{"images": [', b'{"image": "' + b"A" * 9000, b'"\\', b"[" * 100_000],
)
def test_what_is_not_json_is_one_clear_error(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(NotAServiceAnswerError):
        read(tmp_path, raw)


def test_a_flood_beside_the_long_strings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAServiceAnswerError, match="larger than"):
        read(tmp_path, b"[" + b"1," * 5_000_000 + b"1]")


def test_a_big_answer_takes_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    with file.open("wb") as out:
        out.write(b'{"images": [{"image_b64": "')
        for _ in range(64):
            out.write(b"QUJD" * (64 * 1024))
        out.write(b'"}]}')
    tracemalloc.start()
    found = read_big_json(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.value
    assert file.stat().st_size > 16 * 1024 * 1024
    assert peak < 8 * _BLOCK_BYTES
