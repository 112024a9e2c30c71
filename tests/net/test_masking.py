"""An echoed key is hidden wherever the pieces of a stream are cut."""

from random import Random

import pytest

from app.domain.redaction import shapes_of
from app.net.masking import KeyMask

KEY = "sk-CANARY-Zq7/x+Wv=4RtYp2LmN8sKd"


@pytest.mark.parametrize("shape", shapes_of(KEY))
def test_a_key_is_hidden_wherever_the_stream_is_cut(shape: str) -> None:
    body = b"a" * 50 + shape.encode() + b"b" * 50 + shape.encode()
    for cut in range(len(body)):
        mask = KeyMask(KEY)
        masked = mask.feed(body[:cut]) + mask.feed(body[cut:]) + mask.finish()
        assert masked == b"a" * 50 + b"***" + b"b" * 50 + b"***"


def test_everything_else_goes_through_as_it_is_in_pieces_of_any_size() -> None:
    random = Random(7)
    body = random.randbytes(20_000)
    mask, passed, start = KeyMask(KEY), b"", 0
    while start < len(body):
        size = random.choice((1, 7, 40, 4_000))
        passed += mask.feed(body[start : start + size])
        start += size
    assert passed + mask.finish() == body


def test_a_short_key_is_left_alone() -> None:
    mask = KeyMask("demo-key")
    assert mask.whole(b"my demo-key") == b"my demo-key"
    assert mask.feed(b"demo-key") + mask.finish() == b"demo-key"
