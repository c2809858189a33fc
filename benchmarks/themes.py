"""Themes against labelled corpora, with the shipped encoder and the untuned one: agreement with intents beside peers,
texts left out, stability, seconds."""

import csv
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.heading import heading
from benchmarks.theme_sample import segments
from nlp.encoder import Encoder, Floats, cohesion_of
from nlp.themes.assign import Assigner, Places, nearest
from nlp.themes.discover import Discovery, discover
from nlp.themes.tree import centroids
from pipelines.annotate import Annotator
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings

SEED, SEEDS = 0, 10
RESULT = ROOT / "benchmarks" / "results" / "themes.md"
PEER = ROOT / "benchmarks" / "peers_bertopic.py"
SHIPPED, UNTUNED = "shipped", "untuned"
BERTOPIC = "BERTOPIC_PYTHON"
"""Names the Python of an environment that holds BERTopic."""
SIZES, TUNED = (5, 10, 15, 25), 25
"""The fewest texts of a topic that BERTopic is tried with (theme_grain.py), and with which it is best there."""
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
    cohesion: float | None
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


def corpora(
    folder: Path, annotator: Annotator, settings: Settings, untuned: Encoder
) -> Iterator[Callable[[Encoder], Corpus]]:
    """Each corpus, to be read by an encoder."""
    pool, test = (
        [json.loads(line) for line in (located("intent_induction", folder) / f"banking.{part}.jsonl").open("rb")]
        for part in ("pool", "test")
    )
    yield partial(
        induction,
        [row["utterance"] for row in pool],
        [row["utterance"] for row in test],
        [row["intent"] for row in test],
        untuned,
    )
    with (located("banking77", folder) / "test.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    yield partial(labelled, "Banking77 test", [row["text"] for row in rows], [row["category"] for row in rows])
    asked = json.loads((located("clinc150", folder) / "data_full.json").read_text("utf-8"))["test"]
    yield partial(labelled, "CLINC150 test", [text for text, _ in asked], [label for _, label in asked])
    yield partial(labelled, "sample, planted", *segments(annotator, settings))


def induction(
    texts: Sequence[str], test: Sequence[str], gold: Sequence[str], untuned: Encoder, encoder: Encoder
) -> Corpus:
    """DSTC11 track 2: clusters of the pool, `texts`, whichever encoder they are of, teach a logistic regression on the
    untuned one's embeddings, and that labels the test utterances."""
    learnt, asked = untuned.encode(texts), untuned.encode(test)

    def score(labels: Labels) -> dict[str, float]:
        from sklearn.linear_model import LogisticRegression

        return agreement(gold, LogisticRegression(C=1.0, max_iter=1000).fit(learnt, labels).predict(asked))

    return Corpus("intent_induction", texts, encoder.encode(texts), len(set(gold)), cohesion_of(encoder), score)


def labelled(name: str, texts: Sequence[str], gold: Sequence[str], encoder: Encoder) -> Corpus:
    """Scored on itself, as far as it has labels: texts with the label "" are clustered alone."""
    told = [n for n, label in enumerate(gold) if label]
    truth = [gold[n] for n in told]
    return Corpus(
        name,
        texts,
        encoder.encode(texts),
        len(set(truth)),
        cohesion_of(encoder),
        lambda found: agreement(truth, np.asarray(found)[told]),
    )


def ours(corpus: Corpus) -> tuple[str, Discovery]:
    start = time.perf_counter()
    found = discover(corpus.embeddings, cohesion=corpus.cohesion, seed=SEED)
    seconds = time.perf_counter() - start
    names = tuple(map(str, range(len(found.centroids))))
    served = Assigner.from_bytes(Assigner(found.centroids, found.thresholds, names).to_bytes())
    again = served.assign(corpus.embeddings)[0]
    fit = [None if label is None else str(label) for label in found.labels]
    same = 100 * float(np.mean([a == b for a, b in zip(fit, again, strict=True)]))
    left_out = 100 * fit.count(None) / len(fit)
    labels = nearest(corpus.embeddings, found.centroids)[0]
    return line(corpus, "**Frictionary**", labels, left_out, seconds, f"{same:.1f} %"), found


def peers(corpus: Corpus) -> Iterator[str]:
    """KMeans, told the number of intents; UMAP and HDBSCAN, every text in its nearest cluster; BERTopic, its outliers
    as one topic more, and tuned, without outliers."""
    from sklearn.cluster import KMeans

    start = time.perf_counter()
    labels = KMeans(corpus.intents, n_init=3, random_state=SEED).fit_predict(corpus.embeddings)
    yield line(corpus, "KMeans, number known", labels, 0.0, time.perf_counter() - start)
    start = time.perf_counter()
    placed, noise = dense(corpus.embeddings)
    yield line(corpus, "UMAP and HDBSCAN", placed, 100 * noise, time.perf_counter() - start)
    for size, (topics, seconds) in bertopic(corpus.texts, corpus.embeddings, TUNED).items():
        by = "BERTopic, tuned" if size else "BERTopic, defaults"
        yield line(corpus, by, topics, 100 * float((topics < 0).mean()), seconds)


def dense(embeddings: Floats) -> tuple[Places, float]:
    """The nearest of HDBSCAN's clusters over UMAP for each text, and the share that HDBSCAN calls noise."""
    import umap
    from sklearn.cluster import HDBSCAN

    low = umap.UMAP(n_components=10, min_dist=0.0, metric="cosine", random_state=SEED, n_jobs=1)
    found = HDBSCAN(min_cluster_size=DENSE, copy=True).fit_predict(low.fit_transform(embeddings)).astype(np.intp)
    return nearest(embeddings, centroids(embeddings, found))[0], float((found < 0).mean())


def bertopic(texts: Sequence[str], embeddings: Floats, *sizes: int) -> dict[int, tuple[Places, float]]:
    """Topics and seconds by the fewest texts of a topic, 0 with BERTopic's defaults; nothing where it is not there."""
    if not (python := os.environ.get(BERTOPIC)):
        return {}
    with TemporaryDirectory() as folder:
        said, vectors, out = (str(Path(folder) / name) for name in ("texts.json", "vectors.npy", "out.json"))
        Path(said).write_text(json.dumps(list(texts)), "utf-8")
        np.save(vectors, embeddings)
        subprocess.run([python, str(PEER), said, vectors, out, *map(str, sizes)], check=True, cwd=folder)
        found = json.loads(Path(out).read_text("utf-8"))
    return {int(size or 0): (np.array(one["topics"], np.intp), one["seconds"]) for size, one in found.items()}


def line(corpus: Corpus, by: str, labels: Labels, left_out: float, seconds: float, served: str = "") -> str:
    scores = " / ".join(f"{figure:.1f}" for figure in corpus.score(labels).values())
    found = len(set(np.asarray(labels).tolist()) - {-1})
    told = f"{scores} | {left_out:.1f} % | {served} | {seconds:.0f}"
    return f"| {corpus.name} | {SHIPPED} | {by} | {corpus.intents}, {found} | {told} |"


def stability(corpus: Corpus, found: Discovery) -> str:
    """Other seeds, nine tenths and half of the texts, each against the whole."""
    from sklearn.metrics import adjusted_rand_score

    random, count = np.random.default_rng(SEED), len(corpus.texts)
    whole = nearest(corpus.embeddings, found.centroids)[0]

    def again(rows: Places, seed: int = SEED) -> tuple[float, int]:
        other = discover(corpus.embeddings[rows], cohesion=corpus.cohesion, seed=seed)
        labels = nearest(corpus.embeddings[rows], other.centroids)[0]
        return adjusted_rand_score(whole[rows], labels), len(other.centroids)

    seeds = min(again(np.arange(count), seed)[0] for seed in range(SEED + 1, SEED + SEEDS))
    most = [again(np.sort(random.choice(count, int(0.9 * count), replace=False))) for _ in range(3)]
    halves = [again(np.sort(random.choice(count, count // 2, replace=False)))[1] for _ in range(2)]
    parts = ", ".join(f"{ari:.3f} ({k})" for ari, k in most)
    return f"| {corpus.name} | {seeds:.3f} | {count}: {len(found.centroids)} | {parts} | {halves[0]}, {halves[1]} |"


def main() -> None:
    from pipelines.training.checkpoint import CheckpointEncoder
    from pipelines.training.cohesion import cohesion
    from pipelines.training.encoder import base_folder

    untuned = CheckpointEncoder(str(base_folder()), threads=2)
    untuned.cohesion = cohesion(untuned, Settings.from_environment().corpora)
    lines: list[str] = []
    stable: list[str] = []
    with TemporaryDirectory() as folder:
        settings = Settings.from_environment(
            store=f"sqlite:///{folder}/store.db", key="benchmark", dead_letters=Path(folder) / "dead-letters.jsonl"
        )
        annotator = Annotator.of(settings)
        shipped = annotator.encoder
        discover(shipped.encode([f"warming up {n}" for n in range(60)]))  # numba compiles at the first call
        for read in corpora(settings.corpora, annotator, settings, untuned):
            for encoder in (shipped, untuned):
                corpus = read(encoder)
                own, found = ours(corpus)
                rows = [own, *peers(corpus)]
                lines += rows if encoder is shipped else [row.replace(SHIPPED, UNTUNED) for row in rows]
                if encoder is shipped:
                    stable.append(stability(corpus, found))
                print(*rows, *stable[-1:], sep="\n", flush=True)
    RESULT.write_text(page("\n".join(lines), "\n".join(stable), shipped.version), encoding="utf-8")


def page(lines: str, stable: str, version: str) -> str:
    peer = "" if os.environ.get(BERTOPIC) else f" BERTopic was not measured: {BERTOPIC} names no Python that has it."
    return f"""{heading("Themes against labelled corpora", command="python -m benchmarks.themes", seed=SEED)}
Encoders: {SHIPPED}, {version}, and {UNTUNED}, all-MiniLM-L6-v2. The shipped one was tuned on training texts of 105 of
the 150 intents of CLINC150, and on none of the other corpora. One configuration for all, chosen on CLINC150 train and
MultiDoGO (theme-grain.md), as BERTopic's is; but how few themes are tried, 0.45 times the square root of the texts, is
a choice of the product, which costs on sets of few intents. ACC / NMI / ARI in percent, every text in its nearest
theme; "left out" is the share that the thresholds would leave in no theme; "served as fitted" the share of texts to
which the saved artefact gives the theme of the fit. Encoding is not in the seconds.{peer}

| corpus | encoder | by | intents, found | ACC / NMI / ARI | left out | served as fitted | seconds |
|---|---|---|---|---|---|---|---|
{lines}

intent_induction: the pool is clustered, its clusters teach a logistic regression (C = 1) on the embeddings of
all-MiniLM-L6-v2, whichever encoder they are of, and that labels the 407 test utterances. Banking77 and CLINC150 test
are clustered and scored on themselves, so are the segments of the sample by the planted theme that their conversation
tells: who tells two, or none, is clustered alone.
BERTopic, tuned: topics of {TUNED} texts at least, outliers put into the nearest topic.

## Stability
Adjusted Rand index between the themes of all texts and those of another seed, which draws another map alone, the least
of nine; of three samples of nine tenths, on the texts that both have (in brackets the number of themes); and the number
of themes of two samples of half the texts.

| corpus | other seeds | texts: themes | nine tenths | half: themes |
|---|---|---|---|---|
{stable}
"""


if __name__ == "__main__":
    main()
