"""A random seed of our own, where the model takes one and the person left it open.

Without it a result could not be made again, as servers do not tell theirs; and a request whose answer was lost could not
be told from others in the provider's list (reliability.md 3.1).
"""

from random import Random

from app.domain.model_spec import ModelSpec, Widget
from app.domain.values import Json, Params

LARGEST_SEED = 2**31 - 1


def with_seed(spec: ModelSpec | None, params: Params, random: Random) -> dict[str, Json]:
    """The parameters with every open seed filled in, as far as the service takes one at all."""
    chosen = dict(params)
    for param in spec.params if spec else ():
        if param.widget is Widget.SEED and param.send_default and chosen.get(param.name) is None:
            highest = LARGEST_SEED if param.maximum is None else min(int(param.maximum), LARGEST_SEED)
            chosen[param.name] = random.randint(0, highest)
    return chosen
