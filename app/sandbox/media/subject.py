"""What a prompt is about: which kind of picture, in which mood, from which chance."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from app.sandbox.media.families.aurora import aurora
from app.sandbox.media.families.botanical import botanical
from app.sandbox.media.families.city import city
from app.sandbox.media.families.dunes import dunes
from app.sandbox.media.families.flow import flow
from app.sandbox.media.families.forest import forest
from app.sandbox.media.families.geometric import geometric
from app.sandbox.media.families.ridges import ridges
from app.sandbox.media.families.water import lake, sea
from app.sandbox.media.palettes import Palette, palette_for
from app.sandbox.media.scene import Easel, Scene, Stage

Builder = Callable[[Easel], Scene]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of picture, the words that call for it, and the moods that suit it."""

    build: Builder
    words: str
    moods: tuple[str, ...]
    by_chance: bool = True  # may stand in for a prompt without a known word


FAMILIES: dict[str, Family] = {
    "ridges": Family(
        ridges,
        "mountain ridge peak hill alps valley glacier highland volcano cliff landscape terraced summit canyon",
        ("dusk", "ember", "dawn", "teal", "violet"),
    ),
    "lake": Family(lake, "lake pond tarn fjord mirror reflection calm river", ("dusk", "dawn", "teal", "night")),
    "sea": Family(
        sea,
        "sea ocean coast harbour harbor beach wave boat ship sail island shore bay lighthouse water flood paper",
        ("ember", "dawn", "day", "teal"),
    ),
    "dunes": Family(dunes, "dune desert sand sahara oasis camel mars wasteland", ("ember", "sepia", "dusk"), False),
    "forest": Family(
        forest,
        "forest tree wood jungle moss grove deer fox birch pine shaft fairy owl willow bear",
        ("green", "dawn", "teal", "ember"),
    ),
    "aurora": Family(
        aurora,
        "aurora borealis northern polar arctic space cosmos galaxy star planet alien",
        ("night", "violet", "teal"),
    ),
    "flow": Family(
        flow,
        "abstract flow silk pattern wave energy music dream fractal neural smoke wind liquid swirl hair portrait dance",
        ("dusk", "teal", "ember", "violet"),
    ),
    "city": Family(
        city,
        "city skyline street urban town tower building neon cyberpunk tokyo york paris london robot car sci-fi time",
        ("dusk", "night", "violet", "teal"),
    ),
    "botanical": Family(
        botanical,
        "flower leaf plant botanical garden floral herb fern bouquet tea coffee cup vase still fruit bird cat dog",
        ("green", "dawn", "ember", "teal"),
    ),
    "geometric": Family(
        geometric,
        "geometric logo icon poster bauhaus tile quilt isometric minimal flat shape mosaic cubist retro house",
        ("dusk", "ember", "teal", "dawn"),
        False,
    ),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The plan for one result."""

    family: str
    palette: Palette
    rng: random.Random

    def scene(self, stage: Stage) -> Scene:
        """Build it for a frame."""
        return FAMILIES[self.family].build(Easel(stage, self.rng, self.palette))


def subject_of(prompt: str, seed: int) -> Subject:
    """The subject of a prompt. The words choose kind and mood; the seed chooses everything else."""
    words = words_of(prompt)
    family = family_of(words, prompt)
    rng = random.Random(f"{seed}/{family}/{' '.join(words)}")
    return Subject(family, palette_for(words, FAMILIES[family].moods, rng), rng)


def family_of(words: list[str], prompt: str) -> str:
    """The kind that most words call for; the earlier word wins a tie. Without any, one chosen by the text itself."""
    called = [name for word in words for name, family in FAMILIES.items() if _fits(word, family.words.split())]
    if called:
        return max(called, key=called.count)
    chance = [name for name, family in FAMILIES.items() if family.by_chance]
    return random.Random(prompt.strip().lower()).choice(chance)


def words_of(prompt: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", prompt.lower())


def _fits(word: str, stems: list[str]) -> bool:
    """Whether a word is one of the stems, or one of its longer forms."""
    return any(word == stem or (len(stem) > 3 and word.startswith(stem)) for stem in stems)
