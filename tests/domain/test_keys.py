"""What people paste becomes a key or a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.keys import MAX_KEY_CHARS, KeyTextError, clean_key, key_fingerprint


@pytest.mark.parametrize(
    "pasted",
    [
        "abc123DEF",
        "  abc123DEF\n",
        "\r\n\tabc123DEF\r\n",
        '"abc123DEF"',
        "'abc123DEF' ",
        "Bearer abc123DEF",
        "bearer   abc123DEF\n",
        '"Bearer abc123DEF"',
        "Bearer 'abc123DEF'",
        "\u201cabc123DEF\u201d",
        "\ufeffabc123DEF\u200b",
        "\u00a0abc123DEF",
    ],
)
def test_a_pasted_key_loses_what_was_pasted_around_it(pasted: str) -> None:
    assert clean_key(pasted) == "abc123DEF"


@pytest.mark.parametrize(
    ("pasted", "word"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("Bearer ", "empty"),
        ("Bearer", "empty"),
        ('""', "empty"),
        ("abc 123", "blank"),
        ("abc\u00a0123", "blank"),
        ("abc\n123", "line break"),
        ("abc\r\nX-Evil: 1", "line break"),
        ("abc\u2028def", "line break"),
        ("abc\x00def", "invisible"),
        ("abc\u200bdef", "invisible"),
        ("abc\x7fdef", "invisible"),
        ("sk-\u00e9t\u00e9", "character"),
        ("a" * (MAX_KEY_CHARS + 1), "longer"),
    ],
)
def test_what_cannot_be_a_key_gets_a_sentence_that_says_why(pasted: str, word: str) -> None:
    with pytest.raises(KeyTextError) as caught:
        clean_key(pasted)
    assert word in str(caught.value)
    assert str(caught.value) == str(caught.value.sentence)


@given(st.text())
def test_a_cleaned_key_never_breaks_its_header(pasted: str) -> None:
    try:
        key = clean_key(pasted)
    except KeyTextError:
        return
    assert key
    assert len(key) <= MAX_KEY_CHARS
    assert all("!" <= letter <= "~" for letter in key)
    assert clean_key(key) == key


def test_a_fingerprint_tells_keys_apart_without_showing_them() -> None:
    assert key_fingerprint("sk-one") != key_fingerprint("sk-two")
    assert key_fingerprint("sk-one") == key_fingerprint("sk-one")
    assert "one" not in key_fingerprint("sk-one")
