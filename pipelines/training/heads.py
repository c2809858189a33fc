"""Heads on an encoder's embeddings: intent, stage, and sentiment where the encoder tells none; scored on gold."""

import argparse
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.head import Head
from nlp.metrics import expected_calibration_error, macro_recall
from nlp.promise import Place, curve, threshold
from nlp.sentiment import read
from nlp.signal import SENTIMENTS
from pipelines.corpora import digest
from pipelines.encoders import open_encoder
from pipelines.settings import ROOT, Settings
from pipelines.training import outside, public
from pipelines.training.authored import AUTHORED_WEIGHT, authored
from pipelines.training.promised import card_lines

SEED = 7
PRECISION = 0.8
"""Share of right guesses that an intent head promises of those that it vouches for."""
LARGE = 10_000
"""From so many texts on, one fold of five is held out for calibration instead of each in turn."""


def fit(
    x: Floats, y: Sequence[str], *, encoder: str, weights: Sequence[float], strength: float
) -> tuple[Head, list[Place]]:
    """Logistic regression; temperature by cross-validated likelihood; threshold for a promised precision of PRECISION.

    And the curve of what other thresholds keep.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    def model() -> Any:
        return LogisticRegression(C=strength, max_iter=300, tol=1e-3, class_weight="balanced")

    labels, sample = np.array(y), np.array(weights)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=SEED).split(x, labels))
    folds = folds if len(labels) < LARGE else folds[:1]
    held = np.vstack(
        [model().fit(x[a], labels[a], sample_weight=sample[a]).decision_function(x[b]) for a, b in folds],
    )
    final = model().fit(x, labels, sample_weight=sample)
    names = tuple(map(str, final.classes_))
    truth = np.array([names.index(label) for label in labels[np.concatenate([b for _, b in folds])]])
    temperature = _temperature(held, truth)
    places = curve(_softmax(held / temperature).max(axis=1), held.argmax(axis=1) == truth)
    weight, bias = np.asarray(final.coef_.T, np.float32), np.asarray(final.intercept_, np.float32)
    return Head(weight, bias, names, temperature, threshold(places, precision=PRECISION), encoder), places


def _softmax(logits: Any) -> Any:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _temperature(logits: Any, truth: Any) -> float:
    grid = np.geomspace(0.1, 3.0, 60)
    rows = np.arange(len(truth))
    losses = [-np.log(_softmax(logits / t)[rows, truth] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def score(probabilities: Floats, labels: Sequence[str], y: Sequence[str], *, least: float) -> dict[str, float]:
    guess = [labels[i] for i in probabilities.argmax(axis=1)]
    right = np.array([a == b for a, b in zip(guess, y, strict=True)])
    kept = probabilities.max(axis=1) >= least
    return {
        "texts": len(right),
        "accuracy": float(right.mean()),
        "macro_recall": macro_recall(y, guess),
        "ece": expected_calibration_error(probabilities.max(axis=1), right),
        "coverage": float(kept.mean()),
        "accuracy_where_kept": float(right[kept].mean()) if kept.any() else 0.0,
    }


def sentiment_head(encoder: Encoder, own: Sequence[dict[str, Any]], posts: Sequence[tuple[str, str]]) -> Head:
    x = encoder.encode([row["text"] for row in own] + [text for text, _ in posts])
    y = [row["sentiment"] for row in own] + [label for _, label in posts]
    weights = [AUTHORED_WEIGHT] * len(own) + [1.0] * len(posts)
    return fit(x, y, encoder=encoder.version, weights=weights, strength=3.0)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default=str(ROOT / "models" / "encoder"), help="model folder, or a name")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "heads")
    parser.add_argument("--corpora", type=Path, default=Settings.from_environment().corpora, help="public corpora")
    arguments = parser.parse_args()
    out, corpora = arguments.out, arguments.corpora
    out.mkdir(parents=True, exist_ok=True)
    encoder = open_encoder(arguments.encoder)
    own, gold = authored(ROOT / "corpora" / "training"), authored(ROOT / "corpora" / "gold")
    x_own, x_gold = (encoder.encode([row["text"] for row in rows]) for rows in (own, gold))
    scores: dict[str, dict[str, float]] = {}
    curves: dict[str, list[Place]] = {}

    def keep(name: str, fitted: tuple[Head, list[Place]], y: Sequence[str]) -> None:
        head, curves[name] = fitted
        head.save(out / f"{name}.npz")
        scores[f"{name} on gold"] = score(head.probabilities(x_gold), head.labels, y, least=head.threshold)

    mapped = public.intents(corpora, seed=SEED)
    x = np.vstack([x_own, encoder.encode([text for text, _ in mapped])])
    y = [row["intent"] for row in own] + [label for _, label in mapped]
    weights = [AUTHORED_WEIGHT] * len(own) + [1.0] * len(mapped)
    intent = fit(x, y, encoder=encoder.version, weights=weights, strength=10.0)
    keep("intent", intent, [row["intent"] for row in gold])
    beyond = encoder.encode(public.outside(corpora))
    outside.fit(x, y, encoder=encoder.version, beyond=beyond).save(out / "outside.npz")

    stage = fit(x_own, [r["stage"] for r in own], encoder=encoder.version, weights=[1.0] * len(own), strength=3.0)
    keep("stage", stage, [row["stage"] for row in gold])

    (out / "sentiment.npz").unlink(missing_ok=True)
    head = None
    if not getattr(encoder, "sentiment", False):
        head = sentiment_head(encoder, own, public.sentiments(corpora))
        head.save(out / "sentiment.npz")
    tests = {
        "gold": [(row["text"], row["sentiment"]) for row in gold],
        "semeval2017 2016test": public.sentiments(corpora, test=True),
    }
    for name, rows in tests.items():
        _, feelings = read(encoder, head, [text for text, _ in rows])
        scores[f"sentiment on {name}"] = score(feelings, SENTIMENTS, [label for _, label in rows], least=0.0)
    counts = {"authored_texts": len(own), "public_intent_texts": len(mapped)}
    _write_card(out / "card.toml", encoder.version, "head" if head else "encoder", counts, scores, curves)


def _write_card(
    path: Path,
    encoder: str,
    sentiment: str,
    counts: dict[str, int],
    scores: dict[str, dict[str, float]],
    curves: dict[str, list[Place]],
) -> None:
    lines = [
        "# Written by `python -m pipelines.training.heads`: heads on the encoder's embeddings, and their figures.",
        'name = "heads"',
        f'encoder = "{encoder}"',
        f'sentiment = "told by the {sentiment}"',
        f'machine = "{platform.machine()}, {platform.system()}"',
        f"seed = {SEED}",
        *(f"{name} = {count}" for name, count in counts.items()),
        'data = "authored; Banking77 CC-BY-4.0; CLINC150 CC-BY-3.0; MultiDoGO CDLA-Permissive-1.0"',
        'limits = "sentiment was also learnt from SemEval-2017 task 4 A, whose texts are for research"',
    ]
    for name, figures in scores.items():
        lines += ["", f'[scores."{name}"]', *(f"{key} = {value:.4g}" for key, value in figures.items())]
    for name, places in curves.items():
        lines += card_lines(name, places)
    lines += ["", "[sha256]", *(f'"{head.name}" = "{digest(head)}"' for head in sorted(path.parent.glob("*.npz")))]
    path.write_text("\n".join(lines) + "\n")
    print(path.read_text())


if __name__ == "__main__":
    main()
