"""Texts to embeddings: the Encoder protocol, and the ONNX Runtime encoder that serves the shipped weights."""

import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nlp.errors import BadModel

Floats = npt.NDArray[np.float32]
TOKEN_BUDGET = 512
"""Tokens in one batch, padding included: a layer input then stays in a core's cache."""


class Encoder(Protocol):
    """Anything that turns texts into vectors of unit length."""

    version: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dimension), rows of unit length; an empty text gets the vector of no words."""


class OnnxEncoder:
    """Serves a model folder (card.toml, model.onnx, tokenizer.json) on ONNX Runtime, in single-threaded runs.

    Texts of like length share a batch under a token budget. Activation ranges are static, so a text's vector does not
    depend on its neighbours. Texts over the card's `max_tokens` are cut. Raises BadModel naming file and field.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        import onnxruntime as ort
        from tokenizers import Tokenizer

        card = read_card(folder)
        self.version = str(card["version"])
        self.dimension = int(card["dimension"])
        for file in ("model.onnx", "tokenizer.json"):
            if not (folder / file).is_file():
                raise BadModel(
                    f"{folder / file} is missing: a model folder holds card.toml, model.onnx, tokenizer.json"
                )
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            session = ort.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise BadModel(f"{folder}: cannot be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(int(card["max_tokens"]))
        self._session, self._threads = session, max(1, threads)

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dimension), rows of unit length, in the order given."""
        tokens = [e.ids for e in self._tokenizer.encode_batch_fast([t[:20_000] for t in texts])]
        out = np.zeros((len(texts), self.dimension), np.float32)
        groups = list(batches([len(t) for t in tokens]))
        if self._threads == 1 or len(groups) < 2:
            for group in groups:
                out[group] = self._run([tokens[i] for i in group])
            return out
        with ThreadPoolExecutor(self._threads) as pool:  # a session may run in several threads at once
            for group, rows in zip(groups, pool.map(lambda g: self._run([tokens[i] for i in g]), groups), strict=True):
                out[group] = rows
        return out

    def _run(self, tokens: Sequence[Sequence[int]]) -> Any:
        width = max(map(len, tokens))
        ids = np.zeros((len(tokens), width), np.int32)
        mask = np.zeros((len(tokens), width), np.int32)
        for row, sequence in enumerate(tokens):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        return self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]


def batches(lengths: Sequence[int], *, budget: int = TOKEN_BUDGET) -> Iterator[list[int]]:
    """Indices grouped by like length, longest first, so that rows times longest stays within `budget` tokens."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        rows = max(1, budget // max(1, lengths[order[start]]))
        yield order[start : start + rows]
        start += rows


def read_card(folder: Path) -> dict[str, Any]:
    """A model folder's card. Raises BadModel naming the file and the field."""
    path = folder / "card.toml"
    try:
        card = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadModel(f"{path} is missing: a model folder holds card.toml, model.onnx, tokenizer.json") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadModel(f"{path}: not valid TOML: {error}") from error
    for field in ("name", "version", "dimension", "max_tokens"):
        if field not in card:
            raise BadModel(f"{path}: the field {field!r} is missing")
    return card
