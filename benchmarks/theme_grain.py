"""How fine themes are: what stability counts beside distinctness, on parts of CLINC150 and MultiDoGO."""

import json
import random
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.heading import heading
from benchmarks.themes import DENSE, agreement, dense
from nlp.encoder import OnnxEncoder
from nlp.themes.discover import NEIGHBOURS, minimum_size
from nlp.themes.tree import WEIGHT, cuts, neighbours
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings
from pipelines.training.curriculum import CLINC_UNSEEN, MULTIDOGO_SEEN, MULTIDOGO_SHARED, VAGUE

SEED = 3
WEIGHTS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
FEW = 15
"""Texts an intent where there are few."""
FEWEST, MOST = 20, 200
"""Texts of one MultiDoGO intent."""
RESULT = ROOT / "benchmarks" / "results" / "theme-grain.md"
Texts = list[tuple[str, str]]


def clinc(corpora: Path, domains: tuple[str, ...]) -> Texts:
    folder = located("clinc150", corpora)
    of = json.loads((folder / "domains.json").read_text("utf-8"))
    wanted = {intent for domain in domains for intent in of[domain]}
    rows = json.loads((folder / "data_full.json").read_text("utf-8"))["train"]
    return [(text, label) for text, label in rows if label in wanted]


def drawn(texts: Texts, draw: random.Random, few: int | None = None) -> Texts:
    """`few` texts an intent; else 10 to 100, as many as a logarithmic scale deals out evenly."""
    of: dict[str, list[str]] = defaultdict(list)
    for text, label in texts:
        of[label].append(text)
    return [(t, label) for label in sorted(of) for t in draw.sample(of[label], few or int(10 * 10 ** draw.random()))]


def multidogo(corpora: Path, draw: random.Random) -> Texts:
    """What customers ask for in the domains that the encoder has not seen."""
    of: dict[str, set[str]] = defaultdict(set)
    for path in sorted(located("multidogo", corpora).glob("*.train.tsv")):
        domain = path.name.split(".")[0]
        if domain in MULTIDOGO_SEEN:
            continue
        for line in path.read_text("utf-8").split("\n")[1:]:
            cells = line.split("\t")
            if len(cells) >= 6 and cells[5].isalpha() and cells[5] not in (*VAGUE, *MULTIDOGO_SHARED):
                of[f"{domain} {cells[5]}"].add(cells[3])
    kept = {label: sorted(texts) for label, texts in sorted(of.items()) if len(texts) >= FEWEST}
    return [(text, label) for label, texts in kept.items() for text in draw.sample(texts, min(MOST, len(texts)))]


def tried(texts: Texts, encoder: OnnxEncoder) -> list[tuple[str, float]]:
    """For each weight a cell and the mean of its figures; of the cut nearest to the number of intents; of HDBSCAN."""
    embeddings, truth = encoder.encode([text for text, _ in texts]), [label for _, label in texts]
    found = list(cuts(embeddings, neighbours(embeddings, NEIGHBOURS), least=minimum_size(len(texts))))
    known = min(found, key=lambda cut: abs(len(set(cut.labels)) - len(set(truth))))
    cells: list[tuple[str, float]] = []
    chosen = [*(max(found, key=lambda cut: cut.merit(w)) for w in WEIGHTS), known]
    for labels in [*(cut.labels for cut in chosen), dense(embeddings)[0]]:
        agreed = agreement(truth, labels)
        figures = " / ".join(f"{figure:.1f}" for figure in agreed.values())
        cells.append(
            (f"{len(set(truth))}, {len(set(labels.tolist()))}: {figures}", float(np.mean(list(agreed.values()))))
        )
    return cells


def main() -> None:
    corpora, draw = Settings.from_environment().corpora, random.Random(SEED)
    encoder = OnnxEncoder(ROOT / "models" / "encoder", threads=1)
    three = clinc(corpora, CLINC_UNSEEN)
    sets = {
        "three domains of CLINC150, uneven": drawn(three, draw),
        "the same, few": drawn(three, draw, FEW),
        **{f"CLINC150 {domain}": clinc(corpora, (domain,)) for domain in CLINC_UNSEEN},
        "MultiDoGO": multidogo(corpora, draw),
    }
    columns = [tried(texts, encoder) for texts in sets.values()]
    lines = []
    for row, name in enumerate([*(f"{weight:.1f}" for weight in WEIGHTS), "number known", "UMAP and HDBSCAN"]):
        mark = "**" if name == f"{WEIGHT:.1f}" else ""
        cells = " | ".join(column[row][0] for column in columns)
        lines.append(f"| {mark}{name}{mark} | {cells} | {np.mean([column[row][1] for column in columns]):.1f} |")
    RESULT.write_text(
        f"""{heading("How fine themes are", command="python -m benchmarks.theme_grain", seed=SEED)}
Encoder {encoder.version}. A cut's merit is its distinctness times its stability to the power of a weight (0:
distinctness alone). Each cell: intents, themes found: ACC / NMI / ARI in percent, every text in its nearest theme,
before borders settle wholly. The texts are of domains that the encoder was not tuned on: {", ".join(CLINC_UNSEEN)} of
CLINC150 train; fast food and finance of MultiDoGO. The chosen weight is bold; then what the tree gives where the number
is known, and HDBSCAN over UMAP, with clusters of {DENSE} texts at least.

| weight | {" | ".join(sets)} | mean |
|---|{"---|" * (len(sets) + 1)}
{chr(10).join(lines)}
""",
        encoding="utf-8",
    )
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
