"""The names and roles that screen readers, voice control and automation rely on (product.md), and a whole job by them."""

import json
from collections.abc import Iterator

import pytest

from app.sandbox.running import QUICK, RunningSandbox
from app.system.paths import resources
from tests.accessibility.session import Node, Probe, screen, studio
from tests.system_needs import require_packages

KEY = "demo-key"
BUTTON = ("push button", "button")
PAGE = ("page tab", "push button", "button", "list item", "radio button", "toggle button")
LIST = ("list", "list box", "table", "tree table")
TEXT = ("text", "entry", "password text")


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """One studio for all: NetMind's dialect on this computer, in a hurry."""
    require_packages("xvfb", "dbus-x11", "at-spi2-core", "python3-pyatspi")
    profile = tmp_path_factory.mktemp("profile")
    with RunningSandbox(QUICK) as server:
        settings = {"providers": {"netmind": {"base_url": server.base_url}}}
        (profile / "settings.json").write_text(json.dumps(settings))
        with screen() as display, studio(profile, display, KEY) as started:
            yield started


def _open(probe: Probe, page: str) -> None:
    probe.press(page, *PAGE)


def _item_saying(probe: Probe, words: str, state: str) -> Node | None:
    for node in probe.tree():
        said = f"{node.name} {node.description}"
        if node.role in ("list item", "table cell") and words in said and state in said:
            return node
    return None


def _generate(probe: Probe, page: str, prompt: str) -> None:
    _open(probe, page)
    assert probe.ask(do="type", path=probe.find("Prompt", *TEXT).path, text=prompt)
    probe.press("Generate", *BUTTON, begins=True)
    probe.until(lambda: _item_saying(probe, prompt, "Done"), f"{prompt!r} done")


def test_the_window_is_a_frame_of_that_name(probe: Probe) -> None:
    probe.find("Slowlight", "frame")


@pytest.mark.parametrize("name", ["Image", "Video", "Audio", "History", "Endpoints", "Settings"])
def test_a_page_is_opened_by_its_name(probe: Probe, name: str) -> None:
    _open(probe, name)
    probe.until(
        lambda: any(node.name == name and node.role == "page tab" and node.selected for node in probe.tree()),
        f"{name} as the current page",
    )


def test_a_picture_is_made_by_names_alone(probe: Probe) -> None:
    _open(probe, "Image")
    for name, roles in (
        ("Model", ("combo box",)),
        ("Prompt", TEXT),
        ("Size", ()),
        ("Images", ()),
        ("Jobs", LIST),
        ("Preview", ()),
    ):
        probe.find(name, *roles)
    _generate(probe, "Image", "a lighthouse in the fog")
    for name in ("Save as", "Show in folder"):
        probe.find(name, *BUTTON)


@pytest.mark.parametrize(("page", "model"), [("Image", "qwen-image"), ("Video", "hunyuanvideo"), ("Audio", "mmaudio")])
def test_every_parameter_is_found_by_its_label(probe: Probe, page: str, model: str) -> None:
    spec = json.loads((resources() / "models" / "netmind" / f"{model}.json").read_text("utf-8"))
    _open(probe, page)
    probe.press("Advanced", *BUTTON)
    for parameter in spec["parameters"]["properties"].values():
        probe.find(parameter["title"])
    probe.press("Advanced", *BUTTON)


def test_a_sound_is_made_and_played_by_names_alone(probe: Probe) -> None:
    _generate(probe, "Audio", "wind in the willows")
    probe.press("Play", *BUTTON)
    probe.find("Pause", *BUTTON)
    probe.press("Pause", *BUTTON)
    probe.find("Play", *BUTTON)


def test_history_is_searched_and_a_job_run_again_by_names_alone(probe: Probe) -> None:
    _generate(probe, "Image", "a bridge of glass")
    _open(probe, "History")
    probe.find("History", *LIST)
    assert probe.ask(do="type", path=probe.find("Search history", *TEXT).path, text="bridge")
    probe.until(lambda: _item_saying(probe, "a bridge of glass", "Done"), "the job that was searched for")
    for name in ("Run again", "Edit and run", "Delete"):
        probe.find(name, *BUTTON)
    probe.press("Run again", *BUTTON)
    _open(probe, "Image")
    probe.until(
        lambda: (
            sum("a bridge of glass" in node.name + node.description for node in probe.tree() if "item" in node.role)
            >= 2
        ),
        "the job that was run again",
    )


def test_endpoints_says_what_it_is(probe: Probe) -> None:
    _open(probe, "Endpoints")
    probe.find("No endpoints yet")


def test_settings_has_one_group_per_provider_with_its_key(probe: Probe) -> None:
    _open(probe, "Settings")
    group = probe.find("NetMind", "panel", "grouping", "filler")
    for name, roles in (("API key", TEXT), ("Save key", BUTTON), ("Test key", BUTTON), ("Remove key", BUTTON)):
        inside = [node for node in probe.tree() if node.name == name and node.role in roles]
        assert any(node.path.startswith(group.path + "/") for node in inside), name


@pytest.mark.parametrize("page", ["Image", "Video", "Audio", "History", "Endpoints", "Settings"])
def test_everything_that_takes_the_focus_has_a_name(probe: Probe, page: str) -> None:
    _open(probe, page)
    probe.until(lambda: not _nameless(probe.tree()), f"a name for everything on {page}")
    assert not _nameless(probe.tree())


def _nameless(tree: list[Node]) -> list[tuple[str, list[str]]]:
    """Role, and what lies above it."""
    return [
        (node.role, [above.name or above.role for above in tree if node.path.startswith(above.path + "/")])
        for node in tree
        if node.focusable and not node.name.strip()
    ]
