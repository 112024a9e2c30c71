"""The hosted models the demo stands in for, and how long each lets people wait."""

import random
from dataclasses import dataclass

from app.sandbox.order import Medium
from app.sandbox.settings import Dialect


@dataclass(frozen=True, slots=True)
class DemoModel:
    """One model: its published name and a believable waiting time."""

    name: str
    medium: Medium
    number: int  # model_id of the old dialect
    pending_s: tuple[float, float]
    running_s: tuple[float, float]
    extra_result_s: float = 2.0
    dialect: Dialect | None = None  # None: what the server speaks

    def waiting(self, job_id: str, results: int) -> tuple[float, float]:
        """Seconds in line and seconds at work, before the speed factor; the same for the same job id."""
        jitter = random.Random(job_id)
        pending = jitter.uniform(*self.pending_s)
        running = jitter.uniform(*self.running_s) + self.extra_result_s * (results - 1)
        return pending, running


MODELS: dict[str, DemoModel] = {
    model.name: model
    for model in (
        # Documented in seed 001.
        DemoModel("Qwen/Qwen-Image", Medium.IMAGE, 126, (1.0, 2.0), (5.0, 8.0)),
        # Documented in seeds 000 and 001; 84 is the number in seed 000's example.
        DemoModel("hkchengrex/MMAudio", Medium.AUDIO, 84, (1.0, 2.0), (6.0, 9.0)),
        # Documented in seed 000 only, so it keeps answering as that page says.
        DemoModel(
            "hunyuanvideo-community/HunyuanVideo",
            Medium.VIDEO,
            83,
            (2.0, 3.0),
            (12.0, 18.0),
            extra_result_s=8.0,
            dialect=Dialect.OLD,
        ),
    )
}
