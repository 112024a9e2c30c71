"""*Other model*: any model of a provider, by its id and a config written as JSON, for what no spec describes yet."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn, cast

from app.domain.media import Medium
from app.domain.model_spec import FORMAT, ModelSpec, parse_model_spec
from app.domain.text import Text, text
from app.domain.values import Json, JsonObject

FREE_FORM_ID = "*"
"""The model id of the entry itself; no provider has a model of that name."""

MAX_CONFIG_CHARS = 100_000
_ORDER = 1_000_000  # after every model that has a spec
_TITLE = "Other model"


class ConfigError(ValueError):
    """The JSON box cannot be used; `sentence` says why."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def free_form_spec(provider_id: str, medium: Medium) -> ModelSpec:
    """The entry for one provider and medium. Its values are `model`, `prompt` and `config` (JSON as text)."""
    data: JsonObject = {
        "format": FORMAT,
        "provider": provider_id,
        "id": FREE_FORM_ID,
        "title": _TITLE,
        "medium": str(medium),
        "order": _ORDER,
        "price": {"note": "price not known"},
        "summary": "Any model by its id, with its config as JSON.",
        "parameters": {"type": "object", "required": ["model"], "properties": _PROPERTIES},
    }
    return replace(parse_model_spec(data), is_free_form=True)


_PROPERTIES: JsonObject = {
    "model": {
        "type": "string",
        "title": "Model id",
        "maxLength": 200,
        "pattern": r"^\s*\S+\s*$",
        "x-widget": "text",
        "x-hint": "as the provider writes it",
        "x-placeholder": "owner/name",
    },
    "prompt": {
        "type": "string",
        "title": "Prompt",
        "maxLength": 20000,
        "x-widget": "prompt",
        "x-soft-maximum": 2000,
        "x-soft-note": "Models tend to read only the beginning of very long prompts.",
    },
    "config": {
        "type": "string",
        "title": "Config",
        "maxLength": MAX_CONFIG_CHARS,
        "x-widget": "json",
        "x-hint": "JSON, optional",
        "x-placeholder": '{"seed": 7}',
    },
}


def read_config(written: str) -> JsonObject:
    """The JSON object in the box; an empty box is an empty object. Raises ConfigError."""
    if not written.strip():
        return {}
    try:
        found = json.loads(written, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise ConfigError(text("This is not JSON yet: look at line {line}, column {column}.", **where)) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(text("This JSON holds a value that cannot be sent.")) from error
    if not isinstance(found, dict):
        raise ConfigError(text("The config has to be one JSON object, in curly brackets."))
    return cast("JsonObject", found)


def _refuse_constant(word: str) -> NoReturn:
    """NaN and Infinity are not JSON, though Python reads them."""
    raise ValueError(word)


def params_of(values: Mapping[str, Json]) -> JsonObject:
    """What goes to the provider: the config with the prompt in front. Raises ConfigError.

    A prompt in the box of its own wins over one inside the config.
    """
    config = read_config(str(values.get("config") or ""))
    prompt = str(values.get("prompt") or "")
    return {"prompt": prompt, **{k: v for k, v in config.items() if k != "prompt"}} if prompt.strip() else config


def values_of(model_id: str, params: Mapping[str, Json]) -> dict[str, Json]:
    """The form's values for a request that was made with *Other model*, or for one whose spec is gone."""
    rest = {name: value for name, value in params.items() if name != "prompt"}
    prompt = params.get("prompt")
    if "prompt" in params and not isinstance(prompt, str):
        rest, prompt = dict(params), ""
    config = json.dumps(rest, indent=2, ensure_ascii=False) if rest else ""
    return {"model": model_id, "prompt": prompt or "", "config": config}
