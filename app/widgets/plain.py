"""Foreign words shown as they are: no markup, no mnemonics, whatever a server or a file name contains."""

from html import escape

WRAP_FROM = 72  # characters: plain tooltips never wrap, marked-up ones do


def tooltip(words: str) -> str:
    """Tooltips guess their format: words that look like markup are escaped, and long ones made to wrap."""
    if "<" not in words and len(words) <= WRAP_FROM:
        return words
    return f"<qt>{escape(words)}</qt>".replace("\n", "<br>")


def without_mnemonic(words: str) -> str:
    """For places where Qt would turn `&x` into an underlined x."""
    return words.replace("&", "&&")
