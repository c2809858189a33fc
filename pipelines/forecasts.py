"""Forecasts of a customer out of the store: by a model of the company's own past, or by a rule that says so."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from nlp.encoder import read_card
from nlp.errors import BadModel
from nlp.journeys.facts import Facts, ticks
from nlp.journeys.features import Value, row, table
from nlp.journeys.forecasts import Forecast, Forecaster
from nlp.journeys.rules import NOTE, met
from nlp.journeys.targets import EXIT, SILENT
from nlp.taxonomy import Taxonomy
from pipelines.facts import known
from pipelines.features import aware
from pipelines.stores.protocols import Store

FILE = "forecasts.npz"
Row = dict[str, Any]


def open_forecaster(folder: Path) -> Forecaster:
    """What `frictionary train forecasts` has written, read again when it has been written anew. Raises BadModel."""
    sums, path = read_card(folder, fields=("name", "sha256"))["sha256"], folder / FILE
    try:
        written = path.stat().st_mtime_ns
    except OSError as error:
        raise BadModel(f"{path}: cannot be read: {error.strerror}") from error
    return _opened(path, str(sums.get(FILE)) if isinstance(sums, dict) else "", written)


@lru_cache(maxsize=4)
def _opened(path: Path, expected: str, written: int) -> Forecaster:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != expected:
        raise BadModel(f"{path} is not the file of its card (sha256): copy all of one training, or train it anew")
    return Forecaster.of_bytes(data)


def forecasts(
    store: Store, customer: str, at: datetime, *, taxonomy: Taxonomy, forecaster: Forecaster | None = None
) -> Row:
    """What is foretold of a customer as of `at`, from what was known before it alone.

    Keys customer, at, why_not ("" or why nothing is foretold), forecasts [{target, by "model" or "rule", probability,
    classes [[name, probability]], usual, points, note, reasons [{feature, value, typical, effect, points, says}]}];
    what one has not is None. Raises BadInput for a time without zone, NotFound, BadModel.
    """
    aware(at)
    facts = known(store, customer, at, taxonomy)
    why_not = _why_not(facts, ticks(at), taxonomy)
    found: list[Row] = []
    if not why_not:
        features = table([facts], np.array([ticks(at)]), taxonomy)
        found = [_by_model(forecast) for forecast in forecaster.forecast(features)] if forecaster else []
        if EXIT not in {forecast["target"] for forecast in found}:
            found.append(_by_rule(row(features, 0)))
    return {"customer": customer, "at": at, "why_not": why_not, "forecasts": found}


def _why_not(facts: Facts, at: int, taxonomy: Taxonomy) -> str:
    if any(done.name in taxonomy.leaves for done in facts.done):
        return "has left"
    last = max([*(said.at for said in facts.said), *(done.at for done in facts.done)], default=None)
    if last is None:
        return "nothing is known before this moment"
    return "silent for over 120 days" if at - last > SILENT else ""


def _by_model(forecast: Forecast) -> Row:
    classes = [list(pair) for pair in forecast.classes]
    probability = dict(forecast.classes).get("yes")
    reasons = [asdict(reason) | {"points": None, "says": None} for reason in forecast.reasons]
    head = {"target": forecast.target, "by": "model", "probability": probability, "classes": classes}
    return head | {"usual": forecast.usual, "points": None, "note": None, "reasons": reasons}


def _by_rule(features: Mapping[str, Value]) -> Row:
    rules = met(features)
    reasons = [
        {"feature": rule.feature, "value": features[rule.feature], "typical": None, "effect": None}
        | {"points": rule.points, "says": rule.says}
        for rule in rules
    ]
    head = {"target": EXIT, "by": "rule", "probability": None, "classes": None, "usual": None}
    return head | {"points": sum(rule.points for rule in rules), "note": NOTE, "reasons": reasons}
