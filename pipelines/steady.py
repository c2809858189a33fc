"""A process in which all that is large is loaded: garbage is not looked for among it, and less often."""

import gc

GARBAGE = 20_000
"""New objects after which garbage is looked for."""


def steady() -> None:
    """To be called when models are loaded. Each look through all of their objects costs as much as some hundred texts,
    and a batch of findings is many new objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 10, 10)
