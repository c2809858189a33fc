"""Themes of many texts: seconds, memory and agreement, on the embeddings of CLINC150 train with noise (synthetic)."""

import json
import resource
import sys
import time
from multiprocessing import get_context

import numpy as np

from benchmarks.heading import heading
from benchmarks.themes import agreement
from nlp.encoder import Floats, OnnxEncoder
from nlp.themes.assign import nearest
from nlp.themes.discover import discover
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings

SEED = 0
SIZES = (10_000, 100_000, 1_000_000)
NOISE = 0.02
"""Standard deviation a dimension; a vector has length 1 in 384 of them."""
RESULT = ROOT / "benchmarks" / "results" / "theme-scale.md"


def many(embeddings: Floats, count: int) -> tuple[Floats, np.ndarray]:
    """`count` rows drawn with noise, and the place of the row that each comes from."""
    random = np.random.default_rng(SEED)
    places = random.integers(0, len(embeddings), count)
    rows = embeddings[places] + random.normal(0, NOISE, (count, embeddings.shape[1])).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), places


def measured(embeddings: Floats, truth: np.ndarray, cohesion: float | None, count: int) -> str:
    """One line; runs in a process of its own, whose peak of memory it tells. Noise takes its part of the cohesion."""
    discover(embeddings[:60])  # numba compiles at the first call
    rows, places = many(embeddings, count)
    held, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    left = None if cohesion is None else cohesion / np.sqrt(1 + embeddings.shape[1] * NOISE**2)
    found = discover(rows, cohesion=left)
    seconds, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scores = " / ".join(f"{v:.1f}" for v in agreement(truth[places], nearest(rows, found.centroids)[0]).values())
    memory = f"{peak / 2**20:.1f} | {held / 2**20:.1f}"
    return f"| {count:,} | {len(found.centroids)} | {scores} | {seconds:.0f} | {memory} |"


def main(sizes: tuple[int, ...]) -> None:
    path = located("clinc150", Settings.from_environment().corpora) / "data_full.json"
    texts, labels = zip(*json.loads(path.read_text("utf-8"))["train"], strict=True)
    encoder = OnnxEncoder(ROOT / "models" / "encoder", threads=2)
    embeddings, lines = encoder.encode(texts), []
    for size in sizes:
        with get_context("spawn").Pool(1) as pool:
            lines.append(pool.apply(measured, (embeddings, np.array(labels), encoder.cohesion, size)))
        print(lines[-1], flush=True)
    RESULT.write_text(
        f"""{heading("Themes of many texts", command="python -m benchmarks.theme_scale", seed=SEED)}
Encoder {encoder.version}. Synthetic: rows drawn from the embeddings of CLINC150 train (150 intents, ten domains, seven
of which the encoder was tuned on) with Gaussian noise of {NOISE} a dimension. ACC / NMI / ARI in percent, every row in
its nearest theme. Seconds of the discovery with its map, embeddings given; memory is the process's peak, and what it
held before.

| rows | themes | ACC / NMI / ARI | seconds | GiB at most | GiB before |
|---|---|---|---|---|---|
{chr(10).join(lines)}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
