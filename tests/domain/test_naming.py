"""A file name made by us works everywhere, whatever a person writes or a server sends."""

import ntpath
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.naming import NAME_BYTES, SLUG_CHARS, safe_name, short_id, slug

DAY = date(2025, 1, 31)
ID = "6b1f0f0e-0000-4000-8000-00003f9a2c1b"
DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in "123456789")}

nasty = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("/\\:*?\"<>|. \u202e\u200b\u0000\n\t\ud800\u0301e\u00e9\ufeff~'%$&;`"),
    ),
    max_size=300,
)


def name(prompt: str, *, job_id: str = ID, index: int = 0, extension: str = "png", copy: int = 1) -> str:
    return safe_name(prompt, created_on=DAY, job_id=job_id, index=index, extension=extension, copy=copy)


@settings(max_examples=5000, deadline=None)
@given(prompt=nasty, job_id=nasty, extension=nasty, index=st.integers(0, 999), copy=st.integers(1, 999))
def test_a_name_is_safe_on_every_system(prompt: str, job_id: str, extension: str, index: int, copy: int) -> None:
    made = name(prompt, job_id=job_id, index=index, extension=extension, copy=copy)
    assert len(made.encode()) <= NAME_BYTES
    assert Path("/library", made).resolve().parent == Path("/library")
    assert ntpath.split(ntpath.normpath("C:\\library\\" + made)) == ("C:\\library", made)
    assert not set(made) & set('<>:"/\\|?*')
    assert not any(unicodedata.category(char).startswith("C") for char in made)
    assert made == unicodedata.normalize("NFC", made)
    assert made == made.strip(" .")
    assert made.split(".")[0].strip().lower() not in DEVICES
    assert made.startswith("2025-01-31 ")


def test_a_name_reads_like_what_it_holds() -> None:
    assert name("A fox in the snow, soft light") == "2025-01-31 A fox in the snow, soft light 3f9a2c1b.png"
    assert name("A fox", index=1) == "2025-01-31 A fox 3f9a2c1b-2.png"
    assert name("A fox", copy=2) == "2025-01-31 A fox 3f9a2c1b (2).png"
    assert name("") == "2025-01-31 3f9a2c1b.png"
    assert name("A fox", extension=".JPG").endswith(".jpg")
    assert name("A fox", extension="p/../ng").endswith(".bin")


def test_a_long_prompt_is_cut_between_words() -> None:
    made = slug("a castle above the clouds " * 10)
    assert len(made) <= SLUG_CHARS
    assert made.split()[-1] in {"a", "castle", "above", "the", "clouds"}


@pytest.mark.parametrize("prompt", ["\u72d0" * 200, "x" * 200, "\U0001f98a" * 200])
def test_a_prompt_without_blanks_keeps_its_beginning(prompt: str) -> None:
    made = slug(prompt, max_bytes=88)
    assert made
    assert prompt.startswith(made)


@pytest.mark.parametrize(
    "prompt", ["../../etc/passwd", "C:\\Windows\\system32", "NUL", "~root", "a\u202egnp.exe", "...", "\n\n"]
)
def test_a_prompt_made_to_hurt_becomes_plain_words(prompt: str) -> None:
    made = name(prompt)
    assert made.startswith("2025-01-31 ")
    assert "\u202e" not in made
    assert Path(made).name == made


def test_jobs_that_differ_at_the_end_have_different_short_ids() -> None:
    assert short_id("job-000000001") != short_id("job-000000002")
    assert short_id(ID) == "3f9a2c1b"
    assert short_id("../..") == "0"


def test_different_results_of_one_job_have_different_names() -> None:
    assert len({name("A fox", index=index, copy=copy) for index in range(5) for copy in range(1, 4)}) == 15
