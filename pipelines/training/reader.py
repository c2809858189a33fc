"""An encoder as a checkpoint, read from any of its layers on: what it makes of texts, and what of it learns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as nn

from nlp.encoder import batches
from pipelines.training import dequantised, tops
from pipelines.training.learning import array, fill, loaded, mixed

Array = npt.NDArray[Any]
TOKENS = 1024
"""Tokens in one pass through the encoder; texts of a pass are of one length."""


class Reader:
    """An encoder and the tensors of the top that tells its embedding, none where its last layer does. `layers`: how
    many are read one after another; the top is the last."""

    def __init__(self, folder: Path, tensors: Mapping[str, Array] | None = None) -> None:
        self.encoder = loaded(folder).eval()
        above = tops.taken(dequantised.above(folder), tops.EMBEDDING)
        self.top = {name: torch.tensor(value) for name, value in above.items()}
        if tensors:
            fill(dict(self.encoder.state_dict()) | self.top, tensors)
        self.layers = self.encoder.config.num_hidden_layers + bool(self.top)
        self.width: int = self.encoder.config.hidden_size

    def parameters(self, first: int) -> dict[str, Any]:
        """By name, what learns where layer `first` is the lowest that does; the rest is set not to learn."""
        own = {
            name: p
            for name, p in self.encoder.named_parameters()
            if name.startswith("encoder.layer.") and int(name.split(".")[2]) >= first
        }
        for name, parameter in self.encoder.named_parameters():
            parameter.requires_grad_(name in own)
        return own | {name: p.requires_grad_() for name, p in self.top.items()}

    def tensors(self) -> dict[str, Array]:
        """All, by name, float32."""
        whole = dict(self.encoder.state_dict()) | self.top
        return {name: array(value) for name, value in whole.items()}

    def passed(self, inputs: Any, first: int, end: int) -> Any:
        """What layers `first` to `end` - 1 make of texts of one length: (n, length, d). `first` 0 reads tokens."""
        found = inputs if first else self.encoder.embeddings(input_ids=inputs)
        for layer in self.encoder.encoder.layer[first:end]:
            found = layer(found)
            found = found[0] if isinstance(found, tuple) else found  # transformers 4 wraps it
        return found

    def places(self, inputs: Any, *, first: int = 0) -> Any:
        """Embeddings (n, d) of unit length of texts of one length, from layer `first` on."""
        with mixed():
            last = self.passed(inputs, first, self.layers)
            if self.top:
                return tops.embedded(self.top, last)
        return nn.normalize(last.float().mean(dim=1), dim=1)

    def embed(self, inputs: Sequence[Any], *, first: int = 0) -> Array:
        """float32 (n, d), of unit length, of what layer `first` reads: tokens (length,) where it is the lowest."""
        found = np.zeros((len(inputs), self.width), np.float32)
        with torch.inference_mode():
            for group in batches([len(own) for own in inputs], budget=4 * TOKENS):
                found[group] = array(self.places(torch.stack([inputs[i] for i in group]), first=first))
        return found
