"""Mail: threads out of mailboxes and EML files, who is who in them, and what no damage takes along."""

import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.replies import mails
from nlp.conversation import Conversation, Speaker
from pipelines import sources
from pipelines.sources import DeadRecord, Options
from pipelines.sources._mail import message, parse, written_at
from pipelines.sources._reply import new_text


def mail(id: str, sender: str, to: str, text: str, *, day: int = 1, after: str = "", more: str = "") -> str:
    reference = f"References: <{after}>\n" if after else ""
    return (
        f"From: {sender}\nTo: {to}\nSubject: Kettle\nDate: Wed, {day:02} May 2024 08:00:00 +0000\n"
        f"Message-ID: <{id}>\n{reference}{more}Content-Type: text/plain\n\n{text}\n"
    )


def mbox(*mails: str) -> bytes:
    return "\n".join(f"From 1@x Wed May 01 08:00:10 2024\n{text}" for text in mails).encode()


def read(data: bytes, **options: str) -> tuple[list[Conversation], list[DeadRecord]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "box.mbox"
        path.write_bytes(data)
        found = list(sources.read(path, Options(**options), format="mail"))  # type: ignore[arg-type]
    whole = [item for item in found if isinstance(item, Conversation)]
    return whole, [item for item in found if isinstance(item, DeadRecord)]


BOX = [
    mail("a1", "ann@example.org", "help@acme.example", "It leaks."),
    mail("a2", "max@acme.example", "ann@example.org", "A new one comes.", day=2, after="a1"),
    mail("b1", "ben@example.net", "help@acme.example", "Where is it?", day=3),
    mail("c1", "eve@example.com", "help@acme.example", "Refund me.", day=4),
]


def test_the_company_is_whoever_is_in_nearly_every_thread_of_a_mailbox() -> None:
    threads, letters = read(mbox(*BOX))
    assert not letters
    assert [[turn.speaker for turn in thread.turns] for thread in threads] == [
        [Speaker.CUSTOMER, Speaker.AGENT],
        [Speaker.CUSTOMER],
        [Speaker.CUSTOMER],
    ]
    assert [thread.customer for thread in threads] == [
        "email:ann@example.org",
        "email:ben@example.net",
        "email:eve@example.com",
    ]
    assert {thread.metadata["roles"] for thread in threads} == {"mailbox"}


def test_of_a_thread_alone_the_first_to_write_is_the_customer_and_that_is_said() -> None:
    (thread,), _ = read(mbox(*BOX[:2]))
    assert [turn.speaker for turn in thread.turns] == [Speaker.CUSTOMER, Speaker.AGENT]
    assert (thread.metadata["roles"], thread.metadata["roles_confidence"]) == ("first speaker", 0.6)


def test_a_company_may_be_told_by_name_domain_or_address() -> None:
    outbound = [mail("a0", "help@acme.example", "ann@example.org", "How was it?"), BOX[0]]
    for told in ("Acme", "acme.example", "help@acme.example"):
        threads, _ = read(mbox(*outbound), company=told)
        assert [thread.turns[0].speaker for thread in threads] == [Speaker.AGENT, Speaker.CUSTOMER]


def test_eml_files_of_a_folder_become_their_thread_whichever_is_read(tmp_path: Path) -> None:
    for number, text in enumerate(BOX):
        (tmp_path / f"{number}.eml").write_text(text)
    (tmp_path / "broken.eml").write_bytes(b"\x00\x01nothing")
    found = {path.name: list(sources.read(path)) for path in sources.files([tmp_path])}
    assert found["0.eml"] == found["1.eml"]
    (thread,) = found["1.eml"]
    assert isinstance(thread, Conversation)
    assert [turn.text for turn in thread.turns] == ["It leaks.", "A new one comes."]
    (letter,) = found["broken.eml"]
    assert isinstance(letter, DeadRecord)
    assert (letter.record, letter.field) == (1, "From")


def test_a_mail_without_a_date_takes_its_servers() -> None:
    received = "Received: from a by b;\n Wed, 01 May 2024 07:00:00 +0000\n"
    (thread,), _ = read(mbox(BOX[0].replace("Date: Wed, 01 May 2024 08:00:00 +0000\n", received)))
    assert thread.started_at.isoformat() == "2024-05-01T07:00:00+00:00"
    _, (letter,) = read(mbox(BOX[0].replace("Date: Wed, 01 May 2024 08:00:00 +0000\n", "Date: soon\n")))
    assert letter.field == "Date"


@pytest.mark.parametrize("subject", ["=?UTF-8?B?abc?=", "=?ut\xf8-8?Q?a?=", "=?x-none?Q?a=20b?=", "=?", "a\x00b"])
def test_a_header_that_does_not_decode_is_kept_as_it_is(subject: str) -> None:
    (thread,), letters = read(mbox(BOX[0].replace("Subject: Kettle", f"Subject: {subject}")))
    assert thread.turns[0].text == "It leaks."
    assert not letters


def test_a_mailing_list_address_passes_on_what_customers_write() -> None:
    listed = BOX[2].replace("Subject:", "Precedence: list\nList-ID: <help.acme.example>\nSubject:")
    threads, _ = read(mbox(BOX[0], listed))
    assert [thread.turns[0].speaker for thread in threads] == [Speaker.CUSTOMER, Speaker.CUSTOMER]


@given(st.permutations(BOX))
@settings(max_examples=15, deadline=None)
def test_the_order_of_mails_does_not_matter(order: list[str]) -> None:
    def by_id(found: list[Conversation]) -> list[Conversation]:
        return sorted(found, key=lambda thread: thread.id)

    assert by_id(read(mbox(*order))[0]) == by_id(read(mbox(*BOX))[0])


@given(st.integers(0, 3), st.binary(max_size=200), st.integers(0, 200))
@settings(max_examples=80, deadline=None)
def test_a_garbled_mail_costs_no_other(which: int, noise: bytes, at: int) -> None:
    whole = {thread.id: thread for thread in read(mbox(*BOX), company="Acme")[0]}
    parts = [mbox(text) for text in BOX]
    parts[which] = parts[which][:40] + parts[which][40 : 40 + at] + noise + b"\n"
    kept = {thread.id: thread for thread in read(b"\n".join(parts), company="Acme")[0]}
    others = [0, 0, 1, 2]
    ids = list(whole)
    for number, id in enumerate(ids):
        if number != others[which]:
            assert kept.get(id) == whole[id]


@given(st.integers(0, len(mbox(*BOX))))
@settings(max_examples=40, deadline=None)
def test_a_mailbox_that_breaks_off_keeps_the_threads_before(cut: int) -> None:
    whole, _ = read(mbox(*BOX), company="Acme")
    kept, _ = read(mbox(*BOX)[:cut], company="Acme")
    complete = sum(len(mbox(*BOX[: number + 2])) <= cut for number in range(3))
    for before, after in zip(whole[:complete], kept[:complete], strict=True):
        assert before.id == after.id
        # the beginning of a separator, cut off, is taken for the last line of the mail before
        assert all(b.text.startswith(a.text) for a, b in zip(before.turns, after.turns, strict=True))


@pytest.mark.parametrize(
    ("body", "new"),
    [
        ("It leaks.\n\nOn Wed, 1 May 2024 at 10:00, Acme Support\n<help@acme.example> wrote:\n> Hi", "It leaks."),
        ("Es leckt.\n\nAm 01.05.2024 um 10:00 schrieb Acme <help@acme.example>:\n> Hallo", "Es leckt."),
        ("Cela fuit.\n\nLe mer. 1 mai 2024 à 10:00, Acme <help@acme.example> a écrit :\n> Bonjour", "Cela fuit."),
        ("Pierde agua.\n\nEl mié, 1 may 2024 a las 10:00, Acme (<h@acme.example>) escribió:\n> Hola", "Pierde agua."),
        ("Non.\n\nDe : Acme <help@acme.example>\nEnvoyé : mercredi 1 mai 2024 10:00\nÀ : Nora\n\nHi", "Non."),
        ("Please refund.\n\nKind regards\nNora Field\n12 High Street", "Please refund."),
        ("Thanks for nothing.\nI still wait.", "Thanks for nothing.\nI still wait."),
        ("Problems:\n- it leaks\n- it is late", "Problems:\n- it leaks\n- it is late"),
        (
            "Regards\nI said, but nobody answered me, and so I write to you for the third time in this matter.",
            "Regards\nI said, but nobody answered me, and so I write to you for the third time in this matter.",
        ),
        ("> Which one?\nThe blue one.", "The blue one."),
        ("On 1 May 2024, Acme wrote:\n> Which?\nThe blue one.\n> When?\nIn May.", "The blue one.\nIn May."),
        ("Cieknie.\n\nśr., 1 maj 2024 o 10:00 Acme <h@acme.example> napisał(a):\n\n> Witaj", "Cieknie."),
        ("It leaks.\n\nSent with Proton Mail secure email.", "It leaks."),
        ("It leaks.\n\nBest,\nNora", "It leaks."),
        ("It leaks.\nBest of all: it smells.", "It leaks.\nBest of all: it smells."),
        (
            "---------- Forwarded message ---------\nVon: Nora <n@b.org>\nDatum: Do\nBetreff: x\n\nEs leckt.",
            "Es leckt.",
        ),
        (
            "-----Original Message-----\nFrom: Nora\nSent: 1 May 2024\nTo: a very\n  long list\n\nNote: it leaks.",
            "Note: it leaks.",
        ),
        ("Fwd: my boiler\n\n> It leaks.\n> Since May.", "It leaks.\nSince May."),
        ("Begin forwarded message:\n\nFrom: Nora\nDate: 1 May 2024\n\n> It leaks.", "It leaks."),
        ("As I wrote.\n\nBegin forwarded message:\n\nFrom: Nora\nDate: 1 May 2024\n\nIt leaks.", "As I wrote."),
        ("Fwd: your answer\n\nOn 1 May 2024, Acme wrote:\n> Which one?", "Fwd: your answer"),
        ("On 1 May 2024, Acme wrote:\n> Which one?", "On 1 May 2024, Acme wrote:\n> Which one?"),
        (
            "-----Original Message-----\nFrom: Nora\nSent: 2 May\n\n-----Original Message-----\n"
            "From: Bo\nSent: 1 May\n\nIt leaks.",
            "It leaks.",
        ),
        ("It leaks.\n\nThis e-mail and its attachments are confidential.\nDelete it if it is not yours.", "It leaks."),
    ],
)
def test_what_is_new_in_a_mail_is_kept_and_nothing_else(body: str, new: str) -> None:
    assert new_text(body) == new


def test_of_the_gold_mails_no_own_word_is_lost_and_all_but_one_are_cut_where_they_should_be() -> None:
    found = [(new_text(mail["body"]).split(), mail["new"].split()) for mail in mails()]
    assert sum(got != new for got, new in found) <= 1
    assert all(got[: len(new)] == new for got, new in found)


@pytest.mark.parametrize(
    "line",
    [
        "wt., 3 cze\n",
        "Regards\n",
        "On the day I\n",
        "From: a\n",
        "words ",
        "On ",
        "a\n",
        "-- x\n",
        "Fwd: a\n",
        "From: a\nTo: b\n\n",
        "a:\n",
        "A: b\n \n",
    ],
)
def test_the_time_of_cutting_grows_with_the_length_alone(line: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        new_text(line * (length // len(line)))
        return time.process_time() - started

    assert seconds(100_000) < 3


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ann@Example.org", ("", "ann@example.org")),
        ("Ann Li <ann@example.org>", ("Ann Li", "ann@example.org")),
        ("=?UTF-8?Q?Zo=C3=AB?= <zoe.b@example.org>", ("Zoë", "zoe.b@example.org")),
        ('"Li, Ann" <ann@example.org>', ("Li, Ann", "ann@example.org")),
        ("ann@example.org (Ann Li)", ("Ann Li", "ann@example.org")),
    ],
)
def test_an_address_is_read_the_same_with_and_without_the_parser(written: str, read: tuple[str, str]) -> None:
    mail = parse(f"From: {written}\nSubject: x\n\nhello\n".encode())
    assert mail.sender == read


def test_of_two_texts_of_a_mail_the_html_is_read_only_where_the_plain_one_is_empty() -> None:
    both = "Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{}\n"
    mail = both + "--b\nContent-Type: text/html\n\n<p>marked</p>\n--b--\n"
    assert [parse(mail.format(plain).encode()).text for plain in ("plain", " ")] == ["plain", "marked"]


HEADS = st.sampled_from(
    (
        *(
            b"From: Ann <a@example.org>",
            b"Subject:",
            b"Subject:kettle",
            b" folded",
            b"\ton",
            b"X-A: \t b  ",
            b": nobody",
        ),
        *(b"Content-Type: text/html; charset=latin-1", b"Content-Type: multipart/mixed; boundary=b", b"no field"),
        *(b"Content-Transfer-Encoding: base64", b"From ann Wed", b"X-\xe9: \xe9", b" ", b"", b"\x0c: a", b"A: b\rC: d"),
    )
)


@given(
    st.lists(HEADS, max_size=6),
    st.sampled_from((b"\n", b"\r\n", b"\r")),
    st.sampled_from((b"", b"aGk=\n", b"--b\n\n\xe9\r")),
)
@settings(max_examples=300, deadline=None)
def test_a_mail_of_one_part_is_what_the_standard_library_makes_of_it(
    lines: list[bytes], end: bytes, body: bytes
) -> None:
    data = end.join([*lines, b"", body])
    found, wanted = message(data), message_from_bytes(data)
    assert list(found.raw_items()) == list(wanted.raw_items())
    assert (found.get_content_type(), found.is_multipart()) == (wanted.get_content_type(), wanted.is_multipart())
    assert found.is_multipart() or found.get_payload() == wanted.get_payload()
    assert found.get_payload(decode=True) == wanted.get_payload(decode=True)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_head_of_whole_fields_is_read_without_the_parser(end: bytes) -> None:
    data = end.join([b"Subject: a", b" b", b"Content-Type: text/plain", b"", b"hello", b""])
    found = message(data)
    assert found.items() == [("Subject", f"a{end.decode()} b"), ("Content-Type", "text/plain")]
    assert found.get_payload() == f"hello{end.decode()}"


@pytest.mark.parametrize("day", ["", "Wed, "])
@pytest.mark.parametrize("date", ["01 May 2024", "1 Feb 2024", "30 Feb 2024", "01 Mai 2024", "01 May 0024"])
@pytest.mark.parametrize("clock", ["08:00:00", "23:59:60", "24:00:00"])
@pytest.mark.parametrize("zone", ["+0000", "-0000", "+0530", "-1200", "+9900", "GMT"])
def test_a_date_is_the_one_that_the_standard_library_reads(day: str, date: str, clock: str, zone: str) -> None:
    def told(read: Callable[[str], datetime]) -> object:
        try:
            found = read(f"{day}{date} {clock} {zone}")
        except (ValueError, TypeError) as error:
            return type(error)
        return found, found.utcoffset()

    assert told(written_at) == told(parsedate_to_datetime)
