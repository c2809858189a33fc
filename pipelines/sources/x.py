"""Posts from the X API v2: pages {data, includes}, as one JSON document, a list of pages, or lines of pages."""

import html
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._posts import Post, company_of, mentioned, read_posts
from pipelines.sources._records import Options
from pipelines.sources._values import identifier, record, rows, time

User = Mapping[str, Any]


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """Each author's posts within a conversation_id, with the answers to them, are a conversation of their own."""
    users: dict[str, User] = {}

    def find(page: Mapping[str, Any], _skipped: Counter[str]) -> Iterator[Any]:
        """A page's posts and those that they refer to; users of any page are known to the posts of all."""
        if "data" not in page and "meta" not in page:
            raise BadRecord("a page has the field data", "data", "")
        includes, data = record(page.get("includes")), page.get("data")
        users.update({str(user.get("id")): user for user in rows(includes.get("users"))})
        yield from [data] if isinstance(data, Mapping) else rows(data)
        yield from rows(includes.get("tweets"))

    yield from read_posts(path, options, "x", find, post, known=lambda one: _by(one, users), company=most_spoken_to)


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


def most_spoken_to(posts: Mapping[str, Post], told: str) -> str:
    """The company's handle: that most spoken to, of those like what was told."""
    return company_of(told, Counter(handle for one in posts.values() for handle in set(one.mentions)))


def _by(one: Post, users: Mapping[str, User]) -> Post:
    """By its author's handle, as others mention it, where the file tells it."""
    user = users.get(one.author, {})
    handle = str(user.get("username") or "").lower()
    customer = identifier("x", handle) or identifier("id", one.author and f"x/{one.author}")
    return replace(one, author=handle or one.author, name=str(user.get("name") or ""), customer=customer)
