"""How a demo server is set up: keys, dialect, speed, where it keeps things."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Dialect(StrEnum):
    """Which published answer of NetMind `/v1/generation` is spoken."""

    OLD = "old"  # seed 000, January 2025: model_id, backend_id, payment_type, meta_info
    NEW = "new"  # seed 001, September 2025: result.data[]


class AuthStyle(StrEnum):
    """Which forms of the Authorization header count (the published pages disagree, apis.md 1.0)."""

    BOTH = "both"
    BEARER = "bearer"
    BARE = "bare"


class Media(StrEnum):
    """How much work goes into the results."""

    FULL = "full"  # worth looking at
    SMALL = "small"  # the right size and format, plain content, for tests in a hurry


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Everything that can be chosen about a demo server. The defaults are what newcomers get."""

    keys: tuple[str, ...] = ("demo-key",)
    any_key: bool = False  # every nonempty key is accepted
    auth_style: AuthStyle = AuthStyle.BOTH
    dialect: Dialect = Dialect.NEW
    speed: float = 1.0  # waiting times are divided by this; painting takes what it takes
    link_life_s: float = 7200.0  # presigned links live two hours (apis.md 1.0)
    retention_s: float = 86400.0  # a job and its files are thrown away after a day
    state_dir: Path | None = None  # None: nothing survives the server
    media: Media = Media.FULL
    clock_factor: float = 1.0  # how many times quicker the clock of rented GPUs and of their bill goes
    endpoint_list: bool = False  # GET /v1/inference-service, which the seed does not have

    def __post_init__(self) -> None:
        """Refuse numbers that would make the server wait for ever.

        Raises:
            ValueError: speed, link life, retention or clock factor is not above zero.
        """
        if min(self.speed, self.link_life_s, self.retention_s, self.clock_factor) <= 0:
            raise ValueError("speed, link_life_s, retention_s and clock_factor must be above zero")
