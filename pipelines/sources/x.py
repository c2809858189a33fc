"""Posts from the X API v2: pages {data, includes}, as one JSON document, a list of pages, or lines of pages."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._records import DeadRecord, Options, convert, json_records, mappings, open_text
from pipelines.sources._values import conversation, identifier, record, rows, time, zone

MENTION = re.compile(r"(?<![\w@])@(\w{1,15})")
Post = Mapping[str, Any]


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """Threads by conversation_id. A thread may spread over pages, so the posts (not the pages) of a file are held."""
    tz = zone(options.timezone)
    threads: dict[str, dict[str, Post]] = defaultdict(dict)
    names: dict[str, str] = {}
    people: dict[str, str] = {}
    first: dict[str, int] = {}
    with open_text(path) as stream:
        for number, page in mappings(json_records(stream, options.max_record)):
            if isinstance(page, BadRecord):
                yield DeadRecord(page.reason, page.field, page.value, str(path), number)
                continue
            includes = record(page.get("includes"))
            for user in rows(includes.get("users")):
                names[str(user.get("id"))] = str(user.get("username") or "")
                people[str(user.get("id"))] = str(user.get("name") or "")
            data = page.get("data")
            if "data" not in page and "meta" not in page:
                yield DeadRecord("a page has the field data", "data", "", str(path), number)
            for post in rows([data] if isinstance(data, Mapping) else data) + rows(includes.get("tweets")):
                key = str(post.get("conversation_id") or post.get("id") or "")
                threads[key].setdefault(str(post.get("id")), post)
                first.setdefault(key, number)
    company = re.sub(r"\W", "", options.company).lower() or most_mentioned(
        p for t in threads.values() for p in t.values()
    )

    def make(key: str) -> Conversation:
        found = _thread(key, list(threads[key].values()), names, company, options, tz)
        spoke = {str(post.get("author_id")) for post in threads[key].values()}
        known = sorted(people[id] for id in spoke & people.keys() if names[id].lower() != company and people[id])
        return replace(found, metadata={**found.metadata, "people": known})

    yield from convert(path, ((first[key], key) for key in threads), make)


def most_mentioned(posts: Iterator[Post]) -> str:
    """The handle that most posts speak to, in lower case; "" where none is mentioned."""
    counts: Counter[str] = Counter()
    for post in posts:
        counts.update({handle.lower() for handle in MENTION.findall(_text(post))})
    return min(counts, key=lambda handle: (-counts[handle], handle), default="")


def _text(post: Post) -> str:
    return str(record(post.get("note_tweet")).get("text") or post.get("text") or "")


def _thread(
    key: str, posts: list[Post], names: Mapping[str, str], company: str, options: Options, tz: ZoneInfo
) -> Conversation:
    timed = [(*time(post.get("created_at"), "created_at", tz), post) for post in posts]
    timed.sort(key=lambda found: (found[0], str(found[2].get("id"))))
    authors = [str(post.get("author_id") or "") for _, _, post in timed]
    handles = [names.get(author, "").lower() for author in authors]
    outside = next((i for i, handle in enumerate(handles) if not company or handle != company), None)
    customer = "" if outside is None else identifier("x", handles[outside]) or identifier("id", authors[outside])
    kinds = {str(ref.get("type")) for _, _, post in timed for ref in rows(post.get("referenced_tweets"))}
    return conversation(
        key,
        source=options.source or "x",
        channel=Channel.SOCIAL,
        customer=customer,
        started_at=timed[0][0],
        drafts=[
            (Speaker.AGENT if company and handle == company else Speaker.CUSTOMER, _text(post), at)
            for handle, (at, _, post) in zip(handles, timed, strict=True)
        ],
        metadata={
            "company": company,
            "lang": timed[0][2].get("lang"),
            "retweet": "retweeted" in kinds or _text(timed[0][2]).startswith("RT @"),
            "quote": "quoted" in kinds,
            "authors": len(set(authors)),
            "naive_times": any(naive for _, naive, _ in timed),
        },
    )
