"""Any sentence-transformers model as an encoder; slower than a shipped graph, and it needs torch."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlp.encoder import ENGLISH, Floats
from nlp.errors import BadModel, MissingDependency


class CheckpointEncoder:
    """A model by its name on the hub or its folder. `version` is its last name and a hash of its weights.

    Padding differs with a text's neighbours, so its vector may differ in the last digits of float32. Heads must be
    trained for it: `python -m pipelines.training.heads --encoder NAME --out FOLDER`.
    Raises MissingDependency, and BadModel where the model cannot be loaded.
    """

    def __init__(
        self, name: str, *, threads: int = 1, languages: tuple[str, ...] = ENGLISH, cohesion: float | None = None
    ) -> None:
        if name.startswith((".", "/")) and not Path(name).is_dir():
            raise BadModel(f"{name}: no such folder; give a sentence-transformers model's folder or its name")
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingDependency.of(f"the encoder {name!r}", "sentence-transformers", "train") from error
        import torch

        try:
            self._model = SentenceTransformer(name, device="cpu")
        except Exception as error:
            raise BadModel(f"{name}: sentence-transformers cannot load it: {error}") from error
        torch.set_num_threads(threads)
        self.languages, self.cohesion = languages, cohesion
        digest = hashlib.sha256()
        for tensor in self._model.state_dict().values():
            digest.update(tensor.float().numpy().tobytes())
        self.version = f"{Path(name).name}-{digest.hexdigest()[:8]}"
        self.dimension = int(self._model.encode([""], show_progress_bar=False).shape[1])

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dimension), rows of unit length, in the order given."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)
