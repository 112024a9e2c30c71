"""Which files a model's parameter takes, and the sentence for a file that it does not take.

The same rules speak when a file is chosen and when the form is checked, so that both say the same thing.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.media import FILE_TYPES, FileType, Medium
from app.domain.media_input import Given, InputEncoding, MediaInput, given_in
from app.domain.text import Text, text
from app.domain.values import Json, JsonObject

MB = 1_000_000
MAX_BYTES = {InputEncoding.URL: 500 * MB, InputEncoding.BASE64: 7 * MB}
"""Where a spec names no limit. NetMind publishes none for inputs (apis.md 1.0); base64 of 7 MB fits into OctoAI's 10 MB."""
MOST_FILES = 32
MAX_URL_CHARS = 2000

_OF_ANOTHER_MEDIUM = {
    Medium.IMAGE: text("{name} is a picture. {title} takes {types}."),
    Medium.VIDEO: text("{name} is a video. {title} takes {types}."),
    Medium.AUDIO: text("{name} is a sound. {title} takes {types}."),
}


@dataclass(frozen=True)
class InputRules:
    """`most` files at once, sent as a list where `as_list`; bytes and pixels are limits of one file."""

    types: tuple[FileType, ...]
    most: int = 1
    as_list: bool = False
    max_bytes: int = MAX_BYTES[InputEncoding.URL]
    max_pixels: int | None = None
    encoding: InputEncoding = InputEncoding.URL

    @property
    def media(self) -> frozenset[Medium]:
        """Pictures, films, sounds: what is taken at all."""
        return frozenset(kind.medium for kind in self.types)

    @property
    def medium(self) -> Medium:
        """What is taken first of all: it decides how the field looks."""
        return self.types[0].medium

    def takes(self, medium: Medium) -> bool:
        """Whether some files of this medium are taken."""
        return medium in self.media


def parse_rules(schema: JsonObject) -> InputRules:
    """Reads the hints of one media parameter of a spec. Raises ValueError with the reason for the spec's author.

    `x-accepts` is a list of media and extensions, such as `["image"]` or `["mp3", "wav"]`; `x-input` is one medium.
    """
    words = schema.get("x-accepts", [schema.get("x-input")])
    if not isinstance(words, list) or not words:
        raise ValueError("x-accepts is a list of media and extensions")
    name = "x-accepts" if "x-accepts" in schema else "x-input"
    types = tuple(dict.fromkeys(kind for word in words for kind in _types(word, name)))
    word = schema.get("x-encoding", InputEncoding.URL)
    if word not in (InputEncoding.URL, InputEncoding.BASE64):
        raise ValueError(f"x-encoding is {word!r}; known are url and base64")
    encoding = InputEncoding(word)
    as_list = schema.get("type") == "array"
    most = _positive(schema, "x-many")
    if most and most > 1 and not as_list:
        raise ValueError("x-many needs the type array")
    max_mb = _positive(schema, "x-max-mb")
    pixels = _positive(schema, "x-max-pixels")
    return InputRules(
        types=types,
        most=int(min(most or (MOST_FILES if as_list else 1), MOST_FILES)),
        as_list=as_list,
        max_bytes=int(max_mb * MB) if max_mb else MAX_BYTES[encoding],
        max_pixels=int(pixels) if pixels else None,
        encoding=encoding,
    )


def _types(word: Json, name: str) -> list[FileType]:
    found = [kind for kind in FILE_TYPES if word in (kind.extension, kind.medium)]
    if not found or word == Medium.OTHER:
        raise ValueError(f"{name} is {word!r}; known are image, video, audio and extensions such as png")
    return found


def _positive(schema: JsonObject, name: str) -> float | None:
    value = schema.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(f"{name} has to be a number above zero")
    return value


# --- the sentences


def value_problem(rules: InputRules, title: str, value: Json) -> Text | None:
    """What is wrong with the whole value of a media field; None when it can be sent."""
    given = given_in(value)
    listed = value if isinstance(value, list) else [value]
    if len(given) != len(listed):
        return text("{title} is not in the form that this model takes.", title=title)
    if len(given) > rules.most:
        return too_many(rules, title)
    return next((said for item in given if (said := given_problem(rules, title, item))), None)


def given_problem(rules: InputRules, title: str, item: Given) -> Text | None:
    """What is wrong with one file or address."""
    return _link_problem(item) if isinstance(item, str) else file_problem(rules, title, item)


def file_problem(rules: InputRules, title: str, kept: MediaInput) -> Text | None:
    """Type, size and pixels of one file, in this order."""
    kind = kept.file_type
    if kind is None or kind not in rules.types:
        return wrong_type(rules, title, kept.name, kind)
    if kept.size_bytes > rules.max_bytes:
        return too_large(rules, title, kept.name, kept.size_bytes)
    pixels = (kept.width or 0) * (kept.height or 0)
    if rules.max_pixels is not None and pixels > rules.max_pixels:
        return text(
            "{name} has {size}. {title} takes at most {limit} million pixels.",
            name=kept.name,
            size=f"{kept.width} \u00d7 {kept.height}",
            title=title,
            limit=f"{rules.max_pixels / 1_000_000:.3g}",
        )
    return None


def wrong_type(rules: InputRules, title: str, name: str, kind: FileType | None) -> Text:
    """The file is something else than the model takes."""
    values = {"name": name, "title": title, "types": types_in_words(rules)}
    if kind is None or kind.medium not in _OF_ANOTHER_MEDIUM:
        return text("{name} is no file that can be used here. {title} takes {types}.", **values)
    if kind.medium in rules.media:
        return text("{name} is {kind}. {title} takes {types}.", kind=kind.extension.upper(), **values)
    return _OF_ANOTHER_MEDIUM[kind.medium].with_values(**values)


def too_large(rules: InputRules, title: str, name: str, size_bytes: int) -> Text:
    """The file is larger than the model takes."""
    return text(
        "{name} is {size}. {title} takes {limit} at most.",
        name=name,
        size=_in_mb(size_bytes),
        title=title,
        limit=_in_mb(rules.max_bytes),
    )


def too_many(rules: InputRules, title: str) -> Text:
    """More files than the model takes."""
    if rules.most == 1:
        return text("{title} takes one file.", title=title)
    return text("{title} takes {count} files at most.", title=title, count=rules.most)


def types_in_words(rules: InputRules) -> str:
    """The formats as people know them: "PNG, JPG, WEBP and GIF"."""
    names = [kind.extension.upper() for kind in rules.types]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def is_web_address(words: str) -> bool:
    """True for an https address with a host: the only kind that a service can be asked to fetch."""
    try:
        parts = urlsplit(words)
        return parts.scheme == "https" and bool(parts.hostname) and len(words) <= MAX_URL_CHARS and words.isprintable()
    except ValueError:
        return False


def _link_problem(words: str) -> Text | None:
    if is_web_address(words):
        return None
    return text("An address has to begin with https and be reachable from anywhere.")


def _in_mb(size_bytes: int) -> str:
    if size_bytes >= 1000 * MB:
        return f"{size_bytes / MB / 1000:.1f} GB"
    size = size_bytes / MB
    return f"{size:.0f} MB" if size >= 9.95 or size == int(size) else f"{max(size, 0.1):.1f} MB"
