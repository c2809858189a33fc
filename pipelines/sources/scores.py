"""Scores from a CSV: what customers answered to surveys of satisfaction, recommendation or effort, a row an answer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from nlp.customer import Event
from nlp.errors import BadRecord
from nlp.vocabulary import Vocabulary, plain
from pipelines.sources._dates import Dates
from pipelines.sources._events import event
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._values import clean, identified, identifier
from pipelines.sources.table import csv_rows, mapping_of

WHO = {"customer": "", "customer_id": "id", "user_id": "id", "contact_id": "id", "email": "email", "phone": "phone"}
WHEN = ("at", "date", "responded_at", "response_date", "submitted_at", "created_at", "timestamp")
ASKED, ANSWER = ("survey", "metric", "score_type", "question"), ("score", "rating", "value", "answer")
IDS = ("id", "response_id", "survey_response_id")
DAYS = 1 << 10
"""Times whose reading is remembered: answers of one day stand together."""
When = Callable[[str, str], tuple[datetime, bool]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a header hold what, in the order in which they are looked at; of who answers with the kind of
    identifier ("" where the cell tells it), of a score with its name in plain spelling."""

    who: tuple[tuple[str, str], ...]
    when: tuple[str, ...]
    asked: tuple[str, ...]
    answer: tuple[str, ...]
    ids: tuple[str, ...]
    scores: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, header: Iterable[str], names: Vocabulary) -> "Layout":
        told = {plain(column): column for column in header}
        when, asked, answer, ids = (
            tuple(told[name] for name in spelled if name in told) for spelled in (WHEN, ASKED, ANSWER, IDS)
        )
        who = tuple((kind, told[name]) for name, kind in WHO.items() if name in told)
        scores = tuple((name, column) for name, column in told.items() if names.event(name) in names.scores)
        return cls(who, when, asked, answer, ids, scores)


def read(path: Path, options: Options) -> Iterator[Event | BadRecord]:
    """A column named like a score ("NPS") holds its values; or `survey` names it and `score` has the value.

    The vocabulary tells the scores, what they are called, and their ranges. Each answer is an event. Of a mapping
    `dates` and `timezone` tell how times are meant.
    """
    dates = Dates.of(mapping_of(options.mapping), options.timezone)
    layouts: dict[int, Layout] = {}  # by the number of cells: a row may be cut short
    when = lru_cache(DAYS)(dates.time)
    for number, row in csv_rows(path, options):
        try:
            if isinstance(row, BadRecord):
                raise row
            layout = layouts.get(len(row)) or layouts.setdefault(len(row), Layout.of(row, options.names))
            yield from _answers(row, layout, when, options)
        except BadRecord as bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)


def _answers(row: Mapping[str, str], layout: Layout, when: When, options: Options) -> list[Event]:
    who = ""
    for kind, column in layout.who:
        if who := identifier(kind, row[column]) if kind else identified(row[column]):
            break
    if not who:
        raise BadRecord(f"an answer needs a customer; known columns for it: {', '.join(WHO)}", "customer", "")
    at, _ = when(_first(row, layout.when), "at")
    given = {name: value for name, column in layout.scores if not (value := row[column]).isspace() and value}
    if layout.asked and (asked := _first(row, layout.asked)) and (value := _first(row, layout.answer)):
        if options.names.event(asked) not in options.names.scores:
            raise BadRecord(f"not a known score; known ones: {', '.join(options.names.scores)}", "survey", asked)
        given[asked] = value
    if not given:
        raise BadRecord(f"no score; known ones: {', '.join(options.names.scores)}", "score", "")
    answer = _first(row, layout.ids)
    return [
        event(options, who, name, at, value, key=answer and f"scores|{who}|{plain(name)}|{answer}")
        for name, value in given.items()
    ]


def _first(row: Mapping[str, str], columns: Iterable[str]) -> str:
    for column in columns:
        if found := clean(row[column]).strip():
            return found
    return ""
