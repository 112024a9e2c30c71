"""Results inside answers, and links as servers write them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import BrokenResultError
from app.providers.inline import absolute_link, decode_inline, holds_media, is_data_uri, is_link, unsigned_link

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ENCODED = base64.b64encode(PICTURE).decode()
URL_SAFE = base64.urlsafe_b64encode(PICTURE).decode()


@pytest.mark.parametrize(
    "text",
    [
        ENCODED,
        ENCODED.rstrip("="),
        URL_SAFE,
        URL_SAFE.rstrip("="),
        f"  {ENCODED}\n",
        "\n".join(ENCODED[start : start + 76] for start in range(0, len(ENCODED), 76)),
        f"data:image/png;base64,{ENCODED}",
        f"DATA:image/png;charset=utf-8;BASE64,{ENCODED}",
        f"data:;base64,{ENCODED.replace('+', '%2B').replace('/', '%2F')}",
        PICTURE.hex(),
        PICTURE.hex().upper(),
        "0x" + PICTURE.hex(),
    ],
)
def test_media_inside_an_answer_is_decoded_in_every_form(text: str) -> None:
    assert decode_inline(text) == PICTURE


def test_a_data_uri_without_base64_is_percent_decoded() -> None:
    assert decode_inline("data:text/plain,Good%20morning") == b"Good morning"


def test_hex_that_is_no_media_is_taken_for_base64() -> None:
    assert decode_inline("deadbeef") == base64.b64decode("deadbeef")


@pytest.mark.parametrize(
    "text", ["", "   ", "data:image/png;base64,", "not base64!", "abcde", "data:image/png;base64,???"]
)
def test_what_is_neither_is_a_broken_result(text: str) -> None:
    with pytest.raises(BrokenResultError):
        decode_inline(text)


@given(st.text())
def test_any_text_is_bytes_or_a_broken_result(text: str) -> None:
    try:
        assert isinstance(decode_inline(text), bytes)
    except BrokenResultError:
        return


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://a.example/b.png?c=d", "https://a.example/b.png?c=d"),
        (" https://a.example/b.png ", "https://a.example/b.png"),
        ("//a.example/b.png", "https://a.example/b.png"),
        ("www.a.example/b.png", "https://www.a.example/b.png"),
        ("a.example:8443/b.png", "https://a.example:8443/b.png"),
        ("/files/b.png", "https://api.example.org/files/b.png"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_links_become_absolute_and_never_friendlier_than_they_are(link: str, url: str) -> None:
    assert absolute_link(link, "https://api.example.org") == url


def test_links_and_words_are_told_apart() -> None:
    assert is_link("https://a.example/b")
    assert is_link("data:image/png;base64,AAAA")
    assert not is_link("done")
    assert not is_link(None)
    assert is_data_uri(" data:image/png;base64,AAAA")
    assert not is_data_uri("https://a.example/data:x,")


def test_a_signature_does_not_make_another_file_and_another_query_does() -> None:
    assert unsigned_link("https://a.example/b?X-Amz-Date=1&X-Amz-Signature=2") == "https://a.example/b"
    assert unsigned_link("https://a.example/b?id=1") == "https://a.example/b?id=1"


@pytest.mark.parametrize(
    "text", [ENCODED, URL_SAFE, PICTURE.hex(), f" {PICTURE.hex()}\n", f"data:image/png;base64,{ENCODED}"]
)
def test_media_where_a_link_should_be_is_seen(text: str) -> None:
    assert holds_media(text)


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/a.png",
        "//example.org/a",
        "/files/abcdef0123456789",
        "files/file-0123456789",
        "abcdef0123456789",
        "example.org/abcd",
        "",
        "done",
    ],
)
def test_a_link_is_not_taken_for_media(link: str) -> None:
    assert not holds_media(link)
