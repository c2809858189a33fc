"""Which posts of a file are one conversation: whose each post is, in which thread, and who the company is."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from nlp.conversation import Speaker
from pipelines.sources._post import Post, User, packed, unpacked
from pipelines.sources._spool import TOGETHER, Spool, blob, text

Votes = Callable[[Post], Iterable[tuple[str, str]]]
"""A post's (handle that may be the company's, who speaks to it); whoever speaks to themselves does not count."""
SPEAKERS = list(Speaker)
CUSTOMER, AGENT = SPEAKERS.index(Speaker.CUSTOMER), SPEAKERS.index(Speaker.AGENT)
TABLES = (
    # root, and customer (whose conversation it is), are null where they follow from other posts
    "posts (number INTEGER PRIMARY KEY, id UNIQUE, at, writer, author, speaker, parent, root, customer, value)",
    "users (id PRIMARY KEY, handle, value) WITHOUT ROWID",
    "spoken (handle, by)",
)
ADD = "INSERT OR IGNORE INTO posts VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
USER = "INSERT OR REPLACE INTO users VALUES (?, ?, ?)"
SPOKEN = "INSERT INTO spoken VALUES (?, ?)"
HANDLES = """UPDATE posts SET (author, customer) = (
    SELECT coalesce(handle, author), CASE WHEN customer IS NOT NULL THEN coalesce(handle, customer) END
    FROM (SELECT 1) LEFT JOIN users ON users.id = writer AND handle != x''
)"""
COUNTS = "SELECT handle, sum(by != handle) FROM (SELECT DISTINCT handle, by FROM spoken) GROUP BY handle"
ANSWERS = "UPDATE posts SET speaker = ?, customer = NULL WHERE author = ? AND speaker = ?"
OPEN = """SELECT number, id, speaker, parent, root, customer FROM posts
WHERE number > ? AND (root IS NULL OR customer IS NULL) ORDER BY number LIMIT ?"""
ABOVE = "SELECT id, speaker, parent, root, author FROM posts WHERE id = ?"
PLACED = "UPDATE posts SET root = ?, customer = ? WHERE number = ?"
TOLD = """SELECT first, root, number FROM (
    SELECT number, root, at, id, first_value(at) OVER talk AS began, first_value(id) OVER talk AS first
    FROM posts WINDOW talk AS (PARTITION BY root, customer ORDER BY at, id)
) ORDER BY began, first, at, id"""
VALUE = """SELECT speaker, posts.value, users.value FROM posts LEFT JOIN users ON users.id = writer WHERE number = ?"""


class Talks:
    """The posts of a file and who wrote them, on disk."""

    def __init__(self, spool: Spool, votes: Votes) -> None:
        self._spool, self._votes = spool, votes
        self._spoken: list[tuple[bytes, bytes]] = []
        self._users = False

    def user(self, user: User) -> None:
        """Of two users of one id the last counts."""
        self._users = True
        self._spool.run(USER, (blob(user.id), blob(user.handle), packed(user)))

    def add(self, post: Post) -> None:
        """Of two posts of one id the first counts."""
        id, author, parent = blob(post.id), blob(post.author), blob(post.parent)
        speaker = SPEAKERS.index(Speaker.BOT if post.bot else Speaker.AGENT if post.answers else Speaker.CUSTOMER)
        root = None if parent and not post.root and not post.boost else blob(post.root) or id
        customer = author or id if speaker == CUSTOMER else None
        row = (id, post.at.isoformat(), author, author, speaker, parent, root, customer, packed(post))
        if self._spool.run(ADD, row).rowcount:
            self._spoken += [(blob(handle), blob(by)) for handle, by in self._votes(post)]
            if len(self._spoken) >= TOGETHER:
                self._count()

    def _count(self) -> None:
        self._spool.many(SPOKEN, self._spoken)
        self._spoken = []

    def company(self, told: str, least: int) -> str:
        """Its handle: as told, else that which `least` speak to at least."""
        self._count()
        counts = ((text(handle), count) for handle, count in self._spool.run(COUNTS) if told or count >= least)
        return company_of(told, counts)

    def told(self, company: str) -> Iterator[tuple[str, list[tuple[Speaker, Post]]]]:
        """(root, a customer's posts in that thread and what the company and bots answered to them), in order of time:
        by their first posts, and of one moment by the ids."""
        if self._users:
            self._spool.run(HANDLES)
        if company:
            self._spool.run(ANSWERS, (AGENT, blob(company), CUSTOMER))
        self._place()
        for _, rows in groupby(self._spool.run(TOLD), itemgetter(0)):
            found = list(rows)
            yield text(found[0][1]), [self._post(number) for _, _, number in found]

    def _place(self) -> None:
        """Find the root and the customer of the posts that do not tell them."""
        last = 0
        while rows := self._spool.run(OPEN, (last, TOGETHER)).fetchall():
            for number, id, speaker, parent, root, customer in rows:
                root = self._root(id, parent) if root is None else root
                customer = self._customer(id, speaker, parent, root) if customer is None else customer
                self._spool.run(PLACED, (root, customer, number))
            last = rows[-1][0]

    def _root(self, id: bytes, parent: bytes) -> bytes:
        """As far as the parents are known, or one of them has it."""
        seen: set[bytes] = set()
        while id not in seen:
            seen.add(id)
            above = self._above(parent)
            if above is None:
                return parent
            id, _, parent, root, _ = above
            if root is not None:
                return bytes(root)
        return id

    def _customer(self, id: bytes, speaker: int, parent: bytes, root: bytes) -> bytes:
        """Whose conversation it is: the author's; of an answer, that of whoever is answered, else the thread's author;
        nobody's where that is not known."""
        seen, author = set[bytes](), b""
        while speaker != CUSTOMER:
            seen.add(id)
            above = self._above(parent) or self._above(root)
            if above is None or above[0] in seen:
                return b""
            id, speaker, parent, _, author = above
        return author or id

    def _above(self, id: bytes) -> Any:
        return self._spool.run(ABOVE, (id,)).fetchone()

    def _post(self, number: int) -> tuple[Speaker, Post]:
        speaker, post, user = self._spool.run(VALUE, (number,)).fetchone()
        return SPEAKERS[speaker], unpacked(post, user)


def by_authors(post: Post) -> Iterator[tuple[str, str]]:
    """Each author counts once, whatever they write; who writes may be the company, too."""
    if post.author:
        yield post.author, post.author
    for handle in post.mentions:
        yield handle, post.author


def by_posts(post: Post) -> Iterator[tuple[str, str]]:
    """Each post counts."""
    for handle in post.mentions:
        yield handle, post.id


def company_of(told: str, mentions: Iterable[tuple[str, int]]) -> str:
    """The company's handle, in lower case: the one most spoken to, of those that begin like `told`, if any do."""
    name = plain(told)
    alike = ((plain(handle) != name, -count, handle) for handle, count in mentions if plain(handle).startswith(name))
    return min(alike, default=(True, 0, name))[2]


def plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
