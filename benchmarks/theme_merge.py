"""How near leaves must be to be one theme: agreement on parts of CLINC150 and MultiDoGO that tuned nothing."""

import json
import random
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.heading import heading
from benchmarks.themes import agreement
from nlp.encoder import OnnxEncoder
from nlp.themes import discover as discovery
from nlp.themes.assign import nearest
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings
from pipelines.training.curriculum import CLINC_UNSEEN, MULTIDOGO_SEEN, MULTIDOGO_SHARED, VAGUE

SEED = 3
VALUES = (0.55, 0.60, 0.65, 0.67, 0.69, 0.70, 0.75, 0.80)
FEWEST, MOST = 20, 200
"""Texts of one MultiDoGO intent."""
RESULT = ROOT / "benchmarks" / "results" / "theme-merge.md"
Texts = list[tuple[str, str]]


def clinc(corpora: Path) -> Texts:
    folder = located("clinc150", corpora)
    domains = json.loads((folder / "domains.json").read_text("utf-8"))
    unseen = {intent for domain in CLINC_UNSEEN for intent in domains[domain]}
    rows = json.loads((folder / "data_full.json").read_text("utf-8"))["train"]
    return [(text, label) for text, label in rows if label in unseen]


def skewed(texts: Texts, draw: random.Random) -> Texts:
    """10 to 100 texts an intent, as many as a logarithmic scale deals out evenly."""
    of: dict[str, list[str]] = defaultdict(list)
    for text, label in texts:
        of[label].append(text)
    return [(text, label) for label in sorted(of) for text in draw.sample(of[label], int(10 * 10 ** draw.random()))]


def multidogo(corpora: Path, draw: random.Random) -> Texts:
    """What customers ask for in the domains that the encoder has not seen."""
    of: dict[str, set[str]] = defaultdict(set)
    for path in sorted(located("multidogo", corpora).glob("*.train.tsv")):
        if path.name.split(".")[0] in MULTIDOGO_SEEN:
            continue
        for line in path.read_text("utf-8").split("\n")[1:]:
            cells = line.split("\t")
            if len(cells) >= 6 and cells[5].isalpha() and cells[5] not in (*VAGUE, *MULTIDOGO_SHARED):
                of[cells[5]].add(cells[3])
    kept = {label: sorted(texts) for label, texts in sorted(of.items()) if len(texts) >= FEWEST}
    return [(text, label) for label, texts in kept.items() for text in draw.sample(texts, min(MOST, len(texts)))]


def main() -> None:
    corpora, draw = Settings.from_environment().corpora, random.Random(SEED)
    encoder = OnnxEncoder(ROOT / "models" / "encoder", threads=2)
    even = clinc(corpora)
    sets = {"CLINC150": even, "CLINC150, uneven": skewed(even, draw), "MultiDoGO": multidogo(corpora, draw)}
    embeddings = {name: encoder.encode([text for text, _ in texts]) for name, texts in sets.items()}
    chosen, lines = discovery.MERGE, []
    for value in sorted({*VALUES, chosen}):
        discovery.MERGE = value
        cells, scores = [], []
        for name, texts in sets.items():
            found = discovery.discover(embeddings[name], seed=0)
            truth = [label for _, label in texts]
            agreed = agreement(truth, nearest(embeddings[name], found.centroids)[0])
            scores.append(np.mean(list(agreed.values())))
            figures = " / ".join(f"{figure:.1f}" for figure in agreed.values())
            cells.append(f"{len(set(truth))}, {len(found.centroids)}: {figures}")
        mark = "**" if value == chosen else ""
        lines.append(f"| {mark}{value:.2f}{mark} | {' | '.join(cells)} | {np.mean(scores):.1f} |")
        print(lines[-1], flush=True)
    RESULT.write_text(
        f"""{heading("When leaves are one theme", command="python -m benchmarks.theme_merge", seed=SEED)}
Encoder {encoder.version}. Each cell: intents, themes found: ACC / NMI / ARI in percent, every text in its nearest
theme. The texts are of domains that the encoder was not tuned on: {", ".join(CLINC_UNSEEN)} of CLINC150 train; fast
food and finance of MultiDoGO. The chosen value is bold. Values within half a point of the best are taken for equal;
among these a finer one was chosen after a look at the sample: a theme of two troubles is worse for its readers than a
trouble in two themes.

| merged from | {" | ".join(sets)} | mean |
|---|---|---|---|---|
{chr(10).join(lines)}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
