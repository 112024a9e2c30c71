"""The life of a job on the wire, in both published answers, across deletes and restarts."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.sandbox.jobs import Ending, Job, JobBook, Status
from app.sandbox.models import MODELS
from app.sandbox.order import Medium, RenderedFile
from app.sandbox.running import QUICK, RunningSandbox
from app.sandbox.settings import Dialect, SandboxSettings
from tests.sandbox.calls import AUDIO, IMAGE, PATH, VIDEO, call, create, fetch, finished, get, links_of

STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def a_job(**changes: object) -> Job:
    job = Job("0" * 32, "me", IMAGE, {"prompt": "x"}, created=1000.0, pending_s=2.0, running_s=5.0)
    return replace(job, **changes)  # type: ignore[arg-type]


def a_file(folder: Path) -> RenderedFile:
    path = folder / "output_image.png"
    path.write_bytes(b"x")
    return RenderedFile("file-1", path.name, Medium.IMAGE, "image/png", path)


def test_a_job_goes_from_pending_over_initializing_to_completed(tmp_path: Path) -> None:
    job = a_job(files=(a_file(tmp_path),), rendered=1003.0)
    words = [job.phase(now).status for now in (1000, 1001.9, 2 + 1000, 1006.9, 1007)]
    assert words == ["pending", "pending", "initializing", "initializing", "completed"]
    assert job.phase(2000).updated == 1007


def test_a_job_is_not_completed_before_its_files_are_there(tmp_path: Path) -> None:
    assert a_job().phase(9999).status is Status.INITIALIZING
    late = a_job(files=(a_file(tmp_path),), rendered=1030.0).phase(9999)
    assert (late.status, late.updated) == (Status.COMPLETED, 1030.0)


def test_a_job_whose_painter_gave_up_is_failed() -> None:
    assert a_job(problem="no room").phase(9999).status is Status.FAILED


@pytest.mark.parametrize(
    ("ending", "word"), [(Ending.FAIL, "failed"), (Ending.REFUSED, "failed"), (Ending.EMPTY, "completed")]
)
def test_a_planned_ending_needs_no_files(ending: Ending, word: str) -> None:
    assert a_job(ending=ending).phase(9999).status == word


def test_waiting_times_are_believable_and_the_same_for_the_same_job() -> None:
    image, video = MODELS[IMAGE], MODELS[VIDEO]
    pending, running = image.waiting("a", 1)
    assert image.waiting("a", 1) == (pending, running)
    assert 1 <= pending <= 2
    assert 5 <= running <= 8
    assert image.waiting("a", 4)[1] == running + 6
    assert 12 <= video.waiting("a", 1)[1] <= 18


def test_the_wire_shows_a_job_in_line_and_at_work() -> None:
    with RunningSandbox(replace(QUICK, speed=20.0)) as s:
        job = create(s.base_url, prompt="[fail] seen at work")
        seen = [job["status"]]
        while seen[-1] not in ("completed", "failed"):
            word = get(s.base_url, job["id"])["status"]
            seen += [word] if word != seen[-1] else []
            time.sleep(0.01)
        assert seen == ["pending", "initializing", "failed"]


def test_the_new_answer_is_seed_001s(demo: RunningSandbox) -> None:
    created = create(demo.base_url, num_images=2, seed=5)
    job = finished(demo.base_url, created["id"])
    assert set(created) == {
        *("id", "user_id", "status", "created_at", "updated_at", "deleted_at", "is_deleted", "result")
    }
    assert created["result"] == {}
    assert created["status"] == "pending"
    assert len(created["id"]) == 32
    assert job["status"] == "completed"
    assert job["logs"] == []
    assert job["pending_duration"] == job["processing_duration"] == 0
    time.strptime(job["created_at"], "%Y-%m-%d %H:%M:%S")
    rows = job["result"]["data"]
    assert [row["file_type"] for row in rows] == ["image", "image"]
    assert len({row["file_id"] for row in rows}) == 2
    assert all(row["file_id"].startswith("file-") and row["file_name"] == "" for row in rows)


def test_the_old_answer_is_seed_000s() -> None:
    with RunningSandbox(replace(QUICK, dialect=Dialect.OLD)) as s:
        created = create(s.base_url, AUDIO, duration=1)
        job = finished(s.base_url, created["id"])
    assert (created["model_id"], created["backend_id"], created["payment_type"]) == (84, None, "usd")
    assert created["meta_info"] == {}
    assert "result" not in job
    assert len(job["backend_id"]) == 32
    assert set(job["meta_info"]) == {"file_id", "result_download_url"}


def test_a_model_of_the_old_page_only_keeps_the_old_answer(demo: RunningSandbox) -> None:
    assert create(demo.base_url, VIDEO, "[fail]")["meta_info"] == {}


def test_the_list_holds_all_jobs_with_the_newest_first() -> None:
    with RunningSandbox() as s:
        ids = [create(s.base_url, prompt=f"[fail] {n}")["id"] for n in range(30)]
        listed = call(s.base_url, "GET", PATH).json["generation_list"]
        assert [job["id"] for job in listed] == ids[::-1]
        assert set(listed[0]) >= set(create(s.base_url, prompt="[fail]"))


def test_a_deleted_job_is_gone_with_its_file(demo: RunningSandbox) -> None:
    job = finished(demo.base_url, create(demo.base_url)["id"])
    (link,) = links_of(job)
    answer = call(demo.base_url, "DELETE", f"{PATH}/{job['id']}")
    assert (answer.status, answer.json) == (200, {"message": "Generation deleted"})
    assert call(demo.base_url, "GET", f"{PATH}/{job['id']}").status == 404
    assert call(demo.base_url, "DELETE", f"{PATH}/{job['id']}").status == 404
    assert job["id"] not in {row["id"] for row in call(demo.base_url, "GET", PATH).json["generation_list"]}
    assert fetch(link).status == 404


def test_jobs_links_and_files_outlive_the_server(tmp_path: Path) -> None:
    settings = replace(QUICK, state_dir=tmp_path)
    with RunningSandbox(settings) as s:
        done = finished(s.base_url, create(s.base_url, seed=1)["id"])
        (link,) = links_of(done)
        before = fetch(link).body
        running = create(s.base_url, AUDIO, "[slow] still at work", duration=1)
        s.stop()
        s.start()
        assert fetch(link).body == before
        assert finished(s.base_url, running["id"])["status"] == "completed"
        assert len(s.posts) == 2
        assert len(s.jobs) == 2


def test_a_job_cut_off_by_a_kill_is_painted_by_the_next_server(tmp_path: Path) -> None:
    book = JobBook(tmp_path / "jobs", 1000.0)
    book.keep(a_job(created=time.time(), owner="x" * 32))
    (tmp_path / "jobs" / "broken.json").write_text("{", encoding="utf-8")
    with RunningSandbox(replace(QUICK, state_dir=tmp_path)) as s:
        deadline = time.monotonic() + 20
        while not s.jobs[0].files and time.monotonic() < deadline:
            time.sleep(0.02)
        assert s.jobs[0].files


def test_no_key_is_written_into_the_state(tmp_path: Path) -> None:
    settings = SandboxSettings(keys=("very-secret-key",), state_dir=tmp_path, speed=1000)
    with RunningSandbox(settings) as s:
        body = {"model": IMAGE, "config": {"prompt": "[fail]"}}
        assert call(s.base_url, "POST", PATH, body, auth="very-secret-key").status == 200
    assert all(b"very-secret-key" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_an_old_job_is_thrown_away() -> None:
    with RunningSandbox(replace(QUICK, retention_s=0.05)) as s:
        job_id = create(s.base_url, prompt="[fail]")["id"]
        time.sleep(0.06)
        create(s.base_url, prompt="[fail] the next one clears away")
        assert call(s.base_url, "GET", f"{PATH}/{job_id}").status == 404


def test_nothing_stays_on_disk_without_a_state_folder() -> None:
    with RunningSandbox() as s:
        finished(s.base_url, create(s.base_url)["id"])
        files = s.jobs[0].files
        assert files is not None
        folder = files[0].path.parent.parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_many_jobs_at_once_do_not_stop_the_server_from_answering() -> None:
    with RunningSandbox() as s:
        for number in range(12):
            create(s.base_url, prompt=f"crowd {number}", image_size="square", num_images=2)
        start = time.monotonic()
        assert call(s.base_url, "GET", PATH).status == 200
        assert time.monotonic() - start < 2.0
