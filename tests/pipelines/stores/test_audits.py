"""Every database keeps the audit log, numbers its lines, finds them, and refuses to change them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from nlp.errors import BadInput
from nlp.redaction import pseudonym, rekeyed
from pipelines.stores.database import Database
from pipelines.stores.protocols import Audit
from pipelines.stores.schema import audits
from pipelines.stores.sql import SqlStore, migrate

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_lines_come_back_newest_first_with_the_numbers_that_they_were_given(store: SqlStore) -> None:
    one = store.audits.add(Audit(AT, "conversation.read", "s:1", "key:ab", {"turns": 2}, "r1"))
    two = store.audits.add(Audit(AT, "theme.edit", "t1", "person:7"))
    assert (one.number, two.number) == (1, 2)
    assert store.audits.page() == [two, one]
    assert store.audits.page(limit=1) == [two]
    assert store.audits.page(before=2) == [one]


def test_lines_are_found_by_time_actor_action_and_subject(store: SqlStore) -> None:
    read = store.audits.add(Audit(AT, "conversation.read", "s:1", "key:ab"))
    listed = store.audits.add(Audit(AT + HOUR, "conversations.list", "", "key:cd"))
    made = store.audits.add(Audit(AT + 2 * HOUR, "key.create", "s:1", "key:ab"))
    assert store.audits.page(since=AT + HOUR) == [made, listed]
    assert store.audits.page(until=AT + HOUR) == [read]
    assert store.audits.page(who="key:ab") == [made, read]
    assert store.audits.page(what="conversation") == store.audits.page(what="conversation.read") == [read]
    assert store.audits.page(subject="s:1", what="key") == [made]
    assert store.audits.page(what="%") == store.audits.page(who="' OR 1=1 --") == []


def test_what_no_database_takes_is_bad_input(store: SqlStore) -> None:
    with pytest.raises(BadInput, match="cannot be kept"):
        store.audits.page(before=10**30)
    with pytest.raises(BadInput, match="cannot be kept"):
        store.audits.add(Audit(AT, "theme.edit", "\ud800"))


def test_a_line_can_neither_be_changed_nor_taken_away(store: SqlStore) -> None:
    kept = store.audits.add(Audit(AT, "conversation.read", "s:1", "key:ab", request="r1"))
    wrong = [
        delete(audits),
        *(update(audits).values(**{name: "x"}) for name in ("who", "what", "request")),
        update(audits).values(at=AT + HOUR),
        update(audits).values(number=7),
        *([text("TRUNCATE audits")] if store.engine.dialect.name == "postgresql" else []),
    ]
    for statement in wrong:
        with pytest.raises(DatabaseError, match="only added to"), store.engine.begin() as connection:
            connection.execute(statement)
    assert store.audits.page() == [kept]


def test_a_new_key_of_the_pseudonyms_renames_whom_a_line_was_about(store: SqlStore) -> None:
    old, new = pseudonym("email:ann@example.com", b"old"), pseudonym("email:ann@example.com", b"old", b"new")
    line = store.audits.add(Audit(AT, "customer.read", old, "key:ab"))
    store.sweep.rename(lambda one: rekeyed(one, b"new"), ["a", "b"], at=AT, progress=lambda step, done, total: None)
    (found,) = store.audits.page()
    assert (found.number, found.who, found.subject) == (line.number, "key:ab", new)


def test_who_is_forgotten_stays_in_the_log(store: SqlStore) -> None:
    id = pseudonym("email:ann@example.com", b"old")
    line = store.audits.add(Audit(AT, "customer.read", id, "key:ab"))
    store.sweep.forget([id])
    assert store.audits.page() == [line]


def test_what_was_done_for_privacy_before_is_a_part_of_the_log(store: SqlStore, url: str) -> None:
    database = Database(url)
    kept = store.audits.add(Audit(AT, "privacy.forget", "c1", "kim", {"turns": 2}))
    store.audits.add(Audit(AT, "conversation.read", "s:1", "key:ab"))
    migrate(database, "0016")
    with database.read() as connection:
        assert connection.execute(text("SELECT number, what, who FROM audits")).all() == [(1, "forget", "kim")]
    migrate(database)
    database.engine.dispose()
    assert store.audits.page() == [kept]
    assert store.audits.add(Audit(AT, "privacy.export")).number == 2
