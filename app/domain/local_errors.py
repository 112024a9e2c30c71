"""What goes wrong on this computer: the disk, the library, the keychain."""

from app.domain.errors import StudioError
from app.domain.text import text


class DiskFullError(StudioError):
    code = "disk_full"
    happened = text("There is not enough space for the result in {folder}.")
    advice = text(
        "Free some space there: Slowlight goes on by itself. Or choose another library folder in Settings. "
        "Nothing more is downloaded until then; the results stay on the server."
    )
    short = text("disk is full")
    waiting_helps = True
    needed_bytes = 0
    """So much the file needs, where that is known."""


class LibraryMissingError(StudioError):
    code = "library_missing"
    happened = text("The library folder {folder} cannot be written to.")
    advice = text(
        "Connect the drive again: Slowlight goes on by itself. Or choose another library folder in Settings. "
        "Nothing more is downloaded until then; the results stay on the server."
    )
    short = text("library folder is missing")
    waiting_helps = True


class ResultMissingError(StudioError):
    """A saved result is not where it was put: deleted, moved, or on a drive that is not there now."""

    code = "result_missing"
    happened = text("{file} is not in the library any more.")
    advice = text(
        "Connect the drive again, put the file back, or use Fetch again while the server still has it. "
        "With Run again it can be made once more."
    )
    short = text("file is missing")


class ResultDamagedError(StudioError):
    """A saved result is not as it was saved: its size or its SHA-256 is another one, or it cannot be read."""

    code = "result_damaged"
    happened = text("{file} in the library is not as it was saved.")
    advice = text("Use Fetch again while the server still has it. The file that lies there is left as it is.")
    short = text("file is damaged")


LOST = frozenset({ResultMissingError.code, ResultDamagedError.code})
"""What a finished job says of a file that was lost after it was saved."""


class NotVerifiedError(StudioError):
    """A copy at a provider must not go while it may be the only one."""

    code = "not_verified"
    happened = text("Not every file of this job lies in the library as it was saved, so the copy at {provider} stays.")
    advice = text("Use Fetch again, or delete it in the provider's console.")
    short = text("not deleted there")


class StorageError(StudioError):
    """The database cannot be written. A paid request is not sent while this is so."""

    code = "storage"
    happened = text("Slowlight cannot write to its own folder: {reason}.")
    advice = text("Free some space on the disk or check the rights of the folder, then try again.")
    short = text("cannot write")
    not_started = True


class KeychainError(StudioError):
    """The system keychain is missing, locked or answered wrongly."""

    code = "keychain"
    happened = text("The system keychain cannot be used: {reason}.")
    advice = text("Unlock the keychain, or set one up, and try again.")
    short = text("keychain not available")
