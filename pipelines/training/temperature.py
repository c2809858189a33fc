"""The temperature of a softmax: the divisor of its logits by which held-out texts are likeliest (Guo et al. 2017)."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

Array = npt.NDArray[Any]
BOUNDS = (-3.0, 2.0)
"""Of its natural logarithm."""


def temperature(logits: Array, truth: Array, weights: Array | None = None) -> float:
    """Of the least cross-entropy. logits float (n, k); truth int (n,), class numbers; weights float (n,), 1 where not
    given.

    One text more has the runner-up for its truth: few texts that are all guessed right do not make a model sure of
    everything.
    """
    rows, runner_up = np.arange(len(truth)), np.sort(logits, axis=1)[:, -2]
    counts = np.ones(len(truth)) if weights is None else np.asarray(weights)

    def loss(power: float) -> float:
        scaled = logits / np.exp(power)
        whole = logsumexp(scaled, axis=1)
        missed = whole - scaled[rows, truth]
        return float((counts * missed).sum() + np.average(whole - runner_up / np.exp(power), weights=counts))

    return float(np.exp(minimize_scalar(loss, bounds=BOUNDS, method="bounded").x))
