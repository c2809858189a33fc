"""Google Play reviews: the monthly CSV reports, and pages of the developer API."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._inputs import named
from pipelines.sources._records import Options, json_records, mappings, open_text, pieces
from pipelines.sources._reviews import Review, objects, read_reviews
from pipelines.sources._values import record, rows
from pipelines.sources.table import csv_rows

LINKED = re.compile(r"(?:[?&#]reviewId|:id)=([\w:.-]+)", re.IGNORECASE)
COLUMN = "Review Submit Date and Time"


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    with open_text(path) as stream:
        if named(path).suffix.lower() == ".csv" and stream.read(1):
            yield from read_reviews(path, options, "googleplay", mappings(csv_rows(path, options)), _of_row)
            return
        stream.seek(0)
        found = pieces(mappings(json_records(stream, options.max_record)), find)
        yield from read_reviews(path, options, "googleplay", found, _of_api)


def find(page: Mapping[str, Any]) -> Iterator[Any]:
    """The reviews of a page, or the review that it is."""
    if "reviews" in page:
        yield from objects(page["reviews"], "reviews")
    elif "comments" in page:
        yield page
    else:
        raise BadRecord("no reviews; known fields for them: reviews, comments", "reviews", "")


def _of_row(row: Mapping[str, Any]) -> Review:
    """A row of the report; the review's id is in its link. Raises BadRecord."""
    if COLUMN not in row:
        raise BadRecord(f"no column {COLUMN}", "record", ", ".join(row))
    link = LINKED.search(str(row.get("Review Link") or ""))
    sent, changed = (row.get(f"Review {name} Date and Time") for name in ("Submit", "Last Update"))
    return Review(
        id=link[1] if link else f"{row.get('Package Name')}-{row.get('Review Submit Millis Since Epoch')}",
        title=str(row.get("Review Title") or ""),
        body=str(row.get("Review Text") or ""),
        at=sent,
        rating=row.get("Star Rating"),
        answer=str(row.get("Developer Reply Text") or ""),
        answered_at=row.get("Developer Reply Date and Time"),
        facts={
            "product": row.get("Package Name"),
            "version": row.get("App Version Name"),
            "language": row.get("Reviewer Language"),
            "device": row.get("Device"),
            "edited": int(bool(changed) and changed != sent),
        },
    )


def _of_api(raw: Mapping[str, Any]) -> Review:
    """A review: what the user wrote last, as written (not as translated), and the answer to it."""
    comments = rows(raw.get("comments"))
    said = next((record(one["userComment"]) for one in comments if one.get("userComment")), {})
    answer = next((record(one["developerComment"]) for one in comments if one.get("developerComment")), {})
    title, tab, body = str(said.get("originalText") or said.get("text") or "").partition("\t")
    return Review(
        id=str(raw.get("reviewId") or ""),
        title=title if tab else "",
        body=body if tab else title,
        at=record(said.get("lastModified")).get("seconds"),
        rating=said.get("starRating"),
        name=str(raw.get("authorName") or ""),
        answer=str(answer.get("text") or ""),
        answered_at=record(answer.get("lastModified")).get("seconds"),
        facts={
            "version": said.get("appVersionName"),
            "language": said.get("reviewerLanguage"),
            "device": said.get("device"),
        },
    )
