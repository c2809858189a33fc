"""Pages of lists: sorted by one key, and going on after the last item, whatever has come in between."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from api.schemas.requests import Listed, Paged
from nlp.errors import UnknownName

Key = tuple[Any, str]
"""An item's place in a list: the value that it is sorted by, and its id."""
ASIDE = ("cursor", "limit", "fields")
"""What a page may be asked for otherwise than the one before."""


def order(question: Listed, known: Sequence[str]) -> str:
    """What to sort by, with "-" before it where the largest come first; the first of the `known` where nothing is
    asked. Raises UnknownName."""
    if question.sort and question.sort not in known:
        raise UnknownName.of("sort", question.sort, known)
    return question.sort or known[0]


def behind(request: Request, question: Paged, sort: str) -> Key | None:
    """The place that the page goes on after; None of the first. Raises RequestValidationError for a cursor that this
    list, these filters and this order have not given."""
    if not question.cursor:
        return None
    try:
        mark, kind, value, id = json.loads(base64.urlsafe_b64decode(question.cursor.encode() + b"=="))
        if mark != _mark(request, sort) or not isinstance(id, str) or kind not in READ:
            raise ValueError
        return READ[kind](value), id
    except (ValueError, TypeError, UnicodeError, binascii.Error):
        reason = "no cursor of this list with these filters and this order; begin without one"
        wrong = {"type": "cursor", "loc": ("query", "cursor"), "msg": reason, "input": question.cursor}
        raise RequestValidationError([wrong]) from None


def page(
    request: Request, found: Sequence[Any], question: Paged, sort: str, key: Callable[[Any], Key]
) -> dict[str, Any]:
    """`found` holds one item more than `limit` where there is more."""
    items = found[: question.limit]
    if len(found) <= question.limit:
        return {"items": items, "next": None}
    value, id = key(items[-1])
    kind = next(name for name, test in KINDS.items() if isinstance(value, test))
    told = [_mark(request, sort), kind, value.isoformat() if isinstance(value, datetime) else value, id]
    cursor = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")
    following = request.url.include_query_params(cursor=cursor)
    return {"items": items, "next": f"{following.path}?{following.query}"}


def listed(
    request: Request, rows: Iterable[Mapping[str, Any]], question: Listed, *, sorts: Sequence[str], id: str = "id"
) -> dict[str, Any]:
    """A page of rows that are all at hand; `sorts` are the fields that they may be sorted by, the usual one first,
    where "" is the order that they come in. What has no value comes last."""
    sort = order(question, sorts)
    given = list(rows)
    name, down = sort.removeprefix("-"), sort.startswith("-")
    places = {str(row[id]): n for n, row in enumerate(given)}

    def key(row: Mapping[str, Any]) -> Key:
        value = row[name] if name else places[str(row[id])]
        return (value if isinstance(value, tuple(KINDS.values())) else str(value)), str(row[id])

    def known(row: Mapping[str, Any]) -> bool:
        return not name or row[name] is not None

    ranked = sorted((row for row in given if known(row)), key=lambda row: key(row)[1])
    ranked.sort(key=lambda row: key(row)[0], reverse=down)
    ranked += sorted((row for row in given if not known(row)), key=lambda row: str(row[id]))
    after = behind(request, question, sort)
    start = _after(ranked, key, after, down=down, known=known) if after else 0
    return page(request, ranked[start : start + question.limit + 1], question, sort, key)


def _after(
    ranked: Sequence[Mapping[str, Any]],
    key: Callable[[Mapping[str, Any]], Key],
    after: Key,
    *,
    down: bool,
    known: Callable[[Mapping[str, Any]], bool],
) -> int:
    """Behind the item itself where it is still there, else where it would be."""
    for place, row in enumerate(ranked):
        if key(row)[1] == after[1]:
            return place + 1
    value, id = after
    for place, row in enumerate(ranked):
        other = key(row)
        if not known(row) or type(other[0]) is not type(value):
            continue
        if (other[0] < value if down else other[0] > value) or (other[0] == value and other[1] > id):
            return place
    return len(ranked)


def _mark(request: Request, sort: str) -> str:
    asked = sorted((name, value) for name, value in request.query_params.multi_items() if name not in ASIDE)
    return hashlib.sha256(json.dumps([request.url.path, sort, asked]).encode()).hexdigest()[:12]


KINDS: dict[str, Any] = {"t": datetime, "n": (int, float), "s": str}
READ: dict[str, Callable[[Any], Any]] = {
    "t": datetime.fromisoformat,
    "n": lambda value: value if isinstance(value, int | float) else float("nan"),
    "s": str,
}
