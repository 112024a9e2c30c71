"""Every setting, declared once: its key, what it is when nothing is set, and which values are valid.

A key is a path through the JSON of `settings.json`: `appearance.mode` is `{"appearance": {"mode": ...}}`. A `*` stands for
one name, as in `providers.*.base_url`. A value that is not valid counts as not set; `notices` names it for the person.
Keys that are not declared here belong to somebody else and are kept.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from app.domain.provider_info import is_acceptable_base_url
from app.domain.text import Text, text
from app.domain.values import Json, JsonObject

T = TypeVar("T")
MOST_RUNNING = 32
MOST_OVERALL = 128
MOST_DOWNLOADS = 16
_BASE_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]{1,64}){1,8}")
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting. `check` says whether a value is valid; `name` stands where the key has its `*`."""

    key: str
    default: T
    check: Callable[[Json], bool]

    def path(self, name: str = "") -> tuple[str, ...]:
        """The key as the steps through the JSON."""
        return tuple(name if step == "*" else step for step in self.key.split("."))

    def read(self, data: JsonObject, name: str = "") -> T:
        """The value that holds: what is set and valid, else the default."""
        found, value = _find(data, self.path(name))
        return cast("T", value) if found and self.check(value) else self.default

    def write(self, data: JsonObject, value: T | None, name: str = "") -> JsonObject:
        """New settings with this value; None removes it. Raises ValueError for a value that is not valid."""
        if value is not None and not self.check(cast("Json", value)):
            raise ValueError(f"{'.'.join(self.path(name))}: {value!r}")
        return _put(data, self.path(name), cast("Json", value))


def one_of(*allowed: str) -> Callable[[Json], bool]:
    """A check for a choice of words."""
    return lambda value: isinstance(value, str) and value in allowed


def whole(low: int, high: int) -> Callable[[Json], bool]:
    """A check for a whole number in a range, both ends included."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_switch(value: Json) -> bool:
    return isinstance(value, bool)


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _is_list_of_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _is_base_url(value: Json) -> bool:
    return isinstance(value, str) and (value.strip() == "" or is_acceptable_base_url(value.strip()))


def _is_base_path(value: Json) -> bool:
    return isinstance(value, str) and (value == "" or _BASE_PATH.fullmatch(value) is not None)


def _is_language(value: Json) -> bool:
    return isinstance(value, str) and (value == "" or _LANGUAGE.fullmatch(value) is not None)


PROVIDER_BASE_URL: Setting[str] = Setting("providers.*.base_url", "", _is_base_url)
"""By provider id; "" is the published address."""
PROVIDER_BASE_PATH: Setting[str] = Setting("providers.*.base_path", "", _is_base_path)
"""By provider id, such as "/v1/netmind-video-job"; "" is the first one that the provider had."""
APPEARANCE_MODE: Setting[str] = Setting("appearance.mode", "system", one_of("system", "dark", "light"))
REDUCED_MOTION: Setting[bool] = Setting("appearance.reduced_motion", False, _is_switch)
LANGUAGE: Setting[str] = Setting("language", "", _is_language)
"""A locale such as "de" or "pt_BR"; "" is the system's."""
LIBRARY_FOLDER: Setting[str] = Setting("library.folder", "", _is_text)
"""An absolute path; "" is the profile's own."""
LIBRARY_USED: Setting[list[Json]] = Setting("library.used", [], _is_list_of_texts)
"""Chosen folders that results were saved to, the newest first: what lies in earlier ones is found there."""
LIBRARY_MARKED: Setting[list[Json]] = Setting("library.marked", [], _is_list_of_texts)
"""Folders that carry the library's mark: one without it is a drive that is not connected."""
NOTIFICATIONS: Setting[bool] = Setting("notifications.enabled", True, _is_switch)
RUNNING_PER_PROVIDER: Setting[int] = Setting("limits.running_per_provider", 4, whole(1, MOST_RUNNING))
RUNNING_OVERALL: Setting[int] = Setting("limits.running_overall", 8, whole(1, MOST_OVERALL))
"""Of all providers together."""
QUEUE_PAUSED: Setting[bool] = Setting("queue.paused", False, _is_switch)
DOWNLOAD_MAX_MB: Setting[int] = Setting("downloads.max_mb", 4096, whole(1, 1_000_000))
DOWNLOADS_OVERALL: Setting[int] = Setting("downloads.overall", 4, whole(1, MOST_DOWNLOADS))
DOWNLOADS_PER_PROVIDER: Setting[int] = Setting("downloads.per_provider", 3, whole(1, MOST_DOWNLOADS))
"""Files on their way at once."""
DEMO_ENABLED: Setting[bool] = Setting("demo.enabled", False, _is_switch)
WELCOME_SEEN: Setting[bool] = Setting("welcome.seen", False, _is_switch)
"""The first start has been answered."""
WINDOW_PAGE: Setting[str] = Setting("window.page", "image", _is_text)
"""The page that was open last."""
WINDOW_GEOMETRY: Setting[str] = Setting("window.geometry", "", _is_text)
"""Qt's bytes in base64."""
HISTORY_MODE: Setting[str] = Setting("history.mode", "grid", one_of("grid", "list"))
CREATE_MODEL: Setting[str] = Setting("create.*.model", "", _is_text)
"""By medium: the model chosen last."""
CREATE_DRAFT: Setting[JsonObject] = Setting("create.*.draft", {}, _is_object)
"""By medium: what stands in the form."""

SETTINGS: tuple[Setting[Any], ...] = (
    PROVIDER_BASE_URL,
    PROVIDER_BASE_PATH,
    APPEARANCE_MODE,
    REDUCED_MOTION,
    LANGUAGE,
    LIBRARY_FOLDER,
    LIBRARY_USED,
    LIBRARY_MARKED,
    NOTIFICATIONS,
    RUNNING_PER_PROVIDER,
    RUNNING_OVERALL,
    QUEUE_PAUSED,
    DOWNLOAD_MAX_MB,
    DOWNLOADS_OVERALL,
    DOWNLOADS_PER_PROVIDER,
    DEMO_ENABLED,
    WELCOME_SEEN,
    WINDOW_PAGE,
    WINDOW_GEOMETRY,
    HISTORY_MODE,
    CREATE_MODEL,
    CREATE_DRAFT,
)


def declared(key: str) -> tuple[Setting[Any], str]:
    """The setting that a full key such as `providers.netmind.base_url` belongs to, and the name in it.

    Raises KeyError for a key that nobody declared.
    """
    steps = key.split(".")
    for setting in SETTINGS:
        pattern = setting.key.split(".")
        if len(pattern) == len(steps) and all(
            ours in ("*", theirs) for ours, theirs in zip(pattern, steps, strict=True)
        ):
            return setting, "".join(theirs for ours, theirs in zip(pattern, steps, strict=True) if ours == "*")
    raise KeyError(key)


def notices(data: JsonObject) -> tuple[Text, ...]:
    """A sentence for each declared key whose value is not valid; what is in the way of several is named once."""
    found = dict.fromkeys(path for setting in SETTINGS for path in _wrong(data, setting, ()))
    return tuple(
        text("The setting {key} in settings.json is not valid, so the usual value is used.", key=".".join(path))
        for path in found
    )


def _wrong(node: Json, setting: Setting[Any], taken: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths at which a setting is present and wrong, or where its way is blocked by something that is no object."""
    steps = setting.key.split(".")
    if len(taken) == len(steps):
        if not setting.check(node):
            yield taken
        return
    if not isinstance(node, dict):
        yield taken
        return
    step = steps[len(taken)]
    for name in sorted(node) if step == "*" else [step]:
        if name in node:
            yield from _wrong(node[name], setting, (*taken, name))


def _find(data: JsonObject, path: tuple[str, ...]) -> tuple[bool, Json]:
    node: Json = data
    for step in path:
        if not isinstance(node, dict) or step not in node:
            return False, None
        node = node[step]
    return True, node


def _put(data: JsonObject, path: tuple[str, ...], value: Json) -> JsonObject:
    """A copy with one value changed; objects that become empty by a removal go, too."""
    first, rest = path[0], path[1:]
    new = dict(data)
    if rest:
        inner = data.get(first)
        value = _put(inner if isinstance(inner, dict) else {}, rest, value) or None
    if value is None:
        new.pop(first, None)
    else:
        new[first] = value
    return new
