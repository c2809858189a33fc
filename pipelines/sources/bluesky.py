"""Bluesky: posts, feeds, threads and search results of the AT Protocol's API, and records of a repository."""

import hashlib
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
from pipelines.sources._values import record, time

INSIDE = ("posts", "feed", "records", "thread", "post", "parent", "root", "replies", "reply")
BOOST = "app.bsky.feed.defs#reasonRepost"
QUOTES = ("app.bsky.embed.record", "app.bsky.embed.recordWithMedia")


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_posts(path, options, "bluesky", find, post)


def find(page: Mapping[str, Any], skipped: Counter[str]) -> Iterator[Any]:
    """The posts of a page with all that is around them; deleted and blocked ones are counted; a repost is found as a
    post of its own, {"reason", "post"}."""
    if not page.keys() & {*INSIDE, "record", "value"}:
        raise BadRecord("no posts; known fields for them: " + ", ".join(INSIDE), "posts", "")
    waiting: list[Any] = [page]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Mapping):
            yield BadRecord("an object was expected", "posts", str(node))
        elif node.get("notFound") or node.get("blocked"):
            skipped["deleted" if node.get("notFound") else "blocked"] += 1
        elif "record" in node or "value" in node:
            yield node
        else:
            if record(node.get("reason")).get("$type") == BOOST:
                yield {"reason": node["reason"], "post": node.get("post")}
            for name in reversed(INSIDE):
                inner = node.get(name)
                waiting += reversed(inner) if isinstance(inner, list) else [inner] if inner else []


def post(raw: Mapping[str, Any], tz: ZoneInfo) -> Post:
    """A post as it was written, or a repost of one. Raises BadRecord."""
    view = record(raw.get("post")) if "reason" in raw else raw
    said = record(view.get("record")) or record(view.get("value"))
    uri = str(view.get("uri") or "")
    if not uri:
        raise BadRecord("the post has no uri", "uri", "")
    if "text" not in said:
        raise BadRecord("not a post: it has no text", "record.text", "")
    reason = record(raw.get("reason"))
    author = record(reason.get("by")) if reason else record(view.get("author"))
    handle = _handle(author, uri)
    reply = {} if reason else record(said.get("reply"))
    text = str(said.get("text") or "")
    stamp = reason.get("indexedAt") if reason else said.get("createdAt") or view.get("indexedAt")
    return Post(
        id=_id(uri, handle if reason else ""),
        author=handle,
        text=text,
        at=time(stamp, "indexedAt" if reason else "record.createdAt", tz)[0],
        root=_id(str(record(reply.get("root")).get("uri") or "")),
        parent=_id(str(record(reply.get("parent")).get("uri") or "")),
        name=str(author.get("displayName") or ""),
        boost=bool(reason),
        mentions=mentioned(text),
        facts={
            "language": next(iter(said.get("langs") or ()), None),
            "quote": record(said.get("embed")).get("$type") in QUOTES,
        },
    )


def _id(uri: str, by: str = "") -> str:
    """The post's key, and a digest for whose it is: an id is stored, so neither did nor handle may be read in it."""
    return f"{uri.rpartition('/')[2]}-{hashlib.sha256(f'{uri} {by}'.encode()).hexdigest()[:8]}" if uri else ""


def _handle(author: Mapping[str, Any], uri: str) -> str:
    """The handle, else (in a repository's records, or where it is lost) the did, which is in the post's address."""
    handle = str(author.get("handle") or "").lower()
    return (
        str(author.get("did") or uri.removeprefix("at://").partition("/")[0])
        if handle in ("", "handle.invalid")
        else handle
    )
