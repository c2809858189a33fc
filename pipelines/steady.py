"""A process in which all that is large is loaded: garbage is not looked for among it, and threads take turns soon."""

import gc
import sys

TURN = 0.0002
"""Seconds for which Python goes on in one thread while another waits. After the usual 0.005 a thread of the encoder
would get its next texts late: it reads for some 10 ms at a time."""


def steady() -> None:
    """To be called when models are loaded: each look through all of their objects costs as much as some hundred
    texts."""
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN)
