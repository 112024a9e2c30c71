"""Foreign words shown as they are: no markup, no mnemonics, whatever a server or a file name contains."""

from html import escape

LONGEST_LINE, LONGEST_TOOLTIP = 2_000, 4_000
"""Characters. No screen shows more in one line, and a server's megabyte would take a fifth of a second to measure."""
WRAP_FROM = 72  # characters: plain tooltips never wrap, marked-up ones do


def tooltip(words: str) -> str:
    """Tooltips guess their format: words that look like markup are escaped, and long ones made to wrap."""
    if "<" not in words and len(words) <= WRAP_FROM:
        return words
    words = words if len(words) <= LONGEST_TOOLTIP else words[:LONGEST_TOOLTIP] + "\u2026"
    return f"<qt>{escape(words)}</qt>".replace("\n", "<br>")


def line(words: str) -> str:
    """As much of the words as one line can show."""
    return words[:LONGEST_LINE]


def without_mnemonic(words: str) -> str:
    """For places where Qt would turn `&x` into an underlined x."""
    return words.replace("&", "&&")
