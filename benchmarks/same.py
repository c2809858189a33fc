"""Whether two SQLite stores hold the same, row for row: texts alike, numbers as near as rounding lets them be.

A text's scores depend on its neighbours in a batch in the seventh digit (sums are added in another order), and batches
are cut elsewhere after a kill. So numbers, some of which are kept to four digits, may differ by `NEAR`, elements of
embeddings (float16) by `NEAR_VECTOR`.
"""

import json
import math
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np

NEAR, NEAR_VECTOR = 2e-4, 2e-3
MOMENTS = {"assignments": {"assigned_at"}, "proposals": {"at"}, "key_marks": {"at"}}
"""Columns that tell when something was done, and so differ between any two runs."""
LOGS = {"runs", "run_inputs", "marks", "alembic_version", "sqlite_sequence", "stale_features", "online_features"}
"""Tables of what was done when, and of what is at hand until it is gathered anew."""
INDEX = ("turn_words", "turn_places")
"""Tables of the full text index begin so: it numbers turns as they came, and follows from them by triggers."""
Rows = dict[str, list[list[Any]]]


def rows(store: Path) -> Rows:
    """Every row of every table of findings by its key, without the moments at which they were found."""
    found: Rows = {}
    with sqlite3.connect(store) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        for table in sorted(name for name in tables if name not in LOGS and not name.startswith(INDEX)):
            columns = connection.execute(f"pragma table_info('{table}')").fetchall()
            keys = [name for _, name, *_, key in columns if key]
            names = [name for _, name, *_ in columns if name not in MOMENTS.get(table, ())]
            listed = ", ".join(f'"{name}"' for name in names)
            order = ", ".join(f'"{name}"' for name in keys or names)
            found[table] = [list(row) for row in connection.execute(f'select {listed} from "{table}" order by {order}')]
    return found


def differing(one: Rows, other: Rows) -> list[str]:
    """The tables that do not hold the same."""
    return [table for table in sorted(one.keys() | other.keys()) if not same(one.get(table), other.get(table))]


def same(one: Any, other: Any) -> bool:
    """Alike, or numbers near one another; JSON texts by what they say."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if one == other:
        return True
    if isinstance(one, bytes) and isinstance(other, bytes) and len(one) == len(other):
        return bool(np.allclose(np.frombuffer(one, np.float16), np.frombuffer(other, np.float16), atol=NEAR_VECTOR))
    if isinstance(one, str) and isinstance(other, str) and one[:1] in ("{", "["):
        return same(json.loads(one), json.loads(other))
    return False
