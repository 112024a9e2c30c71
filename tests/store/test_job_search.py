"""Search finds what a person means while they type, breaks on nothing they type, and is quick among 20,000 jobs."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.history import HistoryQuery
from app.domain.job import JobState
from app.domain.media import Medium
from app.store import job_search
from app.store.database import Database
from app.store.job_rows import insert_job
from app.store.job_store import JobStore
from tests.store.jobs import job

PROMPTS = {
    1: "A red fox in the snow, soft light",
    2: "Caf\u00e9 on a rainy street; 35mm, f/1.8",
    3: "\u96ea\u306e\u4e2d\u306e\u72d0",
    4: '100% wool_texture (seamless) "quoted"',
    5: "STRASSE bei Nacht",
    6: "Foxglove meadow",
}


def search(tmp_path: Path, query: HistoryQuery, *, full_text: bool) -> set[int]:
    async def story() -> set[int]:
        db = Database(tmp_path / "a.db")
        await db.open()
        store = JobStore(db, full_text=full_text)
        if not await store.count(HistoryQuery()):
            for number, prompt in PROMPTS.items():
                await store.save(job(number, prompt=prompt, tags=("Winter",) if number == 1 else ()))
        found = await store.page(query, 0, 100)
        assert await store.count(query) == len(found)
        await db.close()
        return {int(one.job_id, 16) for one in found}

    return asyncio.run(story())


@pytest.mark.parametrize("full_text", [True, False])
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {1, 2, 3, 4, 5, 6}),
        ("   ", {1, 2, 3, 4, 5, 6}),
        ("fo", {1, 6}),
        ("FOX SNOW", {1}),
        ("snow fo", {1}),
        ("winter", {1}),
        ("qwen", {1, 2, 3, 4, 5, 6}),
        ("caf\u00e9", {2}),
        ("cafe\u0301", {2}),
        ("f/1.8", {2}),
        ("\u72d0", {3}),
        ("\u306e\u4e2d", {3}),
        ("100%", {4}),
        ("wool_texture", {4}),
        ('"quoted"', {4}),
        ("(seamless)", {4}),
        ("stra\u00dfe", {5}),
        ("nothing of it", set()),
        ("fox OR caf\u00e9", set()),
        ("NOT", set()),
        ("fox*", {1, 6}),
    ],
)
def test_words_find_what_they_mean(tmp_path: Path, words: str, found: set[int], full_text: bool) -> None:
    if words == "fox*" and not full_text:
        found = set()  # letter by letter, a star is a star
    assert search(tmp_path, HistoryQuery(words=words), full_text=full_text) == found


def test_accents_may_be_left_out(tmp_path: Path) -> None:
    assert search(tmp_path, HistoryQuery(words="cafe"), full_text=True) == {2}


def test_conditions_hold_together(tmp_path: Path) -> None:
    async def story() -> None:
        db = Database(tmp_path / "a.db")
        await db.open()
        store = JobStore(db)
        await store.save(job(1, state=JobState.DONE, favourite=True, tags=("snow",)))
        await store.save(job(2, state=JobState.FAILED, medium=Medium.AUDIO))
        await store.save(job(3, state=JobState.DONE, provider_id="demo"))

        async def numbers(**conditions: object) -> list[int]:
            found = await store.page(HistoryQuery(**conditions), 0, 10)  # type: ignore[arg-type]
            return [int(one.job_id, 16) for one in found]

        assert await numbers(states=frozenset({JobState.DONE})) == [3, 1]
        assert await numbers(states=frozenset({JobState.DONE, JobState.FAILED})) == [3, 2, 1]
        assert await numbers(medium=Medium.AUDIO) == [2]
        assert await numbers(provider_id="demo") == [3]
        assert await numbers(words="fox", tag="SNOW", favourites_only=True, medium=Medium.IMAGE) == [1]
        assert await numbers(words="fox", tag="SNOW", provider_id="demo") == []
        await db.close()

    asyncio.run(story())


def test_a_changed_prompt_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    async def story() -> None:
        db = Database(tmp_path / "a.db")
        await db.open()
        store = JobStore(db)
        await store.save(job(1, prompt="owl"))
        await store.save(job(1, prompt="heron"))
        assert await store.count(HistoryQuery(words="owl")) == 0
        assert await store.count(HistoryQuery(words="heron")) == 1
        await db.run(
            lambda connection: connection.execute(
                "INSERT INTO job_search (job_search) VALUES ('integrity-check')"
            ).close()
        )
        await db.close()

    asyncio.run(story())


def test_jobs_written_without_an_index_are_found_once_there_is_one(tmp_path: Path) -> None:
    assert search(tmp_path, HistoryQuery(words="fox"), full_text=False) == {1, 6}
    assert search(tmp_path, HistoryQuery(words="fox"), full_text=True) == {1, 6}


@given(words=st.text(max_size=60))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_can_be_typed_breaks_the_search(words: str, open_index: sqlite3.Connection) -> None:
    for indexed in (True, False):
        condition, values = job_search.where(HistoryQuery(words=words, tag=words), indexed=indexed)
        open_index.execute(f"SELECT count(*) FROM jobs WHERE {condition}", values).fetchone()  # noqa: S608


@pytest.fixture
def open_index(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    async def make() -> None:
        db = Database(tmp_path / "a.db")
        await db.open()
        await JobStore(db).save(job(1))
        await db.close()

    asyncio.run(make())
    connection = sqlite3.connect(tmp_path / "a.db")
    yield connection
    connection.close()


WORDS = [
    "a",
    "red",
    "blue",
    "golden",
    "fox",
    "owl",
    "river",
    "castle",
    "in",
    "the",
    "of",
    "mist",
    "snow",
    "light",
    "shadow",
    "portrait",
    "street",
    "city",
    "forest",
    "old",
]


def fill(connection: sqlite3.Connection) -> None:
    random = Random(7)
    media = (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO)
    job_search.prepare(connection)
    for number in range(20_000):
        prompt = " ".join(random.choices(WORDS, k=30)) + (" unicorn" if number % 5000 == 0 else "")
        one = job(number, prompt=prompt, medium=media[number % 3], state=JobState.DONE, favourite=number % 97 == 0)
        insert_job(connection, one)
        job_search.refresh(connection, one.job_id, indexed=True)


async def timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


def test_a_page_among_20000_jobs_comes_at_once(tmp_path: Path) -> None:
    queries = {
        "everything": HistoryQuery(),
        "medium": HistoryQuery(medium=Medium.VIDEO),
        "common word": HistoryQuery(words="fo"),
        "three words": HistoryQuery(words="golden fox riv"),
        "rare word": HistoryQuery(words="unicorn"),
        "no blanks": HistoryQuery(words="\u72d0"),
        "favourites": HistoryQuery(favourites_only=True),
    }

    async def story() -> dict[str, float]:
        db = Database(tmp_path / "a.db")
        await db.open()
        store = JobStore(db)
        await db.run(fill)
        times: dict[str, float] = {}
        for name, query in queries.items():
            for offset in (0, 19_000) if name == "everything" else (0,):
                took = [await timed(store.page(query, offset, 200)) for _ in range(3)]
                times[f"{name} {offset}"] = min(took)
            times[f"count {name}"] = min([await timed(store.count(query)) for _ in range(3)])
        await db.close()
        return times

    times = asyncio.run(story())
    print({name: f"{took:.1f} ms" for name, took in times.items()})
    # 50 ms is the aim; the bound is wide because other programs may run beside the tests
    assert max(times.values()) < 150, times
