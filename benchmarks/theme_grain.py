"""How fine themes are, and which texts shape them: on parts of CLINC150 and MultiDoGO, alone and among other texts."""

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.heading import heading
from benchmarks.themes import DENSE, SIZES, agreement, bertopic, dense
from nlp.encoder import Floats, OnnxEncoder
from nlp.themes.assign import Places, nearest
from nlp.themes.density import crowded
from nlp.themes.discover import NEIGHBOURS, minimum_size, numbers
from nlp.themes.neighbours import neighbours
from nlp.themes.tree import Cut, centroids, chosen, cuts
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings
from pipelines.training.curriculum import CLINC_UNSEEN, MULTIDOGO_SEEN, VAGUE, clinc, multidogo

SEED = 3
FEW = 15
"""Texts an intent where there are few."""
MOST = 200
"""Texts of one MultiDoGO intent."""
RESULT = ROOT / "benchmarks" / "results" / "theme-grain.md"
Texts = Sequence[tuple[str, str]]
"""With their intent, "" for those that only lie between."""


def drawn(texts: Texts, draw: random.Random, few: int | None = None) -> Texts:
    """`few` texts an intent; else 10 to 100, as many as a logarithmic scale deals out evenly."""
    of: dict[str, list[str]] = defaultdict(list)
    for text, label in texts:
        of[label].append(text)
    return [(t, label) for label in sorted(of) for t in draw.sample(of[label], few or int(10 * 10 ** draw.random()))]


def orders_of(corpora: Path, draw: random.Random) -> Texts:
    """What customers ask for in the domains of MultiDoGO that the encoder has not seen."""
    kept = multidogo(corpora, seen=False)
    return [(text, label) for label, texts in kept.items() for text in draw.sample(texts, min(MOST, len(texts)))]


def among(corpora: Path, draw: random.Random, texts: Texts) -> Texts:
    """With one to five texts of each other intent of CLINC150, and those that it has no intent for."""
    rows = json.loads((located("clinc150", corpora) / "data_full.json").read_text("utf-8"))
    own, of = {label for _, label in texts}, defaultdict[str, list[str]](list)
    for text, label in rows["train"]:
        if label not in own:
            of[label].append(text)
    others = [text for label in sorted(of) for text in draw.sample(of[label], draw.randint(1, 5))]
    return [*texts, *((text, "") for text in others + [text for text, _ in rows["oos_train"]])]


def small_talk(corpora: Path, draw: random.Random, texts: Texts) -> Texts:
    """With two thirds as many turns of the same domains that ask for nothing by themselves."""
    turns: set[str] = set()
    for path in sorted(located("multidogo", corpora).glob("*.train.tsv")):
        if path.name.split(".")[0] not in MULTIDOGO_SEEN:
            lines = [line.split("\t") for line in path.read_text("utf-8").split("\n")[1:]]
            turns |= {cells[3] for cells in lines if len(cells) >= 6 and cells[5] in VAGUE}
    return [*texts, *((text, "") for text in draw.sample(sorted(turns), min(len(turns), len(texts) * 2 // 3)))]


def of_all(embeddings: Floats, rows: Places, labels: Places) -> Places:
    """Each text's theme, where `rows` have shaped them."""
    shaped = np.full(len(embeddings), -1, np.intp)
    shaped[rows] = labels
    return nearest(embeddings, centroids(embeddings, shaped))[0]


def ways(said: Sequence[str], embeddings: Floats, intents: int, cohesion: float | None) -> dict[str, Places]:
    """Labels of all texts in each way that a line of the table tells."""
    every, (fewest, most) = np.arange(len(embeddings)), numbers(len(embeddings))
    rows = crowded(embeddings, neighbours(embeddings, NEIGHBOURS), least=minimum_size(len(embeddings)))

    def settled(rows: Places, cut: Cut) -> Places:
        return of_all(embeddings, rows, cut.labels)

    tried, all_tried = (list(cuts(embeddings[r], fewest=fewest, most=most)) for r in (rows, every))
    known = min(tried, key=lambda cut: abs(len(set(cut.labels)) - intents))
    return {
        "**Frictionary**": settled(rows, chosen(tried, cohesion)),
        "nobody left out": settled(every, chosen(all_tried, cohesion)),
        "without cohesion": settled(rows, chosen(tried)),
        "of most merit": settled(rows, chosen(tried, cohesion, alike=0.0)),
        "distinctness alone": settled(rows, max(tried, key=lambda cut: cut.distinct)),
        "stability alone": settled(rows, max(tried, key=lambda cut: cut.stable)),
        "number known": settled(rows, known),
        "UMAP and HDBSCAN": dense(embeddings)[0],
        **{
            f"BERTopic, topics of {size}" if size else "BERTopic, defaults": topics
            for size, (topics, _) in bertopic(said, embeddings, *SIZES).items()
        },
    }


def measured(texts: Texts, encoder: OnnxEncoder) -> dict[str, tuple[str, float]]:
    """For each way a cell, and the mean of its figures, of the texts with an intent."""
    truth = [label for _, label in texts if label]
    told = [n for n, (_, label) in enumerate(texts) if label]
    cells: dict[str, tuple[str, float]] = {}
    said = [text for text, _ in texts]
    for name, labels in ways(said, encoder.encode(said), len(set(truth)), encoder.cohesion).items():
        agreed = agreement(truth, labels[told])
        figures = " / ".join(f"{figure:.1f}" for figure in agreed.values())
        found = f"{len(set(truth))}, {len(set(labels.tolist()))}"
        cells[name] = f"{found}: {figures}", float(np.mean(list(agreed.values())))
    return cells


def main() -> None:
    corpora, draw = Settings.from_environment().corpora, random.Random(SEED)
    encoder = OnnxEncoder(ROOT / "models" / "encoder", threads=1)
    three = clinc(corpora, CLINC_UNSEEN)
    uneven, orders = drawn(three, draw), orders_of(corpora, draw)
    sets = {
        "three domains of CLINC150, uneven": uneven,
        "the same, few": drawn(three, draw, FEW),
        "the first, among others": among(corpora, draw, uneven),
        **{f"CLINC150 {domain}": clinc(corpora, (domain,)) for domain in CLINC_UNSEEN},
        "MultiDoGO": orders,
        "the same, with small talk": small_talk(corpora, draw, orders),
    }
    columns = [measured(texts, encoder) for texts in sets.values()]
    lines = [
        f"| {name} | {' | '.join(c[name][0] for c in columns)} | {np.mean([c[name][1] for c in columns]):.1f} |"
        for name in columns[0]
    ]
    RESULT.write_text(
        f"""{heading("How fine themes are", command="python -m benchmarks.theme_grain", seed=SEED)}
Encoder {encoder.version}. Each cell: intents, themes found: ACC / NMI / ARI in percent, every text in its nearest
theme, before borders settle wholly. The texts are of domains that the encoder was not tuned on:
{", ".join(CLINC_UNSEEN)} of CLINC150 train; fast food and finance of MultiDoGO. Texts among others: those others help
to find the themes, and are not scored. Chosen by this table: that texts in no crowd shape no theme, the merit of a cut
(distinctness times stability), over how many cuts it is averaged, and how much looser than intents no theme may be. How
much less merit a coarser cut may have: theme-cuts.md.

| way | {" | ".join(sets)} | mean |
|---|{"---|" * (len(sets) + 1)}
{chr(10).join(lines)}

Frictionary: what is built in. Nobody left out: all texts shape themes. Without cohesion: as for an encoder whose card
does not tell it. Of most merit: not the coarsest of cuts of about as much. Distinctness, stability alone: the merit of
a cut. Number known: the cut nearest to the number of intents. UMAP and HDBSCAN: clusters of {DENSE} texts at least.
BERTopic, topics of so many texts at least: with a seed, outliers put into the nearest topic.
""",
        encoding="utf-8",
    )
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
