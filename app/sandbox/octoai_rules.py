"""What OctoAI's engines take: parameters, ranges and size pairs, as its clients knew them (apis.md 2.8)."""

import base64
import binascii
from dataclasses import dataclass, field

from app.domain import media
from app.sandbox.checks import Choice, FieldProblem, Flag, Location, Number, Rule, Words, object_problems
from app.sandbox.models import DemoModel
from app.sandbox.order import Medium

Size = tuple[int, int]  # width, height in pixels
HIGHEST_SEED = 2**32 - 1

_XL_SIZES: tuple[Size, ...] = (
    *((640, 1536), (768, 1344), (832, 1216), (896, 1152), (1024, 1024)),
    *((1152, 896), (1216, 832), (1344, 768), (1536, 640)),
)
_FLUX_SIZES: tuple[Size, ...] = (*_XL_SIZES, (512, 512), (576, 1024), (768, 1024), (1024, 576), (1024, 768))
_SD_SIZES: tuple[Size, ...] = (
    *((384, 704), (448, 576), (512, 512), (512, 704), (512, 768), (512, 832), (576, 448), (576, 768), (576, 1024)),
    *((640, 512), (640, 640), (640, 768), (704, 384), (704, 1216), (768, 512), (768, 576), (768, 1024), (832, 512)),
    *((896, 896), (1024, 576), (1024, 768), (1024, 1024), (1024, 1536), (1216, 704), (1536, 1024)),
)
_SVD_SIZES: tuple[Size, ...] = ((576, 1024), (1024, 576), (768, 768))
_SAMPLERS = (
    *("PNDM", "LMS", "KLMS", "DDIM", "DDPM", "HEUN", "K_HEUN", "K_EULER", "K_EULER_ANCESTRAL"),
    *("DPM_SOLVER_MULTISTEP", "DPM_PLUS_PLUS_2M_KARRAS", "DPM_PLUS_PLUS_2M_SDE", "DPM_PLUS_PLUS_2M_SDE_KARRAS"),
    *("DPM_SINGLE", "DPM_2", "DPM_2_KARRAS", "DPM_2_ANCESTRAL", "DPM_2_ANCESTRAL_KARRAS"),
    *("DPM_PLUS_PLUS_SDE_KARRAS", "UNI_PC", "LCM"),
)
_STYLES = (
    *("base", "3d-model", "analog-film", "anime", "cinematic", "comic-book", "Craft Clay", "modeling-compound"),
    *("digital-art", "enhance", "fantasy-art", "isometric", "line-art", "low-poly", "neon-punk", "origami"),
    *("photographic", "pixel-art", "tile-texture", "Advertising", "Food Photography", "Real Estate", "Abstract"),
    *("Cubist", "Graffiti", "Hyperrealism", "Impressionist", "Pointillism", "Pop Art", "Psychedelic", "Renaissance"),
    *("Steampunk", "Surrealist", "Typography", "Watercolor", "Fighting Game", "GTA", "Super Mario", "Minecraft"),
    *("Pok\u00e9mon", "Retro Arcade", "Retro Game", "RPG Fantasy Game", "Strategy Game", "Street Fighter"),
    *("Legend of Zelda", "Architectural", "Disco", "Dreamscape", "Dystopian", "Fairy Tale", "Gothic", "Grunge"),
    *("Horror", "Minimalist", "Monochrome", "Nautical", "Space", "Stained Glass", "Techwear Fashion", "Tribal"),
    *("Zentangle", "Collage", "Flat Papercut", "Kirigami", "Paper Mache", "Paper Quilling", "Papercut Collage"),
    *("Papercut Shadow Box", "Stacked Papercut", "Thick Layered Papercut", "Alien", "Film Noir", "HDR"),
    *("Long Exposure", "Neon Noir", "Silhouette", "Tilt-Shift"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in plain base64, without a data-URI prefix."""

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Not base64, or not a picture."""
        if not isinstance(value, str):
            return [FieldProblem(loc, "str type expected", "type_error.str")]
        try:
            content = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return [FieldProblem(loc, "Invalid base64-encoded string", "value_error")]
        kind = media.sniff(content[:64])
        if kind is None or kind.medium is not media.Medium.IMAGE:
            return [FieldProblem(loc, "cannot identify image file", "value_error")]
        return []


@dataclass(frozen=True, slots=True)
class Seeds:
    """A seed, or a list with one (or null) for each result."""

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Outside 0 to 2^32 - 1, or no number."""
        one = Number(0, HIGHEST_SEED, whole=True)
        if not isinstance(value, list):
            return one.problems(value, loc)
        given = [(number, seed) for number, seed in enumerate(value) if seed is not None]
        return [problem for number, seed in given for problem in one.problems(seed, (*loc, number))]


@dataclass(frozen=True, slots=True)
class Table:
    """An object such as {"lora": weight}."""

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Not an object."""
        return [] if isinstance(value, dict) else [FieldProblem(loc, "value is not a valid dict", "type_error.dict")]


_SIDE, _SHARE, _COUNT = Number(1, 8192, whole=True), Number(0, 1), Number(1, 16, whole=True)

IMAGE_RULES: dict[str, Rule] = {
    "prompt": Words(filled=True),
    "prompt_2": Words(),
    "negative_prompt": Words(),
    "negative_prompt_2": Words(),
    "checkpoint": Words(),
    "vae": Words(),
    "clip_skip": Number(0, whole=True),
    "controlnet": Words(),
    "controlnet_image": Picture(),
    "controlnet_conditioning_scale": Number(0),
    "controlnet_early_stop": _SHARE,
    "controlnet_preprocess": Flag(),
    "cfg_scale": Number(0, 50),
    "steps": Number(1, 200, whole=True),
    "num_images": _COUNT,
    "seed": Seeds(),
    "sampler": Choice(_SAMPLERS),
    "style_preset": Choice(_STYLES),
    "use_refiner": Flag(),
    "high_noise_frac": _SHARE,
    "init_image": Picture(),
    "strength": _SHARE,
    "mask_image": Picture(),
    "inpaint_full_res": Flag(),
    "inpaint_full_res_padding": Number(0, whole=True),
    "outpainting": Flag(),
    "loras": Table(),
    "textual_inversions": Table(),
    "transfer_images": Table(),
    "width": _SIDE,
    "height": _SIDE,
    "image_encoding": Choice(("jpeg", "png")),
    "enable_safety": Flag(),
    "log_prompt": Flag(),
}
FILM_RULES: dict[str, Rule] = {
    "image": Picture(),
    "width": _SIDE,
    "height": _SIDE,
    "cfg_scale": Number(0, 10),
    "steps": Number(1, 50, whole=True),
    "motion_scale": Number(0, 5),  # the newer client says 1
    "noise_aug_strength": _SHARE,
    "num_videos": _COUNT,
    "fps": Number(1, 25, whole=True),
    "constant_rate_factor": Number(0, 51, whole=True),
    "seed": Seeds(),
    "enable_safety": Flag(),
}
PICTURES = ("init_image", "controlnet_image", "mask_image", "image")  # the names that hold base64


@dataclass(frozen=True, slots=True)
class Engine:
    """One address below /generate."""

    model: DemoModel
    sizes: tuple[Size, ...]
    usual_size: Size  # (0, 0): as the picture that was sent
    required: tuple[str, ...] = ("prompt",)
    rules: dict[str, Rule] = field(default_factory=lambda: IMAGE_RULES)

    @property
    def is_film(self) -> bool:
        """Whether films come out of it."""
        return self.model.medium is Medium.VIDEO

    def problems_of(self, body: object) -> list[FieldProblem]:
        """Why a request is unprocessable. A wrong pair of sides is not among the reasons: `size_of` tells."""
        if not isinstance(body, dict):
            return [FieldProblem(("body",), "value is not a valid dict", "type_error.dict")]
        found = object_problems(body, self.rules, ("body",), required=self.required)
        if (body.get("width") is None) != (body.get("height") is None):
            found.append(FieldProblem(("body",), "width and height must be set together", "value_error"))
        return found

    def size_of(self, config: dict[str, object]) -> Size | None:
        """Width and height of a checked request; None for a pair that the engine does not know."""
        width, height = config.get("width"), config.get("height")
        if not isinstance(width, int | float) or not isinstance(height, int | float):
            return self.usual_size
        return (int(width), int(height)) if (width, height) in self.sizes else None


def _still(name: str, sizes: tuple[Size, ...], seconds: tuple[float, float], *more: str, side: int = 1024) -> Engine:
    model = DemoModel(name, Medium.IMAGE, 0, (0.5, 1.5), seconds, extra_result_s=1.5)
    return Engine(model, sizes, (side, side), ("prompt", *more))


_SVD = DemoModel("svd", Medium.VIDEO, 0, (1.0, 2.0), (9.0, 14.0), extra_result_s=6.0)

ENGINES: dict[str, Engine] = {
    engine.model.name: engine
    for engine in (
        _still("sdxl", _XL_SIZES, (4.0, 6.0)),
        _still("sd", _SD_SIZES, (2.0, 3.0), side=512),
        _still("ssd", _XL_SIZES, (2.0, 3.0)),
        _still("sd3", _XL_SIZES, (4.0, 7.0)),
        _still("flux-schnell", _FLUX_SIZES, (1.5, 2.5)),
        _still("flux-dev", _FLUX_SIZES, (6.0, 9.0)),
        _still("controlnet-sdxl", _XL_SIZES, (5.0, 7.0), "controlnet_image"),
        _still("controlnet-sd", _SD_SIZES, (3.0, 4.0), "controlnet_image", side=512),
        Engine(_SVD, _SVD_SIZES, (0, 0), ("image",), FILM_RULES),
    )
}
