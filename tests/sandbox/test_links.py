"""Result links behave as object storage does."""

import http.client
import time
from dataclasses import dataclass, replace

import pytest

from app.sandbox.links import LinkSigner, LinkState
from app.sandbox.running import QUICK, RunningSandbox
from tests.sandbox.calls import AUDIO, Answer, call, create, fetch, finished, get, links_of


@dataclass(frozen=True)
class Linked:
    """One finished picture and its whole file."""

    base_url: str
    job_id: str
    link: str
    whole: Answer


@pytest.fixture(scope="module")
def linked(demo: RunningSandbox) -> Linked:
    job = finished(demo.base_url, create(demo.base_url, seed=1)["id"])
    (link,) = links_of(job)
    return Linked(demo.base_url, job["id"], link, fetch(link))


def test_a_link_gives_the_whole_file_with_length_and_etag(linked: Linked) -> None:
    answer = linked.whole
    assert answer.status == 200
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"].startswith('"')


def test_a_link_refuses_an_authorization_header(linked: Linked) -> None:
    for auth in ("Bearer demo-key", "demo-key", "anything"):
        answer = fetch(linked.link, Authorization=auth)
        assert answer.status == 400
        assert b"Only one auth mechanism allowed" in answer.body
        assert answer.headers["content-type"].startswith("application/xml")


def test_sound_comes_as_octet_stream(demo: RunningSandbox) -> None:
    job = finished(demo.base_url, create(demo.base_url, AUDIO, duration=1)["id"])
    assert fetch(links_of(job)[0]).headers["content-type"] == "application/octet-stream"


def test_head_tells_the_length_and_sends_nothing(linked: Linked) -> None:
    answer = fetch(linked.link, "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == linked.whole.headers["content-length"]


@pytest.mark.parametrize(("asked", "start", "end"), [("0-9", 0, 10), ("100-", 100, None), ("-7", -7, None)])
def test_a_range_gives_its_bytes(linked: Linked, asked: str, start: int, end: int | None) -> None:
    answer = fetch(linked.link, Range=f"bytes={asked}")
    whole = linked.whole.body
    assert answer.status == 206
    assert answer.body == whole[start:end]
    first = start % len(whole)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.body) - 1}/{len(whole)}"


def test_a_range_beyond_the_end_is_416(linked: Linked) -> None:
    size = len(linked.whole.body)
    answer = fetch(linked.link, Range=f"bytes={size}-")
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{size}")


def test_if_range_decides_between_the_rest_and_the_whole(linked: Linked) -> None:
    same = fetch(linked.link, Range="bytes=5-", If_Range=linked.whole.headers["etag"])
    other = fetch(linked.link, Range="bytes=5-", If_Range='"another"')
    assert (same.status, other.status) == (206, 200)
    assert other.body == linked.whole.body


def test_a_link_cannot_be_guessed_or_changed(linked: Linked) -> None:
    base, token, name = linked.link.rsplit("/", 2)
    changed = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert fetch(f"{base}/{changed}/{name}").status == 403
    assert fetch(f"{base}/{'a' * 80}/{name}").status == 403
    assert fetch(f"{base}/{token}/other.png").status == 404


def test_every_look_at_the_job_signs_a_link_anew(linked: Linked) -> None:
    time.sleep(0.002)
    (fresh,) = links_of(get(linked.base_url, linked.job_id))
    assert fresh != linked.link
    assert fetch(fresh).body == linked.whole.body


def test_an_expired_link_is_403_and_a_new_get_helps() -> None:
    with RunningSandbox(replace(QUICK, link_life_s=0.3)) as s:
        job = finished(s.base_url, create(s.base_url)["id"])
        (link,) = links_of(job)
        deadline = time.monotonic() + 5
        while (answer := fetch(link)).status == 200 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert answer.status == 403
        assert b"AccessDenied" in answer.body
        assert fetch(links_of(get(s.base_url, job["id"]))[0]).status == 200


def test_a_signer_reads_only_what_it_signed() -> None:
    signer = LinkSigner(b"secret", 10.0)
    token = signer.token("file-1", now=100.0)
    assert signer.read(token, 109.9) == (LinkState.GOOD, "file-1")
    assert signer.read(token, 110.1) == (LinkState.EXPIRED, "file-1")
    assert LinkSigner(b"other", 10.0).read(token, 100.0) == (LinkState.FORGED, "")


def test_a_prompt_can_ask_for_a_download_that_breaks_off_once(demo: RunningSandbox) -> None:
    job = finished(demo.base_url, create(demo.base_url, prompt="[cut] a lake")["id"])
    (link,) = links_of(job)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        fetch(link)
    whole = fetch(link)
    assert len(whole.body) == int(whole.headers["content-length"])
    assert call(demo.base_url, "GET", "/").status == 200
