"""Themes against labelled corpora: agreement with intents beside peers, texts left out, stability, seconds.

With --base the rows of the untuned encoder alone, into the result as it is.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.heading import commit, heading, processor
from nlp.encoder import Encoder, Floats, OnnxEncoder
from nlp.themes.assign import Assigner, Places, nearest
from nlp.themes.discover import Discovery, discover
from nlp.themes.tree import centroids
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings

SEED = 0
RESULT = ROOT / "benchmarks" / "results" / "themes.md"
PEER = ROOT / "benchmarks" / "peers_bertopic.py"
OURS, UNTUNED = "Frictionary", "untuned"
NOTE = f"Rows of the {UNTUNED} encoder"
BERTOPIC = "BERTOPIC_PYTHON"
"""Names the Python of an environment that holds BERTopic."""
DENSE = 15
"""The fewest texts of an HDBSCAN cluster."""
Labels = Sequence[Any] | Places


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts to be clustered, with the number of their intents and the figures that labels of them get."""

    name: str
    texts: Sequence[str]
    embeddings: Floats
    intents: int
    score: Callable[[Labels], dict[str, float]]


def agreement(truth: Sequence[str], found: Labels) -> dict[str, float]:
    """ACC (one to one, by the Hungarian method), NMI (arithmetic mean) and ARI, in percent."""
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(truth, found)
    rows, columns = linear_sum_assignment(-table)
    scores = table[rows, columns].sum() / len(truth), normalized_mutual_info_score(truth, found)
    return dict(
        zip(("ACC", "NMI", "ARI"), (100 * s for s in (*scores, adjusted_rand_score(truth, found))), strict=True)
    )


def induction(corpora: Path, encoder: Encoder) -> Corpus:
    """DSTC11 track 2: clusters of the pool teach a logistic regression, which labels the test utterances."""
    folder = located("intent_induction", corpora)
    pool, test = (
        [json.loads(line) for line in (folder / f"banking.{part}.jsonl").open(encoding="utf-8")]
        for part in ("pool", "test")
    )
    texts, gold = [row["utterance"] for row in pool], [row["intent"] for row in test]
    embeddings, asked = encoder.encode(texts), encoder.encode([row["utterance"] for row in test])

    def score(labels: Labels) -> dict[str, float]:
        from sklearn.linear_model import LogisticRegression

        return agreement(gold, LogisticRegression(C=1.0, max_iter=1000).fit(embeddings, labels).predict(asked))

    return Corpus("intent_induction", texts, embeddings, len(set(gold)), score)


def banking77(corpora: Path, encoder: Encoder) -> Corpus:
    with (located("banking77", corpora) / "test.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts, gold = [row["text"] for row in rows], [row["category"] for row in rows]
    return Corpus("Banking77 test", texts, encoder.encode(texts), len(set(gold)), lambda found: agreement(gold, found))


def ours(corpus: Corpus) -> tuple[str, Discovery]:
    start = time.perf_counter()
    found = discover(corpus.embeddings, seed=SEED)
    seconds = time.perf_counter() - start
    names = tuple(map(str, range(len(found.centroids))))
    served = Assigner.from_bytes(Assigner(found.centroids, found.thresholds, names).to_bytes())
    again = served.assign(corpus.embeddings)[0]
    fit = [None if label is None else str(label) for label in found.labels]
    same = 100 * float(np.mean([a == b for a, b in zip(fit, again, strict=True)]))
    left_out = 100 * fit.count(None) / len(fit)
    labels = nearest(corpus.embeddings, found.centroids)[0]
    return line(corpus, OURS, labels, left_out, seconds, f"{same:.1f} %"), found


def peers(corpus: Corpus) -> Iterator[str]:
    """KMeans, told the number of intents; UMAP and HDBSCAN, every text in its nearest cluster; BERTopic, its outliers
    as one topic more."""
    from sklearn.cluster import KMeans

    start = time.perf_counter()
    labels = KMeans(corpus.intents, n_init=3, random_state=SEED).fit_predict(corpus.embeddings)
    yield line(corpus, "KMeans, number known", labels, 0.0, time.perf_counter() - start)
    start = time.perf_counter()
    placed, noise = dense(corpus.embeddings)
    seconds = time.perf_counter() - start
    yield line(corpus, "UMAP and HDBSCAN", placed, 100 * noise, seconds)
    if python := os.environ.get(BERTOPIC):
        topics, seconds = bertopic(python, corpus)
        yield line(corpus, "BERTopic, defaults", topics, 100 * float((topics < 0).mean()), seconds)


def dense(embeddings: Floats) -> tuple[Places, float]:
    """The nearest of HDBSCAN's clusters over UMAP for each text, and the share that HDBSCAN calls noise."""
    import umap
    from sklearn.cluster import HDBSCAN

    low = umap.UMAP(n_components=10, min_dist=0.0, metric="cosine", random_state=SEED, n_jobs=1)
    found = HDBSCAN(min_cluster_size=DENSE, copy=True).fit_predict(low.fit_transform(embeddings)).astype(np.intp)
    return nearest(embeddings, centroids(embeddings, found))[0], float((found < 0).mean())


def bertopic(python: str, corpus: Corpus) -> tuple[Places, float]:
    with TemporaryDirectory() as folder:
        texts, vectors, out = (str(Path(folder) / name) for name in ("texts.json", "vectors.npy", "out.json"))
        Path(texts).write_text(json.dumps(corpus.texts), "utf-8")
        np.save(vectors, corpus.embeddings)
        subprocess.run([python, str(PEER), texts, vectors, out], check=True, cwd=folder)
        found = json.loads(Path(out).read_text("utf-8"))
    return np.array(found["topics"], np.intp), found["seconds"]


def line(corpus: Corpus, by: str, labels: Labels, left_out: float, seconds: float, served: str = "") -> str:
    scores = " / ".join(f"{figure:.1f}" for figure in corpus.score(labels).values())
    found = len(set(np.asarray(labels).tolist()) - {-1})
    told = f"{scores} | {left_out:.1f} % | {served} | {seconds:.0f}"
    return f"| {corpus.name} | {by} | {corpus.intents}, {found} | {told} |"


def stability(corpus: Corpus, found: Discovery) -> str:
    """Another seed, nine tenths and half of the texts, each against the whole."""
    from sklearn.metrics import adjusted_rand_score

    random, count = np.random.default_rng(SEED), len(corpus.texts)
    whole = nearest(corpus.embeddings, found.centroids)[0]

    def again(rows: Places, seed: int = SEED) -> tuple[float, int]:
        other = discover(corpus.embeddings[rows], seed=seed)
        labels = nearest(corpus.embeddings[rows], other.centroids)[0]
        return adjusted_rand_score(whole[rows], labels), len(other.centroids)

    seed = again(np.arange(count), SEED + 1)[0]
    most = [again(np.sort(random.choice(count, int(0.9 * count), replace=False))) for _ in range(3)]
    halves = [again(np.sort(random.choice(count, count // 2, replace=False)))[1] for _ in range(2)]
    parts = ", ".join(f"{ari:.3f} ({k})" for ari, k in most)
    return f"| {corpus.name} | {seed:.3f} | {len(whole)}: {len(found.centroids)} | {parts} | {halves[0]}, {halves[1]} |"


def main() -> None:
    corpora = Settings.from_environment().corpora
    if "--base" in sys.argv:
        base(corpora)
        return
    encoder = OnnxEncoder(ROOT / "models" / "encoder", threads=2)
    discover(encoder.encode([f"warming up {n}" for n in range(60)]))  # numba compiles at the first call
    lines: list[str] = []
    stable: list[str] = []
    for corpus in (induction(corpora, encoder), banking77(corpora, encoder)):
        own, found = ours(corpus)
        lines += [own, *peers(corpus)]
        stable.append(stability(corpus, found))
        print(*lines, stable[-1], sep="\n", flush=True)
    RESULT.write_text(page("\n".join(lines), "\n".join(stable), encoder.version), encoding="utf-8")


def base(corpora: Path) -> None:
    """The rows of the untuned encoder into the result as it is, each after that of the shipped one."""
    here = f"| {OURS}, {UNTUNED} |"
    told = [text for text in RESULT.read_text("utf-8").splitlines() if here not in text]
    for corpus in untuned(corpora):
        at = next(n for n, text in enumerate(told) if text.startswith(f"| {corpus.name} | {OURS} |"))
        told.insert(at + 1, ours(corpus)[0].replace(f"| {OURS} |", here))
        print(told[at], told[at + 1], sep="\n", flush=True)
    told = [text for text in told if not text.startswith(NOTE)]
    told.insert(
        told.index("## Stability"), f"{NOTE}: `python -m benchmarks.themes --base`, commit {commit()}, {processor()}.\n"
    )
    RESULT.write_text("\n".join(told) + "\n", encoding="utf-8")


def untuned(corpora: Path) -> Iterator[Corpus]:
    from pipelines.training.checkpoint import CheckpointEncoder
    from pipelines.training.encoder import base_folder

    base = CheckpointEncoder(str(base_folder()), threads=2)
    yield induction(corpora, base)
    yield banking77(corpora, base)


def page(lines: str, stable: str, version: str) -> str:
    peer = "" if os.environ.get(BERTOPIC) else f" BERTopic was not measured: {BERTOPIC} names no Python that has it."
    return f"""{heading("Themes against labelled corpora", command="python -m benchmarks.themes", seed=SEED)}
Encoder {version}, tuned on neither corpus, for all rows but those said to be untuned, all-MiniLM-L6-v2. One
configuration for all, chosen on CLINC150 train and MultiDoGO (theme-grain.md); but how few themes are tried, 0.45 times
the square root of the texts, is a choice of the product, which costs on sets of few intents. ACC / NMI / ARI in
percent, every text in its nearest theme; "left out" is the share that the thresholds would leave in no theme; "served
as fitted" the share of texts to which the saved artefact gives the theme of the fit. Encoding is not in the
seconds.{peer}

| corpus | by | intents, found | ACC / NMI / ARI | left out | served as fitted | seconds |
|---|---|---|---|---|---|---|
{lines}

intent_induction: the pool is clustered, its clusters teach a logistic regression (C = 1) on the frozen embeddings, and
that labels the 407 test utterances. Banking77 test is clustered and scored on itself.

## Stability
Adjusted Rand index between the themes of all texts and those of another seed, which draws another map alone; of three
samples of nine tenths, on the texts that both have (in brackets the number of themes); and the number of themes of two
samples of half the texts.

| corpus | another seed | texts: themes | nine tenths | half: themes |
|---|---|---|---|---|
{stable}
"""


if __name__ == "__main__":
    main()
