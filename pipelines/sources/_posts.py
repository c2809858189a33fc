"""What readers of networks share: the posts of a file's pages, made into conversations."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._post import Post, User
from pipelines.sources._records import Options, convert, json_records, mappings, open_text, pieces
from pipelines.sources._spool import spool
from pipelines.sources._talks import TABLES, Talks, Votes, by_authors
from pipelines.sources._trust import trusted
from pipelines.sources._values import conversation, identifier, zone


def read_posts(
    path: Path,
    options: Options,
    network: str,
    find: Callable[[Mapping[str, Any], Counter[str]], Iterable[Any]],
    make: Callable[[Any, ZoneInfo], Post],
    *,
    users: Callable[[Mapping[str, Any]], Iterable[User]] = lambda page: (),
    votes: Votes = by_authors,
    least: int = 2,
) -> Iterator[Conversation | BadRecord]:
    """The conversations of a file's posts: `find` gives the raw posts of a page, `make` a post of one, `users` whom a
    page tells of, in whatever page their posts are. The company is told, or whom posts speak to, by `votes` of which
    `least` must agree.

    A thread may spread over pages, so the posts wait on disk. A post that cannot be read costs no other.
    """
    tz = zone(options.timezone)
    with spool(path, *TABLES) as place, open_text(path) as stream:
        talks = Talks(place, votes)

        def found(page: Mapping[str, Any]) -> Iterator[Any]:
            for user in users(page):
                talks.user(user)
            yield from find(page, options.skipped)

        raws = pieces(mappings(json_records(stream, options.max_record)), found)
        yield from convert(path, raws, lambda raw: talks.add(make(raw, tz)))
        company = talks.company(options.company, least)
        for root, talk in talks.told(company):
            yield _conversation(talk, root, network, company, options)


def _conversation(
    talk: Sequence[tuple[Speaker, Post]], root: str, network: str, company: str, options: Options
) -> Conversation:
    _, first = talk[0]
    outside = [post for speaker, post in talk if speaker is Speaker.CUSTOMER]
    asks = outside[0] if outside else first
    return conversation(
        first.id,
        source=options.source or network,
        channel=Channel.SOCIAL,
        customer=(asks.customer or identifier("id", asks.author and f"{network}/{asks.author}")) if outside else "",
        started_at=first.at,
        drafts=[(speaker, post.text, post.at) for speaker, post in talk],
        metadata={
            **first.facts,
            "company": company.partition("@")[0],
            "thread": root if root != first.id else "",
            "retweet": first.boost,
            "edited": sum(post.edited for _, post in talk),
            **trusted(_rule([post for _, post in talk], company, options.company)),
            "people": list(dict.fromkeys(post.name for post in outside if post.name)),
        },
    )


def _rule(talk: Sequence[Post], company: str, told: str) -> str:
    """How the company's posts are known: as told, by whom posts speak to; or not at all, where all are customers'."""
    if any(post.answers for post in talk):
        return "stated"
    return "authors" if not company else "told" if told else "mentions"
