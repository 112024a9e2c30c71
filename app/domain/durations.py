"""Lengths of time in words: as digits that go on, and as words for what is over."""

from app.domain.text import Text, text


def clock(seconds: float) -> str:
    """Time passed as digits: "0:41", "12:05", "1:02:03"."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def lasted(seconds: float) -> Text:
    """How long something took: "24 s", "3 min 5 s", "1 h 20 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return text("{count} s", count=max(1, whole))
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return text("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    return text("{hours} h {minutes} min", hours=hours, minutes=minutes)
