"""Which of equally good cuts themes are: the coarsest or that of most merit, on many draws of the tuning corpora."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.heading import heading
from benchmarks.theme_grain import FEW, Texts, among, drawn, of_all, orders_of, small_talk
from benchmarks.themes import agreement
from nlp.encoder import OnnxEncoder
from nlp.themes.density import crowded
from nlp.themes.discover import NEIGHBOURS, minimum_size, numbers
from nlp.themes.neighbours import neighbours
from nlp.themes.tree import ALIKE, chosen, cuts
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings
from pipelines.training.curriculum import CLINC_UNSEEN, clinc

SEEDS = (3, 11, 12, 13)
SLACKS = (0.0, 0.01, ALIKE, 0.03, 0.05)
RESULT = ROOT / "benchmarks" / "results" / "theme-cuts.md"


def draws(corpora: Path, seed: int) -> Iterator[tuple[str, Texts]]:
    """Each kind of texts that is drawn."""
    draw, three = random.Random(seed), clinc(corpora, CLINC_UNSEEN)
    uneven, orders = drawn(three, draw), orders_of(corpora, draw)
    talked = small_talk(corpora, draw, orders)
    yield "uneven", uneven
    yield "few", drawn(three, draw, FEW)
    yield "among others", among(corpora, draw, uneven)
    yield "MultiDoGO", orders
    yield "with small talk", talked
    rows = json.loads((located("clinc150", corpora) / "data_full.json").read_text("utf-8"))["oos_train"]
    fewer, turns = [pair for pair in uneven if draw.random() < 0.25], list(talked[len(orders) :])
    yield "few in noise", [*fewer, *((text, "") for text, _ in rows), *draw.sample(turns, len(fewer))]


def measured(texts: Texts, encoder: OnnxEncoder) -> list[tuple[float, float]]:
    """For each of SLACKS the mean of ACC, NMI and ARI in percent, and themes for one intent."""
    truth = [label for _, label in texts if label]
    told = [n for n, (_, label) in enumerate(texts) if label]
    embeddings = encoder.encode([text for text, _ in texts])
    fewest, most = numbers(len(embeddings))
    rows = crowded(embeddings, neighbours(embeddings, NEIGHBOURS), least=minimum_size(len(embeddings)))
    tried, found = list(cuts(embeddings[rows], fewest=fewest, most=most)), list[tuple[float, float]]()
    for slack in SLACKS:
        labels = of_all(embeddings, rows, chosen(tried, encoder.cohesion, alike=slack).labels)
        agreed = agreement(truth, labels[told]).values()
        found.append((float(np.mean(list(agreed))), len(set(labels.tolist())) / len(set(truth))))
    return found


def main() -> None:
    corpora, encoder = Settings.from_environment().corpora, OnnxEncoder(ROOT / "models" / "encoder", threads=1)
    told: dict[str, list[list[tuple[float, float]]]] = {}
    for seed in SEEDS:
        for kind, texts in draws(corpora, seed):
            told.setdefault(kind, []).append(measured(texts, encoder))
            print(seed, kind, told[kind][-1], flush=True)
    kinds = {**told, "all": [found for each in told.values() for found in each]}
    lines = [
        f"| {slack:.0%} | "
        + " | ".join(
            f"{np.mean([found[n][0] for found in each]):.1f}, {np.mean([found[n][1] for found in each]):.2f}"
            for each in kinds.values()
        )
        + " |"
        for n, slack in enumerate(SLACKS)
    ]
    RESULT.write_text(
        f"""{heading("Which of equally good cuts", command="python -m benchmarks.theme_cuts")}
Encoder {encoder.version}. {len(SEEDS)} draws of each kind (theme-grain.md) from CLINC150 train and MultiDoGO train, in
domains that the encoder was not tuned on; few in noise: a quarter of the uneven one among as many turns and all
questions without an intent. Each cell: mean of ACC, NMI and ARI in percent, themes for one intent. The coarsest cut is
taken whose merit is less than the best one's by so much; {ALIKE:.0%} is built in, chosen on these and like draws.

| less merit | {" | ".join(kinds)} |
|---|{"---|" * len(kinds)}
{chr(10).join(lines)}
""",
        encoding="utf-8",
    )
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
