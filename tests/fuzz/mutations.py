"""Breaks recorded answers: in their structure (a value, a name, a level) and in their bytes."""

import copy
import json
from random import Random

from app.domain.values import Json

STRANGE: tuple[object, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    10**40,
    1e20,
    -1e20,
    1.5,
    float("nan"),
    float("inf"),
    -float("inf"),
    "",
    " ",
    "null",
    "completed",
    "COMPLETED\n",
    "failed",
    "pending",
    "succeed",
    "teleporting",
    ".",
    "..",
    "../../etc/passwd",
    "a/b?c#d",
    "%2e%2e",
    "x" * 300,
    "x" * 5_000,
    "\ud800",
    "\udfff\ud800",
    "\x00\x1b[31m\x7f",
    "\u202egnp.exe",
    "\ufeff",
    "<img src='/etc/passwd'>",
    "<script>alert(1)</script>",
    "sk-canary-0123456789abcdef",
    "Bearer sk-canary-0123456789abcdef",
    "token=sk-canary-0123456789abcdef",
    "balance not enough",
    "content policy violation",
    "https://files.example.org/a.png",
    "https://user:sk-canary-0123456789abcdef@files.example.org/a.png",
    "http://[",
    "http://10.0.0.1/a",
    "//x",
    "data:image/png;base64,AAAA",
    "data:,",
    "data:image/png;base64,iVBORw0KGgo=",
    "iVBORw0KGgoAAAANSUhEUg==",
    "89504e470d0a1a0a",
    "0x",
    "2025-09-18 09:14:20",
    "9999-12-31T23:59:59.999999+14:00",
    [],
    {},
    [None],
    [[]],
    {"": ""},
    {"id": None},
    {"url": None},
    {"detail": [{"loc": [], "msg": None}]},
    [{"url": "https://files.example.org/a.png"}],
)
NAMES = (
    "id",
    "job_id",
    "generation_id",
    "task_id",
    "response_id",
    "status",
    "result",
    "data",
    "outputs",
    "url",
    "media_url",
    "poll_url",
    "response_url",
    "presigned_url",
    "images",
    "videos",
    "image_b64",
    "removed_for_safety",
    "file_id",
    "file_name",
    "bytes",
    "text",
    "logs",
    "meta_info",
    "result_download_url",
    "is_deleted",
    "generation_list",
    "job_list",
    "total_count",
    "success",
    "errorcode",
    "error",
    "message",
    "detail",
    "base_resp",
    "status_code",
    "status_msg",
    "loc",
    "msg",
    "created_at",
    "model",
    "original_request",
    "config",
    "prompt",
    "",
)
_DEEP = 80
LARGEST_BYTES = 100_000
"""Larger answers are read in a thread, and tested elsewhere."""


def broken_json(body: Json, random: Random) -> bytes:
    """The body with up to six changes in its structure, as JSON as lax as servers write it."""
    value: object = copy.deepcopy(body)
    for _ in range(random.randint(0, 6)):
        value = _changed(value, random)
    try:
        raw = json.dumps(value, ensure_ascii=random.random() < 0.7).encode("utf-8", "surrogatepass")
    except RecursionError:
        return b"[" * 10_000
    return raw[:LARGEST_BYTES]


def _changed(value: object, random: Random) -> object:
    """One change somewhere inside: the way down is chosen at each level."""
    here = random.random() < 0.3
    if isinstance(value, dict) and value and not here:
        name = random.choice(list(value))
        return {**value, name: _changed(value[name], random)}
    if isinstance(value, list) and value and not here:
        index = random.randrange(len(value))
        return [*value[:index], _changed(value[index], random), *value[index + 1 :]]
    return _replaced(value, random)


def _replaced(value: object, random: Random) -> object:
    changes = [_strange, _strange, _strange, _wrapped, _repeated, _deeper]
    if isinstance(value, dict):
        changes += [_with_more, _with_less, _with_another_name]
    return random.choice(changes)(value, random)


def _strange(_value: object, random: Random) -> object:
    return random.choice(STRANGE)


def _wrapped(value: object, random: Random) -> object:
    return {random.choice(NAMES): value}


def _repeated(value: object, random: Random) -> object:
    return [value] * random.choice((1, 1, 2, 3, 60))


def _deeper(value: object, random: Random) -> object:
    for _ in range(random.randint(1, _DEEP)):
        value = [value] if random.random() < 0.5 else {random.choice(NAMES): value}
    return value


def _with_more(value: object, random: Random) -> object:
    assert isinstance(value, dict)
    return {**value, random.choice(NAMES): random.choice(STRANGE)}


def _with_less(value: object, random: Random) -> object:
    assert isinstance(value, dict)
    return {name: inner for name, inner in value.items() if random.random() < 0.7}


def _with_another_name(value: object, random: Random) -> object:
    assert isinstance(value, dict)
    old, new = random.choice([*value, ""]), random.choice(NAMES)
    return {new if name == old else name: inner for name, inner in value.items()}


def broken_bytes(raw: bytes, random: Random) -> bytes:
    """The bytes with up to eight changes: flipped, cut, doubled, put in, or in another charset."""
    if random.random() < 0.05:
        charset = random.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "utf-7"))
        raw = raw.decode("utf-8", "replace").encode(charset, "replace")
    data = bytearray(raw)
    for _ in range(random.randint(1, 8)):
        if not data:
            break
        start = random.randrange(len(data))
        end = min(len(data), start + random.randint(1, 40))
        match random.randrange(7):
            case 0:
                data[start] ^= 1 << random.randrange(8)
            case 1:
                data[start] = random.choice(b'\x00\x1f"\\{}[],:<\xff\xed')
            case 2:
                del data[start:]
            case 3:
                del data[start:end]
            case 4:
                data[start:start] = data[start:end]
            case 5:
                data[start:start] = random.choice(
                    (b"[" * 2_000, b"NaN", b"\xef\xbb\xbf", b"\\ud800", b"9" * 5_000, b" " * 70_000)
                )
            case 6:
                data[start:end] = random.randbytes(end - start)
    return bytes(data)
