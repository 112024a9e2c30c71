"""Which numbers of the list the tests carry."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from tests.nasty.not_applicable import NOT_APPLICABLE

CASES = 102
_NUMBER = re.compile(r"test_case_(\d{3})_\w")


def numbers(names: Iterable[str]) -> set[int]:
    """The case numbers in names of tests."""
    return {int(match[1]) for name in names for match in [_NUMBER.search(name)] if match}


def written_tests() -> list[str]:
    """The names of all test functions of this folder."""
    return [
        node.name
        for path in sorted(Path(__file__).parent.glob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def counted(names: Iterable[str]) -> str:
    """The lines for the end of a run."""
    run = list(names)
    head = f"nasty list: {len(numbers(run))} cases tried in {len(run)} tests, {len(NOT_APPLICABLE)} not applicable"
    return "\n".join((head, *(f"  case {number}: {reason}" for number, reason in NOT_APPLICABLE.items())))
