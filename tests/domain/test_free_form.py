"""Other model: an id and a JSON config, there and back again."""

import pytest

from app.domain.free_form import ConfigError, free_form_spec, params_of, read_config, values_of
from app.domain.media import Medium
from app.domain.values import JsonObject


def test_the_entry_takes_an_id_a_prompt_and_a_config() -> None:
    spec = free_form_spec("netmind", Medium.VIDEO)
    assert spec.is_free_form
    assert spec.title == "Other model"
    assert [param.name for param in spec.params] == ["model", "prompt", "config"]


@pytest.mark.parametrize("written", ["", "  \n", "{}"])
def test_an_empty_box_is_an_empty_config(written: str) -> None:
    assert read_config(written) == {}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{"a": 1', "line 1, column"),
        ('{"a":\n b}', "line 2"),
        ("[1, 2]", "curly brackets"),
        ('"words"', "curly brackets"),
        ('{"a": NaN}', "cannot be sent"),
        ('{"a": ' + "9" * 5000 + "}", "cannot be sent"),
        ("[" * 200_000, "cannot be sent"),
    ],
)
def test_a_box_that_is_no_config_says_why(written: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(written)
    assert said in str(caught.value.sentence)


def test_the_prompt_of_its_own_box_wins() -> None:
    assert params_of({"prompt": "mine", "config": '{"prompt": "other", "n": 2}'}) == {"prompt": "mine", "n": 2}
    assert params_of({"prompt": " ", "config": '{"prompt": "other"}'}) == {"prompt": "other"}


@pytest.mark.parametrize(
    "params", [{}, {"prompt": "a"}, {"prompt": "a", "n": [1, {"b": None}]}, {"text": "say"}, {"prompt": ["odd"]}]
)
def test_a_request_comes_back_into_the_form_whole(params: JsonObject) -> None:
    values = values_of("owner/model", params)
    assert values["model"] == "owner/model"
    assert params_of(values) == params
