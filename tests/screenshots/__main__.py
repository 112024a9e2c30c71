"""Every page, dark and light, in two sizes: `python -m tests.screenshots [--out DIR] [--only NAME ...] [--docs]`.

The pictures are taken from a library of some days' work, drawn by the demo and kept in `build/` between two runs.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false")
# a developer's own keys stay out of the pictures, and nobody is asked to unlock anything
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
os.environ.pop("NETMIND_API_KEY", None)

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.system import event_loop
from tests.screenshots import library, rented
from tests.screenshots.shots import SHOTS, SIZES, Shot, Stage

DOCS = library.ROOT / "docs" / "images"
DOCS_SHOTS = {
    "image-dark": "image",
    "image-light": "image",
    "video-dark": "video",
    "audio-light": "audio",
    "history-dark": "history",
    "history-light": "history",
    "endpoints-dark": "endpoints",
}
"""File in docs/images and the shot it shows; the look is the end of the file's name."""
DOCS_LARGEST_BYTES = 500_000


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    names = [shot.name for shot in SHOTS]
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description="Takes pictures of every page.")
    parser.add_argument("--out", type=Path, default=library.ROOT / "screenshots", metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--look", choices=("dark", "light"), help="one look instead of both")
    parser.add_argument("--size", choices=SIZES, help="one size instead of both")
    parser.add_argument("--docs", action="store_true", help="renew docs/images instead")
    return parser.parse_args(given)


async def _take(qt: QApplication, chosen: argparse.Namespace) -> int:
    wanted = [shot for shot in SHOTS if not chosen.only or shot.name in chosen.only]
    if chosen.docs:
        wanted = [shot for shot in SHOTS if shot.name in DOCS_SHOTS.values()]
    for where in dict.fromkeys(shot.where for shot in wanted):
        with tempfile.TemporaryDirectory(prefix="slowlight-") as folder:
            await _take_from(qt, where, Path(folder), [shot for shot in wanted if shot.where == where], chosen)
    return 0


async def _take_from(
    qt: QApplication, where: str, profile: Path, shots: list[Shot], chosen: argparse.Namespace
) -> None:
    """`where`: "library" and "keyed" have the plan's jobs, "rented" and "unsure" endpoints, "empty" only the demo,
    "first" nothing at all."""
    if where in ("library", "keyed"):
        await library.fill(profile)
    if where in ("rented", "unsure"):
        await rented.fill(profile, unsure=where == "unsure")
        with rented.service(profile):
            os.environ["NETMIND_API_KEY"] = rented.KEY
            await _take_shots(qt, where, profile, shots, chosen)
        return
    if where == "keyed":
        os.environ["NETMIND_API_KEY"] = "not-a-real-key-for-pictures"
    await _take_shots(qt, where, profile, shots, chosen)


async def _take_shots(
    qt: QApplication, where: str, profile: Path, shots: list[Shot], chosen: argparse.Namespace
) -> None:
    stage = Stage(qt, profile, demo=where != "first")
    await stage.open()
    os.environ.pop("NETMIND_API_KEY", None)
    for shot in shots:
        for size, pixels in SIZES.items():
            for look in ("dark", "light"):
                name = _file_name(shot, look, size, chosen)
                if name is not None:
                    stage.studio.settings.set("appearance.mode", look)
                    stage.window.resize(pixels)
                    await shot.prepare(stage)
                    _save(await stage.still(), name, is_for_docs=chosen.docs)
    await stage.close()


def _file_name(shot: Shot, look: str, size: str, chosen: argparse.Namespace) -> Path | None:
    """Where a picture goes; None if it is not wanted now."""
    if chosen.docs:
        name = f"{shot.name}-{look}"
        return DOCS / f"{name}.png" if size == "large" and DOCS_SHOTS.get(name) == shot.name else None
    if chosen.look not in (None, look) or chosen.size not in (None, size):
        return None
    out: Path = chosen.out
    return out / size / f"{shot.name}-{look}.png"


def _save(picture: QImage, path: Path, *, is_for_docs: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(str(path), quality=0)
    steps = 127
    while is_for_docs and path.stat().st_size > DOCS_LARGEST_BYTES and steps > 15:
        _in_steps(picture, steps).save(str(path), quality=0)
        steps //= 2
    print(path)


def _in_steps(picture: QImage, steps: int) -> QImage:
    """Fewer shades of each colour: grain is what makes a picture's file large, and nobody sees its last bit."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    shades = bytes(round(round(value * steps / 255) * 255 / steps) for value in range(256))
    fewer = bytes(plain.constBits()).translate(shades)
    return QImage(fewer, plain.width(), plain.height(), plain.bytesPerLine(), plain.format()).copy()


def main() -> int:
    """Answers the exit code."""
    chosen = _arguments(None)
    qt = QApplication(sys.argv[:1])
    qt.setQuitOnLastWindowClosed(False)
    qt.setCursorFlashTime(0)  # what blinks never stands still
    return event_loop.run(qt, _take(qt, chosen))


if __name__ == "__main__":
    sys.exit(main())
