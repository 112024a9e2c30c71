"""Results that stand in the answer itself: a data URI, hex, or plain words (apis.md 1.1, quirks 8 and 9, and 2.6)."""

import base64
from collections.abc import Mapping

from app.sandbox.order import RenderedFile


def inline_row(file: RenderedFile, config: Mapping[str, object]) -> dict[str, object] | None:
    """The row of `result.data` for a result that comes without a link; None for all others."""
    row: dict[str, object] = {"file_id": file.file_id, "file_name": file.name, "file_type": str(file.medium)}
    if file.mime == "text/plain":
        return {**row, "file_type": "text", "text": file.path.read_text(encoding="utf-8")}
    if config.get("sync_mode") is True:
        packed = base64.b64encode(file.path.read_bytes()).decode("ascii")
        return {**row, "url": f"data:{file.mime};base64,{packed}"}
    if config.get("output_format") == "hex":
        return {**row, "audio": file.path.read_bytes().hex()}
    return None
