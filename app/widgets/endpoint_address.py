"""Use it: an endpoint's own address, opened, copied, called once, or set as a provider's base URL."""

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.domain.endpoint import Endpoint, Phase
from app.domain.provider_info import is_acceptable_base_url
from app.widgets.buttons import IconButton, QuietButton, SecondaryButton
from app.widgets.elided_label import ElidedLabel
from app.widgets.labels import FormLabel
from app.widgets.paragraph import Paragraph

PROVIDERS = (("netmind", "NetMind"), ("octoai", "OctoAI"))
"""Whose API an endpoint may speak, and so take the place of. Nothing in its answers says which, so the person does."""


class EndpointAddress(QWidget):
    """`check_requested` calls the address once; `base_url_requested` carries the provider that a person has chosen."""

    check_requested = Signal(str)
    base_url_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._endpoint_id = self._address = ""
        self._words = ElidedLabel("", self, size=12)
        self._open = SecondaryButton(self.tr("Open"), "external-link", self)
        self._copy = IconButton("copy", self.tr("Copy address"), self, framed=True)
        self._check = SecondaryButton(self.tr("Check"), parent=self)
        self._check.setToolTip(self.tr("Calls the address once, without a key"))
        self._use = QuietButton(self.tr("Use as base URL"), "chevron-down", self)
        self._result = Paragraph("", self, tone="second", size=12)
        self._lay_out()
        self._open.clicked.connect(self._open_page)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._address))
        self._check.clicked.connect(self._ask_check)
        self._use.clicked.connect(self._show_menu)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._open)
        row.addWidget(self._copy)
        row.addWidget(self._check)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(FormLabel(self.tr("Use it"), parent=self))
        column.addWidget(self._words)
        column.addLayout(row)
        column.addWidget(self._use, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._result)

    def show_address(self, endpoint: Endpoint) -> None:
        """Where the answer carries an address; nothing otherwise."""
        if endpoint.endpoint_id != self._endpoint_id or endpoint.address != self._address:
            self._result.setText("")
            self._check.setEnabled(True)
        self._endpoint_id, self._address = endpoint.endpoint_id, endpoint.address
        self._words.setText(endpoint.address)
        self._open.setVisible(is_acceptable_base_url(endpoint.address))
        self._result.setVisible(bool(self._result.text()))
        self.setVisible(bool(endpoint.address) and endpoint.phase is Phase.LIVE)

    def show_result(self, endpoint_id: str, words: str, tone: str) -> None:
        """What the call showed."""
        self._check.setEnabled(True)
        if endpoint_id == self._endpoint_id:
            self._result.setText(words)
            self._result.set_tone(tone)
            self._result.setVisible(bool(words))

    def _open_page(self) -> None:
        """A server said where it is: the system is asked to open web pages and nothing else (reliability.md S12)."""
        if is_acceptable_base_url(self._address):
            QDesktopServices.openUrl(QUrl(self._address))

    def _ask_check(self) -> None:
        self._check.setEnabled(False)
        self._result.setText(self.tr("Calling it."))
        self._result.set_tone("second")
        self._result.show()
        self.check_requested.emit(self._endpoint_id)

    def menu(self) -> QMenu:
        """The providers that a compatible endpoint may stand in for."""
        menu = QMenu(self)
        for provider_id, title in PROVIDERS:
            action = menu.addAction(self.tr("It speaks the API of {title}").format(title=title))
            action.triggered.connect(
                lambda _on=False, provider_id=provider_id: self.base_url_requested.emit(self._endpoint_id, provider_id)
            )
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _show_menu(self) -> None:
        self.menu().popup(self._use.mapToGlobal(self._use.rect().bottomLeft()))
