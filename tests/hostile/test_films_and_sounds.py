"""T-19: films and sounds that were made to break decoders end the preview process at most, and never the window."""

from pathlib import Path
from random import Random

import pytest

from tests.counts import say
from tests.hostile.broken_files import broken
from tests.hostile.trying import asker, written

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
FILMS = ("film.mp4", "silent.mp4", "film.mov", "film.webm", "av1.mp4")
SOUNDS = ("sound.wav", "sound.mp3", "sound.flac", "sound.ogg", "sound.m4a")
SHORT, LONG = 60, 2_000


def _fuzz(many: int, folder: Path, seed: int) -> str:
    chance = Random(seed)
    names = FILMS + SOUNDS
    with asker() as one:
        for number in range(many):
            name = names[number % len(names)]
            path = written(folder, "broken", broken((MEDIA / name).read_bytes(), chance))
            if name in FILMS:
                one.ask({"what": "film", "path": path, "at_ms": chance.choice((None, 500))})
            else:
                one.ask({"what": "sound", "path": path})
        assert not one.ask({"what": "film", "path": str(MEDIA / "film.mp4"), "at_ms": 500}).error
        assert not one.ask({"what": "sound", "path": str(MEDIA / "sound.mp3")}).error
    return str(one.tally)


def test_some_broken_films_and_sounds_never_reach_the_window(tmp_path: Path) -> None:
    say("T-19", f"broken films and sounds: {_fuzz(SHORT, tmp_path, 19)}")


@pytest.mark.long
def test_two_thousand_broken_films_and_sounds_never_reach_the_window(tmp_path: Path) -> None:
    say("T-19 long", f"broken films and sounds: {_fuzz(LONG, tmp_path, 190)}")
