"""Whether a text asks for something outside the intents that are known: a probability from two likenesses."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.encoder import Floats
from nlp.errors import BadModel

SHARE = 0.2
"""The share of outside texts at which the probability is calibrated: one text in five."""
OUTSIDE = 0.5
"""From this probability on a text is said to be outside: it more likely is than not."""
LARGE, SMALL = ("prototypes", "curvature", "directions"), ("offsets", "slopes")


@dataclass(frozen=True, slots=True)
class Outside:
    """The known intents, as typical texts and as Gaussians; fitted by `pipelines/training/outside.py`.

    prototypes float32 (m, d): rows of unit length, each the direction of some texts of one intent that are alike.
    curvature float32 (d, d), directions float32 (d, k), offsets float32 (k,): how much likelier a text is under each
    intent than as any text, in nats (relative Mahalanobis distance: Ren et al. 2021, "A Simple Fix to Mahalanobis
    Distance for Improving Near-OOD Detection").
    slopes float32 (2,), bias: the logistic curve over the two likenesses.
    """

    prototypes: Floats
    curvature: Floats
    directions: Floats
    offsets: Floats
    slopes: Floats
    bias: float
    encoder: str

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with any of its numbers, or its encoder."""
        said = hashlib.sha256(repr((self.bias, self.encoder)).encode())
        for name in (*LARGE, *SMALL):
            said.update(np.ascontiguousarray(getattr(self, name), np.float32).tobytes())
        return said.hexdigest()[:8]

    def likenesses(self, embeddings: Floats) -> Floats:
        """float32 (n, 2): cosine to the nearest prototype, -1..1, and likeliness under the likeliest intent."""
        nearest = (embeddings @ self.prototypes.T).max(axis=1)
        common = ((embeddings @ self.curvature) * embeddings).sum(axis=1) / 2
        return np.column_stack([nearest, (embeddings @ self.directions + self.offsets).max(axis=1) - common])

    def probability(self, embeddings: Floats) -> Floats:
        """float32 (n,), 0..1, from float32 (n, d) of unit length: P(outside) where the share SHARE of texts is."""
        strength = np.clip(self.likenesses(embeddings) @ self.slopes + self.bias, -30, 30)
        return np.asarray(1 / (1 + np.exp(-strength)), np.float32)

    def save(self, path: Path) -> None:
        """A pickle-free .npz; the large arrays as float16, to which they were rounded when fitted."""
        np.savez_compressed(
            path,
            prototypes=self.prototypes.astype(np.float16),
            curvature=self.curvature.astype(np.float16),
            directions=self.directions.astype(np.float16),
            offsets=self.offsets.astype(np.float32),
            slopes=self.slopes.astype(np.float32),
            bias=np.float32(self.bias),
            encoder=np.array(self.encoder),
        )

    @classmethod
    def load(cls, path: Path, *, encoder: str) -> "Outside":
        """Raises BadModel naming the file and the field, also for one of another encoder."""
        names = (*LARGE, *SMALL, "bias", "encoder")
        try:
            with np.load(path, allow_pickle=False) as file:
                if missing := [name for name in names if name not in file]:
                    raise BadModel(f"{path}: the field {missing[0]!r} is missing")
                data = {name: file[name] for name in names}
        except (OSError, ValueError) as error:
            raise BadModel(f"{path}: cannot be read: {error}") from error
        arrays = {name: np.asarray(data[name], np.float32) for name in (*LARGE, *SMALL)}
        found = cls(**arrays, bias=float(data["bias"]), encoder=str(data["encoder"]))
        shapes = {name: array.shape for name, array in arrays.items()}
        d, k = (*shapes["directions"], 0, 0)[:2]
        if shapes != {"prototypes": (len(found.prototypes), d), "curvature": (d, d), "directions": (d, k)} | {
            "offsets": (k,),
            "slopes": (2,),
        }:
            raise BadModel(f"{path}: the shapes do not fit one another: {shapes}")
        if found.encoder != encoder:
            raise BadModel(f"{path}: fitted on encoder {found.encoder!r}, but {encoder!r} is loaded; train it anew")
        return found
