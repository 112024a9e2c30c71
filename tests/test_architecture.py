"""The plan of the house as a test: who may import whom, and which outside thing has which door.

The table is the one in README.md; when one changes, both change, in the commit that says why.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parent.parent / "app"

OURS: dict[str, set[str]] = {
    "domain": set(),
    "system": {"domain"},
    "net": {"domain"},
    "providers": {"net", "domain"},
    "sandbox": {"domain"},
    "preview": {"domain", "system"},
    "store": {"domain", "system"},
    "services": {"providers", "store", "net", "domain", "system"},
    "item_models": {"services", "domain", "system"},
    "widgets": {"item_models", "domain", "system"},
    "pages": {"widgets", "item_models", "services", "domain", "system"},
}

QT: dict[str, set[str]] = {
    "domain": set(),
    "system": {"QtCore", "QtGui"},
    "net": set(),
    "providers": set(),
    "sandbox": {"QtCore", "QtGui", "QtMultimedia"},
    "preview": {"QtCore", "QtGui", "QtMultimedia"},
    "store": set(),
    "services": {"QtCore", "QtGui"},
    "item_models": {"QtCore", "QtGui"},
}
"""Floors that are not named may use all of Qt."""

DOORS = {
    "httpx": {"net/client.py"},
    "httpcore": {"net/network.py"},
    "keyring": {"store/secret_store.py"},
    "secretstorage": {"store/secret_service.py"},
    "qasync": {"system/event_loop.py"},
    "sqlite3": {"store"},
    "jsonschema": {"services"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "truststore": {"net"},
    "platformdirs": {"system/paths.py"},
}
"""Each outside library and the only file or floor that imports it."""

LARGEST_FILE = 400


@dataclass(frozen=True)
class Import:
    """One import: the file relative to `app/`, the line, and the full dotted name."""

    file: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.name}"


@cache
def sources() -> dict[str, ast.Module]:
    return {
        path.relative_to(APP).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(APP.rglob("*.py"))
    }


@cache
def imports() -> tuple[Import, ...]:
    return tuple(found for file, tree in sources().items() for found in _imports_of(file, tree))


def _imports_of(file: str, tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute"
            yield from (Import(file, node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def floor_of(file: str) -> str:
    return file.split("/", maxsplit=1)[0] if "/" in file else ""


def test_every_folder_of_the_house_has_a_row_in_the_table() -> None:
    floors = {path.name for path in APP.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert floors == set(OURS)


@pytest.mark.parametrize("floor", sorted(OURS))
def test_a_floor_imports_only_the_floors_below_it(floor: str) -> None:
    allowed = OURS[floor] | {floor}
    wrong = [
        str(found)
        for found in imports()
        if floor_of(found.file) == floor
        and found.name.startswith("app.")
        and found.name.split(".")[1] not in allowed
        and found.name != "app.__version__"
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("floor", sorted(QT))
def test_a_floor_uses_only_its_part_of_qt(floor: str) -> None:
    wrong = [
        str(found)
        for found in imports()
        if floor_of(found.file) == floor
        and found.name.startswith(("PySide6", "shiboken6"))
        and not any(found.name.startswith(f"PySide6.{module}.") for module in QT[floor])
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("library", sorted(DOORS))
def test_an_outside_library_has_one_door(library: str) -> None:
    doors = DOORS[library]
    users = {found.file for found in imports() if found.name.split(".")[0] == library}
    wrong = {file for file in users if file not in doors and floor_of(file) not in doors}
    assert users, f"nobody uses {library}: take it out of pyproject.toml and of this table"
    assert not wrong, wrong


def test_the_domain_needs_nothing_but_the_standard_library() -> None:
    wrong = [
        str(found)
        for found in imports()
        if floor_of(found.file) == "domain" and found.name.split(".")[0] not in {"app", *sys.stdlib_module_names}
    ]
    assert not wrong, wrong


def test_no_import_goes_round_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for found in imports():
        target = _module_file(found.name)
        if target and target != found.file:
            graph.setdefault(found.file, set()).add(target)
    done: set[str] = set()

    def visit(file: str, trail: tuple[str, ...]) -> None:
        assert file not in trail, " -> ".join((*trail[trail.index(file) :], file))
        if file not in done:
            for target in sorted(graph.get(file, ())):
                visit(target, (*trail, file))
            done.add(file)

    for file in sorted(graph):
        visit(file, ())


def _module_file(name: str) -> str | None:
    """The file behind an imported name: the name itself may be a module or something inside one."""
    if not name.startswith("app."):
        return None
    parts = name.split(".")[1:]
    for length in (len(parts), len(parts) - 1):
        file = "/".join(parts[:length]) + ".py"
        if file in sources():
            return file
    return None


def test_only_the_task_keeper_starts_tasks() -> None:
    makers = {"create_task", "ensure_future"}
    wrong = [
        f"{file}:{node.lineno}"
        for file, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in makers and file != "services/tasks.py"
        if floor_of(file) != "sandbox"
    ]
    assert not wrong, wrong


def test_no_dialog_is_executed_in_a_nested_loop() -> None:
    wrong = [
        f"{file}:{node.lineno}"
        for file, tree in sources().items()
        for node in ast.walk(tree)
        if floor_of(file) not in {"sandbox", "preview"}  # no window and no asyncio loop there
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"exec", "exec_"}
    ]
    assert not wrong, wrong


def test_no_sentence_for_people_is_an_f_string() -> None:
    wrong = [
        f"{file}:{node.lineno}"
        for file, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in {"tr", "translate"})
            or (isinstance(node.func, ast.Name) and node.func.id == "text")
        )
        and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    ]
    assert not wrong, wrong


def test_no_room_is_crowded() -> None:
    lengths = {file: len((APP / file).read_text(encoding="utf-8").splitlines()) for file in sources()}
    crowded = {file: length for file, length in lengths.items() if length > LARGEST_FILE}
    assert not crowded, crowded


def test_every_module_says_its_one_idea() -> None:
    silent = [file for file, tree in sources().items() if not ast.get_docstring(tree)]
    assert not silent, silent
