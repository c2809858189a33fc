"""The mails of a mailbox or of a folder, on disk, and their threads by Message-ID and References."""

from array import array
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from itertools import groupby
from json import dumps, loads
from operator import itemgetter

from pipelines.sources._mail import Mail
from pipelines.sources._spool import TOGETHER, Spool, blob, text

Thread = list[Mail]
TABLES = (
    "mails (node INTEGER PRIMARY KEY, id UNIQUE, number, last, at, value)",  # of what is but referred to the id alone
    "addresses (node, address)",
    "threads (node INTEGER PRIMARY KEY, thread)",
)
ADD, REFERRED = "INSERT OR IGNORE INTO mails VALUES (NULL, ?, ?, ?, ?, ?)", "INSERT INTO mails (id) VALUES (?)"
FILL = "UPDATE mails SET number = ?, last = ?, at = ?, value = ? WHERE node = ? AND value IS NULL"
NODE, AGAIN = "SELECT node FROM mails WHERE id = ?", "UPDATE mails SET last = ? WHERE node = ?"
ADDRESSES, THREADS = "INSERT INTO addresses VALUES (?, ?)", "INSERT INTO threads VALUES (?, ?)"
IN_ORDER = """SELECT first, node FROM (
    SELECT node, at, id, min(last) OVER (PARTITION BY thread) AS first FROM mails JOIN threads USING (node)
) ORDER BY first, at IS NULL, at, id"""
THREAD = """SELECT node FROM mails JOIN threads USING (node)
WHERE thread = (SELECT thread FROM mails JOIN threads USING (node) WHERE id = ?) ORDER BY at IS NULL, at, id"""
MAIL = "SELECT number, value FROM mails WHERE node = ?"
MOST = """SELECT address, count(DISTINCT thread) FROM addresses JOIN threads USING (node)
GROUP BY address ORDER BY 2 DESC LIMIT 2"""
OWNED = 0.8


class Mailbox:
    """Of each Message-ID that is told, 4 bytes are held: with which other it is joined."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._above, self._count = array("I", [0]), 0
        self._addresses: list[tuple[int, bytes]] = []

    def add(self, number: int, mail: Mail) -> None:
        """Of two mails of one Message-ID the first counts; `number` is its record's."""
        self._count += 1
        row = (number, self._count, mail.at and mail.at.isoformat(), packed(mail))
        if self._spool.run(ADD, (blob(mail.id), *row)).rowcount:
            node = self._new()
        else:
            node = self._node(mail.id)
            if not self._spool.run(FILL, (*row, node)).rowcount:
                self._spool.run(AGAIN, (self._count, node))
                return
        for other in mail.parents:
            self._above[self._top(self._node(other))] = self._top(node)
        self._addresses += [(node, blob(one)) for one in {mail.sender[1], *mail.recipients} - {""}]
        if len(self._addresses) >= TOGETHER:
            self._write()

    def _write(self) -> None:
        self._spool.many(ADDRESSES, self._addresses)
        self._addresses = []

    def _node(self, id: str) -> int:
        key = (blob(id),)
        if found := self._spool.run(NODE, key).fetchone():
            return int(found[0])
        self._spool.run(REFERRED, key)
        return self._new()

    def _new(self) -> int:
        """The node of the row that was just put in."""
        self._above.append(len(self._above))
        return len(self._above) - 1

    def _top(self, node: int) -> int:
        above = self._above
        while above[node] != node:
            above[node] = node = above[above[node]]
        return node

    def join(self) -> None:
        """Once, when all mails were added."""
        self._write()
        nodes = (node for (node,) in self._spool.run("SELECT node FROM mails WHERE value IS NOT NULL"))
        self._spool.many(THREADS, ((node, self._top(node)) for node in nodes))
        self._spool.run("CREATE INDEX by_thread ON threads (thread)")

    def threads(self) -> Iterator[tuple[int, Thread]]:
        """Mails that refer to one another, directly or by others, in order of time, and the number of the first that
        has one; in the order of the file."""
        for _, rows in groupby(self._spool.run(IN_ORDER), itemgetter(0)):
            found = [self._mail(node) for _, node in rows]
            yield next((number for number, _ in found if number), 0), [mail for _, mail in found]

    def thread(self, id: str) -> Thread:
        """That of a mail; [] where there is no such mail."""
        return [self._mail(node)[1] for (node,) in self._spool.run(THREAD, (blob(id),))]

    def has(self, id: str) -> bool:
        return bool(self.thread(id))

    def mails(self) -> Iterator[tuple[int, Mail]]:
        """(number, mail) as they came."""
        for (node,) in self._spool.run("SELECT node FROM mails WHERE value IS NOT NULL ORDER BY node"):
            yield self._mail(node)

    def _mail(self, node: int) -> tuple[int, Mail]:
        number, value = self._spool.run(MAIL, (node,)).fetchone()
        return number, unpacked(value)

    @cached_property
    def owner(self) -> str:
        """The address that is in nearly every thread, and no other as often; "" where there is none such."""
        (threads,) = self._spool.run("SELECT count(DISTINCT thread) FROM threads").fetchone()
        (top, most), (_, second) = [*self._spool.run(MOST), (b"", 0), (b"", 0)][:2]
        return text(top) if threads > 1 and most > second and most >= OWNED * threads else ""


def packed(mail: Mail) -> str:
    at = mail.at and mail.at.isoformat()
    people = (mail.parents, mail.sender, mail.reply_to, mail.recipients)
    return dumps((at, mail.id, *people, mail.naive, mail.subject, mail.text, mail.automatic, mail.left_out))


def unpacked(value: str) -> Mail:
    at, id, parents, sender, reply_to, recipients, naive, subject, said, automatic, left_out = loads(value)
    when = at and datetime.fromisoformat(at)
    people = (tuple(parents), tuple(sender), tuple(reply_to), tuple(recipients))
    return Mail(id, *people, when, naive, subject, said, automatic, left_out)
