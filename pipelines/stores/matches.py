"""What a database's full text index is asked for, whichever of the two it is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause


@dataclass(frozen=True, slots=True)
class Matches:
    """`source` holds the table of turns; rows of it that fulfil `condition` match. `score` is higher for better ones,
    `marked` is the turn's text, character by character, with marks about what matched."""

    source: FromClause
    condition: ColumnElement[bool]
    score: ColumnElement[Any]
    marked: ColumnElement[Any]
