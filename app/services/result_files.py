"""Where saved results lie: in the library of this run, or in one of before where that has them."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from app.domain.job import Asset
from app.domain.local_errors import ResultMissingError
from app.store.media_folder import MediaFolder


class ResultFiles:
    """`folder()` is the library now, `earlier()` those of earlier runs."""

    def __init__(self, folder: Callable[[], MediaFolder], earlier: Callable[[], Sequence[MediaFolder]]) -> None:
        self._folder = folder
        self._earlier = earlier

    def path_of(self, asset: Asset) -> Path:
        """The place of a saved file, also where it is not there any more. Raises ValueError for one that is not saved."""
        return self.folder_of(asset).absolute(asset.path)

    def earlier(self) -> Sequence[MediaFolder]:
        """Libraries of before."""
        return self._earlier()

    def folder_of(self, asset: Asset) -> MediaFolder:
        """The library that has it, else the one in use."""
        folder, earlier = self._folder(), self._earlier()
        if not earlier or folder.exists(asset.path):
            return folder
        return next((before for before in earlier if before.exists(asset.path)), folder)

    async def save_copy(self, asset: Asset, target: Path) -> None:
        """Copies a result to a place the person chose. Raises ResultMissingError, DiskFullError or CopyRefusedError."""
        await asyncio.to_thread(self._save_copy, asset, target)

    def _save_copy(self, asset: Asset, target: Path) -> None:
        folder = self.folder_of(asset)
        if not folder.exists(asset.path):
            raise ResultMissingError(file=Path(asset.path).name)
        folder.save_copy(asset.path, target)
