"""Sentences for people, kept as template and values until somebody shows them.

A domain value cannot translate: it does not know the language of the window. So it carries the English template (which
the translation tools collect, because `text` is registered as an alias of `tr`) and the values to put into it;
`app.system.language.say` makes the final string.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """One sentence: an English template with `{name}` places, and the values for them."""

    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.template)

    def __str__(self) -> str:
        return fill(self.template, self.values)

    def with_values(self, **values: object) -> "Text":
        """The same sentence with more values known; earlier values stay unless named again."""
        return Text(self.template, {**self.values, **{name: str(value) for name, value in values.items()}})

    def to_json(self) -> dict[str, object]:
        """A JSON object that `Text.from_json` reads back."""
        return {"template": self.template, "values": dict(self.values)}

    @staticmethod
    def from_json(stored: object) -> "Text":
        """Reads what `to_json` wrote; anything else becomes an empty sentence."""
        if not isinstance(stored, dict):
            return Text()
        values = stored.get("values")
        known = {str(k): str(v) for k, v in values.items()} if isinstance(values, dict) else {}
        return Text(str(stored.get("template", "")), known)


class _Forgiving(dict[str, str]):
    """A missing value shows its place instead of raising in front of a person."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def fill(template: str, values: Mapping[str, str]) -> str:
    """Puts values into the places of a template; a template that is itself broken is shown as it stands."""
    try:
        return template.format_map(_Forgiving(values))
    except (ValueError, IndexError, AttributeError, KeyError):
        return template


def text(template: str, **values: object) -> Text:
    """Marks a sentence for translation and keeps its values. Never pass an f-string: it could not be translated."""
    return Text(template, {name: str(value) for name, value in values.items()})


def plain(words: str) -> Text:
    """Words that are not ours to translate, such as what a server said, as a `Text`."""
    return Text("{words}", {"words": words})
