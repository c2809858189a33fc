"""Encoder throughput against sentence-transformers, pair by pair in one run, and how near their vectors are."""

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.heading import heading
from nlp.encoder import OnnxEncoder
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings
from pipelines.training.encoder import base_folder

ROUNDS = 7
GOAL = 6
RESULT = ROOT / "benchmarks" / "results" / "encoder.md"


def texts(corpora: Path) -> list[str]:
    with (located("banking77", corpora) / "test.csv").open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


def rate(encode: Callable[[list[str]], Any], found: list[str]) -> float:
    """Texts a second, tokenisation included."""
    start = time.perf_counter()
    encode(found)
    return len(found) / (time.perf_counter() - start)


def main() -> None:
    from sentence_transformers import SentenceTransformer

    found = texts(Settings.from_environment().corpora)
    ours = OnnxEncoder(ROOT / "models" / "encoder", threads=os.cpu_count() or 1)
    peer = SentenceTransformer(str(base_folder()), device="cpu")

    def peer_encode(batch: list[str]) -> Any:
        return peer.encode(batch, batch_size=32, normalize_embeddings=True)

    ways: dict[str, Callable[[list[str]], Any]] = {
        "sentence-transformers, all-MiniLM-L6-v2, batch 32": peer_encode,
        f"ours, {ours.version}: embedding": ours.encode,
    }
    if ours.sentiment:
        ways["ours: embedding and sentiment in one pass"] = ours.encode_with_sentiment
    for encode in ways.values():
        encode(found[:200])
    rounds = [{name: rate(encode, found) for name, encode in ways.items()} for _ in range(ROUNDS)]
    base = next(iter(ways))
    lines = [
        f"| {name} | {median(r[name] for r in rounds):.0f} | {median(r[name] / r[base] for r in rounds):.2f} |"
        for name in ways
    ]
    vectors = ours.encode(found)
    nearness = (vectors * peer_encode(found)).sum(axis=1)
    alone = np.vstack([ours.encode([text]) for text in found[:500]])
    RESULT.write_text(
        f"""{heading("Encoder throughput", command="python -m benchmarks.encoder")}
Texts: Banking77 test ({len(found)}). {ROUNDS} rounds, each of them all ways in turn; medians, and the median of the
rounds' ratios. Goal: at least {GOAL} times the peer.

| what | texts/s | times the peer |
|---|---|---|
{chr(10).join(lines)}

Cosine to the peer's vectors: mean {nearness.mean():.4f}, least {nearness.min():.4f}.
A text alone against among others: largest difference of a component {np.abs(alone - vectors[:500]).max():.1e}.
"""
    )
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
