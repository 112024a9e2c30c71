"""The left column of a create page: which model, its form, what it costs, and Generate.

It makes a request and nothing else: `submitted` carries it up. A click makes at most one.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.domain.job import Job
from app.domain.media import Medium
from app.domain.media_input import FROM_LIBRARY
from app.domain.model_spec import ModelSpec, Widget
from app.domain.money import Money, PricePer
from app.domain.request import GenerationRequest
from app.domain.text import Text
from app.domain.values import Json
from app.item_models.model_list import ModelListModel, ModelSource, row_id
from app.pages.create_draft import Draft, Settings
from app.pages.create_foot import CreateFoot
from app.pages.create_source import CreateJobs, Providers, StartTask
from app.pages.media_inputs import InputKeeper, MediaInputs
from app.pages.recent_prompts import RecentPrompts
from app.services.catalogue import Catalogue
from app.services.provider_service import ProviderCard
from app.system.language import say
from app.widgets.controls import FormLabel
from app.widgets.media_offer import Offer
from app.widgets.model_picker import ModelPicker
from app.widgets.param_form import ParamForm
from app.widgets.submit_keys import is_held, is_submit

MARGIN, TOP = 18, 19
SCROLL_BAR = 10
SPENT_PAUSE_MS = 1000


class CreatePanel(QWidget):
    """`submitted` carries a GenerationRequest whose values were checked; `settings_requested` a provider's id.

    `recipe_replaced`: another recipe was opened in the form.
    """

    submitted = Signal(object)
    settings_requested = Signal(str)
    recipe_replaced = Signal()

    def __init__(
        self,
        medium: Medium,
        *,
        jobs: CreateJobs,
        catalogue: Catalogue,
        settings: Settings,
        providers: Providers,
        start_task: StartTask,
        inputs: InputKeeper | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Without `inputs` no file can be given to a model."""
        super().__init__(parent)
        self._medium = medium
        self._jobs = jobs
        self._catalogue = catalogue
        self._providers = providers
        self._start_task = start_task
        self._spent: Mapping[str, Decimal] | None = None
        self._chosen = ""
        self._is_changing = False
        self._models = ModelListModel(self._source(), self)
        self.picker = ModelPicker(self)
        self.picker.set_source(self._models)
        self.form = ParamForm(self)
        self.recent = RecentPrompts(lambda: (job.prompt for job in jobs.recent(medium)), self)
        self.form.set_prompt_tools(self.recent)
        self.inputs = MediaInputs(self.form, inputs, start_task, self) if inputs is not None else None
        self.foot = CreateFoot(self)
        self._draft = Draft(medium, settings, lambda: (self.form.changed_values(), self._chosen), self)
        self._spent_pause = QTimer(self, singleShot=True, interval=SPENT_PAUSE_MS)
        self._lay_out()
        self._connect()
        self.form.set_values(self._draft.values())
        self._chosen = self._draft.model_id()
        self._pick()

    def _source(self) -> ModelSource:
        return ModelSource(
            specs=lambda: self._catalogue.models(self._medium),
            title=lambda provider_id: self._providers.info(provider_id).title,
            why_not=lambda provider_id: self._providers.card(provider_id).why_not,
            expected_s=self._jobs.expected_seconds,
        )

    def _lay_out(self) -> None:
        inner = QWidget(self)
        self._inner = QVBoxLayout(inner)
        self._inner.setContentsMargins(MARGIN, TOP, MARGIN, MARGIN)
        self._inner.setSpacing(7)
        label = FormLabel(self.tr("Model"), "", inner)
        label.set_buddy(self.picker)
        self._inner.addWidget(label)
        self._inner.addWidget(self.picker)
        self._inner.addSpacing(9)
        self._inner.addWidget(self.form)
        self._inner.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inner)
        for filled in (inner, self._scroll.viewport()):
            filled.setAutoFillBackground(False)
        self._scroll.verticalScrollBar().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.foot)

    def _connect(self) -> None:
        self.picker.model_chosen.connect(self._on_chosen)
        self.form.values_changed.connect(self._on_values)
        self.form.submit_requested.connect(self.submit)
        self.foot.generate_requested.connect(self.submit)
        self.foot.link_requested.connect(self._on_link)
        self.recent.chosen.connect(self.form.set_prompt)
        if self.inputs is not None:
            self.inputs.busy_changed.connect(self._update)
        self._catalogue.changed.connect(self._on_models)
        self._providers.changed.connect(self._on_models)
        self._jobs.timings_changed.connect(self._on_models)
        self._jobs.refusal_changed.connect(self._update)
        self._jobs.job_changed.connect(self._on_job)
        self._spent_pause.timeout.connect(self._ask_spent)

    # --- the model

    @property
    def spec(self) -> ModelSpec | None:
        return self.form.spec

    def _on_models(self) -> None:
        """Models, keys or times are other ones now. What the person chose stays chosen."""
        self._models.refresh()
        self._pick()

    def _pick(self) -> None:
        """The chosen model, or the first one: a provider with a key comes before the demo."""
        if not (self._chosen and self.picker.set_current(self._chosen)):
            self.picker.set_current(self._models.first_id())
        self._use(self._models.spec(self.picker.current_id()))

    def _on_chosen(self, model_id: str) -> None:
        self._chosen = model_id
        self._use(self._models.spec(model_id))
        self._draft.changed()

    def _use(self, spec: ModelSpec | None) -> None:
        if spec is not None:
            self.form.set_spec(spec)
        self._update()

    # --- the wish

    def submit(self) -> None:
        """Checks and sends up one request. What is wrong is shown where it is; right after a start nothing happens."""
        spec = self.form.spec
        if spec is None or self.foot.is_resting or self._jobs.refusal is not None:
            return
        if not self._providers.card(spec.provider_id).usable:
            self.foot.point_at_link()
            return
        values = self.form.values()
        problems = self._problems(spec, values)
        self.form.set_errors(problems)
        if problems:
            return
        self.foot.rest()
        self.submitted.emit(self._catalogue.request(spec, values))

    def edit(self, job: Job, *, new_seed: bool = False) -> bool:
        """Fills the form with a job's recipe; False when no model here can make it. `new_seed` leaves the seed random."""
        recalled = self._catalogue.recall(job.provider_id, job.model_id, job.medium, job.params)
        if recalled is None:
            return False
        self.recipe_replaced.emit()
        spec, values = recalled
        if new_seed:
            values = {name: value for name, value in values.items() if not _is_seed(spec, name)}
        self._chosen = row_id(spec.provider_id, spec.model_id)
        self.picker.set_current(self._chosen)
        self.form.set_spec(spec)
        self.form.set_values(values)
        self.form.focus_prompt()
        self._on_values()
        return True

    def use_input(self, path: Path, given: Medium) -> bool:
        """Puts a result into the first field that takes such files, of this model or of the first one that has such a field.

        False when no model of this page works from files of that medium.
        """
        spec = self.form.spec
        param = spec.param_for(given) if spec is not None else None
        if param is None:
            found = self._catalogue.taker(self._medium, given)
            if found is None:
                return False
            spec, param = found
            self.picker.set_current(row_id(spec.provider_id, spec.model_id))
            self._on_chosen(row_id(spec.provider_id, spec.model_id))
        field = self.form.field(param.name)
        if self.inputs is None or field is None:
            return False
        self.inputs.offer(param.name, Offer((path,)), FROM_LIBRARY)
        self._scroll.ensureWidgetVisible(field)
        self.form.focus_prompt()
        return True

    def set_changing(self, on: bool) -> None:
        """Whether the form holds the recipe of a job that waits: submitting means saving it then."""
        self._is_changing = on
        self.foot.set_changing(on)
        self._update()

    def still_holds(self, request: GenerationRequest) -> bool:
        """Whether the form would make this very request now."""
        spec = self.form.spec
        if spec is None or self._catalogue.check(spec, self.form.values()):
            return False
        present = self._catalogue.request(spec, self.form.values())
        mine = (present.provider_id, present.model_id, present.params)
        return mine == (request.provider_id, request.model_id, request.params)

    def flush(self) -> None:
        """Keeps what stands in the form, before the program ends."""
        self._draft.flush()

    # --- what the foot says

    def _on_values(self) -> None:
        self._draft.changed()
        self._update()

    def _update(self) -> None:
        spec = self.form.spec
        if spec is None:
            self.foot.set_cost("")
            self.foot.set_reason(self.tr("There is no model yet."))
            return
        values = self.form.values()
        self.form.set_warnings(self._catalogue.warnings(spec, values))
        self.foot.button.setText(self._verb(spec.result_count(values)))
        self._tell_reason(spec, values)
        self._tell_cost(spec, values)

    def _verb(self, count: int) -> str:
        if self._is_changing:
            return self.tr("Save changes")
        if count > 1:
            many = {
                Medium.IMAGE: self.tr("Generate {count} images"),
                Medium.VIDEO: self.tr("Generate {count} videos"),
                Medium.AUDIO: self.tr("Generate {count} sounds"),
            }
            return many[self._medium].format(count=count)
        one = {
            Medium.IMAGE: self.tr("Generate image"),
            Medium.VIDEO: self.tr("Generate video"),
            Medium.AUDIO: self.tr("Generate audio"),
        }
        return one[self._medium]

    def _tell_reason(self, spec: ModelSpec, values: Mapping[str, Json]) -> None:
        refusal = self._jobs.refusal
        if refusal is not None:
            self.foot.set_reason(say(refusal.happened))
            return
        card = self._providers.card(spec.provider_id)
        if not card.usable:
            self._tell_unusable(card)
            return
        problems = self._problems(spec, values)
        self.foot.set_reason(say(next(iter(problems.values()))) if problems else "")

    def _problems(self, spec: ModelSpec, values: Mapping[str, Json]) -> dict[str, Text]:
        """What forbids sending, a file that is still being read included."""
        waits = self.inputs.waits() if self.inputs is not None else {}
        return {**self._catalogue.check(spec, values), **waits}

    def _tell_unusable(self, card: ProviderCard) -> None:
        if card.has_ended:
            reason = self.tr("The service of {provider} has ended.").format(provider=card.info.title)
            self.foot.set_reason(reason, self.tr("Set an address"))
        else:
            reason = self.tr("{provider} has no key yet.").format(provider=card.info.title)
            self.foot.set_reason(reason, self.tr("Add a key"))

    def _tell_cost(self, spec: ModelSpec, values: Mapping[str, Json]) -> None:
        cost = self._catalogue.estimate(spec, values)
        if cost is None or spec.price is None:
            self.foot.set_cost_words(self.tr("unknown for this model"), "second")
        elif spec.price.per is PricePer.FREE:
            self.foot.set_cost_words(self.tr("free for now") if spec.price_note else self.tr("free"), "done")
        else:
            self.foot.set_cost(str(cost), self._this_month(cost.unit))

    def _this_month(self, unit: str) -> str:
        """What was spent in this unit; asked for once a price is shown, and "" until it is known."""
        if self._spent is None:
            if not self._spent_pause.isActive():
                self._spent_pause.start(0)
            return ""
        return self.tr("{amount} this month").format(amount=Money(self._spent.get(unit, Decimal(0)), unit))

    def _on_job(self, job: Job) -> None:
        """A job that costs something may have changed the sum of the month."""
        if job.estimate is not None and job.estimate.amount and not self._spent_pause.isActive():
            self._spent_pause.start(SPENT_PAUSE_MS)

    def _ask_spent(self) -> None:
        self._start_task("sum of the month", self._read_spent())

    async def _read_spent(self) -> None:
        spent = await self._jobs.spent_this_month()
        if spent != self._spent:
            self._spent = spent
            self._update()

    def _on_link(self) -> None:
        if self.form.spec is not None:
            self.settings_requested.emit(self.form.spec.provider_id)

    # --- Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The scroll bar takes its room from the margin, so that nothing moves when it comes."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            right = MARGIN - SCROLL_BAR if event.type() == QEvent.Type.Show else MARGIN
            self._inner.setContentsMargins(MARGIN, TOP, right, MARGIN)
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._draft.flush()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter where the form does not hear it: at the model and at the foot."""
        if not is_submit(event):
            super().keyPressEvent(event)
        elif not is_held(event):
            self.submit()


def _is_seed(spec: ModelSpec, name: str) -> bool:
    param = spec.param(name)
    return param is not None and param.widget is Widget.SEED
