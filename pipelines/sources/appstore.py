"""App Store reviews: pages of the App Store Connect API, and of the public feed as JSON."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._records import Options, json_records, mappings, open_text, pieces
from pipelines.sources._reviews import Review, objects, read_reviews
from pipelines.sources._values import record, rows


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    with open_text(path) as stream:
        found = pieces(mappings(json_records(stream, options.max_record)), find)
        yield from read_reviews(path, options, "appstore", found, review)


def find(page: Mapping[str, Any]) -> Iterator[Any]:
    """The reviews of a page, each with the answer that the page includes; the feed's first entry may be the app."""
    entries = record(page.get("feed")).get("entry")
    if "data" not in page and "feed" not in page:
        raise BadRecord("no reviews; known fields for them: data, feed", "data", "")
    answers = {str(one.get("id")): record(one.get("attributes")) for one in rows(page.get("included"))}
    data = page.get("data")
    for one in objects([data] if isinstance(data, Mapping) else data, "data"):
        yield {**one, "answer": answers.get(_answer(one))} if isinstance(one, Mapping) else one
    for one in objects([entries] if isinstance(entries, Mapping) else entries, "feed.entry"):
        if isinstance(one, BadRecord) or "im:rating" in one:
            yield one


def review(raw: Mapping[str, Any]) -> Review:
    return _of_feed(raw) if "im:rating" in raw else _of_api(raw)


def _of_api(raw: Mapping[str, Any]) -> Review:
    said, answer = record(raw.get("attributes")), record(raw.get("answer"))
    public = answer.get("state") != "PENDING_PUBLISH"
    return Review(
        id=str(raw.get("id") or ""),
        title=str(said.get("title") or ""),
        body=str(said.get("body") or ""),
        at=said.get("createdDate"),
        rating=said.get("rating"),
        name=str(said.get("reviewerNickname") or ""),
        answer=str(answer.get("responseBody") or "") if public else "",
        answered_at=answer.get("lastModifiedDate"),
        facts={"territory": said.get("territory")},
    )


def _of_feed(raw: Mapping[str, Any]) -> Review:
    author = record(raw.get("author"))
    return Review(
        id=_label(raw, "id"),
        title=_label(raw, "title"),
        body=_label(raw, "content"),
        at=_label(raw, "updated"),
        rating=_label(raw, "im:rating"),
        author=_label(author, "uri").rpartition("/")[2].removeprefix("id"),
        name=_label(author, "name"),
        facts={"version": _label(raw, "im:version")},
    )


def _answer(review: Mapping[str, Any]) -> str:
    response = record(record(review.get("relationships")).get("response"))
    return str(record(response.get("data")).get("id"))


def _label(entry: Mapping[str, Any], name: str) -> str:
    return str(record(entry.get(name)).get("label") or "")
