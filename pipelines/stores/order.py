"""Pages that go on after a place: a value and an id, not a number of rows, so that what comes in shifts none."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from nlp.errors import UnknownName

Place = tuple[Any, str]
"""The value that a list is sorted by, and the id, of the last item of the page before."""


def ordered(
    statement: Select[Any],
    sorts: Mapping[str, ColumnElement[Any]],
    id: ColumnElement[str],
    *,
    sort: str,
    place: Place | None,
) -> Select[Any]:
    """By a column of `sorts`, largest first where the sort begins with "-", those alike by id. Raises UnknownName."""
    down, name = sort.startswith("-"), sort.removeprefix("-")
    if name not in sorts:
        raise UnknownName.of("sort", sort, [*sorts, *(f"-{name}" for name in sorts)])
    column = sorts[name]
    if place:
        value, last = place
        statement = statement.where(or_(column < value if down else column > value, and_(column == value, id > last)))
    return statement.order_by(column.desc() if down else column, id)
