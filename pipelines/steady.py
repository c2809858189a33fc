"""A process in which all that is large is loaded: garbage is not looked for among it."""

import gc


def steady() -> None:
    """To be called when models are loaded: each look through all of their objects costs as much as some hundred
    texts."""
    gc.collect()
    gc.freeze()
