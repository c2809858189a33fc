"""Posts from the X API v2: pages {data, includes}, as one JSON document, a list of pages, or lines of pages."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._posts import company_of
from pipelines.sources._records import DeadRecord, Options, convert, json_records, mappings, open_text
from pipelines.sources._values import conversation, identifier, record, rows, time, zone

MENTION = re.compile(r"(?<![\w@])@(\w{1,15})")
Post = Mapping[str, Any]


@dataclass(slots=True)
class Posts:
    """The posts of a file by thread and id, their authors' handles and names by id, and each thread's first page."""

    threads: dict[str, dict[str, Post]] = field(default_factory=lambda: defaultdict(dict))
    handles: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)

    def add(self, page: Mapping[str, Any], number: int) -> None:
        includes, data = record(page.get("includes")), page.get("data")
        for user in rows(includes.get("users")):
            self.handles[str(user.get("id"))] = str(user.get("username") or "").lower()
            self.people[str(user.get("id"))] = str(user.get("name") or "")
        for post in rows([data] if isinstance(data, Mapping) else data) + rows(includes.get("tweets")):
            key = str(post.get("conversation_id") or post.get("id") or "")
            self.threads[key].setdefault(str(post.get("id")), post)
            self.first.setdefault(key, number)

    def company(self, told: str) -> str:
        """The company's handle, in lower case: that most spoken to, of those like what was told."""
        posts = (post for thread in self.threads.values() for post in thread.values())
        return company_of(
            told, Counter(handle for post in posts for handle in {h.lower() for h in MENTION.findall(_text(post))})
        )


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """Threads by conversation_id. A thread may spread over pages, so the posts (not the pages) of a file are held."""
    tz, found = zone(options.timezone), Posts()
    with open_text(path) as stream:
        for number, page in mappings(json_records(stream, options.max_record)):
            if isinstance(page, BadRecord):
                yield DeadRecord(page.reason, page.field, page.value, str(path), number)
                continue
            if "data" not in page and "meta" not in page:
                yield DeadRecord("a page has the field data", "data", "", str(path), number)
            found.add(page, number)
    company = found.company(options.company)

    def make(key: str) -> Conversation:
        posts = list(found.threads[key].values())
        spoke = {str(post.get("author_id")) for post in posts} & found.people.keys()
        people = sorted(found.people[id] for id in spoke if found.handles[id] != company and found.people[id])
        thread = _thread(key, posts, found.handles, company, options, tz)
        return replace(thread, metadata={**thread.metadata, "people": people})

    yield from convert(path, ((found.first[key], key) for key in found.threads), make)


def _text(post: Post) -> str:
    return str(record(post.get("note_tweet")).get("text") or post.get("text") or "")


def _thread(
    key: str, posts: list[Post], names: Mapping[str, str], company: str, options: Options, tz: ZoneInfo
) -> Conversation:
    timed = [(*time(post.get("created_at"), "created_at", tz), post) for post in posts]
    timed.sort(key=lambda found: (found[0], str(found[2].get("id"))))
    authors = [str(post.get("author_id") or "") for _, _, post in timed]
    handles = [names.get(author, "") for author in authors]
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
