"""The questions of the endpoints page: delete, never stop, add by id, base URL. All are opened, none is executed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.endpoint import Endpoint
from app.domain.endpoint_words import per_hour
from app.services.endpoint_doors import EndpointAccount
from app.system.language import say
from app.widgets.chips import ChipGroup
from app.widgets.confirm_dialog import ConfirmDialog
from app.widgets.labels import FormLabel
from app.widgets.text_field import TextField

_CONTEXT = "EndpointQuestions"
RIGHT = Qt.AlignmentFlag.AlignTrailing


def tr(words: str) -> str:
    """These are functions and no Qt class, so the context is named here."""
    return QCoreApplication.translate(_CONTEXT, words)


def ask_delete(parent: QWidget, endpoint: Endpoint, spent: str, then: Callable[[], object]) -> ConfirmDialog:
    """Name and spend, and what will be lost."""
    dialog = ConfirmDialog(
        parent,
        tr("Delete {name}?").format(name=endpoint.name),
        tr(
            "It has cost {spent} so far, estimated. Whatever lies on it is lost. It counts as billing until the service "
            "has confirmed that it is gone."
        ).format(spent=spent),
        tr("Delete {name}").format(name=endpoint.name),
        tr("Keep it"),
    )
    dialog.confirmed.connect(then)
    return dialog.ask()


def ask_never(
    parent: QWidget, endpoint: Endpoint, then: Callable[[], object], back: Callable[[], object]
) -> ConfirmDialog:
    """An endpoint without an end is a choice that is confirmed."""
    rate = say(per_hour(endpoint.rate, endpoint.plan.currency))
    dialog = ConfirmDialog(
        parent,
        tr("Let {name} run without an end?").format(name=endpoint.name),
        tr("It costs {rate}, estimated, until somebody stops it. Slowlight will not stop it by itself.").format(
            rate=rate
        ),
        tr("Never stop by itself"),
        tr("Keep an end"),
    )
    dialog.confirmed.connect(then)
    dialog.refused.connect(back)
    return dialog.ask()


def ask_create_never(parent: QWidget, name: str, rate: str, then: Callable[[], object]) -> ConfirmDialog:
    """The same before it exists."""
    dialog = ConfirmDialog(
        parent,
        tr("Create {name} without an end?").format(name=name),
        tr("It costs {rate}, estimated, until somebody stops it. Slowlight will not stop it by itself.").format(
            rate=rate
        ),
        tr("Create without an end"),
        tr("Back to the form"),
    )
    dialog.confirmed.connect(then)
    return dialog.ask()


def ask_take_off(parent: QWidget, endpoint: Endpoint, then: Callable[[], object]) -> ConfirmDialog:
    """For an unsure one that the person has looked for, and for one that cannot be read from here."""
    dialog = ConfirmDialog(
        parent,
        tr("Take {name} off this list?").format(name=endpoint.name),
        tr(
            "Slowlight stops nothing by this and watches it no more. Do this only after you have made sure in the "
            "provider's console that it does not run."
        ),
        tr("It does not run"),
        tr("Keep it here"),
    )
    dialog.confirmed.connect(then)
    return dialog.ask()


def ask_id(
    parent: QWidget,
    accounts: Sequence[EndpointAccount],
    unsure: Endpoint | None,
    then: Callable[[str, str], object],
) -> ConfirmDialog:
    """The id of an endpoint from elsewhere, or of the one that may be running. `then` gets provider and id."""
    usable = [account for account in accounts if account.is_usable]
    if unsure is not None:
        usable = [account for account in usable if account.provider_id == unsure.provider_id]
    content = QWidget()
    providers = ChipGroup([(account.provider_id, account.title) for account in usable], content)
    providers.setAccessibleName(tr("Provider"))
    providers.set_value(usable[0].provider_id if usable else None)
    providers.setVisible(len(usable) > 1)
    field = TextField(tr("as the provider's console shows it"), content)
    label = FormLabel(tr("Service id"), parent=content)
    label.set_buddy(field)
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 4, 0, 0)
    column.setSpacing(6)
    column.addWidget(providers)
    column.addWidget(label)
    column.addWidget(field)
    title = tr("Add {name} by its id").format(name=unsure.name) if unsure else tr("Add an endpoint by its id")
    words = tr(
        "Slowlight reads it, watches what it costs from now on, and stops it after two hours unless you change that."
    )
    dialog = ConfirmDialog(parent, title, words, tr("Add endpoint"), tr("Cancel"), content=content, is_harmful=False)
    dialog.confirm_button.setEnabled(False)
    field.value_changed.connect(lambda typed: dialog.confirm_button.setEnabled(bool(str(typed).strip())))
    field.returnPressed.connect(dialog.confirm_button.click)
    dialog.confirmed.connect(lambda: then(str(providers.value() or ""), field.value().strip()))
    dialog.ask()
    field.setFocus()
    return dialog


def ask_base_url(parent: QWidget, endpoint: Endpoint, provider: str, then: Callable[[], object]) -> ConfirmDialog:
    """Where the provider's key and requests will go from then on."""
    dialog = ConfirmDialog(
        parent,
        tr("Send {provider} requests to {name}?").format(provider=provider, name=endpoint.name),
        tr(
            "The address of {provider} becomes {address}. Use this only when a compatible service runs there. A key of "
            "{provider} that is kept for its own address is not sent there: Settings asks for another one. Settings also "
            "takes the address back."
        ).format(provider=provider, address=endpoint.address),
        tr("Use this address"),
        tr("Cancel"),
    )
    dialog.confirmed.connect(then)
    return dialog.ask()
