"""Posts from the X API v2: pages {data, includes}, as one JSON document, a list of pages, or lines of pages."""

import html
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._post import Post, User, mentioned
from pipelines.sources._posts import read_posts
from pipelines.sources._records import Options
from pipelines.sources._talks import by_posts
from pipelines.sources._values import identifier, record, rows, time


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """Each author's posts within a conversation_id, with the answers to them, are a conversation of their own."""
    yield from read_posts(path, options, "x", find, post, users=users, votes=by_posts, least=1)


def find(page: Mapping[str, Any], _skipped: Counter[str]) -> Iterator[Any]:
    """A page's posts and those that they refer to."""
    data = page.get("data")
    yield from [data] if isinstance(data, Mapping) else rows(data)
    yield from rows(record(page.get("includes")).get("tweets"))


def users(page: Mapping[str, Any]) -> Iterator[User]:
    """They are known to the posts of all pages. Raises BadRecord for what is no page."""
    if "data" not in page and "meta" not in page:
        raise BadRecord("a page has the field data", "data", "")
    for user in rows(record(page.get("includes")).get("users")):
        handle = str(user.get("username") or "").lower()
        yield User(str(user.get("id")), handle, str(user.get("name") or ""), identifier("x", handle))


def post(raw: Mapping[str, Any], tz: ZoneInfo) -> Post:
    """A post under its author's id. Raises BadRecord."""
    if not raw.get("id"):
        raise BadRecord("the post has no id", "id", "")
    at, naive = time(raw.get("created_at"), "created_at", tz)
    text = html.unescape(str(record(raw.get("note_tweet")).get("text") or raw.get("text") or ""))
    refers = {str(ref.get("type")): str(ref.get("id") or "") for ref in rows(raw.get("referenced_tweets"))}
    return Post(
        id=str(raw["id"]),
        author=str(raw.get("author_id") or ""),
        text=text,
        at=at,
        root=str(raw.get("conversation_id") or ""),
        parent=refers.get("replied_to", ""),
        boost="retweeted" in refers or text.startswith("RT @"),
        mentions=mentioned(text),
        facts={"lang": raw.get("lang"), "quote": "quoted" in refers, "naive_times": naive},
    )
