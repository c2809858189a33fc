"""The authored texts with their labels: which are learnt from, and which are held out for choices and calibration."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

AUTHORED_WEIGHT = 3.0
"""How much an authored text counts against a public one: it is the product's own domain."""
HELD_OUT = 8
"""Percent of the texts that nothing is fitted to."""


def authored(folder: Path) -> list[dict[str, Any]]:
    """The records of all JSON lines files of a folder, by file name."""
    lines = [line for p in sorted(folder.glob("*.jsonl")) for line in p.read_text("utf-8").split("\n") if line]
    return [json.loads(line) for line in lines]


def split(rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(learnt from, held out): by a hash of the text, so that a text stays where it is when others come."""
    held = [int(hashlib.sha256(row["text"].encode()).hexdigest(), 16) % 100 < HELD_OUT for row in rows]
    return (
        [row for row, out in zip(rows, held, strict=True) if not out],
        [row for row, out in zip(rows, held, strict=True) if out],
    )
