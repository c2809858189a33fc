"""How near texts of one intent lie, by which themes know how fine they are to be: told by an encoder's card."""

from collections import defaultdict
from pathlib import Path

import numpy as np

from nlp.encoder import Encoder
from pipelines.training.curriculum import CLINC_UNSEEN, clinc, multidogo


def cohesion(encoder: Encoder, corpora: Path) -> float:
    """Mean cosine, 0..1, of texts to the centroid of their intent, each intent counting the same: those of three
    domains of CLINC150 train and two of MultiDoGO train, which no tuning of ours learns."""
    of: dict[str, list[str]] = defaultdict(list, multidogo(corpora, seen=False))
    for text, label in clinc(corpora, CLINC_UNSEEN):
        of[label].append(text)
    # of rows of unit length, the mean cosine to their centroid is the length of their mean
    return float(np.mean([np.linalg.norm(encoder.encode(texts).mean(axis=0)) for texts in of.values()]))
