"""How near the round weights of friction come to what authors call no trouble, some and hard, beside fitted weights."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.stats import spearmanr

from benchmarks.heading import heading
from nlp.conversation import Segment
from nlp.friction import WEIGHTS, friction
from nlp.metrics import auc
from nlp.signal import Signal
from pipelines.annotate import CALM, Annotator
from pipelines.settings import ROOT, Settings
from pipelines.training.authored import authored, split

RESULT = ROOT / "benchmarks" / "results" / "friction.md"
NOTES = """
Authored training texts whose author says how much trouble they tell of: 0 none, 1 some, 2 hard. Fitted weights come
nearest, by least squares, to 0, 50 and 100 on {learnt} of the texts that the heads have learnt from; all is scored on
the {held} held out, which nothing was fitted to. Weights: feeling, effort, blocked, leaving, escalation.
"""
Array = npt.NDArray[Any]
EACH = 4
"""Of so many texts that the heads have learnt from one is fitted to."""


def strengths(signal: Signal) -> list[float]:
    """Of each of WEIGHTS, as `friction` reads them."""
    kinds = {evidence.kind for evidence in signal.evidence}
    feeling = 0.0 if signal.intent in CALM else signal.probabilities[0]
    return [feeling, signal.effort, float("blocked" in kinds), signal.leaving, float("escalation" in kinds)]


def values(found: Array, weights: Mapping[str, float]) -> Array:
    """0..100 of each row of strengths; with the round weights what `friction` says."""
    value: Array = 100 * (1 - np.prod(1 - np.array(list(weights.values())) * found, axis=1))
    return value


def fitted(found: Array, level: Array) -> dict[str, float]:
    def loss(weights: Array) -> float:
        return float(((values(found, dict(zip(WEIGHTS, weights, strict=True))) - 50 * level) ** 2).mean())

    start, bounds = np.array(list(WEIGHTS.values())), [(0, 0.99)] * len(WEIGHTS)
    return dict(zip(WEIGHTS, minimize(loss, start, bounds=bounds, method="L-BFGS-B").x.tolist(), strict=True))


def figures(value: Array, level: Array) -> str:
    pairs = [(2, 0), (1, 0), (2, 1)]
    ranks = [auc(level[np.isin(level, p)] == p[0], value[np.isin(level, p)]) for p in pairs]
    means = [value[level == n].mean() for n in (0, 1, 2)]
    cells = [f"{x:.3f}" for x in (spearmanr(level, value)[0], *ranks)]
    return " | ".join([*cells, *(f"{mean:.0f}" for mean in means)])


def table(annotator: Annotator) -> Iterator[str]:
    rows = [row for row in authored(ROOT / "corpora" / "training") if "friction" in row]
    learnt, held = split(rows)
    learnt = learnt[::EACH]
    yield NOTES.format(learnt=len(learnt), held=len(held))
    texts = [row["text"] for row in (*learnt, *held)]
    signals, _ = annotator.signals([Segment(str(n), 0, 0, len(text)) for n, text in enumerate(texts)], texts)
    found = np.array([strengths(signal) for signal in signals])
    level = np.array([row["friction"] for row in (*learnt, *held)])
    new = slice(len(learnt), None)
    assert np.allclose(values(found, WEIGHTS), [friction(**dict(zip(WEIGHTS, row, strict=True))) for row in found])
    ways = {
        "the round weights that serve": WEIGHTS,
        "fitted": fitted(found[: len(learnt)], level[: len(learnt)]),
        "feeling alone": dict.fromkeys(WEIGHTS, 0.0) | {"feeling": WEIGHTS["feeling"]},
        "without feeling": WEIGHTS | {"feeling": 0.0},
    }
    yield "| way | weights | Spearman | AUC 2 against 0 | 1 against 0 | 2 against 1 | mean at 0 | at 1 | at 2 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for way, weights in ways.items():
        shown = ", ".join(f"{weight:.2f}" for weight in weights.values())
        yield f"| {way} | {shown} | {figures(values(found[new], weights), level[new])} |"


def main() -> None:
    settings = Settings.from_environment()
    annotator = Annotator.load(settings.models, settings.taxonomy)
    head = heading("Friction", command="python -m benchmarks.friction")
    RESULT.write_text("\n".join([head, f"Models {annotator.version}.", *table(annotator)]) + "\n")
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
