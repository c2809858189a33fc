"""What waits on disk is put together as it would be in memory, which stays the same however large a file is."""

import json
import tracemalloc
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.shapes import GOLDEN, SHAPES, numbered, renumbered
from nlp.conversation import Conversation, Speaker
from nlp.errors import BadInput
from pipelines import sources
from pipelines.sources import DeadRecord, Options
from pipelines.sources._mail import Mail
from pipelines.sources._mailbox import TABLES as OF_MAILS
from pipelines.sources._mailbox import Mailbox
from pipelines.sources._post import Post, User
from pipelines.sources._spool import Spool, blob, spool, text
from pipelines.sources._talks import TABLES as OF_POSTS
from pipelines.sources._talks import Talks, by_authors, company_of

HELD = ("x", "reddit", "mastodon", "bluesky", "youtube", "twilio", "mail", "zendesk")
PAGES = [json.loads(line) for line in (GOLDEN / "zendesk-pages.jsonl").read_text("utf-8").splitlines()]
START = datetime(2024, 5, 1, tzinfo=UTC)
IDS = st.sampled_from(["1", "2", "3", "4", "5", "6", "é", "\ud800"])
HANDLES = st.sampled_from(["", "ann", "bob", "acme", "acmehelp"])


@st.composite
def threads_of_posts(draw: st.DrawFn) -> list[Post]:
    """Posts that answer any that came before, or none that is there; some come twice, and at one moment."""
    posts: list[Post] = []
    for number in range(draw(st.integers(1, 9))):
        known = ["", "gone", *(post.id for post in posts)]
        role = draw(st.sampled_from(["", "", "answers", "bot", "boost"]))
        posts.append(
            Post(
                at=START + timedelta(minutes=draw(st.integers(0, 3)), microseconds=draw(st.integers(0, 1))),
                id=draw(IDS) if draw(st.booleans()) else f"n{number}",
                author=draw(HANDLES),
                text=f"text {number}",
                root=draw(st.sampled_from(["", "", "1", "gone"])),
                parent=draw(st.sampled_from(known)),
                mentions=tuple(draw(st.lists(HANDLES.filter(bool), max_size=2))),
                facts={"number": number},
                **({role: True} if role else {}),
            )
        )
    return posts


def in_memory(posts: list[Post], told: str, users: Mapping[str, User]) -> list[tuple[str, list[tuple[Speaker, Post]]]]:
    """The same with everything at hand."""
    known = {post.id: post for post in reversed(posts)}
    for id, post in known.items():
        user = users.get(post.author)
        author = user and (user.handle or post.author)
        filled = replace(post, author=author, name=user.name, customer=user.customer) if user else post
        known[id] = filled
    firsts = {post.id: post for post in reversed(posts)}.values()
    pairs = {(post.author, handle) for post in firsts for handle in post.mentions if handle != post.author}
    counts = Counter(handle for _, handle in pairs)
    if told:
        counts.update(dict.fromkeys((post.author for post in firsts if post.author), 0))
    company = company_of(told, ((handle, count) for handle, count in counts.items() if told or count > 1))

    def speaker(post: Post) -> Speaker:
        if post.bot:
            return Speaker.BOT
        return Speaker.AGENT if post.answers or (company and post.author == company) else Speaker.CUSTOMER

    def root(post: Post) -> str:
        while post.parent and not post.root and not post.boost:
            if post.parent not in known:
                return post.parent
            post = known[post.parent]
        return post.root or post.id

    def customer(post: Post, top: str) -> str:
        seen = set()
        while speaker(post) is not Speaker.CUSTOMER:
            seen.add(post.id)
            above = known.get(post.parent) or known.get(top)
            if above is None or above.id in seen:
                return ""
            post = above
        return post.author or post.id

    talks: dict[tuple[str, str], list[Post]] = {}
    for post in known.values():
        talks.setdefault((root(post), customer(post, root(post))), []).append(post)
    ordered = [(top, sorted(talk, key=lambda post: (post.at, post.id))) for (top, _), talk in talks.items()]
    ordered.sort(key=lambda found: (found[1][0].at, found[1][0].id))
    return [(top, [(speaker(post), replace(post, mentions=())) for post in talk]) for top, talk in ordered]


def is_a_circle(posts: list[Post]) -> bool:
    """Where a later post of an id is an earlier one's answer: which of a circle's posts is its root is not told."""
    parents = {post.id: post.parent for post in reversed(posts)}
    for id in parents:
        seen: set[str] = set()
        while id in parents and id not in seen:
            seen.add(id)
            id = parents[id]
        if id in seen:
            return True
    return False


@given(threads_of_posts(), st.sampled_from(["", "Acme", "nobody"]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_posts_on_disk_become_the_talks_that_they_do_in_memory(posts: list[Post], told: str, named: bool) -> None:
    if is_a_circle(posts):
        return
    users = {"ann": User("ann", "acme", "Acme Care", "x:acme"), "bob": User("bob", "", "Bob", "")} if named else {}
    place = Spool(*OF_POSTS)
    talks = Talks(place, by_authors)
    for post in posts:
        talks.add(post)
    for user in users.values():
        talks.user(replace(user, handle="another"))
        talks.user(user)
    company = talks.company(told, 2)
    found = list(talks.told(company))
    place.close()
    assert found == in_memory(posts, told, users)


@st.composite
def boxes(draw: st.DrawFn) -> list[Mail]:
    """Mails that refer to any others, whether they are there or not; some come twice, some have no date."""
    ids = st.sampled_from([f"{number}@x" for number in range(8)])
    people = st.sampled_from(["", "help@acme.example", "ann@example.org", "ben@example.net"])
    return [
        Mail(
            id=draw(ids),
            parents=tuple(draw(st.lists(ids, max_size=2, unique=True))),
            sender=("\ud800", draw(people)),
            reply_to=("", ""),
            recipients=tuple(draw(st.lists(people, max_size=2))),
            at=draw(st.none() | st.integers(0, 3).map(lambda day: START + timedelta(days=day))),
            naive=False,
            subject="",
            text=f"text {number}",
            automatic=False,
            left_out="",
        )
        for number in range(draw(st.integers(1, 8)))
    ]


def joined(mails: list[Mail]) -> list[list[Mail]]:
    """Threads with everything at hand: each mail takes its thread along until nothing changes."""
    unique = {mail.id: mail for mail in reversed(mails)}
    told = {id: {id, *mail.parents} for id, mail in unique.items()}
    grows = True
    while grows:
        grows = False
        for one in told:
            for other in told:
                if told[one] & told[other] and told[one] != told[other]:
                    told[one] = told[other] = told[one] | told[other]
                    grows = True
    threads: dict[frozenset[str], list[Mail]] = {}
    for mail in reversed(unique.values()):
        threads.setdefault(frozenset(told[mail.id]), []).append(mail)
    return [sorted(thread, key=lambda mail: (mail.at is None, mail.at or 0, mail.id)) for thread in threads.values()]


@given(boxes())
@settings(max_examples=150, deadline=None)
def test_mails_on_disk_become_the_threads_that_they_do_in_memory(mails: list[Mail]) -> None:
    place = Spool(*OF_MAILS)
    box = Mailbox(place)
    for number, mail in enumerate(mails, start=1):
        box.add(number, mail)
    box.join()
    found, wanted = list(box.threads()), joined(mails)
    assert [thread for _, thread in found] == wanted
    assert [number for number, _ in found] == [
        next(n for n, m in enumerate(mails, 1) if m.id == t[0].id) for t in wanted
    ]
    assert box.thread(mails[0].id) in wanted
    counts = Counter(
        address for thread in wanted for address in {a for m in thread for a in (m.sender[1], *m.recipients)} - {""}
    )
    (top, most), (_, second) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    assert box.owner == (top if len(wanted) > 1 and most > second and most >= 0.8 * len(wanted) else "")
    place.close()


def pages(number: int) -> str:
    return "".join(json.dumps(renumbered(page, number)) + "\n" for page in PAGES)


def write(path: Path, format: str, *, times: int) -> None:
    """A file of some 80 KB, so many times."""
    copy = pages if format == "zendesk" else numbered(SHAPES[format])
    with path.open("w", encoding="utf-8") as file:
        file.writelines(copy(number) for number in range(times * max(1, 80_000 // len(copy(0)))))


def peak(path: Path, format: str) -> int:
    """Bytes that Python held at most while a file was read."""
    tracemalloc.start()
    assert all(isinstance(one, Conversation) for one in sources.read(path, Options(company="Acme"), format=format))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("format", HELD)
def test_memory_does_not_grow_with_the_file(format: str, tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    write(small, format, times=1)
    write(large, format, times=4)
    list(sources.read(small, format=format))  # what is loaded once is loaded before
    assert peak(large, format) - peak(small, format) < (large.stat().st_size - small.stat().st_size) / 2


def test_what_has_no_room_on_disk_is_told_with_its_file_and_a_remedy() -> None:
    def fill() -> None:
        with spool(Path("posts.jsonl"), "many (one)") as place:
            place.run("PRAGMA max_page_count = 20")
            place.many("INSERT INTO many VALUES (?)", [(b"x" * 4_000,)] * 100)

    with pytest.raises(BadInput, match=r"posts.jsonl: no room .* TMPDIR"):
        fill()


def test_texts_keep_their_order_and_every_character_on_disk() -> None:
    texts = ["", "a", "b", "é", "\ud7ff", "\ud800", "\udfff", "\ue000", "😀", "\x00"]
    place = Spool("texts (one)")
    place.many("INSERT INTO texts VALUES (?)", [(blob(one),) for one in texts])
    assert [text(one) for (one,) in place.run("SELECT one FROM texts ORDER BY one")] == sorted(texts)
    place.close()


def test_a_page_that_nests_too_deeply_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    post = {"id": "1", "author_id": "a", "text": "hello", "created_at": "2024-05-01T10:00:00Z"}
    deep = json.dumps({"data": [{**post, "id": "2", "lang": 0}]}).replace("0}", "[" * 900 + "]" * 900 + "}")
    path.write_text("\n".join([json.dumps({"data": [post]}), deep]), "utf-8")
    first, *others = sources.read(path, format="x")
    found = [one for one in (first, *others) if isinstance(one, Conversation)]
    assert "x:1" in {one.id for one in found}
    assert all(isinstance(one, Conversation | DeadRecord) for one in (first, *others))
