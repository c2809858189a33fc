"""BERTopic in an environment of its own: `python peers_bertopic.py TEXTS.json VECTORS.npy OUT.json [SIZE ...]`.

With its defaults, and tuned: for each SIZE, the fewest texts of a topic, with a seed, its outliers put into the topics
that they are nearest to. It imports nothing of ours. The environment: `python -m venv bertopic && bertopic/bin/pip
install bertopic`.
"""

import json
import sys
import time

import numpy as np
from bertopic import BERTopic
from umap import UMAP


def main(texts: str, vectors: str, out: str, *sizes: str) -> None:
    with open(texts, encoding="utf-8") as file:
        said = json.load(file)
    embeddings = np.load(vectors)
    BERTopic().fit(said[:500], embeddings[:500])  # numba compiles at the first call
    found = {}
    for size in ("", *sizes):
        start = time.perf_counter()
        low = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0)  # its own, seeded
        model = BERTopic(min_topic_size=int(size), umap_model=low) if size else BERTopic()
        topics, _ = model.fit_transform(said, embeddings)
        if size and -1 in topics and max(topics) >= 0:
            topics = model.reduce_outliers(said, topics, strategy="embeddings", embeddings=embeddings)
        seconds = time.perf_counter() - start
        found[size] = {"topics": list(map(int, topics)), "seconds": seconds}
    with open(out, "w", encoding="utf-8") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
