"""NetMind's files at the demo, and the models that work from them: as strict as real storage, and really used."""

import base64
import http.client
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter
from pytestqt.qtbot import QtBot

from app.sandbox.running import QUICK, RunningSandbox
from tests.sandbox.calls import (
    AUDIO,
    Answer,
    boxes,
    call,
    create,
    fetch,
    film_seconds,
    finished,
    flac_samples,
    links_of,
)

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
PNG = "image/png"


def announce(base_url: str, name: str = "lake.png", mime: str = PNG, **more: str) -> Answer:
    body = {"file_name": name, "purpose": "inference", **more}
    return call(base_url, "POST", "/v1/files", body, headers={"file-content-type": mime} if mime else {})


def put(link: str, data: bytes, mime: str = PNG, **headers: str) -> Answer:
    parts = urlsplit(link)
    sent = {"Content-Type": mime, **headers} if mime else dict(headers)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.putrequest("PUT", parts.path, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(data)), **sent}.items():
            connection.putheader(name, value)
        connection.endheaders(data)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def uploaded(base_url: str, data: bytes, name: str = "lake.png", mime: str = PNG) -> str:
    """A link that a job may fetch the bytes from."""
    made = announce(base_url, name, mime).json
    assert put(made["presigned_url"], data, mime).status == 200
    answer = call(base_url, "GET", f"/v1/files/{made['id']}/presigned_url")
    return str(answer.json["presigned_url"])


def one_colour(colour: str, width: int = 64, height: int = 64) -> bytes:
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    picture.fill(QColor(colour))
    data = QByteArray()

    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return bytes(data.data())


def mean(data: bytes) -> QColor:
    picture = QImage.fromData(data)
    assert not picture.isNull()
    mode, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return QColor(picture.scaled(1, 1, mode, smooth).pixel(0, 0))


# --- files


def test_a_file_is_announced_put_and_fetched_with_links_only(demo: RunningSandbox) -> None:
    data = (MEDIA / "picture.png").read_bytes()
    made = announce(demo.base_url, "my lake.png")
    assert made.status == 200
    assert set(made.json) == {"id", "presigned_url"}
    assert made.json["presigned_url"].endswith("/my_lake.png")
    assert put(made.json["presigned_url"], data).status == 200
    link = call(demo.base_url, "GET", f"/v1/files/{made.json['id']}/presigned_url").json
    assert set(link) == {"presigned_url"}, "the id is missing here, as at NetMind"
    answer = fetch(link["presigned_url"])
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, data, PNG)
    shown = call(demo.base_url, "GET", f"/v1/files/{made.json['id']}").json
    assert (shown["bytes"], shown["purpose"]) == (len(data), "inference")
    assert isinstance(shown["created_at"], int)
    listed = call(demo.base_url, "GET", "/v1/files").json
    assert made.json["id"] in [row["id"] for row in listed]


def test_a_deleted_file_is_gone_for_everybody(demo: RunningSandbox) -> None:
    made = announce(demo.base_url).json
    put(made["presigned_url"], b"bytes")
    link = call(demo.base_url, "GET", f"/v1/files/{made['id']}/presigned_url").json["presigned_url"]
    assert call(demo.base_url, "DELETE", f"/v1/files/{made['id']}").status == 204
    assert call(demo.base_url, "GET", f"/v1/files/{made['id']}").status == 404
    assert fetch(link).status == 404
    assert put(made["presigned_url"], b"bytes").status == 404


def test_files_need_the_key_and_a_sound_announcement(demo: RunningSandbox) -> None:
    assert call(demo.base_url, "POST", "/v1/files", {"file_name": "a.png"}, auth="Bearer wrong").status == 401
    assert call(demo.base_url, "GET", "/v1/files", auth=None).status == 401
    assert call(demo.base_url, "POST", "/v1/files", {"file_name": "a.png"}).status == 422
    assert announce(demo.base_url, purpose="holiday").status == 422


def test_case_89_another_type_than_announced_breaks_the_signature(demo: RunningSandbox) -> None:
    link = announce(demo.base_url).json["presigned_url"]
    for wrong in ("image/jpeg", "", "image/png; charset=utf-8"):
        answer = put(link, b"bytes", wrong)
        assert answer.status == 403
        assert b"SignatureDoesNotMatch" in answer.body
    unannounced = announce(demo.base_url, mime="").json["presigned_url"]
    assert put(unannounced, b"bytes", PNG).status == 403
    assert put(unannounced, b"bytes", "").status == 200


def test_case_90_a_body_without_a_length_is_not_implemented(demo: RunningSandbox) -> None:
    parts = urlsplit(announce(demo.base_url).json["presigned_url"])
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request("PUT", parts.path, body=iter([b"some", b"bytes"]), headers={"Content-Type": PNG})
    answer = connection.getresponse()
    assert answer.status == 501
    assert b"NotImplemented" in answer.read()
    connection.close()


def test_case_91_a_link_ends_and_one_for_reading_does_not_write() -> None:
    with RunningSandbox(replace(QUICK, link_life_s=0.15)) as short:
        link = announce(short.base_url).json["presigned_url"]
        time.sleep(0.2)
        answer = put(link, b"bytes")
        assert answer.status == 403
        assert b"Request has expired" in answer.body
    with RunningSandbox() as demo:
        made = announce(demo.base_url).json
        put(made["presigned_url"], b"bytes")
        reading = call(demo.base_url, "GET", f"/v1/files/{made['id']}/presigned_url").json["presigned_url"]
        assert put(reading, b"other").status == 403
        assert fetch(made["presigned_url"]).status == 403


def test_a_signed_link_refuses_a_key_that_comes_along(demo: RunningSandbox) -> None:
    link = announce(demo.base_url).json["presigned_url"]
    assert put(link, b"bytes", PNG, Authorization="Bearer demo-key").status == 400


def test_a_file_may_be_larger_than_a_request(demo: RunningSandbox) -> None:
    data = bytes(11 * 1024 * 1024)
    assert fetch(uploaded(demo.base_url, data)).body == data


def test_files_outlive_a_restart_where_jobs_do(tmp_path: Path) -> None:
    sandbox = RunningSandbox(replace(QUICK, state_dir=tmp_path))
    with sandbox:
        link = uploaded(sandbox.base_url, b"bytes")
    with sandbox:
        assert fetch(link).body == b"bytes"


# --- models that work from files


def rest(demo: RunningSandbox, model: str, **config: Any) -> Any:
    answer = call(demo.base_url, "POST", "/v1/generation", {"model": model, "config": config})
    assert answer.status == 200, answer.body
    return finished(demo.base_url, answer.json["id"])


def results(job: Any) -> list[bytes]:
    assert job["status"] == "completed", job
    return [fetch(link).body for link in links_of(job)]


@pytest.mark.parametrize("model", ["google/nano-banana", "google/nano-banana-pro"])
def test_an_edited_picture_keeps_something_of_its_reference(demo: RunningSandbox, model: str) -> None:
    plain = {"prompt": "a hill", "aspect_ratio": "3:2"}
    red, blue = (uploaded(demo.base_url, one_colour(colour)) for colour in ("#ff0000", "#0000ff"))
    (like_red,), (like_blue,) = (results(rest(demo, model, **plain, image_urls=[url])) for url in (red, blue))
    # half of each is the reference, whatever the other half is
    assert mean(like_red).red() >= 125
    assert mean(like_red).blue() <= 130
    assert mean(like_blue).blue() >= 125
    assert mean(like_blue).red() <= 130
    size = QImage.fromData(like_red).size()
    assert abs(size.width() / size.height() - 1.5) < 0.02


def test_a_shape_that_the_model_refuses_is_told_in_the_log_only(demo: RunningSandbox) -> None:
    job = rest(demo, "google/nano-banana-pro", prompt="x", aspect_ratio="auto")
    assert job["status"] == "failed"
    assert "aspect_ratio" in job["logs"][0]["text"]


def test_an_address_elsewhere_is_accepted_and_told_in_the_log_only(demo: RunningSandbox) -> None:
    job = rest(demo, "google/nano-banana", prompt="x", image_urls=["https://example.org/a.png?secret=1"])
    assert job["status"] == "failed"
    assert "https://example.org/a.png cannot be fetched" in job["logs"][0]["text"]
    assert "secret" not in job["logs"][0]["text"]


def test_a_film_begins_with_its_first_picture(demo: RunningSandbox, qtbot: QtBot) -> None:
    link = uploaded(demo.base_url, one_colour("#00ff00", 160, 90))
    (film,) = results(rest(demo, "google/veo3.1-fast", prompt="wind", duration="4s", image_url=link))
    assert 0.4 < film_seconds(film) < 4.5
    assert b"mp4a" in dict(boxes(film))["moov"]


def test_a_silent_film_has_no_sound_track(demo: RunningSandbox) -> None:
    (film,) = results(rest(demo, "google/veo3.1-fast", prompt="wind", duration=4, generate_audio=False))
    assert b"mp4a" not in dict(boxes(film))["moov"]


def test_sound_for_a_film_gives_the_film_with_sound(demo: RunningSandbox) -> None:
    link = uploaded(demo.base_url, (MEDIA / "silent.mp4").read_bytes(), "silent.mp4", "video/mp4")
    job = rest(demo, AUDIO, prompt="rain", video_url=link)
    (film,) = results(job)
    assert abs(film_seconds(film) - 2.0) < 0.3
    moov = dict(boxes(film))["moov"]
    assert b"mp4a" in moov
    assert b"mp4v" in moov
    assert fetch(links_of(job)[0]).headers["content-type"] == "application/octet-stream"


def test_what_is_no_film_fails_at_work(demo: RunningSandbox) -> None:
    link = uploaded(demo.base_url, b"no film at all" * 40, "a.mp4", "video/mp4")
    job = rest(demo, AUDIO, prompt="rain", video_url=link)
    assert job["status"] == "failed"
    assert "film cannot be read" in job["logs"][0]["text"]


# --- results inside the answer


def test_speech_comes_as_hex_and_by_link(demo: RunningSandbox) -> None:
    job = rest(demo, "minimax/speech-02-hd", text="Hello there, demo.", output_format="hex")
    (row,) = job["result"]["data"]
    assert "url" not in row
    assert flac_samples(bytes.fromhex(row["audio"]))[0] == 44100
    (sound,) = results(rest(demo, "minimax/speech-02-hd", text="Hello there, demo.", output_format="url"))
    assert flac_samples(sound)[2] > 0
    refused = call(demo.base_url, "POST", "/v1/generation", {"model": "minimax/speech-02-hd", "config": {}})
    assert refused.status == 422


def test_sync_mode_puts_the_picture_into_the_answer(demo: RunningSandbox) -> None:
    job = rest(demo, "google/nano-banana", prompt="x", sync_mode=True)
    url = job["result"]["data"][0]["url"]
    assert url.startswith("data:image/png;base64,")
    assert not QImage.fromData(base64.b64decode(url.partition(",")[2])).isNull()


def test_a_transcript_is_plain_words(demo: RunningSandbox) -> None:
    data = (MEDIA / "sound.mp3").read_bytes()
    job = rest(demo, "openai/whisper", audio_url=uploaded(demo.base_url, data, "sound.mp3", "audio/mpeg"))
    (row,) = job["result"]["data"]
    assert row["file_type"] == "text"
    assert "nobody listened" in row["text"]
    assert str(len(data)) in row["text"]


def test_a_voice_of_tones_is_as_long_as_its_words_and_the_same_every_time() -> None:
    from app.sandbox.media.voice import LONGEST_S, spoken

    short, long = spoken("Hello.", 1), spoken("Hello, this is a much longer sentence with many words in it.", 1)
    assert spoken("Hello.", 1) == short != spoken("Hello.", 2)
    assert len(short) < len(long) / 2
    assert len(spoken("and so on " * 500, 1)) == int(LONGEST_S * 44100) * 4
    assert max(short) > 0


def test_the_demo_of_seed_001_still_answers_as_before(demo: RunningSandbox) -> None:
    (picture,) = results(finished(demo.base_url, create(demo.base_url, image_size="square")["id"]))
    assert QImage.fromData(picture).width() == 512
