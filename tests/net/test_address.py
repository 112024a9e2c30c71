"""Where requests may go, as tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InsecureAddressError
from app.net.address import api_url, check_media_url, is_loopback_url, path_of, redirect_target, without_query

BASE = "https://api.example.org/mount/"


@pytest.mark.parametrize(
    ("segments", "url"),
    [
        (("v1", "generation"), "https://api.example.org/mount/v1/generation"),
        (("v1", "generation", "a/b"), "https://api.example.org/mount/v1/generation/a%2Fb"),
        (("v1", "generation", "../../x"), "https://api.example.org/mount/v1/generation/..%2F..%2Fx"),
        (("v1", "a b?c#d"), "https://api.example.org/mount/v1/a%20b%3Fc%23d"),
        (("v1", "\r\nX-Evil: 1"), "https://api.example.org/mount/v1/%0D%0AX-Evil:%201"),
        (("v1", "\u00e4\ud800"), "https://api.example.org/mount/v1/%C3%A4%3F"),
    ],
)
def test_an_id_stays_one_part_of_its_path(segments: tuple[str, ...], url: str) -> None:
    assert api_url(BASE, path_of(*segments)) == url


@pytest.mark.parametrize("path", ["", "/", "/v1//x", "/v1/..", "/v1/../x", "/v1/%2e%2e/x", "/./x", "/v1/%2E"])
def test_a_path_that_climbs_is_refused(path: str) -> None:
    with pytest.raises(InsecureAddressError):
        api_url(BASE, path)


@given(st.text(min_size=1, max_size=60))
def test_no_id_leaves_its_folder(text: str) -> None:
    try:
        url = api_url(BASE, path_of("v1", text))
    except InsecureAddressError:
        assert text in (".", "..")
        return
    assert url.startswith("https://api.example.org/mount/v1/")
    assert url.isascii()
    assert "/" not in url.removeprefix("https://api.example.org/mount/v1/")


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.example.org",
        "ftp://api.example.org",
        "api.example.org",
        "https://",
        "https://user:secret@api.example.org",
        "https://api.example.org?x=1",
        "http://192.168.1.10:9000",
        "http://127.0.0.1.example.org",
    ],
)
def test_a_key_does_not_travel_to_an_insecure_base_url(base_url: str) -> None:
    with pytest.raises(InsecureAddressError):
        api_url(base_url, "/v1/x")


@pytest.mark.parametrize(
    ("url", "fetched"),
    [
        ("https://files.example.org/a.png", "https://files.example.org/a.png"),
        (" https://files.example.org/a b.png?X=1#part ", "https://files.example.org/a%20b.png?X=1"),
        ("https://files.example.org:8443/a.png", "https://files.example.org:8443/a.png"),
        ("https://8.8.8.8/a.png", "https://8.8.8.8/a.png"),
    ],
)
def test_public_https_links_are_fetched(url: str, fetched: str) -> None:
    assert check_media_url(url, allow_loopback=False) == fetched


REFUSED = [
    "",
    "a.png",
    "http://files.example.org/a.png",
    "ftp://files.example.org/a.png",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "//files.example.org/a.png",
    "https://",
    "https:///a.png",
    "https://user@files.example.org/a.png",
    "https://files.example.org@evil.example/a.png",
    "https://files.example.org\\@evil.example/a.png",
    "https://files.example.org\r\nHost: evil/a.png",
    "https://files.example.org\t/a.png",
    "https://files.example.org:0/a.png",
    "https://files.example.org:99999/a.png",
    "https://[::1/a.png",
    "https://%31%32%37.0.0.1/a.png",
    "https://localhost/a.png",
    "https://LOCALHOST./a.png",
    "https://x.localhost/a.png",
    "https://127.0.0.1/a.png",
    "https://127.1/a.png",
    "https://0x7f000001/a.png",
    "https://2130706433/a.png",
    "https://017700000001/a.png",
    "https://\uff11\uff12\uff17.0.0.1/a.png",
    "https://0.0.0.0/a.png",
    "https://10.1.2.3/a.png",
    "https://172.16.0.1/a.png",
    "https://192.168.0.1/a.png",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/a.png",
    "https://224.0.0.1/a.png",
    "https://[::1]/a.png",
    "https://[::]/a.png",
    "https://[::ffff:127.0.0.1]/a.png",
    "https://[fe80::1]/a.png",
    "https://[fc00::1]/a.png",
    "https://a.example/" + "x" * 20_000,
]


@pytest.mark.parametrize("url", REFUSED)
def test_links_inside_this_network_or_of_a_strange_form_are_refused(url: str) -> None:
    with pytest.raises(InsecureAddressError):
        check_media_url(url, allow_loopback=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/a.png", "http://localhost:9000/a", "http://[::1]:9000/a"])
def test_this_computer_is_reached_only_for_a_provider_that_runs_here(url: str) -> None:
    assert check_media_url(url, allow_loopback=True) == url
    with pytest.raises(InsecureAddressError):
        check_media_url(url, allow_loopback=False)


@pytest.mark.parametrize("url", ["http://192.168.0.1/a.png", "http://files.example.org/a.png", "https://10.0.0.1/a"])
def test_a_local_provider_opens_nothing_but_this_computer(url: str) -> None:
    with pytest.raises(InsecureAddressError):
        check_media_url(url, allow_loopback=True)


def test_the_sentence_of_a_refused_link_shows_no_signature() -> None:
    with pytest.raises(InsecureAddressError) as caught:
        check_media_url("http://files.example.org/a.png?Signature=secret", allow_loopback=False)
    assert "secret" not in str(caught.value.problem().happened)
    assert "files.example.org" in str(caught.value.problem().happened)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b.png", "https://files.example.org/b.png"),
        ("c.png?x=1", "https://files.example.org/a/c.png?x=1"),
        ("//cdn.example.org/b.png", "https://cdn.example.org/b.png"),
        ("https://cdn.example.org/b.png", "https://cdn.example.org/b.png"),
    ],
)
def test_redirects_are_resolved_like_links(location: str, target: str) -> None:
    assert redirect_target("https://files.example.org/a/b", location, allow_loopback=False) == target


@pytest.mark.parametrize(
    "location", ["http://files.example.org/b.png", "https://127.0.0.1/", "http://127.0.0.1/", "file:///x", "https://[x"]
)
def test_no_redirect_leads_down_to_http_or_inside(location: str) -> None:
    with pytest.raises(InsecureAddressError):
        redirect_target("https://files.example.org/a/b", location, allow_loopback=True)


def test_loopback_and_query_helpers() -> None:
    assert is_loopback_url("http://127.0.0.1:9000")
    assert is_loopback_url("http://localhost")
    assert not is_loopback_url("https://api.example.org")
    assert not is_loopback_url("http://[broken")
    assert without_query("https://a.example/b?c=d#e") == "https://a.example/b"
