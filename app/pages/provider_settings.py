"""The provider cards of Settings and what their buttons do: keys are kept, tested and removed away from the window."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.errors import StudioError
from app.domain.keys import KeyTextError
from app.domain.text import Text
from app.services.provider_service import KeySource, ProviderCard, ProviderService
from app.system.language import say
from app.widgets.provider_group import ProviderGroup


class ProviderSettings(QWidget):
    """One group per provider that takes a key; the demo takes none."""

    def __init__(
        self,
        providers: ProviderService,
        start_task: Callable[[str, Coroutine[Any, Any, None]], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._providers = providers
        self._start_task = start_task
        self._groups: dict[str, ProviderGroup] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for card in providers.cards():
            if not card.info.is_demo:
                column.addWidget(self._make_group(card))
                self._show(card.info.provider_id)
        providers.changed.connect(self._show)

    def group(self, provider_id: str) -> ProviderGroup | None:
        """The card of a provider, or None when it has none."""
        return self._groups.get(provider_id)

    def focus(self, provider_id: str) -> QWidget | None:
        """Puts the keyboard where this provider's key is kept, or to its address once it has ended; that card or None."""
        card = self._providers.card(provider_id)
        where = provider_id if card.has_ended else card.key_owner or provider_id
        group = self._groups.get(where)
        if group is not None:
            group.focus_key()
        return group

    def _make_group(self, card: ProviderCard) -> ProviderGroup:
        key = card.info.provider_id
        info = card.info
        group = ProviderGroup(
            info.title,
            say(info.summary),
            info.default_base_url,
            self,
            paths=info.base_paths,
            has_key_page=bool(info.key_page),
        )
        group.save_requested.connect(lambda typed: self._start(key, self._save(key, typed)))
        group.test_requested.connect(lambda: self._start(key, self._test(key)))
        group.remove_requested.connect(lambda: self._start(key, self._remove(key)))
        group.key_page_requested.connect(lambda: QDesktopServices.openUrl(QUrl(card.info.key_page)))
        group.address_requested.connect(lambda url: self._start(key, self._point(key, url)))
        group.path_requested.connect(lambda path: self._providers.set_base_path(key, path))
        self._groups[key] = group
        return group

    def _start(self, provider_id: str, work: Coroutine[Any, Any, None]) -> None:
        self._start_task(f"settings of {provider_id}", work)

    def _show(self, provider_id: str) -> None:
        group = self._groups.get(provider_id)
        if group is None:
            return
        card = self._providers.card(provider_id)
        group.show_address(card.base_url)
        group.show_ended(say(card.info.retired) if card.has_ended else "")
        if card.info.base_paths:
            group.show_path(self._providers.base_path(provider_id))
        group.show_state(
            self._badge(card),
            "waiting" if card.has_ended else "done" if card.has_key else "warning",
            self._placeholder(card),
            self._shared(card) if card.key_owner else say(card.note) or self._where(card),
            has_key=card.has_key,
            is_shared=bool(card.key_owner),
        )

    def _badge(self, card: ProviderCard) -> str:
        if card.has_ended:
            return self.tr("Service ended")
        if card.key_source is KeySource.ENVIRONMENT:
            return self.tr("Key found")
        return self.tr("Key saved") if card.has_key else self.tr("API key needed")

    def _placeholder(self, card: ProviderCard) -> str:
        if card.key_source is KeySource.ENVIRONMENT:
            return self.tr("Paste a key for times without the variable")
        if card.has_key:
            return self.tr("A key is saved. Paste another one to replace it.")
        return self.tr("Paste your API key")

    def _shared(self, card: ProviderCard) -> str:
        owner = self._providers.info(card.key_owner).title
        if card.has_key:
            return self.tr("It uses the key that is kept under {owner}.").format(owner=owner)
        return self.tr("It uses the key of {owner}, which is still missing.").format(owner=owner)

    def _where(self, card: ProviderCard) -> str:
        match card.key_source:
            case KeySource.KEYCHAIN:
                return self.tr("The key is in {keychain}.").format(keychain=self._providers.keychain_name())
            case KeySource.ENVIRONMENT:
                name = card.info.key_environment
                return self.tr("The key of the environment variable {name} is used.").format(name=name)
            case KeySource.SESSION:
                return self.tr("The key is held for this run only.")
            case _:
                name, keychain = self._receiver(card), self._providers.keychain_name()
                if keychain:
                    sentence = self.tr("It is kept in {keychain} and sent to {provider} only.")
                    return sentence.format(keychain=keychain, provider=name)
                return self.tr("It is sent to {provider} only.").format(provider=name)

    def _receiver(self, card: ProviderCard) -> str:
        """Who gets the key: the provider by name, or the server that was set in its place."""
        is_own = card.info.is_published_address(card.base_url)
        return card.info.title if is_own else QUrl(card.base_url).authority()

    async def _save(self, provider_id: str, typed: str) -> None:
        group = self._groups[provider_id]
        group.set_busy(True)
        group.show_outcome(self.tr("Waiting for your system keychain"))
        try:
            outcome = await self._providers.save_key(provider_id, typed)
        except KeyTextError as error:
            self._show(provider_id)
            group.set_busy(False)
            group.show_key_error(say(error.sentence))
            return
        except StudioError as error:
            self._failed(group, provider_id, error)
            return
        group.clear_key()
        self._settled(group, provider_id, outcome, "done")

    async def _test(self, provider_id: str) -> None:
        group = self._groups[provider_id]
        group.set_busy(True)
        group.show_outcome(self.tr("Asking the provider"))
        try:
            outcome = await self._providers.test_key(provider_id)
        except StudioError as error:
            self._failed(group, provider_id, error)
            return
        self._settled(group, provider_id, outcome, "done")

    async def _remove(self, provider_id: str) -> None:
        group = self._groups[provider_id]
        group.set_busy(True)
        try:
            await self._providers.remove_key(provider_id)
        except StudioError as error:
            self._failed(group, provider_id, error)
            return
        group.set_busy(False)
        self._show(provider_id)
        if self._providers.card(provider_id).has_key:
            sentence = self.tr("Removed from the keychain. {still}")
            group.show_outcome(sentence.format(still=self._where(self._providers.card(provider_id))))

    async def _point(self, provider_id: str, url: str) -> None:
        group = self._groups[provider_id]
        try:
            await self._providers.set_base_url(provider_id, url)
        except StudioError as error:
            problem = error.problem()
            group.show_address_error(f"{say(problem.happened)} {say(problem.advice)}")
            return
        group.show_address_error("")

    def _failed(self, group: ProviderGroup, provider_id: str, error: StudioError) -> None:
        problem = error.problem(provider=self._providers.info(provider_id).title)
        sentences = [say(problem.happened), say(problem.advice)]
        group.set_busy(False)
        self._show(provider_id)
        group.show_outcome(" ".join(sentence for sentence in sentences if sentence), "failed")

    def _settled(self, group: ProviderGroup, provider_id: str, outcome: Text, tone: str) -> None:
        group.set_busy(False)
        self._show(provider_id)
        group.show_outcome(say(outcome), tone)
