"""Heads on an encoder's embeddings: intent, stage, effort, leaving, sentiment where it tells none; scored on gold."""

import argparse
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax

from nlp.encoder import Encoder, Floats
from nlp.head import Head
from nlp.metrics import auc, expected_calibration_error, f1, macro_recall
from nlp.promise import Place, curve, threshold
from nlp.reasons import LEARNT, NO, YES
from nlp.sentiment import read
from nlp.signal import SENTIMENTS
from pipelines.corpora import digest
from pipelines.encoders import open_encoder
from pipelines.settings import ROOT, Settings
from pipelines.training import outside, public
from pipelines.training.authored import AUTHORED_WEIGHT, authored, split
from pipelines.training.promised import card_lines
from pipelines.training.temperature import temperature

SEED = 7
PRECISION = 0.75
"""Share of right guesses that an intent head promises of those that it vouches for."""
STRENGTH = 3.0
"""Inverse weight of the penalty on large coefficients; chosen on the held-out texts."""
THRESHOLDS = (0.35, 0.4, 0.45, 0.5)
"""Probabilities from which effort and leaving may be told; what is told under them is mostly wrong."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Embeddings float32 (n, d), their labels, and how much each counts."""

    x: Floats
    y: Sequence[str]
    weights: Sequence[float]


def fit(learnt: Examples, held: Examples, *, encoder: str, strength: float) -> tuple[Head, list[Place]]:
    """Logistic regression; and by the texts `held` out, temperature, a threshold that promises PRECISION, the curve.

    What is held out must be new to the encoder too: texts that it was tuned on lie better than new ones.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
    model.fit(learnt.x, np.array(learnt.y), sample_weight=np.array(learnt.weights))
    names = tuple(map(str, model.classes_))
    slopes, offsets = model.coef_, model.intercept_
    if len(names) == 2:  # scikit-learn keeps the second class alone
        slopes, offsets = np.vstack([-slopes, slopes]) / 2, np.hstack([-offsets, offsets]) / 2
    logits, truth = held.x @ slopes.T + offsets, np.array([names.index(label) for label in held.y])
    divisor = temperature(logits, truth)
    places = curve(softmax(logits / divisor, axis=1).max(axis=1), logits.argmax(axis=1) == truth)
    weight, bias = np.asarray(slopes.T, np.float32), np.asarray(offsets, np.float32)
    return Head(weight, bias, names, divisor, threshold(places, precision=PRECISION), encoder), places


def fit_reason(learnt: Examples, held: Examples, *, encoder: str) -> Head:
    """A head with the labels YES and NO, its threshold the one of the best F1 on the texts `held` out.

    Classes are not weighted: that ranks no better, and rare ones would be told too often.
    """
    head, _ = fit(learnt, held, encoder=encoder, strength=STRENGTH)
    return replace(head, threshold=told_from(head, held))


def told_from(head: Head, held: Examples) -> float:
    likely, truth = head.likelihood(held.x, YES), np.array(held.y) == YES
    return max(THRESHOLDS, key=lambda least: f1(truth, likely >= least))


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


def score_reason(head: Head, asked: Examples) -> dict[str, float]:
    likely, truth = head.likelihood(asked.x, YES), np.array(asked.y) == YES
    told = likely >= head.threshold
    return {
        "texts": len(truth),
        "precision": float(truth[told].mean()) if told.any() else 0.0,
        "recall": float(told[truth].mean()),
        "f1": f1(truth, told),
        "auc": auc(truth, likely),
        "ece": expected_calibration_error(likely, truth),
    }


def labelled(rows: Sequence[dict[str, Any]], x: Floats, reason: str) -> Examples:
    """The rows whose author says whether they show the reason."""
    told = [n for n, row in enumerate(rows) if reason in row]
    return Examples(x[told], [YES if rows[n][reason] else NO for n in told], [1.0] * len(told))


def own_examples(encoder: Encoder) -> tuple[list[dict[str, Any]], Floats, list[dict[str, Any]], Floats]:
    """The authored texts that are learnt, and those held out, each with its embeddings."""
    learnt, held = split(authored(ROOT / "corpora" / "training"))
    x = encoder.encode([row["text"] for row in (*learnt, *held)])
    return learnt, x[: len(learnt)], held, x[len(learnt) :]


def sentiment_head(encoder: Encoder, posts: Sequence[tuple[str, str]]) -> Head:
    """For an encoder that tells no sentiment itself."""
    learnt, x, held, x_held = own_examples(encoder)
    told = Examples(
        np.vstack([x, encoder.encode([text for text, _ in posts])]),
        [row["sentiment"] for row in learnt] + [label for _, label in posts],
        [AUTHORED_WEIGHT] * len(learnt) + [1.0] * len(posts),
    )
    asked = Examples(x_held, [row["sentiment"] for row in held], [1.0] * len(held))
    return fit(told, asked, encoder=encoder.version, strength=STRENGTH)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default=str(ROOT / "models" / "encoder"), help="model folder, or a name")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "heads")
    parser.add_argument("--corpora", type=Path, default=Settings.from_environment().corpora, help="public corpora")
    arguments = parser.parse_args()
    out, corpora = arguments.out, arguments.corpora
    out.mkdir(parents=True, exist_ok=True)
    encoder = open_encoder(arguments.encoder)
    learnt, x, held, x_held = own_examples(encoder)
    gold = authored(ROOT / "corpora" / "gold")
    x_gold = encoder.encode([row["text"] for row in gold])
    scores: dict[str, dict[str, float]] = {}
    curves: dict[str, list[Place]] = {}

    def keep(name: str, told: Examples) -> None:
        asked = Examples(x_held, [row[name] for row in held], [1.0] * len(held))
        head, curves[name] = fit(told, asked, encoder=encoder.version, strength=STRENGTH)
        head.save(out / f"{name}.npz")
        for where, place, rows in (("held out", x_held, held), ("gold", x_gold, gold)):
            y = [row[name] for row in rows]
            scores[f"{name} on {where}"] = score(head.probabilities(place), head.labels, y, least=head.threshold)

    mapped = public.intents(corpora, seed=SEED)
    wants = Examples(
        np.vstack([x, encoder.encode([text for text, _ in mapped])]),
        [row["intent"] for row in learnt] + [label for _, label in mapped],
        [AUTHORED_WEIGHT] * len(learnt) + [1.0] * len(mapped),
    )
    keep("intent", wants)
    keep("stage", Examples(x, [row["stage"] for row in learnt], [1.0] * len(learnt)))
    probes = [row for row in authored(ROOT / "corpora" / "probes") if row.get("half") == "report"]
    x_probes = encoder.encode([row["text"] for row in probes])
    for reason in LEARNT:
        head = fit_reason(labelled(learnt, x, reason), labelled(held, x_held, reason), encoder=encoder.version)
        head.save(out / f"{reason}.npz")
        for where, place, own in (("held out", x_held, held), ("gold", x_gold, gold), ("probes", x_probes, probes)):
            scores[f"{reason} on {where}"] = score_reason(head, labelled(own, place, reason))
    beyond, fresh = encoder.encode(public.outside(corpora)), (x_held, [row["intent"] for row in held])
    outside.fit(wants.x, wants.y, encoder=encoder.version, beyond=beyond, fresh=fresh).save(out / "outside.npz")

    (out / "sentiment.npz").unlink(missing_ok=True)
    feeling = None
    if not getattr(encoder, "sentiment", False):
        feeling = sentiment_head(encoder, public.sentiments(corpora))
        feeling.save(out / "sentiment.npz")
    tests = {
        "held out": [(row["text"], row["sentiment"]) for row in held],
        "gold": [(row["text"], row["sentiment"]) for row in gold],
        "semeval2017 2016test": public.sentiments(corpora, test=True),
    }
    for name, rows in tests.items():
        _, feelings = read(encoder, feeling, [text for text, _ in rows])
        scores[f"sentiment on {name}"] = score(feelings, SENTIMENTS, [label for _, label in rows], least=0.0)
    counts = {"authored_texts": len(learnt), "held_out_texts": len(held), "public_intent_texts": len(mapped)}
    _write_card(out / "card.toml", encoder.version, "head" if feeling else "encoder", counts, scores, curves)


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
