"""Which folder results go to, and how to know that it is the one that was meant.

A library carries a mark (`MediaFolder.mark`) from its first use on. A drive that is not connected leaves its mount point
behind, an empty folder on the system disk: without the mark nothing is saved there, and results wait on the server.
"""

import asyncio
import logging
from pathlib import Path

from app.domain.errors import StudioError
from app.domain.local_errors import LibraryMissingError
from app.domain.problem import Problem
from app.domain.values import Json
from app.services.settings_service import SettingsService
from app.store.media_folder import MediaFolder

log = logging.getLogger(__name__)

FOLDERS_REMEMBERED = 20
DEADLINE_S = 5.0
"""A network drive that does not answer keeps nobody from starting."""


class Library:
    """The library in use and those of before. `own` is the profile's, `data` the private folder of the profile."""

    def __init__(self, settings: SettingsService, own: Path, data: Path) -> None:
        self._settings = settings
        self._own = own
        self._data = data
        self._folder: MediaFolder | None = None
        self._earlier: tuple[MediaFolder, ...] | None = None

    def root(self) -> Path:
        """The folder of the settings, else the profile's own."""
        chosen = self._settings.get("library.folder")
        return Path(chosen) if isinstance(chosen, str) and chosen else self._own

    def folder(self) -> MediaFolder:
        """The library in use; a chosen one is remembered for the time after another was chosen."""
        if self._folder is None:
            root = self.root()
            self._folder = MediaFolder(root, is_marked=str(root) in self._list("library.marked"))
            if root != self._own:
                self._remember("library.used", root)
        return self._folder

    def earlier(self) -> tuple[MediaFolder, ...]:
        """Libraries of before: what was saved there stays there."""
        if self._earlier is None:
            roots = dict.fromkeys((*map(Path, self._list("library.used")), self._own))
            self._earlier = tuple(MediaFolder(root) for root in roots if root != self.folder().root)
        return self._earlier

    def chosen(self) -> None:
        """The person chose a folder, perhaps the same once more: what is there counts from now on."""
        root = self.root()
        self._forget_mark(root)
        self._folder = self._earlier = None

    async def prepare(self) -> Problem | None:
        """Makes the profile's own library where it is missing and puts the mark on one that is used for the first time.

        Answers what stands in the way, None when results can be saved. A folder that the person chose is never made: it
        may be a drive that is not there now, and must not be imitated on the system disk.
        """
        folder = self.folder()
        try:
            async with asyncio.timeout(DEADLINE_S):
                await asyncio.to_thread(self._prepare, folder)
        except TimeoutError:
            return LibraryMissingError(folder=folder.root).problem()
        except StudioError as error:
            return error.problem()
        if not folder.is_marked:
            folder.is_marked = True
            self._remember("library.marked", folder.root)
        return None

    def _prepare(self, folder: MediaFolder) -> None:
        is_own = folder.root == self._own
        if is_own and (not folder.is_marked or folder.root.is_relative_to(self._data)):
            # the private folder of the profile is there, so nothing can be unplugged below it
            folder.create()
            folder.mark()
        folder.check_writable()
        if not folder.is_marked:
            folder.mark()

    def _list(self, key: str) -> list[str]:
        kept = self._settings.get(key)
        return [folder for folder in kept if isinstance(folder, str) and folder] if isinstance(kept, list) else []

    def _remember(self, key: str, root: Path) -> None:
        kept: list[Json] = [str(root), *(folder for folder in self._list(key) if folder != str(root))]
        self._settings.set(key, kept[:FOLDERS_REMEMBERED])

    def _forget_mark(self, root: Path) -> None:
        kept: list[Json] = [folder for folder in self._list("library.marked") if folder != str(root)]
        self._settings.set("library.marked", kept)
