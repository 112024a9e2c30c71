"""What a person pastes as an API key becomes the key, or a sentence that says what is wrong with it."""

import hashlib

from app.domain.text import Text, text

MAX_KEY_CHARS = 512
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_PREFIX = "bearer "


class KeyTextError(ValueError):
    """Something that cannot be a key. `sentence` says why, and never repeats the key."""

    def __init__(self, sentence: Text) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


def clean_key(pasted: str) -> str:
    """The key without blanks, quotes, line breaks and a pasted `Bearer ` around it (apis.md case 17).

    Raises KeyTextError when what is left is empty, longer than `MAX_KEY_CHARS`, or holds anything but visible ASCII:
    such a key would break the header it travels in.
    """
    key = _unwrapped(pasted)
    problem = _problem(key)
    if problem is not None:
        raise KeyTextError(problem)
    return key


def key_fingerprint(key: str) -> str:
    """16 hex digits that tell two keys apart and give neither away."""
    return hashlib.sha256(b"slowlight key\0" + key.encode("utf-8", "replace")).hexdigest()[:16]


def _unwrapped(pasted: str) -> str:
    """Peels layer by layer, because quotes, blanks and the prefix come in any order."""
    key = pasted
    while True:
        peeled = key.strip().strip(_QUOTES + _INVISIBLE).strip()
        if (peeled + " ").casefold() == _PREFIX:
            return ""
        if peeled.casefold().startswith(_PREFIX):
            peeled = peeled[len(_PREFIX) :]
        if peeled == key:
            return key
        key = peeled


def _problem(key: str) -> Text | None:
    if not key:
        return text("The key is empty.")
    if len(key) > MAX_KEY_CHARS:
        return text("This is longer than {limit} characters, so it is probably not a key.", limit=MAX_KEY_CHARS)
    return next((found for found in map(_letter_problem, key) if found is not None), None)


def _letter_problem(letter: str) -> Text | None:
    if letter in "\r\n\u2028\u2029\x85\x0b\x0c":
        return text("The key has a line break in it. Copy it again as one line.")
    if letter.isspace():
        return text("The key has a blank in it. Copy it again.")
    if letter in _INVISIBLE or not letter.isprintable():
        return text("The key has an invisible character in it. Copy it again.")
    if not letter.isascii():
        return text('The key has a character in it that keys do not have: "{letter}". Copy it again.', letter=letter)
    return None
