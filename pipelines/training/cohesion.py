"""How near texts of one intent lie, by which themes know how fine they are to be: told by an encoder's card."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from nlp.encoder import Encoder
from pipelines.corpora import located
from pipelines.training.curriculum import CLINC_UNSEEN, FEWEST, MULTIDOGO_SEEN, MULTIDOGO_SHARED, VAGUE


def cohesion(encoder: Encoder, corpora: Path) -> float:
    """Mean cosine, 0..1, of texts to the centroid of their intent, each intent counting the same: those of three
    domains of CLINC150 train and two of MultiDoGO train, which no tuning of ours learns."""
    of: dict[str, set[str]] = defaultdict(set)
    folder = located("clinc150", corpora)
    domains = json.loads((folder / "domains.json").read_text("utf-8"))
    wanted = {intent for domain in CLINC_UNSEEN for intent in domains[domain]}
    for text, label in json.loads((folder / "data_full.json").read_text("utf-8"))["train"]:
        if label in wanted:
            of[label].add(text)
    for path in sorted(located("multidogo", corpora).glob("*.train.tsv")):
        if (domain := path.name.split(".")[0]) not in MULTIDOGO_SEEN:
            for line in path.read_text("utf-8").split("\n")[1:]:
                cells = line.split("\t")
                if len(cells) >= 6 and cells[5].isalpha() and cells[5] not in (*VAGUE, *MULTIDOGO_SHARED):
                    of[f"{domain} {cells[5]}"].add(cells[3])
    kept = [sorted(texts) for _, texts in sorted(of.items()) if len(texts) >= FEWEST]
    # of rows of unit length, the mean cosine to their centroid is the length of their mean
    return float(np.mean([np.linalg.norm(encoder.encode(texts).mean(axis=0)) for texts in kept]))
