"""A linear head on embeddings: class probabilities at one temperature, kept in a pickle-free .npz file."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from nlp.encoder import Floats
from nlp.errors import BadModel

FIELDS = ("weights", "bias", "labels", "temperature", "threshold", "encoder")


@dataclass(frozen=True, slots=True)
class Head:
    """Softmax regression. weights float32 (d, k), bias float32 (k,).

    `temperature` divides the logits (Guo et al. 2017, "On Calibration of Modern Neural Networks"); under `threshold`
    the best class is not vouched for. `encoder` is the version of the embeddings that it was trained on.
    """

    weights: Floats
    bias: Floats
    labels: tuple[str, ...]
    temperature: float
    threshold: float
    encoder: str

    def probabilities(self, embeddings: Floats) -> Floats:
        """float32 (n, k) from float32 (n, d); rows sum to 1."""
        logits = (embeddings @ self.weights + self.bias) / self.temperature
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)

    def likelihood(self, embeddings: Floats, label: str) -> Floats:
        """float32 (n,): the probability of one label."""
        return self.probabilities(embeddings)[:, self.labels.index(label)]

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with any of its numbers, labels, or its encoder."""
        said = hashlib.sha256(repr((self.labels, self.temperature, self.threshold, self.encoder)).encode())
        for numbers in (self.weights, self.bias):
            said.update(np.ascontiguousarray(numbers, np.float32).tobytes())
        return said.hexdigest()[:8]

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path,
            weights=self.weights.astype(np.float32),
            bias=self.bias.astype(np.float32),
            labels=np.array(self.labels),
            temperature=np.float32(self.temperature),
            threshold=np.float32(self.threshold),
            encoder=np.array(self.encoder),
        )

    @classmethod
    def load(cls, path: Path, *, encoder: str, dimension: int | None = None) -> "Head":
        """Raises BadModel naming the file and the field, also for a head of another encoder or width."""
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                missing = [field for field in FIELDS if field not in file]
                if missing:
                    raise BadModel(f"{path}: the field {missing[0]!r} is missing")
                data = {field: file[field] for field in FIELDS}
        except (OSError, ValueError, EOFError, BadZipFile, zlib.error) as error:
            raise BadModel(f"{path}: cannot be read: {error}") from error
        head = cls(
            data["weights"],
            data["bias"],
            tuple(map(str, data["labels"])),
            float(data["temperature"]),
            float(data["threshold"]),
            str(data["encoder"]),
        )
        if head.weights.shape[1:] != (len(head.labels),) or head.bias.shape != (len(head.labels),):
            raise BadModel(f"{path}: weights {head.weights.shape} do not fit {len(head.labels)} labels")
        if dimension not in (None, len(head.weights)):
            raise BadModel(f"{path}: reads vectors of {len(head.weights)} numbers, but the encoder gives {dimension}")
        if head.encoder != encoder:
            raise BadModel(f"{path}: trained on encoder {head.encoder!r}, but {encoder!r} is loaded; train it anew")
        return head


def ranked(rows: Floats, labels: Sequence[str], *, most: int = 3) -> list[tuple[tuple[str, float], ...]]:
    """The `most` likeliest labels of each row of probabilities, best first."""
    best = np.argsort(-rows, axis=1, kind="stable")[:, :most]
    likely = np.take_along_axis(rows, best, axis=1).tolist()
    return [
        tuple(zip([labels[i] for i in places], own, strict=True))
        for places, own in zip(best.tolist(), likely, strict=True)
    ]
