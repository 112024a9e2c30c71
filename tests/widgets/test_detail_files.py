"""The details of a job name the files that it worked from, and not their hashes."""

from dataclasses import replace
from datetime import date

from app.domain.media_input import MediaInput
from app.domain.values import Json
from app.widgets.detail_rows import detail_rows
from tests.fakes import make_job

LAKE = MediaInput("a" * 64, "lake.png", "image/png", 1_300_000)
SEA = MediaInput("b" * 64, "sea.jpg", "image/jpeg", 1_300_000)


def rows(value: Json) -> dict[str, str]:
    job = replace(make_job(), params={"prompt": "x", "image_urls": value})
    return {row.title: row.value for row in detail_rows(job, None, "NetMind", date(2025, 1, 31))}


def test_files_are_told_by_their_names() -> None:
    assert rows(LAKE.to_json())["Image urls"] == "lake.png"
    told = rows([LAKE.to_json(), SEA.to_json(), "https://example.org/a.png"])["Image urls"]
    assert told == "lake.png, sea.jpg, https://example.org/a.png"
    assert rows(["https://example.org/a.png"])["Image urls"] == '["https://example.org/a.png"]'
