"""Which of equally good cuts themes are: the coarsest or that of most merit, on many draws of the tuning corpora; and
which come back in nine tenths of the texts."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.heading import heading
from benchmarks.theme_grain import FEW, Texts, among, drawn, of_all, orders_of, small_talk
from benchmarks.themes import agreement
from nlp.encoder import Floats, OnnxEncoder
from nlp.themes.assign import Places
from nlp.themes.density import crowded
from nlp.themes.discover import NEIGHBOURS, minimum_size, numbers
from nlp.themes.neighbours import neighbours
from nlp.themes.tree import ALIKE, chosen, cuts
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings
from pipelines.training.curriculum import CLINC_UNSEEN, clinc

SEEDS = (3, 11, 12, 13)
SLACKS = (0.0, 0.01, 0.02, ALIKE, 0.05)
SHARE = 0.9
"""Of the texts, in which themes are found again."""
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


def labelled(embeddings: Floats, cohesion: float | None) -> list[Places]:
    """For each of SLACKS every text's theme."""
    fewest, most = numbers(len(embeddings))
    rows = crowded(embeddings, neighbours(embeddings, NEIGHBOURS), least=minimum_size(len(embeddings)))
    tried = list(cuts(embeddings[rows], fewest=fewest, most=most))
    return [of_all(embeddings, rows, chosen(tried, cohesion, alike=slack).labels) for slack in SLACKS]


def measured(texts: Texts, encoder: OnnxEncoder, seed: int) -> list[tuple[float, float, float]]:
    """For each of SLACKS the mean of ACC, NMI and ARI in percent, themes for one intent, and the adjusted Rand index of
    the themes that are found again among some of the texts."""
    from sklearn.metrics import adjusted_rand_score

    truth = [label for _, label in texts if label]
    told = [n for n, (_, label) in enumerate(texts) if label]
    embeddings = encoder.encode([text for text, _ in texts])
    count = len(embeddings)
    some = np.sort(np.random.default_rng(seed).choice(count, int(SHARE * count), replace=False))
    found = list[tuple[float, float, float]]()
    for labels, again in zip(
        labelled(embeddings, encoder.cohesion), labelled(embeddings[some], encoder.cohesion), strict=True
    ):
        agreed = float(np.mean(list(agreement(truth, labels[told]).values())))
        many = len(set(labels.tolist())) / len(set(truth))
        found.append((agreed, many, float(adjusted_rand_score(labels[some], again))))
    return found


def main() -> None:
    corpora, encoder = Settings.from_environment().corpora, OnnxEncoder(ROOT / "models" / "encoder", threads=1)
    told: dict[str, list[list[tuple[float, float, float]]]] = {}
    for seed in SEEDS:
        for kind, texts in draws(corpora, seed):
            told.setdefault(kind, []).append(measured(texts, encoder, seed))
            print(seed, kind, told[kind][-1], flush=True)
    kinds = {**told, "all": [found for each in told.values() for found in each]}
    lines = [
        f"| {slack:.0%} | "
        + " | ".join(
            "{:.1f}, {:.2f}, {:.2f}".format(*np.mean([found[n] for found in each], axis=0)) for each in kinds.values()
        )
        + " |"
        for n, slack in enumerate(SLACKS)
    ]
    RESULT.write_text(
        f"""{heading("Which of equally good cuts", command="python -m benchmarks.theme_cuts")}
Encoder {encoder.version}. {len(SEEDS)} draws of each kind (theme-grain.md) from CLINC150 train and MultiDoGO train, in
domains that the encoder was not tuned on; few in noise: a quarter of the uneven one among as many turns and all
questions without an intent. Each cell: mean of ACC, NMI and ARI in percent, themes for one intent, and the adjusted
Rand index of the themes found again in nine tenths of the texts. The coarsest cut is taken whose merit is less than the
best one's by so much; {ALIKE:.0%} is built in, chosen on these and like draws.

| less merit | {" | ".join(kinds)} |
|---|{"---|" * len(kinds)}
{chr(10).join(lines)}
""",
        encoding="utf-8",
    )
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
