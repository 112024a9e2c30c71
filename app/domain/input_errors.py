"""What can go wrong with the files that a job works from: all of it before the job exists, so nothing is charged."""

from app.domain.errors import StudioError
from app.domain.text import text


class InputMissingError(StudioError):
    """The kept copy is gone or damaged. `name` is the file's name."""

    code = "input_missing"
    happened = text("The file {name}, which this job works from, is no longer here.")
    advice = text("Use Edit and run, and choose the file again.")
    short = text("its file is missing")
    not_started = True


class UploadRefusedError(StudioError):
    """The provider gave a link to upload to, and the storage behind it said no, twice."""

    code = "upload_refused"
    happened = text("{provider} did not take the file that this job works from.")
    advice = text("Retry it. If it happens again, try another file, or tell the provider.")
    short = text("its file was not taken")
    not_started = True
