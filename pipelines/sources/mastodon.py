"""Mastodon: statuses of its API as lists, search results, contexts (a status's thread) and notifications."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._post import Post
from pipelines.sources._posts import read_posts
from pipelines.sources._records import Options
from pipelines.sources._values import from_html, record, rows, time

LISTS = ("statuses", "ancestors", "descendants")


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_posts(path, options, "mastodon", find, post)


def find(page: Mapping[str, Any], skipped: Counter[str]) -> Iterator[Any]:
    """The statuses of a page, and those that they boost."""
    if not page.keys() & {"account", "status", *LISTS}:
        raise BadRecord("no status; known fields for them: account, status, " + ", ".join(LISTS), "account", "")
    waiting: list[Any] = [page]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Mapping):
            yield BadRecord("an object was expected", "statuses", str(one))
            continue
        if "content" in one:
            yield one
        inside = [one[name] for name in ("status", "reblog") if one.get(name)]
        inside += [item for name in LISTS if isinstance(one.get(name), list) for item in one[name]]
        waiting += reversed(inside)


def post(raw: Mapping[str, Any], tz: ZoneInfo) -> Post:
    """A status; a boost has the words of the status that it passes on. Raises BadRecord."""
    if not raw.get("id"):
        raise BadRecord("the status has no id", "id", "")
    said, account = record(raw.get("reblog")) or raw, record(raw.get("account"))
    text = from_html(str(said.get("content") or "")).strip()
    return Post(
        id=str(raw["id"]),
        author=_handle(account),
        text="\n\n".join(part for part in (str(said.get("spoiler_text") or ""), text) if part),
        at=time(raw.get("created_at"), "created_at", tz)[0],
        parent=str(raw.get("in_reply_to_id") or ""),
        name=str(account.get("display_name") or ""),
        bot=account.get("bot") is True,
        boost=bool(raw.get("reblog")),
        edited=bool(raw.get("edited_at")),
        mentions=tuple(_handle(one) for one in rows(raw.get("mentions"))),
        facts={"language": said.get("language"), "visibility": raw.get("visibility")},
    )


def _handle(account: Mapping[str, Any]) -> str:
    """name@server: accounts of the asked server come without it, so it is taken from the address."""
    handle = str(account.get("acct") or account.get("username") or "").lower()
    server = "" if "@" in handle else urlsplit(str(account.get("url") or "")).hostname or ""
    return f"{handle}@{server}" if handle and server else handle
