"""What readers of app reviews share: a review is one customer turn, with its rating, and perhaps an answer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._records import Numbered, Options, convert
from pipelines.sources._trust import trusted
from pipelines.sources._values import Draft, conversation, identifier, time, zone


@dataclass(frozen=True, slots=True)
class Review:
    """As its store has it: times unparsed, the rating 1 to 5 or None. `author` is a stable id, "" where there is none;
    `name` what the author is called. `facts` go into the metadata."""

    id: str
    title: str
    body: str
    at: Any
    rating: Any
    author: str = ""
    name: str = ""
    answer: str = ""
    answered_at: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def read_reviews(
    path: Path, options: Options, store: str, records: Numbered, make: Callable[[Any], Review]
) -> Iterator[Conversation | BadRecord]:
    """A conversation a review; a rating without a word is counted as skipped."""
    tz = zone(options.timezone)
    yield from convert(path, records, lambda raw: _conversation(make(raw), store, options, tz))


def objects(values: Any, name: str) -> Iterable[Any]:
    """The elements of a list; what is no object is a BadRecord in its place."""
    for value in values if isinstance(values, list) else []:
        yield value if isinstance(value, Mapping) else BadRecord("an object was expected", name, str(value))


def _conversation(review: Review, store: str, options: Options, tz: ZoneInfo) -> Conversation | None:
    text = worded(review.title, review.body)
    if not text:
        options.skipped["no text"] += 1
        return None
    at, naive = time(review.at or options.started_at, "date", tz)
    drafts: list[Draft] = [(Speaker.CUSTOMER, text, at)]
    if review.answer.strip():
        drafts.append(
            (
                Speaker.AGENT,
                review.answer,
                time(review.answered_at, "reply date", tz)[0] if review.answered_at else None,
            )
        )
    return conversation(
        review.id,
        source=options.source or store,
        channel=Channel.SOCIAL,
        customer=identifier("id", f"{store}/{review.author}") if review.author else "",
        started_at=at,
        drafts=drafts,
        metadata={
            **review.facts,
            "rating": rating(review.rating),
            "people": [review.name] if review.name else [],
            **trusted("stated"),
            "naive_times": naive,
        },
    )


def worded(title: str, body: str) -> str:
    """Title and text as one; the title once where the text begins with it."""
    title, body = title.strip(), body.strip()
    if not title or body.startswith(title.rstrip("….")):
        return body or title
    return f"{title}\n\n{body}".strip()


def rating(value: Any) -> int | None:
    """1 to 5 stars; None where there is none. Raises BadRecord."""
    if value is None or value == "":
        return None
    if str(value) not in {"1", "2", "3", "4", "5"}:
        raise BadRecord("a rating from 1 to 5 expected", "rating", str(value))
    return int(value)
