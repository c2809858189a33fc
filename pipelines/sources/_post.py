"""A post of a network, as its reader makes it and as it waits on disk."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from marshal import dumps, loads
from operator import attrgetter
from typing import Any

MENTION = re.compile(r"(?<![\w@/])@(\w[\w.-]*(?:@[\w.-]*\w)?)")


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `author` is its handle in lower case, as others mention it, or "" where unknown; `customer` is their
    identifier "kind:value", made of the network's name and the author where it is empty.

    `root` and `parent` are ids of posts; the root is found by the parents where it is not stated. `answers`: the
    network says that the author speaks for the place that was written to. `boost`: another's words, passed on.
    """

    at: datetime
    id: str
    author: str
    text: str
    customer: str = ""
    root: str = ""
    parent: str = ""
    name: str = ""
    answers: bool = False
    bot: bool = False
    boost: bool = False
    edited: bool = False
    mentions: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


PLAIN = attrgetter(*(name for name in Post.__dataclass_fields__ if name not in ("at", "mentions")))
"""The fields that wait as they are."""


@dataclass(frozen=True, slots=True)
class User:
    """Who wrote the posts whose author is `id`: as others mention them, and as they are known."""

    id: str
    handle: str
    name: str
    customer: str


def packed(found: Post | User) -> bytes:
    """As it waits for this same process, which alone can read it: `marshal` takes a quarter of the time of JSON. Whom a
    post mentions is left out: that counts before it waits."""
    if isinstance(found, User):
        return dumps((found.handle, found.name, found.customer))
    return dumps((found.at.isoformat(), *PLAIN(found)))


def unpacked(post: bytes, user: bytes | None) -> Post:
    """A post, its author's handle, name and customer as the user tells them; both as `packed` made them."""
    at, id, author, text, customer, root, parent, name, answers, bot, boost, edited, facts = loads(post)  # noqa: S302
    if user:
        handle, name, customer = loads(user)  # noqa: S302
        author = handle or author
    said = datetime.fromisoformat(at)
    return Post(said, id, author, text, customer, root, parent, name, answers, bot, boost, edited, (), facts)


def mentioned(text: str) -> tuple[str, ...]:
    """The handles after an @ in a text, in lower case."""
    return tuple(dict.fromkeys(handle.lower().rstrip(".-") for handle in MENTION.findall(text)))
