"""Which hosted models there are: read from spec files, ours first and then the person's own.

A file that cannot be used is reported by name and the others still load. Nothing here blocks the window: files are read in
a thread, the models are shown, and only then is every schema checked, because that needs a library that is slow to import.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

from app.domain.free_form import FREE_FORM_ID, free_form_spec, params_of, values_of
from app.domain.media import Medium
from app.domain.model_spec import MAX_FILE_BYTES, ModelSpec, ModelSpecError, Param, parse_model_spec
from app.domain.money import Money
from app.domain.request import GenerationRequest
from app.domain.text import Text, plain, text
from app.domain.values import Json, Params
from app.services import validation

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Report = Callable[[str, Text], None]
"""Told of each file that cannot be used: the file's name, and why."""

ModelKey = tuple[str, str]
_MEDIA = (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO)


@dataclass
class _Shelf:
    """What one look into the folders brought."""

    specs: dict[ModelKey, ModelSpec] = field(default_factory=dict)
    files: dict[ModelKey, str] = field(default_factory=dict)
    broken: list[tuple[str, Text]] = field(default_factory=list)


class Catalogue(QObject):
    """The models of every provider. `load` may be called again; `changed` tells that the list is another one now."""

    changed = Signal()

    def __init__(
        self,
        built_in: Path,
        own: Path | None = None,
        *,
        rank: Callable[[str], int] = lambda provider_id: 0,
        report: Report = lambda name, reason: None,
        free_form_providers: Sequence[str] = ("netmind",),
        parent: QObject | None = None,
    ) -> None:
        """`built_in` holds one folder per provider; `own` is the person's folder, flat or alike, and may be missing.

        `rank` says which provider comes first (lower is earlier); it is asked at every call of `models`.
        """
        super().__init__(parent)
        self._folders = (built_in, own)
        self._rank = rank
        self._report = report
        self._free_form = {
            (provider_id, medium): free_form_spec(provider_id, medium)
            for provider_id in free_form_providers
            for medium in _MEDIA
        }
        self._specs: dict[ModelKey, ModelSpec] = {}
        self._validators: dict[ModelKey, Draft202012Validator] = {}

    async def load(self) -> None:
        """Reads all files and shows what can be shown, then checks every schema and takes out what is not sound."""
        shelf = await asyncio.to_thread(_read, *self._folders, frozenset(key for key, _ in self._free_form))
        self._validators = {}
        self._show(shelf)
        validators, unsound = await asyncio.to_thread(_check, [*shelf.specs.values(), *self._free_form.values()])
        self._validators = validators
        for key, reason in unsound.items():
            shelf.specs.pop(key)
            shelf.broken.append((shelf.files[key], reason))
        if unsound:
            self._show(shelf)
        for name, reason in shelf.broken:
            self._report(name, reason)

    def _show(self, shelf: _Shelf) -> None:
        if shelf.specs != self._specs:
            self._specs = dict(shelf.specs)
            self.changed.emit()

    def models(self, medium: Medium) -> list[ModelSpec]:
        """The models of a page: those of the best ranked provider first, *Other model* last of its provider's."""
        found = [spec for spec in self._specs.values() if spec.medium is medium]
        present = {spec.provider_id for spec in self._specs.values()}
        found += [spec for (owner, of), spec in self._free_form.items() if of is medium and owner in present]
        return sorted(found, key=lambda spec: (self._rank(spec.provider_id), spec.provider_id, spec.order, spec.title))

    def taker(self, page: Medium, given: Medium) -> tuple[ModelSpec, Param] | None:
        """The first model of a page that works from a picture, film or sound, and the parameter that takes it."""
        for spec in self.models(page):
            param = spec.param_for(given)
            if param is not None:
                return spec, param
        return None

    def find(self, provider_id: str, model_id: str) -> ModelSpec | None:
        """The spec of one model; None for a model that only *Other model* reaches."""
        return self._specs.get((provider_id, model_id))

    def spec_for(self, provider_id: str, model_id: str) -> ModelSpec | None:
        """What a request for this model is made with: its spec, else *Other model* under its id; None for neither."""
        known = self.find(provider_id, model_id)
        other = self.free_form(provider_id, Medium.IMAGE)  # its parameters are the same for every medium
        return known or (replace(other, model_id=model_id, title=model_id) if other else None)

    def free_form(self, provider_id: str, medium: Medium) -> ModelSpec | None:
        """The *Other model* entry of a provider, or None where it has none."""
        return self._free_form.get((provider_id, medium))

    def check(self, spec: ModelSpec, values: Mapping[str, Json]) -> dict[str, Text]:
        """Parameter name -> what is wrong with its value. Empty: these values may be sent."""
        return validation.problems(spec, values, self._validators.get((spec.provider_id, spec.model_id)))

    def warnings(self, spec: ModelSpec, values: Mapping[str, Json]) -> dict[str, Text]:
        """Parameter name -> what is worth knowing about its value, and does not forbid it."""
        return validation.warnings(spec, values)

    def estimate(self, spec: ModelSpec, values: Mapping[str, Json]) -> Money | None:
        """What a run is expected to cost, or None where no price is known."""
        return validation.estimate(spec, values)

    def request(self, spec: ModelSpec, values: Mapping[str, Json]) -> GenerationRequest:
        """The wish that these checked values make. With *Other model* the typed id and config become the request's own."""
        model_id, title, params = spec.model_id, spec.title, dict(values)
        if spec.is_free_form:
            model_id = title = str(values.get("model") or "").strip()
            params = params_of(values)
        return GenerationRequest(
            provider_id=spec.provider_id,
            model_id=model_id,
            model_title=title,
            medium=spec.medium,
            params={name: value for name, value in params.items() if _says_something(spec, name, value)},
            estimate=self.estimate(spec, values),
        )

    def recall(
        self, provider_id: str, model_id: str, medium: Medium, params: Params
    ) -> tuple[ModelSpec, dict[str, Json]] | None:
        """The spec and form values that make this request again; None when nothing here can make it.

        Parameters that the spec no longer names lead to *Other model*, which leaves none of them out.
        """
        spec = self.find(provider_id, model_id)
        if spec is not None and all(spec.param(name) for name in params):
            return spec, dict(params)
        other = self.free_form(provider_id, medium)
        if other is not None:
            return other, values_of(model_id, params)
        return (spec, {name: value for name, value in params.items() if spec.param(name)}) if spec else None


def _says_something(spec: ModelSpec, name: str, value: Json) -> bool:
    """An empty text is worth keeping only where it takes a default away."""
    param = spec.param(name)
    return value is not None and (value != "" or (param is not None and bool(param.default)))


def _read(built_in: Path, own: Path | None, free_form_providers: frozenset[str]) -> _Shelf:
    """Reads both folders. Runs in a thread."""
    shelf = _Shelf()
    for path in sorted(built_in.glob("*/*.json")):
        _take(shelf, path, f"{path.parent.name}/{path.name}", None)
    known = frozenset(provider_id for provider_id, _ in shelf.specs) | free_form_providers
    for path in _own_files(own):
        _take(shelf, path, path.name, known)
    return shelf


def _own_files(own: Path | None) -> Iterable[Path]:
    if own is None:
        return []
    return sorted([*own.glob("*.json"), *own.glob("*/*.json")])


def _take(shelf: _Shelf, path: Path, name: str, known: frozenset[str] | None) -> None:
    """One file onto the shelf, or its name and the reason onto the list of the broken."""
    try:
        spec = parse_model_spec(_parsed(path))
        _may_join(shelf, spec, known)
    except ModelSpecError as error:
        shelf.broken.append((name, plain(str(error))))
    except OSError as error:
        reason = text("the file cannot be read: {reason}", reason=error.strerror or type(error).__name__)
        shelf.broken.append((name, reason))
    else:
        key = (spec.provider_id, spec.model_id)
        shelf.specs[key] = spec
        shelf.files[key] = name


def _parsed(path: Path) -> Json:
    with path.open("rb") as file:
        raw = file.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        raise ModelSpecError(f"the file is larger than {MAX_FILE_BYTES // 1024} KB")
    try:
        return cast("Json", json.loads(raw.decode("utf-8-sig")))
    except json.JSONDecodeError as error:
        raise ModelSpecError(f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, a number without end, nested too deep
        raise ModelSpecError("not JSON that can be read") from error


def _may_join(shelf: _Shelf, spec: ModelSpec, known: frozenset[str] | None) -> None:
    """A person's file adds a model to a provider we have; it replaces nothing."""
    if spec.medium not in _MEDIA:
        raise ModelSpecError(f'"medium" is {str(spec.medium)!r}; known are image, video and audio')
    if known is not None and spec.provider_id not in known:
        raise ModelSpecError(f'"provider" is {spec.provider_id!r}; known are {", ".join(sorted(known))}')
    if spec.model_id == FREE_FORM_ID or (spec.provider_id, spec.model_id) in shelf.specs:
        raise ModelSpecError(f"there is a model {spec.model_id!r} of {spec.provider_id!r} already")


def _check(specs: Iterable[ModelSpec]) -> tuple[dict[ModelKey, "Draft202012Validator"], dict[ModelKey, Text]]:
    """A validator for each sound spec, and why the others are not. Runs in a thread."""
    validators, unsound = {}, {}
    for spec in specs:
        key = (spec.provider_id, spec.model_id)
        try:
            validators[key] = validation.make_validator(spec)
        except ModelSpecError as error:
            unsound[key] = plain(str(error))
    return validators, unsound
