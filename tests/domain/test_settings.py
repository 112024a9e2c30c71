"""A wrong value in settings.json never stops the studio, and never goes unsaid."""

import pytest

from app.domain.settings import (
    APPEARANCE_MODE,
    CREATE_DRAFT,
    PROVIDER_BASE_PATH,
    PROVIDER_BASE_URL,
    REDUCED_MOTION,
    RUNNING_PER_PROVIDER,
    SETTINGS,
    declared,
    notices,
)
from app.domain.values import Json, JsonObject


def test_nothing_set_means_defaults_without_a_word() -> None:
    assert notices({}) == ()
    for setting in SETTINGS:
        assert setting.read({}, "image") == setting.default
        assert setting.check(setting.default)


def test_no_setting_is_declared_twice() -> None:
    assert len({setting.key for setting in SETTINGS}) == len(SETTINGS)


def test_the_published_example_points_a_provider_elsewhere() -> None:
    data: JsonObject = {"providers": {"netmind": {"base_url": "http://127.0.0.1:9000"}}}
    assert PROVIDER_BASE_URL.read(data, "netmind") == "http://127.0.0.1:9000"
    assert PROVIDER_BASE_URL.read(data, "haiper") == ""
    assert notices(data) == ()


def test_a_path_at_a_provider_is_a_plain_one() -> None:
    for path in ("", "/v1/haiper-job", "/v1/netmind-video-job", "/v1.2/a_b~c"):
        assert PROVIDER_BASE_PATH.check(path)
    for wrong in (None, 5, "v1", "/", "//x", "/v1/", "/v1/../x", "/./x", "/v1?a=b", "/v 1", "/" + "a" * 65):
        assert not PROVIDER_BASE_PATH.check(wrong), wrong


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ({"appearance": {"mode": "purple"}}, ["appearance.mode"]),
        ({"appearance": {"reduced_motion": 1}}, ["appearance.reduced_motion"]),
        ({"limits": {"running_per_provider": True}}, ["limits.running_per_provider"]),
        ({"limits": {"running_per_provider": 0}}, ["limits.running_per_provider"]),
        ({"providers": {"netmind": {"base_url": "http://example.com"}}}, ["providers.netmind.base_url"]),
        ({"providers": {"a": {"base_url": 5}, "b": 7, "c": {}}}, ["providers.a.base_url", "providers.b"]),
        ({"language": "../../etc"}, ["language"]),
        ({"create": {"image": {"draft": []}}}, ["create.image.draft"]),
        ({"language": None}, ["language"]),
    ],
)
def test_a_wrong_value_is_named_and_the_default_holds(data: JsonObject, keys: list[str]) -> None:
    assert [notice.values["key"] for notice in notices(data)] == keys
    assert APPEARANCE_MODE.read(data) == "system"
    assert REDUCED_MOTION.read(data) is False
    assert RUNNING_PER_PROVIDER.read(data) == 4
    assert PROVIDER_BASE_URL.read(data, "netmind") == ""


def test_something_in_the_way_of_several_settings_is_named() -> None:
    assert {notice.values["key"] for notice in notices({"appearance": 5})} == {"appearance"}
    assert APPEARANCE_MODE.read({"appearance": 5}) == "system"


def test_writing_keeps_what_others_wrote_and_changes_nothing_in_place() -> None:
    data: JsonObject = {"appearance": {"mode": "dark", "theirs": 1}, "plugin": {"x": [1]}}
    new = APPEARANCE_MODE.write(data, "light")
    assert new == {"appearance": {"mode": "light", "theirs": 1}, "plugin": {"x": [1]}}
    assert data["appearance"] == {"mode": "dark", "theirs": 1}
    assert APPEARANCE_MODE.write(new, None) == {"appearance": {"theirs": 1}, "plugin": {"x": [1]}}


def test_a_value_can_be_set_and_taken_away_without_a_trace() -> None:
    data = PROVIDER_BASE_URL.write({}, "https://mirror.test", "netmind")
    assert data == {"providers": {"netmind": {"base_url": "https://mirror.test"}}}
    assert PROVIDER_BASE_URL.write(data, None, "netmind") == {}
    assert APPEARANCE_MODE.write({"appearance": 5}, "dark") == {"appearance": {"mode": "dark"}}


def test_an_empty_draft_is_a_value_too() -> None:
    draft: Json = {"prompt": "", "seed": None}
    data = CREATE_DRAFT.write({}, draft, "image")  # type: ignore[arg-type]
    assert CREATE_DRAFT.read(data, "image") == draft


def test_a_value_that_is_not_valid_is_not_written() -> None:
    with pytest.raises(ValueError, match="purple"):
        APPEARANCE_MODE.write({}, "purple")


def test_a_full_key_finds_its_declaration() -> None:
    assert declared("providers.netmind.base_url") == (PROVIDER_BASE_URL, "netmind")
    assert declared("appearance.mode") == (APPEARANCE_MODE, "")
    for wrong in ("appearance", "appearance.mode.more", "nobody.knows", ""):
        with pytest.raises(KeyError):
            declared(wrong)
