"""The only place that builds objects: make, connect, start, shut down in reverse order.

`Studio` is everything below the window and runs without a screen; `app.studio_window` puts the window on top.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from app.domain.errors import (
    StudioError,
)
from app.domain.local_errors import (
    StorageError,
)
from app.domain.media_input import digests_anywhere
from app.domain.problem import Problem
from app.domain.provider_info import Capabilities, ProviderInfo
from app.domain.text import Text, plain, text
from app.net.address import is_loopback_url
from app.net.client import ApiClient, load_library
from app.net.media_client import MediaClient
from app.net.spool import Spool
from app.providers.base import Provider
from app.providers.haiper import HAIPER, HaiperProvider
from app.providers.netmind import NETMIND, NetMindProvider
from app.providers.netmind_endpoints import NETMIND_ENDPOINTS, NetMindEndpoints
from app.providers.octoai import OCTOAI, OctoAiProvider
from app.services.activity_service import ActivityKind, ActivityService
from app.services.asset_service import AssetService
from app.services.catalogue import Catalogue
from app.services.clock import Clock
from app.services.connection_service import ConnectionService
from app.services.demo_service import DemoService
from app.services.endpoint_doors import EndpointDoors
from app.services.endpoint_service import EndpointService
from app.services.input_service import InputService
from app.services.job_service import JobService
from app.services.job_tools import JobSeams, SavingLimits
from app.services.library import Library
from app.services.provider_service import Connected, ProviderService
from app.services.queue_rules import PauseSwitch
from app.services.server_time import ServerTimes
from app.services.settings_service import SettingsService
from app.services.support_file import SupportSources
from app.services.tasks import Tasks
from app.store.database import Database, OpenReport
from app.store.endpoint_store import EndpointStore
from app.store.input_vault import InputVault
from app.store.job_store import JobStore
from app.store.migrations import NewerDatabaseError
from app.store.secret_store import SecretStore
from app.store.settings_store import SettingsStore
from app.system.crash_reports import CrashReports
from app.system.language import say
from app.system.logs import traceback_of
from app.system.one_instance import OneInstance
from app.system.paths import Paths, resources

log = logging.getLogger(__name__)

HOUSEKEEPING_S = 3600.0
DEMO_KEY = "demo-key"
"""Not a secret: the demo server on this computer takes it so that the whole way with a key is the real one."""

DEMO = ProviderInfo(
    provider_id="demo",
    title="Demo",
    default_base_url="",
    key_id="demo",
    summary=text("Sample results drawn by formulas on this computer. Not AI, no key, no cost."),
    capabilities=Capabilities(list_jobs=True, delete_remote=True),
    retention_h=24,
    is_demo=True,
)


@dataclass(frozen=True)
class Options:
    """What the command line says. `profile` None means the system's usual folders."""

    profile: Path | None = None
    demo: bool = False
    self_test: bool = False


Factory = Callable[[ProviderInfo, ApiClient, Spool], Provider]

PROVIDERS: tuple[tuple[ProviderInfo, Factory], ...] = (
    (NETMIND, lambda info, api, _spool: NetMindProvider(info, api)),
    (HAIPER, lambda info, api, _spool: HaiperProvider(info, api)),
    (OCTOAI, OctoAiProvider),
    (DEMO, lambda info, api, _spool: NetMindProvider(info, api)),  # on this computer, in NetMind's dialect
)
"""Every provider and how it is made, one line each. Their order is that of Settings and of the model picker."""


def _connect(
    spool: Spool, times: ServerTimes, info: ProviderInfo, base_url: str, key: Callable[[], str | None]
) -> Connected:
    """A provider at an address, with a client for it that carries the key, and one for result links that does not."""
    factory = {known.provider_id: make for known, make in PROVIDERS}[info.provider_id]
    # the further hosts of a published service are no business of somebody's own server
    extra = info.extra_origins if info.is_published_address(base_url) else ()
    api = ApiClient(base_url, key, extra_origins=extra, on_date=partial(times.heard, info.provider_id))
    return Connected(factory(info, api, spool), MediaClient(allow_loopback=is_loopback_url(base_url)))


class ProfileInUseError(StudioError):
    """Another program works with this profile; `instance` can knock there."""

    code = "profile_in_use"
    happened = text("Slowlight is open already.")
    advice = text("Use the window that is open, or close it first.")
    short = text("open already")
    not_started = True

    def __init__(self, instance: OneInstance) -> None:
        super().__init__()
        self.instance = instance


def _refused(error: OSError) -> StorageError:
    return StorageError(reason=f"{error.filename}: {error.strerror}")


class _SettingPause(PauseSwitch):
    """The pause of the queue as a setting: it survives restarts."""

    def __init__(self, settings: SettingsService) -> None:
        super().__init__()
        self._settings = settings

    def is_on(self) -> bool:
        return bool(self._settings.get("queue.paused"))

    def turn(self, on: bool) -> None:
        self._settings.set("queue.paused", on)


class Studio:
    """Settings, database, providers and jobs of one profile. `start` first, `close` last.

    Making one raises ProfileInUseError when another program has the profile, and StorageError when its folders cannot be
    made.
    """

    def __init__(
        self, options: Options, demo_arguments: tuple[str, ...] = (), *, seams: JobSeams | None = None
    ) -> None:
        """`seams` is for tests: clock, chance and pauses of the job service."""
        self.options = options
        self._seams = seams or JobSeams()
        self.paths = Paths.for_profile(options.profile) if options.profile else Paths.for_user()
        self._prepare_folders()
        self.instance = OneInstance(self.paths.lock_file)
        self._claim()
        self.activity = ActivityService()
        self.reports = CrashReports(self.paths.reports)
        self.tasks = Tasks(on_crash=self._task_crashed)
        self.settings = SettingsService(SettingsStore(self.paths.settings_file), self.tasks.start)
        self.connection = ConnectionService()
        # running demo jobs survive the end of the demo server as they would survive ours anywhere else
        self.demo = DemoService(("--state-dir", str(self.paths.data / "demo"), *demo_arguments))
        self.spool = Spool(self.paths.spool)
        self.times = ServerTimes(Clock())
        self.providers = ProviderService(
            infos=[info for info, _ in PROVIDERS],
            connect=partial(_connect, self.spool, self.times),
            secrets=SecretStore(),
            settings=self.settings,
            demo_url=self.demo.ensure_running,
            demo_key=DEMO_KEY,
            also=(NETMIND_ENDPOINTS,),
        )
        self.catalogue = Catalogue(
            resources() / "models", self.paths.models, rank=self.providers.rank, report=self._report_spec
        )
        self.assets = AssetService(self.paths.cache)
        self.vault = InputVault(self.paths.data / "inputs")
        self.inputs = InputService(self.vault, self.assets, self._inputs_in_use)
        self.database = Database(self.paths.database)
        self.opened = OpenReport()
        self.library = Library(self.settings, self.paths.library, self.paths.data)
        self.jobs = self._make_jobs()
        self.endpoints = self._make_endpoints()
        self.settings.changed.connect(self._setting_changed)
        self.settings.trouble.connect(self._note_trouble)
        self.jobs.trouble.connect(self._note_trouble)
        self.endpoints.trouble.connect(self._note_trouble)

    def _prepare_folders(self) -> None:
        try:
            self.paths.prepare()
        except OSError as error:
            raise _refused(error) from error

    def _claim(self) -> None:
        """Before anything is read: two that write the same jobs could pay for one of them twice."""
        try:
            if not self.instance.claim():
                raise ProfileInUseError(self.instance)
        except OSError as error:
            raise _refused(error) from error

    def _number(self, key: str) -> int:
        return int(str(self.settings.get(key)))

    def _make_jobs(self) -> JobService:
        limits = SavingLimits(
            max_bytes=self._number("downloads.max_mb") * 1024 * 1024,
            overall=partial(self._number, "downloads.overall"),
            per_provider=partial(self._number, "downloads.per_provider"),
        )
        return JobService(
            store=JobStore(self.database),
            providers=self.providers,
            connection=self.connection,
            tasks=self.tasks,
            find_spec=self.catalogue.spec_for,
            folder=self.library.folder,
            earlier=self.library.earlier,
            inspect=self.assets.inspect,
            running_limit=partial(self._number, "limits.running_per_provider"),
            overall_limit=partial(self._number, "limits.running_overall"),
            pause=_SettingPause(self.settings),
            times=self.times,
            vault=self.vault,
            seams=replace(self._seams, limits=limits),
        )

    def _make_endpoints(self) -> EndpointService:
        self.endpoint_doors = EndpointDoors(
            self.providers,
            lambda info, url, key: NetMindEndpoints(info, ApiClient(url, key)),
            (NETMIND_ENDPOINTS, DEMO),
        )
        return EndpointService(
            store=EndpointStore(self.database),
            doors=self.endpoint_doors,
            providers=self.providers,
            start_task=self.tasks.start,
        )

    def support_sources(self) -> SupportSources:
        """What the support file is made of."""
        log_file = self.paths.logs / "slowlight.log"
        return SupportSources(self.activity.entries, self.jobs.history, self.settings.get, self.reports, log_file)

    async def start(self, *, take_up: bool = True) -> None:
        """Opens what survives restarts and takes up unfinished jobs.

        A keychain that waits to be unlocked is not waited for: what needs its keys waits by itself. Raises StorageError when
        the database cannot be opened; models, keys and settings are there all the same. `take_up=False` leaves unfinished
        jobs as they stand, for pictures of a library.
        """
        for notice in self.settings.notices:
            self.activity.add(ActivityKind.WARNING, notice)
        self.tasks.start("read keys", self.providers.load())
        # the database first: from then on wishes are in good hands, however long it takes to open
        opened, *others = await asyncio.gather(
            self.database.open(), self.catalogue.load(), self._prepare_library(), return_exceptions=True
        )
        for error in (opened, *others):
            if isinstance(error, BaseException):
                raise error
        if isinstance(opened, OpenReport):
            self._note_opening(opened)
        take_up = take_up and not self.opened.read_only
        await self.endpoints.start(watch=take_up)  # first: what is overdue there costs money by the minute
        await self.jobs.start(take_up=take_up)
        self.tasks.start("keep house", self._keep_house())
        if not (self.opened.read_only or self.opened.entries_lost):  # recipes that cannot be read may name them
            self.tasks.start("sweep inputs", self._sweep_inputs())
        self.tasks.start("sweep answers", self._sweep_spool())
        self.tasks.start("load the network library", load_library())

    def _note_opening(self, opened: OpenReport) -> None:
        self.opened = opened
        if opened.notices:
            happened, *more = opened.notices
            self.activity.add(ActivityKind.WARNING, happened, plain(" ".join(map(say, more))))
        if opened.read_only:
            self.jobs.refuse(NewerDatabaseError().problem())

    async def _keep_house(self) -> None:
        """A copy of the database each day, also in a run that lasts for weeks."""
        while True:
            await self.database.keep_house()
            await asyncio.sleep(HOUSEKEEPING_S)

    async def _inputs_in_use(self) -> frozenset[str]:
        """Files that recipes name, and those that stand in the forms."""
        drafts = [self.settings.get(f"create.{medium}.draft") for medium in ("image", "video", "audio")]
        return await JobStore(self.database).inputs_in_use() | digests_anywhere(drafts)

    async def _sweep_inputs(self) -> None:
        """Takes away copies of files that nobody wants any more; what goes wrong is tried again at the next start."""
        try:
            await self.inputs.sweep()
        except StudioError as error:
            log.warning("the input files could not be swept: %s", error)

    async def _sweep_spool(self) -> None:
        """Takes away kept answers that nobody came for in a month."""
        await self.spool.sweep()

    async def _prepare_library(self) -> None:
        """A missing drive is no reason not to start: results wait on the server and say so."""
        problem = await self.library.prepare()
        if problem is not None:
            self._note_trouble(problem)

    def choose_library(self, folder: str) -> None:
        """Results go there from now on. The same folder once more: what is there now is the library."""
        if folder == self.settings.get("library.folder"):
            self._setting_changed("library.folder")
        else:
            self.settings.set("library.folder", folder)

    async def _change_library(self) -> None:
        self.library.chosen()
        await self._prepare_library()
        self.jobs.limit_changed(library=True)

    async def close(self) -> None:
        """In reverse order: nothing new, tasks, clients, demo, disk. What cannot be closed keeps nothing else open."""
        services = (self.jobs, self.endpoints, self.tasks, self.settings, self.endpoint_doors, self.providers)
        for service in (*services, self.demo, self.assets, self.database):
            try:
                await service.close()
            except Exception:
                log.exception("%s could not be closed", type(service).__name__)
        self.instance.close()

    def _setting_changed(self, key: str) -> None:
        if key.startswith(("limits.", "downloads.")):
            self.jobs.limit_changed()
        elif key == "library.folder":
            self.tasks.start("change the library", self._change_library())

    def _note_trouble(self, problem: Problem) -> None:
        self.activity.add(ActivityKind.WARNING, problem.happened, problem.advice)

    def _report_spec(self, name: str, reason: Text) -> None:
        title = text("The model file {name} cannot be used. The other models are there.", name=name)
        self.activity.add(ActivityKind.WARNING, title, reason)

    def _task_crashed(self, name: str, error: BaseException) -> None:
        title = text("Something unexpected happened in the background.")
        self.activity.add(ActivityKind.ERROR, title, plain(f"{name}: {type(error).__name__}"))
        self.reports.write(f"In the background: {name}\n{traceback_of(error)}")
