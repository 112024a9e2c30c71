"""Between the form's media fields and the service that keeps files: what is offered is taken, or its reason is said.

Taking a file copies, converts and decodes it, which takes a moment. The field says so meanwhile, and nothing is generated
from a form whose file is not there yet.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSize, Signal, SignalInstance
from PySide6.QtGui import QImage

from app.domain.errors import StudioError
from app.domain.input_rules import InputRules, too_many
from app.domain.media_input import MediaInput
from app.domain.text import Text, text
from app.pages.create_source import StartTask
from app.services.input_service import InputRefusedError
from app.system.language import say
from app.widgets.media_card import THUMB
from app.widgets.media_field import MediaField
from app.widgets.media_offer import Offer
from app.widgets.param_form import ParamForm

Maker = Callable[[], Awaitable[MediaInput]]
WAIT = text("Its file is still being read. Try again in a moment.")


class InputKeeper(Protocol):
    """The part of `InputService` that a form needs."""

    @property
    def thumbnail_ready(self) -> SignalInstance: ...

    async def keep_file(self, path: Path, rules: InputRules, title: str, *, origin: str = "") -> MediaInput: ...
    async def keep_picture(self, picture: QImage, name: str, rules: InputRules, title: str) -> MediaInput: ...
    def thumbnail(self, kept: MediaInput, size: QSize) -> QImage | None: ...


class MediaInputs(QObject):
    """Serves all media fields of one form, whichever model it shows. `busy_changed`: something began or ended."""

    busy_changed = Signal()

    def __init__(self, form: ParamForm, keeper: InputKeeper, start_task: StartTask, parent: QObject) -> None:
        super().__init__(parent)
        self._form = form
        self._keeper = keeper
        self._start_task = start_task
        self._busy: dict[str, int] = {}
        form.media_offered.connect(self.offer)
        form.thumbnail_wanted.connect(self._give_thumbnail)
        keeper.thumbnail_ready.connect(self._on_thumbnail)

    def offer(self, name: str, offered: object, origin: str = "") -> None:
        """Takes what a person gave for the parameter `name`; the field shows the outcome."""
        if isinstance(offered, Offer) and self._form.media_field(name) is not None:
            self._start_task("take a file", self._take(name, offered, origin))

    def waits(self) -> dict[str, Text]:
        """Parameter name -> sentence for each field whose file is still being read."""
        return dict.fromkeys(self._busy, WAIT)

    async def _take(self, name: str, offered: Offer, origin: str) -> None:
        field = self._form.media_field(name)
        param = self._form.field(name)
        if field is None or param is None:
            return
        rules, title = field.rules, param.param.title
        self._set_busy(name, 1)
        try:
            problem = await self._take_all(field, name, self._makers(offered, rules, title, origin), title)
        finally:
            self._set_busy(name, -1)
        if problem is not None and self._form.media_field(name) is field:
            param.set_error(say(problem))

    def _makers(self, offered: Offer, rules: InputRules, title: str, origin: str) -> list[Maker]:
        if offered.picture is not None:
            return [partial(self._keeper.keep_picture, offered.picture, self.tr("Pasted picture"), rules, title)]
        return [partial(self._keeper.keep_file, path, rules, title, origin=origin) for path in offered.paths]

    async def _take_all(self, field: MediaField, name: str, makers: list[Maker], title: str) -> Text | None:
        """One after the other into the field; the first reason that stands in the way of one of them."""
        problem: Text | None = None
        edition, rules = field.edition, field.rules
        for make in makers:
            try:
                kept = await make()
            except InputRefusedError as error:
                problem = problem or error.sentence
                continue
            except StudioError as error:
                problem = problem or error.problem().happened
                continue
            if self._form.media_field(name) is not field or field.edition != edition:
                return None  # another model or recipe is shown by now
            if not field.room:
                return problem or too_many(rules, title)
            field.take(kept)
            if rules.most == 1 and len(makers) > 1:
                return problem or too_many(rules, title)
        return problem

    def _set_busy(self, name: str, by: int) -> None:
        count = self._busy.get(name, 0) + by
        if count > 0:
            self._busy[name] = count
        else:
            self._busy.pop(name, None)
        field = self._form.media_field(name)
        if field is not None:
            field.set_busy(self.tr("Reading the file") if count > 0 else "")
        self.busy_changed.emit()

    # --- small pictures

    def _give_thumbnail(self, kept: object) -> None:
        if isinstance(kept, MediaInput):
            picture = self._keeper.thumbnail(kept, THUMB * (2 * self._form.devicePixelRatioF()))
            if picture is not None:
                for field in self._form.media_fields().values():
                    field.set_thumbnail(kept.sha256, picture)

    def _on_thumbnail(self, _digest: str) -> None:
        for field in self._form.media_fields().values():
            field.want_thumbnails()
