"""The authored texts with their labels, and how much one counts in training."""

import json
from pathlib import Path
from typing import Any

AUTHORED_WEIGHT = 3.0
"""How much an authored text counts against a public one: it is the product's own domain."""


def authored(folder: Path) -> list[dict[str, Any]]:
    """The records of all JSON lines files of a folder, by file name."""
    lines = [line for p in sorted(folder.glob("*.jsonl")) for line in p.read_text("utf-8").split("\n") if line]
    return [json.loads(line) for line in lines]
