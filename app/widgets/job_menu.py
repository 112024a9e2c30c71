"""The menu of a job: what can be done with it now, in words and icons."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMenu, QWidget

from app.domain.job import Job
from app.domain.job_words import ACTION_ICONS, JobAction, label
from app.system.language import say
from app.widgets import plain
from app.widgets.icons import icon

_LAST = (JobAction.DELETE,)


def job_menu(job: Job, actions: Sequence[JobAction], chosen: Callable[[JobAction], object], parent: QWidget) -> QMenu:
    """A menu that deletes itself when it closes; show it with `popup`."""
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    for action in actions:
        if action in _LAST and len(actions) > 1:
            menu.addSeparator()
        entry = menu.addAction(icon(ACTION_ICONS[action], "second"), plain.without_mnemonic(say(label(action, job))))
        entry.triggered.connect(lambda _checked=False, action=action: chosen(action))
    return menu
