"""Summaries as rows of their table, and back."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from nlp.signal import Summary, Witness


def summary_row(summary: Summary) -> dict[str, Any]:
    row = {field.name: getattr(summary, field.name) for field in fields(Summary)}
    row["witnesses"] = [[w.kind, w.reason, float(w.weight), [list(p) for p in w.stages]] for w in summary.witnesses]
    return row


def read_summary(row: Iterable[Any]) -> Summary:
    """From the table's columns in their order."""
    *found, told = row
    witnesses = tuple(_witness(*witness) for witness in told or ())
    return Summary(*[*found, witnesses])


def _witness(kind: str, reason: str, weight: float, stages: Iterable[tuple[str, float]]) -> Witness:
    return Witness(kind, reason, weight, tuple((name, p) for name, p in stages))
