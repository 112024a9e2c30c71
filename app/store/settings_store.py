"""`settings.json`: read forgivingly, written whole or not at all, with every key of others kept (product.md).

The content is plain nested JSON. What the keys mean and which values are valid stands in `app/domain/settings.py`.
"""

import json
import logging
from pathlib import Path
from typing import cast

from app.domain.local_errors import (
    StorageError,
)
from app.domain.text import Text, text
from app.domain.values import JsonObject
from app.store.storable import storable_text
from app.system.private_files import date_mark, private_folder, unused, write_whole

log = logging.getLogger(__name__)

LARGEST_BYTES = 4 * 1024 * 1024


class SettingsStore:
    """Both methods block on the disk. Saves must not overlap: the caller does one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: tuple[Text, ...] = ()
        """What the person should know about the last `load`."""

    def load(self) -> JsonObject:
        """The settings, {} when there are none. A file that cannot be read is set aside, never deleted."""
        self.notices = ()
        try:
            if self.path.stat().st_size > LARGEST_BYTES:
                raise ValueError("too large")
            # notepad writes a mark at the beginning
            data = json.loads(self.path.read_bytes().decode("utf-8-sig"))
            if not isinstance(data, dict):
                raise TypeError("not a JSON object")
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, RecursionError, OSError) as error:
            log.warning("the settings cannot be read: %s", error)
            self._set_aside()
            return {}
        return cast("JsonObject", data)

    def save(self, data: JsonObject) -> None:
        """Writes all settings. Raises StorageError; the old file is then as it was."""
        content = storable_text(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"
        try:
            private_folder(self.path.parent)
            write_whole(self.path, content.encode())
        except OSError as error:
            raise StorageError(reason=error.strerror or "the folder cannot be written to") from error

    def _set_aside(self) -> None:
        aside = unused(self.path.with_name(f"{self.path.stem}.broken-{date_mark()}{self.path.suffix}"))
        try:
            self.path.rename(aside)
        except OSError as error:
            log.warning("the settings cannot be set aside: %s", error)
            self.notices = (text("The settings could not be read. The usual ones are used."),)
            return
        self.notices = (
            text(
                "The settings could not be read. They were set aside as {file}; the usual ones are used.",
                file=aside.name,
            ),
        )
