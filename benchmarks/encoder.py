"""Encoder throughput against sentence-transformers on the same texts in one run, and how near their vectors are."""

import csv
import os
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from nlp.encoder import OnnxEncoder
from pipelines.settings import ROOT, Settings
from pipelines.training.encoder import base_folder

ROUNDS = 3
RESULT = ROOT / "benchmarks" / "results" / "encoder.md"


def texts(corpora: Path) -> list[str]:
    with (corpora / "banking77/test.csv").open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


def rate(encode: Callable[[list[str]], Any], found: list[str]) -> float:
    start = time.perf_counter()
    encode(found)
    return len(found) / (time.perf_counter() - start)


def main() -> None:
    from sentence_transformers import SentenceTransformer

    found = texts(Settings.from_environment().corpora)
    cores = os.cpu_count() or 1
    ours = OnnxEncoder(ROOT / "models" / "encoder", threads=cores)
    peer = SentenceTransformer(str(base_folder()), device="cpu")

    def peer_encode(batch: list[str]) -> Any:
        return peer.encode(batch, batch_size=32, normalize_embeddings=True)

    ours.encode(found[:200])
    peer_encode(found[:200])
    pairs = [(rate(ours.encode, found), rate(peer_encode, found)) for _ in range(ROUNDS)]
    nearness = (ours.encode(found) * peer_encode(found)).sum(axis=1)
    alone = np.vstack([ours.encode([text]) for text in found[:500]])
    apart = np.abs(alone - ours.encode(found)[:500]).max()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    RESULT.write_text(
        f"""# Encoder throughput

Command: `make bench`. Commit {commit.stdout.strip()}, {cores} cores, {platform.machine()}.
Medians of {ROUNDS} rounds in turn. Texts: Banking77 test ({len(found)}).

| what | texts/s |
|---|---|
| sentence-transformers, all-MiniLM-L6-v2, batch 32 | {median(p for _, p in pairs):.0f} |
| ours, {ours.version} | {median(o for o, _ in pairs):.0f} |
| ratio, median of the rounds | {median(o / p for o, p in pairs):.2f} (goal: at least 6) |

Cosine to the peer's vectors: mean {nearness.mean():.4f}, least {nearness.min():.4f}.
A text alone against among others: largest difference of a component {apart:.1e}.
"""
    )
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
