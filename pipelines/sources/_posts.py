"""What readers of networks share: posts, their threads, and whose conversation each post belongs to."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._records import Options, convert, json_records, mappings, open_text, pieces
from pipelines.sources._trust import trusted
from pipelines.sources._values import conversation, identifier, zone

MENTION = re.compile(r"(?<![\w@/])@(\w[\w.-]*(?:@[\w.-]*\w)?)")


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `author` is its handle in lower case, as others mention it, or "" where unknown; `customer` is their
    identifier "kind:value", made of the network's name and the author where it is empty.

    `root` and `parent` are ids of posts; the root is found by the parents where it is not stated. `answers`: the
    network says that the author speaks for the place that was written to. `boost`: another's words, passed on.
    """

    id: str
    author: str
    text: str
    at: datetime
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


def read_posts(
    path: Path,
    options: Options,
    network: str,
    find: Callable[[Mapping[str, Any], Counter[str]], Iterable[Any]],
    make: Callable[[Any, ZoneInfo], Post],
    *,
    known: Callable[[Post], Post] | None = None,
    company: Callable[[Mapping[str, Post], str], str] | None = None,
) -> Iterator[Conversation | BadRecord]:
    """The conversations of a file's posts: `find` gives the raw posts of a page, `make` a post of one. `known` fills
    one when all pages were read; `company` tells the company's handle by the posts and what was told of it.

    A thread may spread over pages, so the posts of a file are held. A post that cannot be read costs no other.
    """
    tz, posts = zone(options.timezone), dict[str, Post]()
    with open_text(path) as stream:
        pages = mappings(json_records(stream, options.max_record))
        for post in convert(path, pieces(pages, lambda page: find(page, options.skipped)), lambda raw: make(raw, tz)):
            if isinstance(post, BadRecord):
                yield post
            else:
                posts.setdefault(post.id, post)
    posts = {id: known(post) for id, post in posts.items()} if known else posts
    handle = (company or _company)(posts, options.company)
    talks = [sorted(talk, key=_order) for talk in _talks(posts, handle).values()]
    for talk in sorted(talks, key=lambda talk: _order(talk[0])):
        yield _conversation(talk, posts, network, handle, options)


def company_of(told: str, mentions: Mapping[str, int]) -> str:
    """The company's handle, in lower case: the one most spoken to, of those that begin like `told`, if any do."""
    name = _plain(told)
    alike = [handle for handle in mentions if _plain(handle).startswith(name)]
    return min(alike, key=lambda handle: (_plain(handle) != name, -mentions[handle], handle), default=name)


def mentioned(text: str) -> tuple[str, ...]:
    """The handles after an @ in a text, in lower case."""
    return tuple(dict.fromkeys(handle.lower().rstrip(".-") for handle in MENTION.findall(text)))


def _order(post: Post) -> tuple[datetime, str]:
    return post.at, post.id


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _company(posts: Mapping[str, Post], told: str) -> str:
    """By its name or handle if told (of those who write or are spoken to), else whom two authors at least speak to."""
    pairs = {(post.author, handle) for post in posts.values() for handle in post.mentions if handle != post.author}
    counts = Counter(handle for _, handle in pairs)
    if told:
        counts.update(dict.fromkeys((post.author for post in posts.values() if post.author), 0))
        return company_of(told, counts)
    return company_of("", {handle: count for handle, count in counts.items() if count > 1})


def _talks(posts: Mapping[str, Post], company: str) -> dict[tuple[str, str], list[Post]]:
    """(root, customer) -> the customer's posts in that thread and what the company and bots answered to them."""
    talks: dict[tuple[str, str], list[Post]] = {}
    for post in posts.values():
        root = _root(post, posts)
        talks.setdefault((root, _customer(post, root, posts, company)), []).append(post)
    return talks


def _root(post: Post, posts: Mapping[str, Post]) -> str:
    """Of a boost itself; the stated root; else as far as the parents are known."""
    seen: set[str] = set()
    while post.parent and not post.root and not post.boost and post.id not in seen:
        seen.add(post.id)
        if post.parent not in posts:
            return post.parent
        post = posts[post.parent]
    return post.root or post.id


def _customer(post: Post, root: str, posts: Mapping[str, Post], company: str) -> str:
    """Whose conversation it is: the author's; of an answer, that of whoever is answered, else the thread's author."""
    seen: set[str] = set()
    while _speaker(post, company) is not Speaker.CUSTOMER:
        seen.add(post.id)
        above = posts.get(post.parent) or posts.get(root)
        if above is None or above.id in seen:
            return ""
        post = above
    return post.author or post.id


def _speaker(post: Post, company: str) -> Speaker:
    if post.bot:
        return Speaker.BOT
    return Speaker.AGENT if post.answers or (company and post.author == company) else Speaker.CUSTOMER


def _conversation(
    talk: Sequence[Post], posts: Mapping[str, Post], network: str, company: str, options: Options
) -> Conversation:
    first, root = talk[0], _root(talk[0], posts)
    outside = [post for post in talk if _speaker(post, company) is Speaker.CUSTOMER]
    asks = outside[0] if outside else first
    return conversation(
        first.id,
        source=options.source or network,
        channel=Channel.SOCIAL,
        customer=(asks.customer or identifier("id", asks.author and f"{network}/{asks.author}")) if outside else "",
        started_at=first.at,
        drafts=[(_speaker(post, company), post.text, post.at) for post in talk],
        metadata={
            **first.facts,
            "company": company.partition("@")[0],
            "thread": root if root != first.id else "",
            "retweet": first.boost,
            "edited": sum(post.edited for post in talk),
            **trusted(_rule(talk, company, options.company)),
            "people": list(dict.fromkeys(post.name for post in outside if post.name)),
        },
    )


def _rule(talk: Sequence[Post], company: str, told: str) -> str:
    """How the company's posts are known: as told, by whom posts speak to; or not at all, where all are customers'."""
    if any(post.answers for post in talk):
        return "stated"
    return "authors" if not company else "told" if told else "mentions"
