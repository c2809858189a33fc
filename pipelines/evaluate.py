"""Scores of the shipped models on labelled texts: each figure with its interval, and what is taken for what."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.errors import BadInput, UnknownName
from nlp.metrics import Interval, auc, expected_calibration_error, f1, interval, macro_f1, macro_recall
from nlp.reasons import LEARNT
from nlp.redaction import redact
from nlp.secondary import secondary
from nlp.sentiment import vader
from nlp.signal import SENTIMENTS, Signal, Summary
from pipelines import spans
from pipelines.annotate import Annotator, summary
from pipelines.said import customer_segments
from pipelines.sources._records import open_text

Figures = dict[str, Interval | None]
PARTS = {
    "intent": ("intent", "confidence"),
    "stage": ("stage", "stage_confidence"),
    "sentiment": ("sentiment_class", "sentiment_confidence"),
}
"""Label -> the fields of a signal that guess it and say how sure the guess is; a summary has the first, too."""
NEUTRAL = 0.05
"""VADER's compound scores nearer to 0 than this are neutral (Hutto & Gilbert 2014)."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what a person says of it; None where nothing is said. `friction`: 0 none, 1 some, 2 hard."""

    text: str
    intent: str | None = None
    sentiment: str | None = None
    stage: str | None = None
    friction: int | None = None
    effort: bool | None = None
    leaving: bool | None = None
    secondary: Sequence[str] | None = None
    entities: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`figures`: part -> measure -> figure. `confusions`: part -> (truth, guess, how often), most frequent first."""

    model: str
    texts: int
    figures: Mapping[str, Figures]
    confusions: Mapping[str, Sequence[tuple[str, str, int]]]


def gold(folder: Path) -> list[Labelled]:
    """All JSON lines of a folder. Raises BadInput where there are none."""
    names = Labelled.__dataclass_fields__
    found = [
        Labelled(**{name: value for name, value in row.items() if name in names})
        for path in sorted(folder.glob("*.jsonl"))
        for row in _rows(path)
    ]
    if not found:
        raise BadInput(f"{folder}: no labelled texts; expected *.jsonl with the fields {', '.join(names)}")
    return found


def examples(path: Path, *, text: str, label: str, known: Sequence[str]) -> list[Labelled]:
    """Texts with their intents from a CSV or JSON lines file. Raises BadInput, UnknownName for a column or a label."""
    found: list[Labelled] = []
    for number, row in enumerate(_rows(path), start=1):
        if missing := [name for name in (text, label) if name not in row]:
            raise UnknownName.of(f"column (record {number} of {path})", missing[0], map(str, row))
        if row[label] not in known:
            raise UnknownName.of(f"label (record {number} of {path})", str(row[label]), known)
        found.append(Labelled(str(row[text]), str(row[label])))
    if not found:
        raise BadInput(f"{path}: no records")
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with open_text(path) as stream:
        if path.suffix.lower() == ".csv":
            yield from csv.DictReader(stream)
            return
        for number, line in enumerate(stream, start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise BadInput(f"{path}, line {number}: not JSON: {error}") from error
                if not isinstance(row, dict):
                    raise BadInput(f"{path}, line {number}: a JSON object expected, such as {{'text': …}}")
                yield row


def evaluate(annotator: Annotator, labelled: Sequence[Labelled], *, seed: int) -> Report:
    """Each text alone, as one segment, and as a conversation of one turn through the rule of `nlp/summary.py`."""
    texts = [redact(row.text)[0] for row in labelled]
    signals, _ = annotator.signals([Segment(str(n), 0, 0, len(text)) for n, text in enumerate(texts)], texts)
    conversations = _conversations(annotator, texts)
    summaries = [whole for whole, _ in conversations]
    figures: dict[str, Figures] = {}
    confusions: dict[str, list[tuple[str, str, int]]] = {}
    for part, (label, confidence) in PARTS.items():
        rows = _told(labelled, part)
        if not rows:
            continue
        truth = np.array([getattr(labelled[n], part) for n in rows])
        guess, derived = (np.array([getattr(found[n], label) for n in rows]) for found in (signals, summaries))
        sure = np.array([getattr(signals[n], confidence) for n in rows])
        calibration = interval(expected_calibration_error, sure, guess == truth, seed=seed)
        figures[part] = {**_classes(truth, guess, seed=seed), "ECE": calibration}
        if part == "intent":
            figures[part] |= _kept([signals[n] for n in rows], guess == truth, seed=seed)
        figures[f"{part} of a conversation"] = _classes(truth, derived, seed=seed)
        if part == "sentiment":
            figures["sentiment by VADER"] = _classes(truth, _vader([texts[n] for n in rows]), seed=seed)
        confusions[part] = _confusions(truth, guess)
    by_clause = list(zip([s.intent for s in signals], annotator.secondary(signals, texts), strict=True))
    by_segment = [(w.intent, secondary(w.intent, [(s.intent, s.confidence) for s in o])) for w, o in conversations]
    figures |= _secondary(labelled, by_clause, "", seed=seed)
    figures |= _secondary(labelled, by_segment, " of a conversation", seed=seed)
    figures |= _friction(labelled, signals, seed=seed) | _reasons(labelled, signals, seed=seed)
    if rows := _told(labelled, "entities"):
        marked = [labelled[n].entities or () for n in rows]
        figures |= spans.scores(annotator.entities, [labelled[n].text for n in rows], marked, seed=seed)
    return Report(annotator.version, len(labelled), figures, confusions)


def _told(labelled: Sequence[Labelled], name: str) -> list[int]:
    return [n for n, row in enumerate(labelled) if getattr(row, name) is not None]


def _conversations(annotator: Annotator, texts: Sequence[str]) -> list[tuple[Summary, list[Signal]]]:
    """Each text as a conversation of one customer turn: cut into segments, and derived from them by the rule."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    conversations = [
        Conversation(str(n), "labelled", Channel.TICKET, "", at, (Turn(0, Speaker.CUSTOMER, text),))
        for n, text in enumerate(texts)
    ]
    pairs = [pair for conversation in conversations for pair in customer_segments(conversation)]
    own: dict[str, list[Signal]] = {conversation.id: [] for conversation in conversations}
    for signal in annotator.signals([s for s, _ in pairs], [t for _, t in pairs])[0]:
        own[signal.segment.conversation].append(signal)
    return [(summary(id, found, taxonomy=annotator.taxonomy), found) for id, found in own.items()]


def _classes(truth: npt.NDArray[Any], guess: npt.NDArray[Any], *, seed: int) -> Figures:
    t, g = np.split(np.unique(np.concatenate([truth, guess]), return_inverse=True)[1], 2)  # numbers are drawn faster
    return {
        "accuracy": interval(np.mean, t == g, seed=seed),
        "macro F1": interval(macro_f1, t, g, seed=seed),
        "macro recall": interval(macro_recall, t, g, seed=seed),
    }


def _kept(signals: Sequence[Signal], right: npt.NDArray[Any], *, seed: int) -> Figures:
    """How much the model vouches for, and how good that is."""
    kept = ~np.array([s.abstained for s in signals])
    return {
        "coverage": interval(np.mean, kept, seed=seed),
        "accuracy where kept": interval(np.mean, right[kept], seed=seed),
    }


def _secondary(
    labelled: Sequence[Labelled], found: Sequence[tuple[str, Sequence[str]]], of: str, *, seed: int
) -> dict[str, Figures]:
    """`found`: main and secondary intents of each text. All intents: where the main guess is what a person calls
    secondary, and the other way round, both are right."""
    rows = [n for n in _told(labelled, "secondary") if labelled[n].intent]
    if not rows:
        return {}
    told = [set(labelled[n].secondary or ()) for n in rows]
    asked = [own | {str(labelled[n].intent)} for n, own in zip(rows, told, strict=True)]
    others = [set(found[n][1]) for n in rows]
    every = [own | {found[n][0]} for n, own in zip(rows, others, strict=True)]
    return {
        f"secondary intents{of}": _sets(told, others, seed=seed),
        f"all intents{of}": _sets(asked, every, seed=seed),
    }


def _sets(truth: Sequence[set[str]], guess: Sequence[set[str]], *, seed: int) -> Figures:
    """Over all names of all texts together."""
    right = np.array([name in t for t, g in zip(truth, guess, strict=True) for name in g], bool)
    known = np.array([name in g for t, g in zip(truth, guess, strict=True) for name in t], bool)
    return {
        "precision": interval(np.mean, right, seed=seed),
        "recall": interval(np.mean, known, seed=seed),
    }


def _vader(texts: Sequence[str]) -> npt.NDArray[Any]:
    scores = [vader(text) for text in texts]
    return np.array([SENTIMENTS[1 + (score >= NEUTRAL) - (score <= -NEUTRAL)] for score in scores])


def _friction(labelled: Sequence[Labelled], signals: Sequence[Signal], *, seed: int) -> dict[str, Figures]:
    rows = _told(labelled, "friction")
    if not rows:
        return {}
    level = np.array([labelled[n].friction for n in rows])
    value = np.array([signals[n].friction for n in rows])
    ends = level != 1
    found: Figures = {
        "Spearman with the level": interval(_spearman, level, value, seed=seed),
        "AUC of level 2 against 0": interval(auc, level[ends] == 2, value[ends], seed=seed),
    }
    for name in sorted(set(level.tolist())):
        found[f"mean at level {name}"] = interval(np.mean, value[level == name], seed=seed)
    return {"friction": found}


def _spearman(left: Any, right: Any) -> float:
    """NaN where one of them is constant."""
    a, b = rankdata(left), rankdata(right)
    return float(np.corrcoef(a, b)[0, 1]) if a.std() and b.std() else float("nan")


def _reasons(labelled: Sequence[Labelled], signals: Sequence[Signal], *, seed: int) -> dict[str, Figures]:
    """Effort and leaving, against what a person says: told where evidence shows them, and ranked by probability."""
    found: dict[str, Figures] = {}
    for name in LEARNT:
        if rows := _told(labelled, name):
            truth = np.array([getattr(labelled[n], name) for n in rows])
            likely = np.array([getattr(signals[n], name) for n in rows])
            guess = np.array([any(e.kind == name for e in signals[n].evidence) for n in rows])
            found[name] = {
                "precision": interval(np.mean, truth[guess], seed=seed),
                "recall": interval(np.mean, guess[truth], seed=seed),
                "F1": interval(f1, truth, guess, seed=seed),
                "AUC": interval(auc, truth, likely, seed=seed),
                "ECE": interval(expected_calibration_error, likely, truth, seed=seed),
            }
    return found


def _confusions(truth: npt.NDArray[Any], guess: npt.NDArray[Any]) -> list[tuple[str, str, int]]:
    pairs = Counter((str(t), str(g)) for t, g in zip(truth, guess, strict=True) if t != g)
    return [(t, g, count) for (t, g), count in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))]
