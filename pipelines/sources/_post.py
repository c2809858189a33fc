"""A post of a network, as its reader makes it and as it waits on disk."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

ENCODE, DECODE = json.JSONEncoder(check_circular=False).encode, json.JSONDecoder().decode
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
"""The fields that JSON has as they are."""


@dataclass(frozen=True, slots=True)
class User:
    """Who wrote the posts whose author is `id`: as others mention them, and as they are known."""

    id: str
    handle: str
    name: str
    customer: str


def packed(found: Post | User) -> str:
    """As JSON. Whom a post mentions is left out: that counts before it waits."""
    if isinstance(found, User):
        return ENCODE((found.handle, found.name, found.customer))
    return ENCODE((found.at.isoformat(), *PLAIN(found)))


def unpacked(post: str, user: str | None) -> Post:
    """A post, its author's handle, name and customer as the user tells them."""
    at, *plain, facts = DECODE(post)
    values = [datetime.fromisoformat(at), *plain, (), facts]
    found = Post(*values)
    if user:
        handle, name, customer = DECODE(user)
        return replace(found, author=handle or found.author, name=name, customer=customer)
    return found


def mentioned(text: str) -> tuple[str, ...]:
    """The handles after an @ in a text, in lower case."""
    return tuple(dict.fromkeys(handle.lower().rstrip(".-") for handle in MENTION.findall(text)))
