"""Shapes that cross every floor: JSON as Python types."""

from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonObject: TypeAlias = dict[str, Json]
Params: TypeAlias = Mapping[str, Json]
