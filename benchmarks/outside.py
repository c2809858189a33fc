"""Don't know: what lies outside the known intents, calibration, and promised precision, beside simpler ways and a peer.

`--validation` scores the parts that choices are made on, and writes nothing.
"""

import csv
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from benchmarks.heading import heading
from nlp.encoder import Encoder
from nlp.metrics import Interval, auc, expected_calibration_error, interval
from nlp.outside import OUTSIDE
from nlp.promise import Place, curve, threshold
from pipelines.corpora import located
from pipelines.encoders import open_encoder
from pipelines.settings import ROOT, Settings
from pipelines.training.checkpoint import CheckpointEncoder
from pipelines.training.encoder import base_folder
from pipelines.training.outside import fit

SEED = 7
SEEDS = (0, 1, 2)
ROUNDS = 300
PROMISES = (0.8, 0.9, 0.95, 0.98)
RESULT = ROOT / "benchmarks" / "results" / "outside.md"
Array = Any
Rows = list[tuple[str, str]]


def clinc(corpora: Path) -> dict[str, Rows]:
    data = json.loads((located("clinc150", corpora) / "data_full.json").read_text("utf-8"))
    return {part: [(text, label) for text, label in rows] for part, rows in data.items()}


def banking(corpora: Path) -> dict[str, Rows]:
    found = {}
    for part in ("train", "test"):
        with (located("banking77", corpora) / f"{part}.csv").open(encoding="utf-8") as file:
            found[part] = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    return found


@dataclass(frozen=True, slots=True)
class Part:
    x: Array
    y: Array


def encoded(encoder: Encoder, parts: dict[str, Rows]) -> dict[str, Part]:
    """Of the parts that are read; CLINC150's outside texts for training are not."""
    return {
        name: Part(encoder.encode([text for text, _ in rows]), np.array([label for _, label in rows]))
        for name, rows in parts.items()
        if name in ("train", "val", "test", "oos_val", "oos_test")
    }


@dataclass(frozen=True, slots=True)
class Head:
    """Softmax regression with the temperature and the curve of one held-out fifth of what it learnt from."""

    labels: Array
    weights: Array
    bias: Array
    temperature: float
    places: list[Place]

    @classmethod
    def fit(cls, part: Part) -> "Head":
        held = np.random.default_rng(SEED).random(len(part.y)) < 0.2
        labels, truth = np.unique(part.y, return_inverse=True)
        logits = cls.plain(Part(part.x[~held], part.y[~held])).logits(part.x[held])
        rows = np.arange(len(logits))

        def loss(power: float) -> float:
            return float(-np.log(softmax(logits / np.exp(power), axis=1)[rows, truth[held]] + 1e-12).mean())

        temperature = float(np.exp(minimize_scalar(loss, bounds=(-3, 2), method="bounded").x))
        places = curve(softmax(logits / temperature, axis=1).max(axis=1), logits.argmax(axis=1) == truth[held])
        return cls(labels, *_regression(part.x, part.y), temperature, places)

    @classmethod
    def plain(cls, part: Part) -> "Head":
        """At temperature 1, with no curve."""
        return cls(np.unique(part.y), *_regression(part.x, part.y), 1.0, [])

    def logits(self, x: Array) -> Array:
        return x @ self.weights + self.bias

    def right(self, part: Part) -> Array:
        return self.labels[self.logits(part.x).argmax(axis=1)] == part.y

    def confidence(self, x: Array, *, temperature: float | None = None) -> Array:
        return softmax(self.logits(x) / (temperature or self.temperature), axis=1).max(axis=1)


def _regression(x: Array, y: Array) -> tuple[Array, Array]:
    centre = x.mean(axis=0)
    model = LogisticRegression(C=30.0, max_iter=300, tol=1e-4).fit(x - centre, y)
    return model.coef_.T, model.intercept_ - centre @ model.coef_.T


def neighbours(known: Array, x: Array) -> Array:
    """Mean cosine to the ten nearest training texts."""
    parts = np.array_split(x, max(1, len(x) // 500))
    return np.concatenate([np.partition(part @ known.T, -10, axis=1)[:, -10:].mean(axis=1) for part in parts])


def ways(train: Part, head: Head, *, plain: bool) -> dict[str, Callable[[Array], Array]]:
    """Scores that grow with how far outside a text is."""
    found: dict[str, Callable[[Array], Array]] = {
        "max probability": lambda x: -head.confidence(x, temperature=1.0),
        "10 nearest texts": lambda x: -neighbours(train.x, x),
    }
    return found if plain else found | {"P(outside)": fit(train.x, list(train.y), encoder="").probability}


def shown(found: Interval | None, *, percent: bool = True) -> str:
    if found is None or np.isnan(found.value):
        return "-"
    scale = 100 if percent else 1
    return f"{scale * found.value:.1f} ({scale * found.low:.1f} to {scale * found.high:.1f})"


def figure(statistic: Callable[..., float], *columns: Array) -> str:
    return shown(interval(statistic, *columns, seed=SEED, rounds=ROUNDS))


def precision(outside: Array, score: Array) -> float:
    return float(average_precision_score(outside, score)) if outside.any() else float("nan")


def limit(score: Array, right: Array, *, accuracy: float) -> float | None:
    """The least limit under which `accuracy` of all these known texts are let through and guessed right."""
    order = np.argsort(score, kind="stable")
    share = np.cumsum(right[order]) / len(right)
    place = int(np.searchsorted(share, accuracy))
    return float(score[order][place]) if place < len(share) else None


def scope(name: str, head: Head, how: Callable[[Array], Array], parts: dict[str, Part], *, test: str) -> str:
    """One row: AUROC, AUPR, and recall where the limit lets 95 % of the validation part through and right."""
    known, strange = parts[test], parts[f"oos_{test}"]
    score = np.concatenate([how(known.x), how(strange.x)])
    outside = np.arange(len(score)) >= len(known.x)
    found = [name, figure(auc, outside, score), figure(precision, outside, score)]
    border = limit(how(parts["val"].x), head.right(parts["val"]), accuracy=0.95)
    if border is None:
        return row([*found, f"{100 * head.right(parts['val']).mean():.1f} without a limit", "-"])
    let = score[~outside] <= border
    return row([*found, figure(np.mean, let & head.right(known)), figure(np.mean, score[outside] > border)])


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def near(parts: dict[str, Part], *, test: str, plain: bool) -> dict[str, list[float]]:
    """AUROC of texts of held-out intents against texts of known ones, a figure a seed."""
    found: dict[str, list[float]] = {}
    names = np.unique(parts["train"].y)
    for seed in SEEDS:
        out = np.random.default_rng(seed).permutation(names)[: len(names) // 2]
        kept = ~np.isin(parts["train"].y, out)
        train = Part(parts["train"].x[kept], parts["train"].y[kept])
        for name, how in ways(train, Head.plain(train), plain=plain).items():
            found.setdefault(name, []).append(auc(np.isin(parts[test].y, out), how(parts[test].x)))
    return found


def calibration(name: str, head: Head, part: Part) -> str:
    right = head.right(part)
    before, after = (head.confidence(part.x, temperature=t) for t in (1.0, head.temperature))
    return row([name, figure(np.mean, right), *(figure(expected_calibration_error, c, right) for c in (before, after))])


def promised(name: str, head: Head, part: Part) -> list[str]:
    lines, right, confidence = [], head.right(part), head.confidence(part.x)
    for promise in PROMISES:
        kept = confidence >= threshold(head.places, precision=promise)
        lines.append(row([name, f"{100 * promise:.0f}", figure(np.mean, right[kept]), f"{100 * kept.mean():.1f}"]))
    return lines


def gated(head: Head, how: Callable[[Array], Array], known: Part, strange: Part) -> list[str]:
    """Precision of what is vouched for where outside texts come too, by the threshold alone and with the limit."""
    right = np.concatenate([head.right(known), np.zeros(len(strange.x), bool)])
    x = np.vstack([known.x, strange.x])
    sure, inside = head.confidence(x) >= threshold(head.places, precision=0.95), how(x) < OUTSIDE
    return [
        row([name, figure(np.mean, right[kept]), f"{100 * kept[: len(known.x)].mean():.1f}",
             f"{100 * (1 - kept[len(known.x) :].mean()):.1f}"])
        for name, kept in (("unsure", sure), ("unsure or outside", sure & inside))
    ]  # fmt: skip


def main() -> None:
    validation = "--validation" in sys.argv[1:]
    test = "val" if validation else "test"
    corpora = Settings.from_environment().corpora
    texts = {"clinc": clinc(corpora), "banking": banking(corpora)}
    if validation:
        draw = np.random.default_rng(SEED).random(len(texts["banking"]["train"])) < 0.2
        rows = texts["banking"]["train"]
        texts["banking"] = {
            "train": [r for r, held in zip(rows, draw, strict=True) if not held],
            "val": [r for r, held in zip(rows, draw, strict=True) if held],
        }
        texts["clinc"] = {part: rows for part, rows in texts["clinc"].items() if "test" not in part}
    ours = open_encoder(ROOT / "models" / "encoder", threads=1)
    lines: dict[str, list[str]] = {"scope": [], "near": [], "calibration": [], "promise": [], "gate": []}
    measure(lines, f"ours, {ours.version}", ours, texts, test=test)
    if validation:
        print(report(lines))
        return
    RESULT.write_text(report(lines))  # the peer takes its time
    peer = CheckpointEncoder(str(base_folder()), threads=2)
    measure(lines, "peer, all-MiniLM-L6-v2 in sentence-transformers", peer, texts, test=test, plain=True)
    RESULT.write_text(report(lines))
    print(RESULT.read_text())


def measure(
    lines: dict[str, list[str]],
    label: str,
    encoder: Encoder,
    texts: dict[str, dict[str, Rows]],
    *,
    test: str,
    plain: bool = False,
) -> None:
    """Add an encoder's rows to the tables; where `plain`, of the simpler ways alone."""
    parts, bank = encoded(encoder, texts["clinc"]), encoded(encoder, texts["banking"])
    head = Head.plain(parts["train"]) if plain else Head.fit(parts["train"])
    found = ways(parts["train"], head, plain=plain)
    lines["scope"] += [scope(f"{label}: {name}", head, how, parts, test=test) for name, how in found.items()]
    for name, figures in near(bank, test=test, plain=plain).items():
        each = ", ".join(f"{100 * value:.1f}" for value in figures)
        lines["near"].append(row([f"{label}: {name}", f"{100 * np.mean(figures):.1f}", each]))
    if plain:
        return
    for name, own, part in (
        ("CLINC150", head, parts[test]),
        ("Banking77", Head.fit(bank["train"]), bank[test]),
    ):
        lines["calibration"].append(calibration(name, own, part))
        lines["promise"] += promised(name, own, part)
    lines["gate"] += gated(head, found["P(outside)"], parts[test], parts[f"oos_{test}"])


def report(lines: dict[str, list[str]]) -> str:
    def table(head: str, rows: list[str]) -> str:
        return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *rows])

    peer = "" if any("peer" in line for line in lines["scope"]) else " The peer is not measured here."
    return f"""{heading("Don't know", command="python -m benchmarks.outside", seed=SEED)}
All in percent, with 95 % intervals over {ROUNDS} resamples of the test texts. Nothing was chosen or fitted on a test
part. Every way reads the same softmax regression of its encoder's embeddings, learnt from the training part. No outside
text is learnt from by any of them. Where an encoder was tuned on a corpus, its card says so.{peer}

## Outside of CLINC150
Test: 4,500 known and 1,000 outside questions. The limit is the one that lets 95 % of the known validation questions
through and right.

{table("| way | AUROC | AUPR | known: through and right | outside: found |", lines["scope"])}

## Near: half of the intents of Banking77 held out
Test questions of intents not learnt against those of intents learnt; seeds {", ".join(map(str, SEEDS))}.

{table("| way | AUROC, mean | each seed |", lines["near"])}

## Calibration, known intents
Expected calibration error over 15 equal bins, at temperature 1 and at the one fitted on a held-out fifth of the
training part.

{table("| test | accuracy | ECE before | ECE after |", lines["calibration"])}

## Promised precision, known intents
Thresholds from the held-out fifth; a threshold that keeps nothing shows as "-".

{table("| test | promised | kept on test | coverage |", lines["promise"])}

## Both, where outside questions come too
CLINC150 test with its outside questions, at the promise of 95: what is vouched for by the threshold alone, and with
P(outside) under {OUTSIDE}.

{table("| abstains where | right, of the vouched for | known: vouched for | outside: abstained |", lines["gate"])}
"""


if __name__ == "__main__":
    main()
