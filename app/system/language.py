"""Turns sentences, numbers and times into words for the person in front of the window.

Numbers and month names follow `QLocale()`, the default locale, which the application sets once from Settings.
"""

import math
from datetime import date, datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from app.domain.text import Text, fill, text

_CONTEXT = "Text"
"""The translation context under which the sentences marked with `text(...)` are collected."""


def say(sentence: Text) -> str:
    """The sentence in the language of the window, its values filled in."""
    return fill(QCoreApplication.translate(_CONTEXT, sentence.template), sentence.values) if sentence else ""


def duration(seconds: float) -> str:
    """A length or a time passed: "0:42", "12:05", "1:02:03". Parts of a second are dropped."""
    whole = int(seconds) if math.isfinite(seconds) and seconds > 0 else 0
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def about(seconds: float) -> str:
    """A guess that does not pretend: "about 7 s", "about 25 s", "about 3 min", "about 1 h 20 min"."""
    guess = max(1.0, seconds) if math.isfinite(seconds) else 1.0
    if guess < 9.5:
        return say(text("about {count} s", count=round(guess)))
    if guess < 57.5:
        return say(text("about {count} s", count=5 * round(guess / 5)))
    minutes = max(1, round(guess / 60))
    if minutes < 60:
        return say(text("about {count} min", count=minutes))
    hours, rest = divmod(5 * round(minutes / 5), 60)
    if rest:
        return say(text("about {hours} h {minutes} min", hours=hours, minutes=rest))
    return say(text("about {hours} h", hours=hours))


def file_size(size_bytes: int) -> str:
    """A size in decimal units: "999 bytes", "3.1 MB"."""
    return QLocale().formattedDataSize(max(0, size_bytes), 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def day_label(day: date, today: date) -> str:
    """The head of a day in History: "Today", "Yesterday", "12 March", "12 March 2024"."""
    if day == today:
        return say(text("Today"))
    if day == today - timedelta(days=1):
        return say(text("Yesterday"))
    # The order of day, month and year is for the translator: these are Qt's format letters.
    form = say(text("d MMMM")) if day.year == today.year else say(text("d MMMM yyyy"))
    return QLocale().toString(QDate(day.year, day.month, day.day), form)


def clock_time(moment: datetime) -> str:
    """A moment with a zone as the clock on the wall showed it: "14:02", or "2:02 PM" where that is the custom."""
    local = moment.astimezone()
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
