"""Takes one question after the other from the program that asked, and answers it: the main loop of the preview process."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage

from app.domain.media import FILE_TYPES
from app.domain.values import Json, JsonObject
from app.preview import cell
from app.preview.picture_desk import UNREADABLE, PictureDesk, Wish
from app.system.preview_wire import WireError, form_of, receive, send
from app.system.previews import FilmFinding, PictureFinding, SoundFinding

if TYPE_CHECKING:  # Qt's media library is loaded when the first film or sound is there
    from app.preview.film_probe import FilmProbe
    from app.preview.sound_probe import SoundProbe

_KINDS = {kind.extension: kind for kind in FILE_TYPES}
_LONGEST_REASON = 300


@dataclass(frozen=True)
class _Question:
    """`what` and `path`; the rest is for the one who answers."""

    what: str
    path: Path
    facts: JsonObject


class Desk(QObject):
    """Questions come from `asking`, answers go to `answers`. It ends when the asking side has gone."""

    _asked = Signal(object)

    def __init__(self, asking: BinaryIO, answers: BinaryIO) -> None:
        super().__init__()
        self._asking, self._answers = asking, answers
        self._pictures = PictureDesk()
        self._films: FilmProbe | None = None
        self._sounds: SoundProbe | None = None
        self._asked.connect(self._begin, Qt.ConnectionType.QueuedConnection)

    def open(self) -> None:
        """From now on questions are heard."""
        threading.Thread(target=self._listen, name="asking", daemon=True).start()

    def _listen(self) -> None:
        """In a thread of its own, so that the end of the asking side is noticed also while a file is decoded."""
        try:
            while (message := receive(self._asking)) is not None:
                self._asked.emit(message[0])
        except (OSError, WireError):
            pass
        os._exit(0)  # nothing is open that would be worth closing, and a decoder may hang

    @Slot(object)
    def _begin(self, facts: JsonObject) -> None:
        cell.begin_question()
        question = _Question(str(facts.get("what")), Path(str(facts.get("path"))), facts)
        if question.what == "film":
            at = facts.get("at_ms")
            self._film_probe().ask(question.path, at if isinstance(at, int) else None)
        elif question.what == "sound":
            enough = facts.get("enough_s")
            self._sound_probe().ask(question.path, float(enough) if isinstance(enough, int | float) else None)
        else:
            self._answer_picture(_answer_for(question, self._pictures))

    def _film_probe(self) -> "FilmProbe":
        """A plain slot leads here, no coroutine: a player that is made in one crashes (qasync #85)."""
        if self._films is None:
            from app.preview.film_probe import FilmProbe

            self._films = FilmProbe(self)
            self._films.answered.connect(self._answer_film)
        return self._films

    def _sound_probe(self) -> "SoundProbe":
        if self._sounds is None:
            from app.preview.sound_probe import SoundProbe

            self._sounds = SoundProbe(self)
            self._sounds.answered.connect(self._answer_sound)
        return self._sounds

    def _answer_picture(self, found: PictureFinding) -> None:
        facts: JsonObject = {
            "error": found.error[:_LONGEST_REASON],
            "size": None if found.size is None else [found.size.width(), found.size.height()],
            "moves": found.moves,
            "delay_ms": found.delay_ms,
            "as_is": found.as_is,
        }
        self._send(facts, found.image)

    @Slot(object)
    def _answer_film(self, found: FilmFinding) -> None:
        picture = found.picture
        if picture is not None:
            picture.convertTo(form_of(has_alpha=False))
        facts: JsonObject = {
            "error": found.error[:_LONGEST_REASON],
            "width": found.width,
            "height": found.height,
            "duration_s": found.duration_s,
            "has_audio": found.has_audio,
            "decodable": found.decodable,
        }
        self._send(facts, None if picture is None or picture.isNull() else picture)

    @Slot(object)
    def _answer_sound(self, found: SoundFinding) -> None:
        peaks: list[Json] = [round(peak, 4) for peak in found.peaks]
        self._send({"error": found.error[:_LONGEST_REASON], "duration_s": found.duration_s, "peaks": peaks}, None)

    def _send(self, facts: JsonObject, image: QImage | None) -> None:
        try:
            send(self._answers, facts, image)
        except OSError:
            os._exit(0)  # nobody listens any more


def _answer_for(question: _Question, desk: PictureDesk) -> PictureFinding:
    kind = _KINDS.get(str(question.facts.get("kind")))
    ways: dict[str, Callable[[], PictureFinding]] = {
        "look": lambda: desk.look(question.path),
        "keep": lambda: desk.keep(question.path),
        "show": lambda: desk.show(question.path, _wish(question.facts)),
        "frame": lambda: desk.frame(question.path, _number(question.facts.get("number"))),
    }
    if question.what == "prove":
        return desk.prove(question.path, kind) if kind is not None else PictureFinding(error=UNREADABLE)
    way = ways.get(question.what)
    return way() if way is not None else PictureFinding(error="not understood")


def _wish(facts: JsonObject) -> Wish:
    match facts:
        case {"part": [int(x), int(y), int(width), int(height)]}:
            return QRect(x, y, width, height)
        case {"box": [int(width), int(height)]}:
            return QSize(width, height)
        case {"most_pixels": int(most)} if most > 0:
            return most
    return None


def _number(given: Json) -> int:
    return given if isinstance(given, int) else 0
