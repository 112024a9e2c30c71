"""One banner instead of fifty errors: whether providers can be reached at the moment."""

from PySide6.QtCore import QObject, Signal

from app.domain.text import Text, text

FAILURES_UNTIL_OFFLINE = 2
"""One lost packet is not "offline"; two calls in a row that could not connect are."""


class ConnectionService(QObject):
    """Counts calls in a row that could not connect, per provider title; a single success clears that provider."""

    offline_changed = Signal(bool, object)

    def __init__(self) -> None:
        super().__init__()
        self._failures: dict[str, int] = {}
        self._shown: tuple[str, ...] = ()

    @property
    def is_offline(self) -> bool:
        """True while the banner should be seen."""
        return bool(self._shown)

    def failed(self, provider_title: str) -> None:
        """A call could not connect."""
        self._failures[provider_title] = self._failures.get(provider_title, 0) + 1
        self._update()

    def succeeded(self, provider_title: str) -> None:
        """An answer came, whatever it said."""
        if self._failures.pop(provider_title, None) is not None:
            self._update()

    def nobody_asks(self, provider_title: str) -> None:
        """No job waits for this provider any more: whether it can be reached is not worth a banner."""
        self.succeeded(provider_title)

    def _update(self) -> None:
        away = tuple(sorted(title for title, count in self._failures.items() if count >= FAILURES_UNTIL_OFFLINE))
        if away == self._shown:
            return
        self._shown = away
        names = ", ".join(away)
        sentence = text(
            "{providers} cannot be reached. Jobs that were sent go on over there, the others wait here. "
            "Slowlight keeps trying.",
            providers=names,
        )
        self.offline_changed.emit(bool(away), sentence if away else Text())
