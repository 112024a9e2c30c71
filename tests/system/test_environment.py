"""Programs started from here inherit no keys."""

import pytest

from app.system.environment import for_children


@pytest.mark.parametrize(
    "name",
    [
        "NETMIND_API_KEY",
        "netmind_api_key",
        "OCTOAI_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "SOME_PASSWORD",
        "X_SECRET",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ],
)
def test_a_variable_that_names_a_secret_is_left_out(name: str) -> None:
    assert for_children({name: "sk-canary-0123456789", "PATH": "/bin"}) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    "name", ["PATH", "HOME", "LANG", "DISPLAY", "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "KEYBOARD", "TMPDIR"]
)
def test_what_programs_need_stays(name: str) -> None:
    assert for_children({name: "x"}) == {name: "x"}
