"""What went wrong, in three sentences for a person: what happened, what it means for money and result, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.text import Text


@dataclass(frozen=True)
class Problem:
    """Storable. `server_text` is what the server said, already redacted and cut; shown as plain text only.

    `fields` maps a parameter's name to what is wrong with it, for the form. `short` is at most a few words for a row.
    """

    code: str
    happened: Text
    money: Text = field(default_factory=Text)
    advice: Text = field(default_factory=Text)
    short: Text = field(default_factory=Text)
    server_text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    http_status: int | None = None

    def to_json(self) -> dict[str, object]:
        """A JSON object that `Problem.from_json` reads back."""
        return {
            "code": self.code,
            "happened": self.happened.to_json(),
            "money": self.money.to_json(),
            "advice": self.advice.to_json(),
            "short": self.short.to_json(),
            "server_text": self.server_text,
            "fields": dict(self.fields),
            "http_status": self.http_status,
        }

    @staticmethod
    def from_json(stored: object) -> "Problem | None":
        """Reads what `to_json` wrote; None for anything else."""
        if not isinstance(stored, dict) or "code" not in stored:
            return None
        fields = stored.get("fields")
        status = stored.get("http_status")
        return Problem(
            code=str(stored["code"]),
            happened=Text.from_json(stored.get("happened")),
            money=Text.from_json(stored.get("money")),
            advice=Text.from_json(stored.get("advice")),
            short=Text.from_json(stored.get("short")),
            server_text=str(stored.get("server_text", "")),
            fields={str(k): str(v) for k, v in fields.items()} if isinstance(fields, dict) else {},
            http_status=status if isinstance(status, int) else None,
        )
