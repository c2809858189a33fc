"""Reddit: listings and threads of its API, and lines of posts and comments as archives keep them."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._post import Post
from pipelines.sources._posts import read_posts
from pipelines.sources._records import Options
from pipelines.sources._values import record, time

GONE = ("[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]")
USER = re.compile(r"(?<![\w/])/?u/([\w-]+)")


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_posts(path, options, "reddit", find, post)


def find(page: Mapping[str, Any], skipped: Counter[str]) -> Iterator[Any]:
    """The posts (t3) and comments (t1) of a listing with all replies, or of an archive's line; what its author or a
    moderator deleted is counted, and so are replies that were not loaded (`more`)."""
    waiting: list[Any] = [page]
    while waiting:
        thing = waiting.pop()
        if not isinstance(thing, Mapping):
            yield BadRecord("an object was expected", "children", str(thing))
            continue
        kind, data = thing.get("kind"), record(thing.get("data")) or thing
        if kind == "Listing":
            children = data.get("children")
            waiting += reversed(children) if isinstance(children, list) else []
        elif kind == "more":
            skipped["replies not loaded"] += int(data.get("count") or 0)
        else:
            if data.get("body") in GONE or data.get("selftext") in GONE:
                skipped["deleted"] += 1
            else:
                yield data
            if replies := record(data.get("replies")):
                waiting.append(replies)


def post(raw: Mapping[str, Any], tz: ZoneInfo) -> Post:
    """A submission with its title, or a comment. Texts come with &amp; and the like. Raises BadRecord."""
    if "body" not in raw and "title" not in raw:
        raise BadRecord("neither a post (title) nor a comment (body)", "body", "")
    if not raw.get("id"):
        raise BadRecord("the post has no id", "id", "")
    comment = "body" in raw
    text = raw.get("body") if comment else "\n\n".join(str(raw[k]) for k in ("title", "selftext") if raw.get(k))
    text = html.unescape(str(text or ""))
    author = str(raw.get("author") or "").lower()
    return Post(
        id=str(raw.get("name") or f"{'t1' if comment else 't3'}_{raw['id']}"),
        author="" if author in GONE else author,
        text=text,
        at=time(raw.get("created_utc"), "created_utc", tz)[0],
        root=str(raw.get("link_id") or "") if comment else "",
        parent=str(raw.get("parent_id") or "") if comment else "",
        bot=author == "automoderator",
        edited=bool(raw.get("edited")),
        mentions=tuple(user.lower() for user in USER.findall(text)),
        facts={"subreddit": raw.get("subreddit"), "score": raw.get("score")},
    )
