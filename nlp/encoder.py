"""Texts to embeddings: the Encoder protocol, and the ONNX Runtime encoder that serves the shipped weights."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from nlp.errors import BadModel
from nlp.language import LANGUAGES

Floats = npt.NDArray[np.float32]
TOKEN_BUDGET = 384
"""Tokens in one batch: a layer's input then stays in a core's cache."""
MANY = 100
"""Texts from which on they are given in parts: fewer are one part."""
FIELDS = ("name", "version", "dimension", "max_tokens")
"""What the card of an ONNX folder must hold."""
KINDS = {"name": str, "version": str, "kind": str, "checkpoint": str, "dimension": int, "max_tokens": int}
"""What these fields of a card are; numbers are positive. `languages` is a list of codes of nlp/language.py."""
ENGLISH = ("en",)
CHARACTERS = 20_000
"""What is read of a text before it is cut into tokens."""


class Encoder(Protocol):
    """Anything that turns texts into vectors of unit length."""

    version: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dimension), rows of unit length; an empty text gets the vector of no words."""


@runtime_checkable
class SentimentEncoder(Encoder, Protocol):
    """An encoder that tells sentiment in the same pass."""

    def encode_with_sentiment(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """The embeddings, and float32 (len(texts), 3): P(negative), P(neutral), P(positive)."""


def languages_of(encoder: Encoder) -> tuple[str, ...]:
    """BCP-47 codes of the languages that an encoder knows: its own word for it, English without one."""
    return tuple(getattr(encoder, "languages", ENGLISH))


def cohesion_of(encoder: Encoder) -> float | None:
    """Mean cosine, 0..1, of texts to the centroid of their intent, on intents that the encoder has not learnt: its own
    word for it, None without one."""
    found: float | None = getattr(encoder, "cohesion", None)
    return found


def cut_by(encoder: Encoder, texts: Sequence[str]) -> list[bool]:
    """True for each text that an encoder reads in part, by its own `cut`; False for all where it does not tell."""
    cut = getattr(encoder, "cut", None)  # cheaper than to ask a protocol, which is felt where texts come one by one
    return list(cut(texts)) if cut else [False] * len(texts)


class OnnxEncoder:
    """Serves a model folder (card.toml, model.onnx, tokenizer.json) on ONNX Runtime, in single-threaded runs.

    Texts of one length share a batch and activation ranges are static, so a text's result does not depend on its
    neighbours. Texts over the card's `max_tokens` are cut. Raises BadModel naming file and field.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        import onnxruntime as ort
        from tokenizers import Tokenizer

        card = read_card(folder)
        self.version, self.dimension = str(card["version"]), int(card["dimension"])
        self.languages = tuple(card.get("languages", ENGLISH))
        self.cohesion: float | None = card.get("cohesion")
        weights = str(_weights(folder, card))
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # The graph is fused where that pays; further fusions would bring slower kernels back.
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.log_severity_level = 3
        with _reading(folder / "tokenizer.json"):
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        with _reading(folder / "model.onnx"):
            # By path: a session keeps the bytes that it is given beside what it makes of them.
            session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        _check_graph(folder / "model.onnx", session, self.dimension)
        self._most = int(card["max_tokens"])
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._most)
        self._session, self._threads, self._folder = session, max(1, threads), folder
        self._options = ort.RunOptions()
        self._options.only_execute_path_to_fetches = True
        self.sentiment = "sentiment" in {output.name for output in session.get_outputs()}

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dimension), rows of unit length, in the order given."""
        embeddings = np.zeros((len(texts), self.dimension), np.float32)
        self._run(texts, {"embedding": embeddings})
        return embeddings

    def encode_with_sentiment(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """One pass: the embeddings, and float32 (len(texts), 3). Raises BadModel where the graph lacks the output."""
        if not self.sentiment:
            raise BadModel(f"{self._folder / 'model.onnx'} has no output 'sentiment': train a head with `make heads`")
        embeddings = np.zeros((len(texts), self.dimension), np.float32)
        feelings = np.zeros((len(texts), 3), np.float32)
        self._run(texts, {"embedding": embeddings, "sentiment": feelings})
        return embeddings, feelings

    def parts(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Floats, Floats]]:
        """As `encode_with_sentiment`, in parts with their places among the texts, the longest first: threads read what
        comes next while the caller does something else. Raises BadModel."""
        if not self.sentiment:
            raise BadModel(f"{self._folder / 'model.onnx'} has no output 'sentiment': train a head with `make heads`")
        if self._threads == 1 or len(texts) < MANY:
            return iter([(list(range(len(texts))), *self.encode_with_sentiment(texts))])
        tokens, groups = self._grouped(texts)
        pool = ThreadPoolExecutor(self._threads)
        names = ("embedding", "sentiment")
        running = [pool.submit(self._one, names, [tokens[i] for i in group]) for group in groups]
        pool.shutdown(wait=False)
        return ((group, *_two(done.result())) for group, done in zip(groups, running, strict=True))

    def cut(self, texts: Sequence[str]) -> list[bool]:
        """True for each text over CHARACTERS or `max_tokens`; those that cannot be are not cut into tokens for it."""
        long = [n for n, text in enumerate(texts) if len(text) * 4 > self._most - 2 < _most_tokens(text)]
        if not long:
            return [False] * len(texts)
        found = self._tokenizer.encode_batch([texts[n][:CHARACTERS] for n in long])
        over = {n for n, e in zip(long, found, strict=True) if e.overflowing or len(texts[n]) > CHARACTERS}
        return [n in over for n in range(len(texts))]

    def _run(self, texts: Sequence[str], outputs: Mapping[str, Floats]) -> None:
        """Fill the named outputs, a row a text. What is not asked for is not computed."""
        tokens, groups = self._grouped(texts)

        def run(group: list[int]) -> None:
            found = self._one(list(outputs), [tokens[i] for i in group])
            for filled, rows in zip(outputs.values(), found, strict=True):
                filled[group] = rows

        # Threads cost more than they bring where all would fit one batch.
        if self._threads == 1 or sum(map(len, tokens)) <= TOKEN_BUDGET:
            for group in groups:
                run(group)
            return
        with ThreadPoolExecutor(self._threads) as pool:  # a session may run in several threads at once
            list(pool.map(run, groups))

    def _grouped(self, texts: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
        """The tokens of each text, and the texts of each run."""
        tokens = [e.ids for e in self._tokenizer.encode_batch_fast([t[:CHARACTERS] for t in texts])]
        return tokens, list(batches([len(t) for t in tokens]))

    def _one(self, names: Sequence[str], tokens: Sequence[Sequence[int]]) -> list[Floats]:
        """One run over texts of one length: each named output, a row a text."""
        return list(self._session.run(names, {"input_ids": np.array(tokens, np.int32)}, self._options))


def _most_tokens(text: str) -> int:
    """So many at most: one a character that is no space; of those beyond ASCII some are taken apart."""
    beyond = 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))
    return len(text) - text.count(" ") + 3 * beyond


def _two(found: Sequence[Floats]) -> tuple[Floats, Floats]:
    return found[0], found[1]


def _weights(folder: Path, card: Mapping[str, Any]) -> Path:
    """The graph's file, checked against the card. Raises BadModel naming the file."""
    for file in ("model.onnx", "tokenizer.json"):
        if not (folder / file).is_file():
            raise BadModel(f"{folder / file} is missing: a model folder holds card.toml, model.onnx, tokenizer.json")
    weights, sums = folder / "model.onnx", card.get("sha256")
    expected = sums.get("model.onnx") if isinstance(sums, Mapping) else sums
    if expected:
        with weights.open("rb") as graph:
            found = hashlib.file_digest(graph, "sha256").hexdigest()
        if found != expected:
            raise BadModel(f"{weights} is not the file of its card (sha256): copy both from one build")
    return weights


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    """Raises BadModel naming the file for whatever its reader raises."""
    try:
        yield
    except Exception as error:
        raise BadModel(f"{file}: cannot be loaded: {error}") from error


def _check_graph(file: Path, session: Any, dimension: int) -> None:
    """Raises BadModel where the graph lacks its input or output, or gives other vectors than the card says."""
    inputs, outputs = (
        {port.name: port.shape for port in ports} for ports in (session.get_inputs(), session.get_outputs())
    )
    if list(inputs) != ["input_ids"] or "embedding" not in outputs:
        raise BadModel(
            f"{file}: has the inputs {', '.join(inputs)} and the outputs {', '.join(outputs)}; "
            "expected the input input_ids and the output embedding"
        )
    if isinstance(given := outputs["embedding"][-1], int) and given != dimension:
        raise BadModel(f"{file}: gives vectors of {given} numbers, but its card says dimension = {dimension}")


def batches(lengths: Sequence[int], *, budget: int = TOKEN_BUDGET) -> Iterator[list[int]]:
    """Indices grouped by equal length, longest first, at most `budget` tokens a group (or one text)."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    for length, found in groupby(order, key=lambda i: lengths[i]):
        same, rows = list(found), max(1, budget // max(1, length))
        yield from (same[start : start + rows] for start in range(0, len(same), rows))


def read_card(folder: Path, *, fields: Sequence[str] = FIELDS) -> dict[str, Any]:
    """A model folder's card, with at least `fields`. Raises BadModel naming the file and the field."""
    path = folder / "card.toml"
    try:
        card = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadModel(f"{path} is missing: a model folder holds card.toml, model.onnx, tokenizer.json") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadModel(f"{path}: not valid TOML: {error}") from error
    for field in fields:
        if field not in card:
            raise BadModel(f"{path}: the field {field!r} is missing")
    for field, kind in KINDS.items():
        if field in card and (
            type(card[field]) is not kind or card[field] in ("", 0) or str(card[field]).startswith("-")
        ):
            expected = "a positive whole number" if kind is int else "a text"
            raise BadModel(f"{path}: {field} = {card[field]!r}: {expected} expected")
    _check_languages(path, card.get("languages", list(ENGLISH)))
    if "cohesion" in card and not (isinstance(given := card["cohesion"], float) and 0 < given < 1):
        raise BadModel(f"{path}: cohesion = {given!r}: a number between 0 and 1 expected")
    return card


def _check_languages(path: Path, given: Any) -> None:
    if not isinstance(given, list) or not given or not set(map(str, given)) <= set(LANGUAGES):
        known = ", ".join(LANGUAGES)
        raise BadModel(f"{path}: languages = {given!r}: a list of codes expected; known: {known}")
