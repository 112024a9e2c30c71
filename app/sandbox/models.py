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


MMAUDIO = "hkchengrex/MMAudio"
NANO_BANANA, NANO_BANANA_PRO = "google/nano-banana", "google/nano-banana-pro"
GPT_IMAGE, VEO = "openai/gpt-image-2", "google/veo3.1-fast"
SPEECH, WHISPER = "minimax/speech-02-hd", "openai/whisper"

MODELS: dict[str, DemoModel] = {
    model.name: model
    for model in (
        # Documented in seed 001.
        DemoModel("Qwen/Qwen-Image", Medium.IMAGE, 126, (1.0, 2.0), (5.0, 8.0)),
        # Documented in seeds 000 and 001; 84 is the number in seed 000's example.
        DemoModel(MMAUDIO, Medium.AUDIO, 84, (1.0, 2.0), (6.0, 9.0)),
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
        # On no published page; seen in clients only (apis.md 2.4 to 2.6). The numbers are made up.
        DemoModel(NANO_BANANA, Medium.IMAGE, 201, (0.5, 1.0), (4.0, 6.0)),
        DemoModel(NANO_BANANA_PRO, Medium.IMAGE, 202, (0.5, 1.0), (6.0, 9.0)),
        DemoModel(GPT_IMAGE, Medium.IMAGE, 203, (0.5, 1.0), (6.0, 9.0)),
        DemoModel(VEO, Medium.VIDEO, 204, (1.0, 2.0), (10.0, 15.0)),
        DemoModel(SPEECH, Medium.AUDIO, 205, (0.5, 1.0), (3.0, 5.0)),
        DemoModel(WHISPER, Medium.AUDIO, 206, (0.5, 1.0), (3.0, 5.0)),
    )
}
