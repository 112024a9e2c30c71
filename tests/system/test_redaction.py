"""No key and no private link gets into a line, in whatever shape it comes."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.system import redaction
from app.system.redaction import redact, register_secret

CANARY = "sk-CANARY-7f3a+91/bd=="
PLAIN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only these: what other tests of the same run have registered may be ordinary words."""
    monkeypatch.setattr(redaction, "_shapes", ())
    register_secret(CANARY)
    register_secret(f"  {PLAIN}\n")


@pytest.mark.parametrize("secret", [CANARY, PLAIN])
@pytest.mark.parametrize("before", ["", "x", "yz", "key: "])
def test_a_registered_key_is_hidden_in_every_shape(secret: str, before: str) -> None:
    shapes = {
        "plain": before + secret,
        "percent": before + quote(secret, safe=""),
        "base64": base64.b64encode((before + secret + "!").encode()).decode(),
        "reversed": before + secret[::-1],
    }
    for name, shape in shapes.items():
        cleaned = redact(f"start {shape} end")
        assert "***" in cleaned, name
        assert shape[len(before) + 3 : -4] not in cleaned, name
        assert cleaned.startswith("start ")
        assert cleaned.endswith(" end")


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
        ("authorization: 9d8e7f", "9d8e7f"),
        ("'Authorization': 'Bearer qqq111222'", "qqq111222"),
        ("(b'Authorization', b'Bearer qqq111222')", "qqq111222"),
        ('{"x-api-key": "qqq111222"}', "qqq111222"),
        ("X-Key=qqq111222", "qqq111222"),
        ('{"api_token": "qqq111222", "status": "ok"}', "qqq111222"),
        ("sent bearer aaaabbbbcccc once", "aaaabbbbcccc"),
        ("Incorrect API key provided: sk-proj-aaaabbbbcccc.", "sk-proj-aaaabbbbcccc"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWIiOiIxIn0"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(words: str, hidden: str) -> None:
    assert hidden not in redact(words)


@pytest.mark.parametrize(
    ("link", "left"),
    [
        ("https://s3.test/bucket/a.png?X-Amz-Signature=abc&x=1", "https://s3.test/bucket/a.png"),
        ("HTTPS://user:pa%20ss@host.test:8443/p#frag", "HTTPS://host.test:8443/p"),
        ("https://user:p?a#ss@host.test/p", "https://host.test/p"),
        ("http://[::1]:9000/v1/generation?key=1", "http://[::1]:9000/v1/generation"),
        ("wss://host.test?token=1", "wss://host.test"),
        ("https://host.test/@somebody/page", "https://host.test/@somebody/page"),
    ],
)
def test_a_link_keeps_its_place_and_loses_its_powers(link: str, left: str) -> None:
    assert redact(f'GET "{link}" 200') == f'GET "{left}" 200'


@pytest.mark.parametrize(
    "words",
    [
        "The job task-1234567890 is done",
        "risk-assessment-of-something",
        "Generate a bearer of good news",
        "the key was not accepted",
        "3 tokens, 4 seconds",
        "C:/Users/me/file.png",
    ],
)
def test_ordinary_words_stay_as_they_are(words: str) -> None:
    assert redact(words) == words


def test_a_value_too_short_to_be_a_key_is_not_hidden() -> None:
    register_secret("a")
    register_secret("")
    assert redact("a banana") == "a banana"


@given(st.text(max_size=200))
def test_redaction_never_fails_and_never_shows_the_key(around: str) -> None:
    assert PLAIN not in redact(around + PLAIN + around)
