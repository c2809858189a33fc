"""YouTube: comment threads and comments of its Data API."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._post import Post, mentioned
from pipelines.sources._posts import read_posts
from pipelines.sources._records import Options
from pipelines.sources._values import from_html, record, time

HIDDEN = ("rejected", "likelySpam")


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_posts(path, options, "youtube", find, comment)


def find(page: Mapping[str, Any], skipped: Counter[str]) -> Iterator[Any]:
    """The comments of a page of threads or of replies; those that the channel rejected, or spam, are counted."""
    if not page.keys() & {"items", "snippet"}:
        raise BadRecord("no comments; known fields for them: items, snippet", "items", "")
    for item in page["items"] if isinstance(page.get("items"), list) else [page]:
        for one in _comments(item):
            if record(record(one).get("snippet")).get("moderationStatus") in HIDDEN:
                skipped["rejected"] += 1
            else:
                yield one if isinstance(one, Mapping) else BadRecord("an object was expected", "items", str(one))


def _comments(item: Any) -> list[Any]:
    """A thread's comment and replies, which know neither their video nor its channel unless the thread says so."""
    snippet = record(record(item).get("snippet"))
    if "topLevelComment" not in snippet:
        return [item]
    replies = record(item.get("replies")).get("comments")
    inside = [snippet["topLevelComment"], *(replies if isinstance(replies, list) else [])]
    around = {key: snippet[key] for key in ("channelId", "videoId") if snippet.get(key)}
    return [
        {**one, "snippet": {**around, **one["snippet"]}}
        if isinstance(one, Mapping) and isinstance(one.get("snippet"), Mapping)
        else one
        for one in inside
    ]


def comment(raw: Mapping[str, Any], tz: ZoneInfo) -> Post:
    """One comment; the channel's own are answers. Raises BadRecord."""
    if not raw.get("id"):
        raise BadRecord("the comment has no id", "id", "")
    said = record(raw.get("snippet"))
    text = str(said.get("textOriginal") or from_html(str(said.get("textDisplay") or "")))
    author, channel = str(record(said.get("authorChannelId")).get("value") or ""), said.get("channelId")
    parent = str(said.get("parentId") or "")
    name = str(said.get("authorDisplayName") or "")
    return Post(
        id=str(raw["id"]),
        author=(name.removeprefix("@") if name.startswith("@") else author or name).lower(),
        text=text,
        at=time(said.get("publishedAt"), "snippet.publishedAt", tz)[0],
        root=parent,
        parent=parent,
        name=name,
        answers=bool(author) and author == channel,
        edited=said.get("updatedAt") not in (None, said.get("publishedAt")),
        mentions=mentioned(text),
        facts={"video": said.get("videoId"), "likes": said.get("likeCount")},
    )
