"""BERTopic with its defaults, in an environment of its own: `python peers_bertopic.py TEXTS.json VECTORS.npy OUT.json`.

It imports nothing of ours. The environment: `python -m venv bertopic && bertopic/bin/pip install bertopic`.
"""

import json
import sys
import time

import numpy as np
from bertopic import BERTopic


def main(texts: str, vectors: str, out: str) -> None:
    with open(texts, encoding="utf-8") as file:
        said = json.load(file)
    embeddings = np.load(vectors)
    BERTopic().fit(said[:500], embeddings[:500])  # numba compiles at the first call
    start = time.perf_counter()
    topics, _ = BERTopic().fit_transform(said, embeddings)
    seconds = time.perf_counter() - start
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"topics": list(map(int, topics)), "seconds": seconds}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
