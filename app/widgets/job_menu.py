"""The menu of a job: what can be done with it now, in words and icons."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMenu, QWidget

from app.domain.job import Job
from app.domain.job_words import ACTION_ICONS, JobAction, label, meaning
from app.system.language import say
from app.widgets import plain
from app.widgets.icons import icon


def job_menu(
    job: Job, actions: Sequence[JobAction], chosen: Callable[[JobAction], object], parent: QWidget, provider: str = ""
) -> QMenu:
    """A menu that deletes itself when it closes; show it with `popup`. `provider` is the title for the tooltips."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.aboutToHide.connect(menu.deleteLater)
    for action in actions:
        if action is JobAction.DELETE and len(actions) > 1:
            menu.addSeparator()
        entry = menu.addAction(icon(ACTION_ICONS[action], "second"), plain.without_mnemonic(say(label(action, job))))
        words = say(meaning(action, provider))
        entry.setToolTip(plain.tooltip(words))
        entry.setStatusTip(words)
        entry.triggered.connect(lambda _checked=False, action=action: chosen(action))
    return menu
