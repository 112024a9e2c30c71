"""The counter of the demo: takes orders, gives them to the painters, signs links, clears away what is old."""

import secrets
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from pathlib import Path

from app.sandbox.dialects import generation
from app.sandbox.haiper import haiper_order
from app.sandbox.jobs import Ending, Job, JobBook, Service
from app.sandbox.late_models import late_order
from app.sandbox.links import LinkSigner
from app.sandbox.models import MODELS, DemoModel
from app.sandbox.octoai import octoai_order
from app.sandbox.order import SOURCE, RenderedFile, RenderOrder
from app.sandbox.ordering import result_count
from app.sandbox.painters import Files, PaintingFailedError, Workshop
from app.sandbox.settings import Media, SandboxSettings
from app.sandbox.triggers import Trigger, triggers_in
from app.sandbox.uploads import Uploads

_ENDINGS = {Trigger.FAIL: Ending.FAIL, Trigger.REFUSE: Ending.REFUSED, Trigger.EMPTY: Ending.EMPTY}
LATE_S = 60.0  # after how long a [late] job comes into being, at speed 1
SLOWNESS = 10  # what [slow] multiplies the waiting with


class Desk:
    """All of the server that is not HTTP. Open it before use, close it after."""

    def __init__(self, settings: SandboxSettings, workshop: Workshop) -> None:
        """Touch nothing yet."""
        self.settings = settings
        self._workshop = workshop
        self._temporary: Path | None = None
        self._closed = False
        self.uploads = Uploads(settings)
        self._orders: dict[str, Future[Files]] = {}
        self._cut: set[str] = set()  # file ids whose first download has been broken off
        self._busy: set[tuple[str, bytes]] = set()  # bodies that were told to come again

    def open(self) -> None:
        """Make the folders, read earlier jobs, and paint on where an earlier server stopped."""
        state_dir = self.settings.state_dir
        self.uploads.open()
        if state_dir is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="slowlight-demo-"))  # 0700
            self._files = self._temporary
            secret = secrets.token_bytes(32)
        else:
            self._files = state_dir / "files"
            self._files.mkdir(mode=0o700, parents=True, exist_ok=True)
            secret = _kept_secret(state_dir / "link-secret")
        self._signer = LinkSigner(secret, self.settings.link_life_s)
        self.book = JobBook(state_dir / "jobs" if state_dir else None, self.settings.retention_s)
        self.clear_away()
        for job in self.book.all():
            if job.files is None and not job.problem:
                self._paint(job)

    def close(self) -> None:
        """Forget waiting orders; remove everything that was not meant to be kept."""
        self._closed = True
        for future in list(self._orders.values()):
            future.cancel()
        self.uploads.close()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def accept(
        self,
        owner: str,
        model: DemoModel,
        config: Mapping[str, object],
        asked: frozenset[Trigger],
        *,
        service: Service = Service.NETMIND,
        name: str = "",
        job_id: str = "",
        results: int = 0,
        source: bytes | None = None,
        problem: str = "",
    ) -> Job:
        """Write a job down and start painting.

        Args:
            owner: the user_id of the key.
            model: gives the waiting time.
            config: what was asked for, small enough to be kept.
            asked: the marks in the prompt.
            service: whose dialect it came in.
            name: what the job calls its model; the name of `model` where none is given.
            job_id: made up where none is given.
            results: how many; 0 reads it from NetMind's words in `config`.
            source: a picture that was sent along.
            problem: why the job will fail once it is at work.
        """
        self.clear_away()
        job_id = job_id or uuid.uuid4().hex
        pending_s, running_s = model.waiting(job_id, results or result_count(model, config))
        pace = (SLOWNESS if Trigger.SLOW in asked else 1) / self.settings.speed
        ending = next((_ENDINGS[mark] for mark in _ENDINGS if mark in asked), Ending.RESULT)
        job = Job(
            id=job_id,
            owner=owner,
            model=name or model.name,
            config=config,
            created=time.time() + (LATE_S / self.settings.speed if Trigger.LATE in asked else 0.0),
            pending_s=pending_s * pace,
            running_s=running_s * pace,
            ending=ending,
            problem=problem,
            service=service,
        )
        if source is not None:
            (self._files / job_id).mkdir()
            (self._files / job_id / SOURCE).write_bytes(source)
        self.book.keep(job)
        self._paint(job)
        return job

    def tell_to_come_again(self, owner: str, body: bytes) -> bool:
        """[busy]: True the first time a body comes, False the next time, and so on in turn."""
        known = (owner, body) in self._busy
        (self._busy.discard if known else self._busy.add)((owner, body))
        return not known

    def answer(self, job: Job, base_url: str) -> dict[str, object]:
        """The generation object of a job, with freshly signed links below `base_url` (no slash at its end)."""

        def link(file: RenderedFile) -> str:
            return self.link(file, base_url)

        return generation(job, MODELS[job.model], time.time(), dialect=self.settings.dialect, link=link)

    def link(self, file: RenderedFile, base_url: str) -> str:
        """A freshly signed download address below `base_url`."""
        return f"{base_url}/files/{self._signer.token(file.file_id, time.time())}/{file.name}"

    def delete(self, job: Job) -> None:
        """Forget a job and its files."""
        future = self._orders.pop(job.id, None)
        if future is not None:
            future.cancel()
        self.book.remove(job.id)
        shutil.rmtree(self._files / job.id, ignore_errors=True)

    def clear_away(self) -> None:
        """Throw away what is older than the retention, and files that belong to no job."""
        for job in self.book.too_old(time.time()):
            self.delete(job)
        known = {job.id for job in self.book.all()}
        for folder in self._files.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def read_link(self, token: str) -> tuple[str, RenderedFile | None]:
        """What a link's token says ("good", "expired", "forged"), and the file if it is still here."""
        state, file_id = self._signer.read(token, time.time())
        files = (file for job in self.book.all() for file in job.files or ())
        found = next((file for file in files if file.file_id == file_id), None)
        return state, found if found is not None and found.path.is_file() else None

    def break_off(self, file: RenderedFile) -> bool:
        """[cut]: whether this download is the file's first, to be broken off."""
        job = next((job for job in self.book.all() if file in (job.files or ())), None)
        if job is None or Trigger.CUT not in triggers_in(job.prompt) or file.file_id in self._cut:
            return False
        self._cut.add(file.file_id)
        return True

    def _paint(self, job: Job) -> None:
        if job.ending is not Ending.RESULT or job.problem:
            return
        folder = self._files / job.id
        folder.mkdir(exist_ok=True)
        future = self._workshop.order(_ORDERS[job.service](job, folder, self.settings.media))
        self._orders[job.id] = future
        future.add_done_callback(lambda done: self._painted(job.id, done))

    def _painted(self, job_id: str, done: Future[Files]) -> None:
        """Called in a painter's thread."""
        self._orders.pop(job_id, None)
        if self._closed:
            return  # the next server paints it again; a stop is no failure
        try:
            self.book.rendered(job_id, done.result(), "", time.time())
        except PaintingFailedError as error:
            self.book.rendered(job_id, None, f"Demo: {error}", time.time())
        except CancelledError:
            return
        if all(job.id != job_id for job in self.book.all()):
            shutil.rmtree(self._files / job_id, ignore_errors=True)


def _netmind_order(job: Job, folder: Path, media: Media) -> RenderOrder:
    return late_order(MODELS[job.model], job.config, job_id=job.id, folder=folder, media=media)


_ORDERS: dict[Service, Callable[[Job, Path, Media], RenderOrder]] = {
    Service.NETMIND: _netmind_order,
    Service.HAIPER: haiper_order,
    Service.OCTOAI: octoai_order,
}
"""From a job to the painter's order, in the words of its service. The folder may hold a SOURCE."""


def _kept_secret(path: Path) -> bytes:
    """The key that signs links, made once, so that links outlive a restart."""
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
