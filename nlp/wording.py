"""What the very words of a text say of its intent, beside its embedding: words and pairs of words, hashed.

An embedding makes one thing of "top up" and "add money"; where intents differ by a word, the word itself tells them.
Each word and pair counts once into one of BUCKETS, with a sign, so that those that meet there do not add up (Weinberger
et al. 2009, "Feature Hashing for Large Scale Multitask Learning"), weighed by its rarity among the texts learnt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np

from nlp.encoder import Floats

BUCKETS = 4096
SHARE = 0.6
"""Length of the words' vector beside the embedding's, which is 1."""
READ = 2_000
"""Characters of a text whose words count."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Wording:
    """rarity float32 (BUCKETS,); weights float32 (BUCKETS, k), of a softmax regression's classes."""

    rarity: Floats
    weights: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """float32 (n, k), to be added to those of the embeddings."""
        return np.asarray(weighed(counted(texts), self.rarity) @ self.weights, np.float32)


def counted(texts: Sequence[str]) -> Any:
    """SciPy's sparse float32 (n, BUCKETS): -1, 0 or 1 where nothing meets."""
    from scipy.sparse import csr_array

    columns: list[int] = []
    signs: list[float] = []
    ends = [0]
    for text in texts:
        words = _WORD.findall(text[:READ].lower())
        for said in {*words, *map(" ".join, pairwise(words))}:
            number = crc32(said.encode("utf-8", "replace"))
            columns.append(number % BUCKETS)
            signs.append(1.0 if number >> 31 else -1.0)
        ends.append(len(columns))
    found = csr_array((np.array(signs, np.float32), np.array(columns, np.int32), ends), shape=(len(texts), BUCKETS))
    found.sum_duplicates()
    return found


def rarity(counts: Any) -> Floats:
    """float32 (BUCKETS,): the logarithm of how few of n texts have something in a bucket, 1 at least (smoothed inverse
    document frequency)."""
    held = np.bincount(counts.indices, minlength=BUCKETS)
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + held)) + 1, np.float32)


def weighed(counts: Any, rarity: Floats) -> Any:
    """Rows of length SHARE, those of texts without a word of zeros."""
    from scipy.sparse import diags_array

    rare = counts @ diags_array(rarity)
    lengths = np.sqrt(rare.multiply(rare).sum(axis=1))
    return (diags_array((SHARE / np.maximum(lengths, 1e-9)).astype(np.float32)) @ rare).tocsr()
