"""What a program started from here may know: this one's environment without keys (reliability.md K4)."""

import os
import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_ID|_FILE)?$", re.IGNORECASE)


def for_children(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment without variables whose names say that they hold a key, a token or a password.

    What a process inherits can be read by every program of the same person, and lands in the reports of its crashes.
    """
    return {name: value for name, value in environment.items() if not _SECRET_NAME.search(name)}
