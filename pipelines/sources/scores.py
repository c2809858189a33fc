"""Scores from a CSV: what customers answered to surveys of satisfaction, recommendation or effort, a row an answer."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from nlp.customer import Event
from nlp.errors import BadRecord
from nlp.vocabulary import plain
from pipelines.sources._events import event
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._values import clean, identified, identifier, time, zone
from pipelines.sources.table import csv_rows

WHO = {"customer": "", "customer_id": "id", "user_id": "id", "contact_id": "id", "email": "email", "phone": "phone"}
WHEN = ("at", "date", "responded_at", "response_date", "submitted_at", "created_at", "timestamp")
ASKED, ANSWER = ("survey", "metric", "score_type", "question"), ("score", "rating", "value", "answer")
IDS = ("id", "response_id", "survey_response_id")


def read(path: Path, options: Options) -> Iterator[Event | BadRecord]:
    """A column named like a score ("NPS") holds its values; or `survey` names it and `score` has the value.

    The vocabulary tells the scores, what they are called, and their ranges. Each answer is an event.
    """
    tz = zone(options.timezone)
    for number, row in csv_rows(path, options):
        try:
            if isinstance(row, BadRecord):
                raise row
            yield from list(_answers({plain(name): value for name, value in row.items()}, tz, options))
        except BadRecord as bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)


def _answers(row: Mapping[str, str], tz: ZoneInfo, options: Options) -> Iterator[Event]:
    told = [identifier(kind, row.get(name)) if kind else identified(row.get(name)) for name, kind in WHO.items()]
    who = next(filter(None, told), "")
    if not who:
        raise BadRecord(f"an answer needs a customer; known columns for it: {', '.join(WHO)}", "customer", "")
    at, _ = time(_first(row, WHEN), "at", tz)
    scores = {name: value for name, value in row.items() if options.names.event(name) in options.names.scores}
    if asked := _first(row, ASKED):
        scores[asked] = _first(row, ANSWER)
    given = {name: value for name, value in scores.items() if value.strip()}
    if not given:
        raise BadRecord(f"no score; known ones: {', '.join(options.names.scores)}", "score", "")
    for name, value in given.items():
        if options.names.event(name) not in options.names.scores:
            raise BadRecord(f"not a known score; known ones: {', '.join(options.names.scores)}", "survey", name)
        answer = _first(row, IDS)
        yield event(options, who, name, at, value, key=answer and f"scores|{who}|{plain(name)}|{answer}")


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := clean(row.get(name)).strip())), "")
