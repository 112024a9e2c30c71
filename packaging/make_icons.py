"""The application icon in every size a desktop asks for, painted from its one drawing.

    QT_QPA_PLATFORM=offscreen .venv/bin/python packaging/make_icons.py

Reads `resources/icons/app/slowlight.svg` and writes `slowlight-<side>.png` beside it. Needed only after the drawing changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIDES_PX = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
DRAWING = Path(__file__).resolve().parent.parent / "resources" / "icons" / "app" / "slowlight.svg"
# Small sizes are painted larger and scaled down once: the rim stays round at 16 px.
FINER = 4


def render(drawing: QSvgRenderer, side_px: int) -> QImage:
    """The drawing as a square picture of `side_px` pixels on a transparent ground."""
    picture = QImage(side_px * FINER, side_px * FINER, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.render(painter)
    painter.end()
    smooth = Qt.TransformationMode.SmoothTransformation
    return picture.scaled(side_px, side_px, Qt.AspectRatioMode.KeepAspectRatio, smooth)


def main() -> int:
    """Write every size; 1 when the drawing cannot be read or a picture cannot be written."""
    app = QGuiApplication(sys.argv)
    drawing = QSvgRenderer(str(DRAWING))
    if not drawing.isValid():
        sys.stderr.write(f"{DRAWING} is not a drawing that Qt can read.\n")
        return 1
    for side_px in SIDES_PX:
        target = DRAWING.with_name(f"{DRAWING.stem}-{side_px}.png")
        if not render(drawing, side_px).save(str(target)):
            sys.stderr.write(f"{target} cannot be written.\n")
            return 1
    del app
    return 0


if __name__ == "__main__":
    sys.exit(main())
