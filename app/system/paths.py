"""Where everything lies: one object that names each file and folder of a profile.

With `--profile DIR` everything lies below DIR (product.md). Without it the system's usual folders are used, and results go
to `Slowlight` in the person's documents, where people look for what they made.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from app.system.private_files import private_folder

_FOLDER = "slowlight" if sys.platform.startswith("linux") else "Slowlight"
_LIBRARY = "Slowlight"


@dataclass(frozen=True)
class Paths:
    """Folders and files of one profile.

    `crash` is the file that a dying interpreter writes its last words to, `reports` the folder of what nobody caught.
    `spool` holds answers that were paid for and are not in the library yet; so it is no cache.
    """

    data: Path
    database: Path
    settings_file: Path
    logs: Path
    library: Path
    cache: Path
    spool: Path
    models: Path
    lock_file: Path
    crash: Path
    reports: Path

    @staticmethod
    def for_profile(folder: Path) -> "Paths":
        """Everything below one folder, which need not exist yet."""
        root = folder.expanduser().absolute()
        return Paths(
            data=root,
            database=root / "slowlight.db",
            settings_file=root / "settings.json",
            logs=root / "logs",
            library=root / "library",
            cache=root / "cache",
            spool=root / "spool",
            models=root / "models",
            lock_file=root / "slowlight.lock",
            crash=root / "logs" / "crash.txt",
            reports=root / "logs" / "reports",
        )

    @staticmethod
    def for_user() -> "Paths":
        """The system's usual folders. The database never lies in the library, which may be on another drive."""
        import platformdirs

        data = platformdirs.user_data_path(_FOLDER, appauthor=False)
        logs = platformdirs.user_log_path(_FOLDER, appauthor=False)
        return Paths(
            data=data,
            database=data / "slowlight.db",
            settings_file=platformdirs.user_config_path(_FOLDER, appauthor=False) / "settings.json",
            logs=logs,
            library=platformdirs.user_documents_path() / _LIBRARY,
            cache=platformdirs.user_cache_path(_FOLDER, appauthor=False),
            spool=data / "spool",
            models=data / "models",
            lock_file=data / "slowlight.lock",
            crash=logs / "crash.txt",
            reports=logs / "reports",
        )

    def prepare(self) -> None:
        """Creates the private folders. Raises OSError. The library is not among them: `MediaFolder.create` makes it."""
        for folder in (self.data, self.settings_file.parent, self.logs, self.cache, self.spool, self.models):
            private_folder(folder)


def resources() -> Path:
    """The folder of icons, fonts and model specs: beside `app/`, or inside the bundle of a frozen program."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[2]
    return root / "resources"
