"""The application icon in the files that Windows (.ico) and macOS (.icns) want: `build/package/icons`.

    build/package/venv/bin/python packaging/app_icons.py

Both are plain containers around the PNG files of `resources/icons/app`; ICO since Windows Vista, ICNS since macOS 10.7.
"""

from __future__ import annotations

import struct
import sys

import bootstrap

SOURCE = bootstrap.ROOT / "resources" / "icons" / "app"
FOLDER = bootstrap.ROOT / "build" / "package" / "icons"
ICO_SIDES_PX = (16, 24, 32, 48, 64, 128, 256)
ICNS_KINDS = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}


def main() -> int:
    """Write both files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "slowlight.ico").write_bytes(ico({side: _png(side) for side in ICO_SIDES_PX}))
    (FOLDER / "slowlight.icns").write_bytes(icns({kind: _png(side) for kind, side in ICNS_KINDS.items()}))
    return 0


def ico(pictures: dict[int, bytes]) -> bytes:
    """An ICO file of PNG pictures by side in pixels; a side of 256 is written as 0."""
    offset = 6 + 16 * len(pictures)
    heads = b""
    for side, png in pictures.items():
        heads += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    return struct.pack("<HHH", 0, 1, len(pictures)) + heads + b"".join(pictures.values())


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """An ICNS file of PNG pictures by their kind."""
    body = b"".join(kind + struct.pack(">I", len(png) + 8) + png for kind, png in pictures.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def _png(side_px: int) -> bytes:
    return (SOURCE / f"slowlight-{side_px}.png").read_bytes()


if __name__ == "__main__":
    sys.exit(main())
