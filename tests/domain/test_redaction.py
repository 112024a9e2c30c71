"""Secrets and people stay out of what is stored and shown."""

import pytest

from app.domain.redaction import redact, redact_text


@pytest.mark.parametrize(
    ("words", "secret"),
    [
        ("Authorization: Bearer sk-abcdef123456", "abcdef123456"),
        ("Incorrect API key provided: sk-abcdef123456.", "abcdef123456"),
        ('{"api_token": "q8w7e6r5t4"}', "q8w7e6r5t4"),
        ("token=q8w7e6r5t4&x=1", "q8w7e6r5t4"),
        ("see https://bucket.example/a/b.png?X-Amz-Signature=deadbeef&X=1 now", "deadbeef"),
        ("see https://me:pass@bucket.example/a", "pass"),
        ("write to some.one@example.org", "some.one"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJzdWIi"),
    ],
)
def test_secrets_in_a_text_are_hidden(words: str, secret: str) -> None:
    assert secret not in redact_text(words)


def test_ordinary_words_stay_as_they_are() -> None:
    words = "Input should be less than or equal to 250 (num_inference_steps), see https://docs.example.org/limits."
    assert redact_text(words) == words


def test_telling_names_and_people_in_json_are_hidden_whole() -> None:
    stored = redact(
        {
            "id": "abc",
            "user_id": "u-1",
            "meta_info": {"netmind_api_token": {"api_token": "t-1"}, "url": "https://h.example/f.png?Signature=s-1"},
            "logs": [{"text": "key canary-key-1 used"}],
            "seed": 7,
        },
        known="canary-key-1",
    )
    assert stored == {
        "id": "abc",
        "user_id": "***",
        "meta_info": {"netmind_api_token": "***", "url": "https://h.example/f.png"},
        "logs": [{"text": "key *** used"}],
        "seed": 7,
    }
