"""The small parts in one place to import from: buttons, labels and notices."""

from app.widgets.buttons import IconButton, PrimaryButton, QuietButton, SecondaryButton
from app.widgets.labels import Badge, Divider, FormLabel, PlainLabel, SectionLabel
from app.widgets.notices import Banner, IconMark, InlineError

__all__ = [
    "Badge",
    "Banner",
    "Divider",
    "FormLabel",
    "IconButton",
    "IconMark",
    "InlineError",
    "PlainLabel",
    "PrimaryButton",
    "QuietButton",
    "SecondaryButton",
    "SectionLabel",
]
