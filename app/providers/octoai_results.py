"""What lies inside an OctoAI result: pictures or films in base64, and those that were removed for safety (apis.md 1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.errors import BrokenResultError, EmptyResultError, PromptRefusedError
from app.domain.remote import Artifact, RemoteState, Snapshot
from app.domain.text import Text, text
from app.domain.values import Json, JsonObject
from app.net.big_json import BigJson, Span
from app.providers.inline import decode_inline

_LISTS = ("images", "videos")
_CONTENTS = ("image_b64", "video", "video_b64", "b64_json", "image")


@dataclass(frozen=True)
class Results:
    """`spans` tells where the long ones lie in the kept answer, by artifact key; short ones are in the artifact itself."""

    artifacts: tuple[Artifact, ...]
    total: int
    removed: int
    spans: Mapping[str, Span] = field(default_factory=dict)


def results_in(big: BigJson) -> Results | None:
    """The results of an answer, or None where there is no list of any: then it is another kind of answer."""
    entry = big.value if isinstance(big.value, dict) else {}
    rows = next((rows for name in _LISTS if isinstance(rows := entry.get(name), list)), None)
    if rows is None:
        return None
    artifacts: list[Artifact] = []
    spans: dict[str, Span] = {}
    removed = 0
    for index, row in enumerate(rows):
        fields: JsonObject = row if isinstance(row, dict) else {"image_b64": row}
        content = next((fields[name] for name in _CONTENTS if fields.get(name)), None)
        span = big.span(content)
        artifact = Artifact(str(index), via_provider=True) if span else _short(index, content)
        if artifact is not None:
            artifacts.append(artifact)
        else:
            removed += fields.get("removed_for_safety") is True
        if span is not None:
            spans[str(index)] = span
    return Results(tuple(artifacts), len(rows), removed, spans)


def _short(index: int, content: Json) -> Artifact | None:
    if not isinstance(content, str):
        return None
    try:
        data = decode_inline(content)
    except BrokenResultError:
        return None
    return Artifact(str(index), inline=data, size_bytes=len(data))


def snapshot_with(snapshot: Snapshot, results: Results, provider: str) -> Snapshot:
    """The snapshot of a finished job with its results, and a word on those that did not come (apis.md cases 28 and 29).

    Raises PromptRefusedError when all were removed, EmptyResultError when nothing came for another reason.
    """
    missing = results.total - len(results.artifacts)
    if not results.artifacts and results.removed:
        raise PromptRefusedError("removed_for_safety")
    if not results.artifacts:
        raise EmptyResultError
    notice = Text()
    if results.removed:
        counts = {"count": results.removed, "total": results.total}
        many = text("{count} of {total} results were removed by the content rules of {provider}.", **counts)
        one = text("1 of {total} results was removed by the content rules of {provider}.", total=results.total)
        notice = one if results.removed == 1 else many
    elif missing:
        notice = text("{count} of {total} results did not come.", count=missing, total=results.total)
    notice = notice.with_values(provider=provider) if notice else notice
    return replace(snapshot, state=RemoteState.SUCCEEDED, artifacts=results.artifacts, notice=notice, missing=missing)
