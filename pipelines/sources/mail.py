"""Mail: a mailbox (mbox) with its threads, or an EML file with the mails of its thread that lie beside it."""

import hashlib
import re
from collections.abc import Iterator
from email.errors import MessageError
from functools import lru_cache
from pathlib import Path
from weakref import finalize

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._inputs import STANDARD_INPUT, beside, named, open_bytes
from pipelines.sources._mail import Mail, parse
from pipelines.sources._mailbox import TABLES, Mailbox, Thread
from pipelines.sources._records import DeadRecord, Options, convert
from pipelines.sources._spool import Spool, spool
from pipelines.sources._trust import trusted
from pipelines.sources._values import conversation, identifier, time, zone

FROM = re.compile(rb"From .*\d{4}\s*$")
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
PUBLIC = re.compile(
    r"@(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|aol|icloud|me|mac|gmx|web|t-online|mail|proton"
    r"|protonmail|orange|wanadoo|free|laposte|libero|qq|163|126|yandex)\.[a-z.]+$"
)


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """Threads by Message-ID and References. A file's mails wait on disk: an answer may lie anywhere in it."""
    zone(options.timezone)
    with spool(path, *TABLES) as place:
        box = Mailbox(place)
        for number, found in _mails(path, options.max_record):
            if isinstance(found, BadRecord):
                yield DeadRecord(found.reason, found.field, found.value, str(path), number)
            else:
                box.add(number, found)
        alone = path == STANDARD_INPUT or not _single(path)
        folder = None if alone else _folder(path.parent, beside(path)[1], options.max_record)
        if folder and all(folder.has(mail.id) for _, mail in box.mails()):
            whole, threads = folder, _threads(box, folder)
        else:
            for _, mail in folder.mails() if folder else ():
                box.add(0, mail)
            box.join()
            whole, threads = box, ((number, thread) for number, thread in box.threads() if number)
        company = Company(options.company, "" if options.company else whole.owner)
        yield from convert(path, threads, lambda thread: talk(thread, company, options))


def _single(path: Path) -> bool:
    with open_bytes(path) as stream:
        return stream.read(5) != b"From "


@lru_cache(maxsize=2)
def _folder(folder: Path, changed: int, limit: int) -> Mailbox | None:
    """The EML files of a folder, read once for all of them; what cannot be read is told where it is read itself."""
    files = [file for file in beside(folder / "any")[0] if named(file).suffix.lower() == ".eml"]
    if not files:
        return None
    place = Spool(*TABLES)
    box = Mailbox(place)
    finalize(box, place.close)
    for file in files:
        for _, found in _mails(file, limit):
            if isinstance(found, Mail):
                box.add(0, found)
    box.join()
    return box


def _threads(box: Mailbox, folder: Mailbox) -> Iterator[tuple[int, Thread]]:
    """The folder's threads of a file's mails, each once."""
    told: set[str] = set()
    for number, mail in box.mails():
        thread = folder.thread(mail.id)
        if thread[0].id not in told:
            told.add(thread[0].id)
            yield number, thread


def _mails(path: Path, limit: int) -> Iterator[tuple[int, Mail | BadRecord]]:
    number = 0
    for number, data in enumerate(_split(path, limit), start=1):
        try:
            yield number, parse(data)
        except BadRecord as bad:
            yield number, bad
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError, MessageError) as error:
            yield number, BadRecord(f"not a readable mail ({type(error).__name__})", value=repr(data[:100]))
    if not number:
        yield 0, BadRecord("the file is empty")


def _split(path: Path, limit: int) -> Iterator[bytes]:
    """The mails of a mailbox, or the one of an EML file. What is over the limit is cut off: attachments come last."""
    with open_bytes(path) as stream:
        held: list[bytes] = []
        size, blank = 0, True
        while line := stream.readline(limit):
            if blank and line.startswith(b"From ") and FROM.match(line):
                if size:
                    yield ESCAPED.sub(rb"\1", b"".join(held))
                held, size = [], 0
            elif size or not line.isspace():
                size += len(line)
                held += [line] if size <= limit else []
            blank = line.isspace()
        if size:
            yield ESCAPED.sub(rb"\1", b"".join(held))


class Company:
    """Which addresses are the company's: as told, else the owner's of a mailbox, and those of its domain."""

    def __init__(self, told: str, owner: str) -> None:
        self._name = re.sub(r"[\W_]", "", told.lower())
        self._told = told.lower().strip()
        self._owner = owner

    @property
    def rule(self) -> str:
        return "told" if self._told else "mailbox" if self._owner else ""

    def has(self, address: str) -> bool:
        domain = address.rpartition("@")[2]
        if self._told:
            return self._told in (address, domain) or self._name in re.sub(r"[\W_]", "", domain)
        shared = not PUBLIC.search(self._owner) and domain == self._owner.rpartition("@")[2]
        return bool(self._owner) and (address == self._owner or shared)


def talk(thread: Thread, company: Company, options: Options) -> Conversation | None:
    """One thread; None where nothing of it was sent to be read. Raises BadRecord."""
    kept = [mail for mail in thread if not mail.left_out]
    if not kept:
        options.skipped[thread[0].left_out] += 1
        return None
    known = bool(company.rule) and any(company.has(a) for mail in kept for a in (mail.sender[1], *mail.recipients))
    rule = company.rule if known else "first speaker"
    first = next((mail for mail in kept if not mail.automatic), kept[0]).sender[1]
    said = [mail for mail in kept if not (known and _internal(mail, company))]
    outside = {mail.id for mail in said if _outside(_author(mail, company)[1], company if known else None, first)}
    customers = [_author(mail, company) for mail in said if mail.id in outside]
    started, _ = time(next((mail.at for mail in kept if mail.at), None) or options.started_at, "Date", zone("UTC"))
    return conversation(
        hashlib.sha256((thread[0].parents or (thread[0].id,))[0].encode()).hexdigest()[:16],
        source=options.source or "mail",
        channel=Channel.TICKET,
        customer=identifier("email", customers[0][1]) if customers else "",
        started_at=started,
        drafts=[(_speaker(mail, mail.id in outside, company), mail.text, mail.at) for mail in said],
        metadata={
            "subject": kept[0].subject,
            "people": list(dict.fromkeys(name for name, _ in customers if name)),
            "notes": len(kept) - len(said),
            "automatic": sum(mail.automatic for mail in kept),
            "bounces": sum(mail.left_out == "bounce" for mail in thread),
            "deleted": sum(mail.left_out == "deleted" for mail in thread),
            **trusted(rule),
            "naive_times": any(mail.naive for mail in kept),
        },
    )


def _author(mail: Mail, company: Company) -> tuple[str, str]:
    """A form on the company's page writes in the company's name, and has the customer's address to answer to."""
    form = mail.reply_to[1] and company.has(mail.sender[1]) and not company.has(mail.reply_to[1])
    return mail.reply_to if form else mail.sender


def _internal(mail: Mail, company: Company) -> bool:
    inside = company.has(_author(mail, company)[1])
    return inside and bool(mail.recipients) and all(map(company.has, mail.recipients))


def _outside(address: str, company: Company | None, first: str) -> bool:
    """A customer: none of the company's, or where that is not known whoever wrote first, and colleagues of hers."""
    if company:
        return not company.has(address)
    return address == first or (not PUBLIC.search(first) and address.rpartition("@")[2] == first.rpartition("@")[2])


def _speaker(mail: Mail, customer: bool, company: Company) -> Speaker:
    """What a form sends by itself a customer wrote."""
    if mail.automatic and not (customer and _author(mail, company) != mail.sender):
        return Speaker.BOT
    return Speaker.CUSTOMER if customer else Speaker.AGENT
