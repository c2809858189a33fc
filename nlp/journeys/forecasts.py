"""Forecasts: what a customer will probably do next, each with the features that say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np
from scipy.special import expit, softmax

from nlp.errors import BadModel
from nlp.journeys.encoding import Encoding
from nlp.journeys.features import Table, Value, row
from nlp.journeys.groups import Array
from nlp.journeys.trees import FIELDS, Trees

FORMAT = 1
REASONS, LEAST = 3, 0.005
"""At most so many reasons, each of at least so much probability."""
Typical = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Reason:
    """A feature that moves a probability: its value, a typical customer's, and by how much the probability would be
    less with the typical one (-1..+1)."""

    feature: str
    value: Value
    typical: Value
    effect: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """classes with their probabilities, the likeliest first; of a question, "yes" and "no". reasons: for the likeliest
    class, of a question for "yes"; `usual`: how often that class came among all that was learnt from."""

    target: str
    classes: tuple[tuple[str, float], ...]
    usual: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """One target's model. classes: of a question ("no", "yes"). shares: how often each came in training. scale, shift:
    of the margin of "yes" (Platt 1999); of several classes the scale alone is used (Guo et al. 2017).
    """

    target: str
    classes: tuple[str, ...]
    shares: tuple[float, ...]
    trees: Trees
    scale: float
    shift: float

    def probabilities(self, matrix: Array) -> Array:
        """float64 (n, classes); rows sum to 1."""
        margins = self.scale * self.trees.margins(matrix)
        if len(self.trees.baseline) > 1:
            return np.asarray(softmax(margins, axis=1))
        yes = expit(margins[:, 0] + self.shift)
        return np.column_stack([1 - yes, yes])


@dataclass(frozen=True, slots=True)
class Forecaster:
    """All targets' models on one encoding. reference float64 (columns,), typical: the same customer as features."""

    encoding: Encoding
    reference: Array
    typical: Typical
    outlooks: tuple[Outlook, ...]

    def forecast(self, table: Table) -> list[Forecast]:
        """Of the one customer in the table. Raises BadModel where its features are no longer made."""
        matrix, values = self.encoding.matrix(table), row(table, 0)
        return [self._forecast(outlook, matrix, values) for outlook in self.outlooks]

    def probabilities(self, table: Table) -> dict[str, Array]:
        """Of many customers: target -> float64 (n, classes)."""
        matrix = self.encoding.matrix(table)
        return {outlook.target: outlook.probabilities(matrix) for outlook in self.outlooks}

    def _forecast(self, outlook: Outlook, matrix: Array, values: Mapping[str, Value]) -> Forecast:
        """The reasons are by removal: each feature in turn is made the typical one (Covert, Lundberg & Lee 2021,
        "Explaining by removing", J. Mach. Learn. Res. 22:209)."""
        groups = self.encoding.groups(outlook.trees.used())
        without = np.repeat(matrix, len(groups) + 1, axis=0)
        for n, places in enumerate(groups.values(), start=1):
            without[n, places] = self.reference[places]
        found = outlook.probabilities(without)
        told = outlook.classes.index("yes") if "yes" in outlook.classes else int(found[0].argmax())
        effects = found[0, told] - found[1:, told]
        reasons = [
            Reason(feature, values[feature], self.typical.get(feature), float(effect))
            for feature, effect in zip(groups, effects, strict=True)
            if abs(effect) >= LEAST
        ]
        ranked = sorted(zip(outlook.classes, map(float, found[0]), strict=True), key=lambda pair: -pair[1])
        most = tuple(sorted(reasons, key=lambda reason: -abs(reason.effect))[:REASONS])
        return Forecast(outlook.target, tuple(ranked), outlook.shares[told], most)

    def to_bytes(self) -> bytes:
        """As an .npz without pickle."""
        heads = [[o.target, str(len(o.classes))] for o in self.outlooks]
        arrays: dict[str, Any] = {"format": FORMAT, "columns": self.encoding.columns, "reference": self.reference}
        arrays |= {"typical": [[n, _told(v), str(v)] for n, v in self.typical.items()], "outlooks": heads}
        for n, outlook in enumerate(self.outlooks):
            own = {"classes": outlook.classes, "shares": outlook.shares, "scale": outlook.scale, "shift": outlook.shift}
            arrays |= {f"{n}.{name}": value for name, value in (own | outlook.trees.arrays()).items()}
        buffer = BytesIO()
        kept: dict[str, Any] = {name: np.asarray(value) for name, value in arrays.items()}
        np.savez_compressed(buffer, **kept)
        return buffer.getvalue()

    @classmethod
    def of_bytes(cls, data: bytes) -> "Forecaster":
        """Raises BadModel for what is no such file, or of another version."""
        try:
            with np.load(BytesIO(data), allow_pickle=False) as file:
                if int(file["format"]) != FORMAT:
                    raise BadModel(f"forecasts of format {int(file['format'])}, {FORMAT} expected: train them anew")
                columns = tuple((str(feature), str(name)) for feature, name in file["columns"])
                typical = {str(name): _read(kind, value) for name, kind, value in file["typical"]}
                outlooks = [_outlook(file, n, str(head[0]), len(columns)) for n, head in enumerate(file["outlooks"])]
                return cls(Encoding(columns), file["reference"], typical, tuple(outlooks))
        except (KeyError, ValueError, TypeError, EOFError, BadZipFile) as error:
            raise BadModel(f"not a whole model of forecasts: {error}") from error


def _outlook(file: Any, n: int, target: str, columns: int) -> Outlook:
    trees = Trees.of_arrays({name: file[f"{n}.{name}"] for name in FIELDS}, columns=columns)
    classes, shares = tuple(map(str, file[f"{n}.classes"])), tuple(map(float, file[f"{n}.shares"]))
    if len(trees.baseline) != (1 if len(classes) == 2 else len(classes)):
        raise BadModel(f"{target}: {len(classes)} classes, but trees of {len(trees.baseline)}: train it anew")
    return Outlook(target, classes, shares, trees, float(file[f"{n}.scale"]), float(file[f"{n}.shift"]))


def _told(value: Value) -> str:
    return "none" if value is None else type(value).__name__


def _read(kind: str, value: str) -> Value:
    kinds: dict[str, Any] = {"int": int, "float": float, "str": str}
    return kinds[kind](value) if kind in kinds else None


def classes_of(values: Sequence[str]) -> tuple[str, ...]:
    """In the order of a model: "no" before "yes", else by name."""
    return tuple(sorted(set(values)))
