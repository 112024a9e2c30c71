"""A wish: which model, with which parameters."""

from dataclasses import dataclass, field

from app.domain.media import Medium
from app.domain.media_input import inputs_in
from app.domain.money import Money
from app.domain.values import Params


@dataclass(frozen=True)
class GenerationRequest:
    """What a person asked for when pressing Generate.

    `params` holds every parameter that goes to the provider, `prompt` included, exactly as the form gave it.
    `estimate` is the price that was shown, or None when it is not known.
    """

    provider_id: str
    model_id: str
    model_title: str
    medium: Medium
    params: Params = field(default_factory=dict)
    estimate: Money | None = None

    @property
    def prompt(self) -> str:
        """The words a person reads this request by. Speech models call them `text`; without any it is a file's name."""
        words = self.params.get("prompt") or self.params.get("text")
        return str(words or next((kept.name for kept in inputs_in(dict(self.params))), ""))
