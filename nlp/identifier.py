"""The language of words by py3langid's model: its figures, kept in a sixth of the memory that its own class takes.

The model is naive Bayes over byte sequences, which an automaton counts (Lui & Baldwin 2012, "langid.py: An
Off-the-shelf Language Identification Tool"). Most of its memory is the automaton's moves, 256 a state; cut into blocks
of 16, they are mostly the same few blocks. Of the figures, the languages that are not asked for are left out.
"""

import math
import unicodedata
from array import array
from collections import Counter
from collections.abc import Sequence
from importlib import import_module

import numpy as np
import numpy.typing as npt

BLOCK = 16
"""Moves in a block; of 4 to 64 the size that takes least."""


class Identifier:
    """Loads in about a second. Raises ValueError for a code that the model does not know."""

    def __init__(self, languages: Sequence[str]) -> None:
        langid = import_module("py3langid.langid")
        found = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
        found.set_languages(list(languages))
        self._labels, self._prior, self._table = list(found.nb_classes), found.nb_pc, found.nb_ptc
        self._starts = array("I", (row * 256 // BLOCK for row in found.tk_row))
        self._features = array("i", found.tk_output)
        self._moves, self._blocks = _shared(found.tk_nextmove)

    def __call__(self, text: str) -> tuple[str, float]:
        """The likeliest language and its probability 0..1 among those asked for."""
        plain = unicodedata.normalize("NFC", text.lower() if text.isupper() else text)
        letters = plain.encode("utf-8", "surrogatepass")
        scores = self._scores(letters) * (1 / math.sqrt(len(letters) or 1))  # else long texts were always sure
        odds = np.exp(scores - scores.max())
        best = int(odds.argmax())
        return self._labels[best], float(odds[best] / odds.sum())

    def _scores(self, letters: bytes) -> npt.NDArray[np.float32]:
        """float32 (languages,): log-posteriors, each feature by the logarithm of its count."""
        counts = Counter(self._walk(letters))
        if not counts:
            return np.zeros(len(self._labels), np.float32)
        rows, times = np.array(list(counts), np.intp), np.array(list(counts.values()), np.float32)
        return np.asarray(np.log1p(times) @ self._table[rows] + self._prior, np.float32)

    def _walk(self, letters: bytes) -> list[int]:
        """The features in the order in which they end."""
        starts, blocks, moves, features = self._starts, self._blocks, self._moves, self._features
        state, found = 0, []
        for letter in letters:
            state = moves[blocks[starts[state] + letter // BLOCK] + letter % BLOCK]
            if features[state] >= 0:
                found.append(features[state])
        return found


def _shared(moves: "array[int]") -> tuple["array[int]", "array[int]"]:
    """The different blocks one after another, and where each of all blocks stands among them."""
    whole, size = memoryview(moves).cast("B"), BLOCK * moves.itemsize
    places: dict[bytes, int] = {}
    blocks = array("I")
    for at in range(0, len(whole), size):
        blocks.append(places.setdefault(bytes(whole[at : at + size]), len(places) * BLOCK))
    return array(moves.typecode, b"".join(places)), blocks
