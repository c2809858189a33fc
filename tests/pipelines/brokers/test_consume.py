"""A stream into a store: what can be read is stored and annotated, what cannot is a dead letter."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlp.conversation import Conversation
from nlp.errors import BadModel, StoreError
from pipelines.annotate import Annotator
from pipelines.brokers import Feed, line
from pipelines.consume import LONGEST, Consumer, Reading, _encoded
from pipelines.intake import Intake, Taken
from pipelines.protect import Protector
from pipelines.sources import Options
from pipelines.stores import Store, open_store

PROTECT = Protector(b"a key for tests", names=False)


def message(id: str, text: str = "Third time I ask: where is my parcel?", **other: Any) -> bytes:
    said = [{"speaker": "customer", "text": text}]
    talk = {"id": id, "customer": "email:ada@example.com", "started_at": "2026-10-05T09:30:00Z", "turns": said}
    return json.dumps(talk | other).encode()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


@pytest.fixture
def intake(store: Store, annotator: Annotator) -> Intake:
    return Intake(store, annotator, PROTECT)


def reading() -> Reading:
    return Reading(Options(source="shop"))


def bodies(letters: Sequence[dict[str, Any]]) -> list[tuple[int, str, str]]:
    return [(letter["record"], letter["field"], letter["body"]) for letter in letters]


def test_messages_of_one_many_and_lines_are_stored_masked_and_annotated(intake: Intake) -> None:
    consumer = Consumer(intake, reading())
    several = b"[" + message("2") + b"," + message("3") + b"]"
    assert consumer.take([message("1"), several, message("4") + b"\n" + message("5")]) == []
    found = [intake.store.signals.summary(f"shop:{n}") for n in range(1, 6)]
    assert all(summary and summary.friction > 0 for summary in found)
    assert intake.store.conversations.get("shop:1").customer == PROTECT.customer("email:ada@example.com")
    assert +consumer.counts == {"added": 5, "annotated": 5}
    consumer.take([message("1"), message("2", "Thanks, it came.")])
    assert (consumer.counts["changed"], consumer.counts["same"], consumer.counts["annotated"]) == (1, 1, 6)


def test_what_cannot_be_read_is_a_dead_letter_with_its_place_and_costs_no_good_one(intake: Intake) -> None:
    bad = [b"not json", message("x", channel="fax"), b"[3, " + message("1") + b"]", b"\xff\xfe\x00", b""]
    letters = Consumer(intake, reading()).take([*bad, message("2")])
    assert intake.store.conversations.count() == 2
    assert [letter["record"] for letter in letters] == [1, 1, 1, 1, 0]
    assert letters[1]["field"] == "channel"
    assert "known: ticket, call" in str(letters[1]["reason"])
    assert letters[1]["body"] == bad[1].decode()
    assert letters[3]["base64"] == "//4A"


def test_a_dead_letter_never_carries_more_than_the_broker_would_take(intake: Intake) -> None:
    (letter,) = Consumer(intake, reading()).take([message("x", "ж" * LONGEST, channel="fax")])
    assert json.loads(_encoded(letter)) == letter | {"body": None}
    (letter,) = Consumer(intake, reading()).take([message("x", "ж" * 1000, channel="fax")])
    assert json.loads(_encoded(letter)) == letter


def test_identifiers_that_a_conversation_claims_are_one_customers_once_the_stream_settles(intake: Intake) -> None:
    consumer = Consumer(intake, Reading(Options(source="desk"), "chatwoot"))
    sender = {"id": 7, "email": "ada@example.com", "phone_number": "+441134960000"}
    said = {"id": 1, "content": "No heat.", "message_type": "incoming", "created_at": 1790000000, "sender": sender}
    talk = {"id": 4, "inbox_id": 1, "account_id": 1, "messages": [said], "meta": {"sender": sender}}
    consumer.take([json.dumps(talk).encode(), message("ignored")])
    Consumer(intake, reading()).take([message("1")])
    intake.settle()
    owners = {intake.store.conversations.get(id).customer for id in ("desk:4", "shop:1")}
    assert len(owners) == 1


class Brittle(Intake):
    """An intake that cannot take what says so, and that is asked about its store first."""

    def take(self, talks: Sequence[Conversation]) -> Taken:
        for talk in talks:
            if "breaks" in talk.turns[0].text:
                raise ZeroDivisionError(talk.turns[0].text)
            if "no model" in talk.turns[0].text:
                raise BadModel("the model is damaged")
        return Intake.take(self, talks)


def test_a_conversation_that_breaks_the_path_is_found_among_the_others_and_its_words_are_not_told(
    intake: Intake,
) -> None:
    brittle = Brittle(intake.store, intake.annotator, intake.protect)
    consumer = Consumer(brittle, reading())
    sent = [message(str(n), "This breaks it." if n == 5 else "Hello.") for n in range(8)]
    letters = consumer.take(sent)
    assert [(letter["reason"], letter["value"]) for letter in letters] == [
        ("it could not be processed (ZeroDivisionError)", "")
    ]
    assert intake.store.conversations.count() == 7


class Away(Intake):
    """An intake whose store refuses the first time."""

    refused: list[int] = []  # noqa: RUF012

    def take(self, talks: Sequence[Conversation]) -> Taken:
        if not self.refused:
            self.refused.append(1)
            raise StoreError("away for a moment")
        return Intake.take(self, talks)


def test_a_batch_that_the_store_refuses_waits_and_is_taken(intake: Intake) -> None:
    consumer = Consumer(Away(intake.store, intake.annotator, intake.protect), reading())
    assert asyncio.run(consumer._patiently([message("1")])) == []
    assert intake.store.conversations.count() == 1
    assert consumer.meters.registry.get_sample_value("frictionary_stream_retries_total") == 1


def test_what_only_a_person_can_mend_stops_the_consumer_and_buries_nothing(intake: Intake) -> None:
    consumer = Consumer(Brittle(intake.store, intake.annotator, intake.protect), reading())
    with pytest.raises(BadModel):
        asyncio.run(consumer._patiently([message("1", "no model")]))
    assert isinstance(consumer.failed, BadModel)
    assert consumer.stopping.is_set()


async def sent(feed: Feed, messages: Sequence[bytes]) -> None:
    async def nobody(_: Sequence[bytes]) -> None:
        raise AssertionError

    sender = line(replace(feed, subject=f"{feed.subject}.unread"), nobody)
    await sender.start()
    for body in messages:
        await sender.publish(feed.subject, body)
    await sender.stop()


async def letters(feed: Feed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def handle(bodies: Sequence[bytes]) -> None:
        found.extend(json.loads(body) for body in bodies)

    reader = line(replace(feed, subject=feed.dead), handle)
    await reader.start()
    with suppress(TimeoutError):
        async with asyncio.timeout(10):
            while not found:
                await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    await reader.stop()
    return found


@pytest.mark.slow
def test_workers_of_one_group_share_a_stream_and_store_all_of_it_once(
    feed: Feed, intake: Intake, tmp_path: Path
) -> None:
    shared = replace(feed, in_flight=2 * feed.batch)
    workers = [Consumer(intake, reading()) for _ in range(2)]

    async def whole() -> None:
        await Consumer(intake, reading()).run(shared, until_idle=0.2)
        await sent(shared, [message(str(n)) for n in range(40)])
        with open_store(f"sqlite:///{tmp_path}/store.db") as other:
            workers[1].intake = replace(intake, store=other)
            await asyncio.gather(*(worker.run(shared, until_idle=1.0) for worker in workers))

    asyncio.run(whole())
    assert intake.store.conversations.count() == 40
    assert intake.store.conversations.waiting(intake.annotator.version) == 0
    assert sum(worker.counts["added"] for worker in workers) == 40
    assert all(worker.counts["messages"] for worker in workers)


def test_a_stream_is_taken_to_its_end_with_dead_letters_on_their_own_subject(feed: Feed, intake: Intake) -> None:
    told: list[Mapping[str, int]] = []
    consumer = Consumer(intake, reading(), tell=told.append)

    async def whole() -> list[dict[str, Any]]:
        await Consumer(intake, reading()).run(feed, until_idle=0.2)  # makes what is missing at the broker
        await sent(feed, [*(message(str(n)) for n in range(9)), message("x", channel="fax")])
        await consumer.run(feed, until_idle=0.5)
        return await letters(feed)

    found = asyncio.run(whole())
    assert consumer.counts["messages"] == 10
    (letter,) = found
    assert intake.store.conversations.count() == 9
    assert (consumer.counts["messages"], consumer.counts["added"], consumer.counts["dead"]) == (10, 9, 1)
    assert (letter["subject"], letter["field"], letter["value"]) == (feed.subject, "channel", "fax")
    value = consumer.meters.registry.get_sample_value
    assert value("frictionary_stream_messages_total") == 10
    assert value("frictionary_stream_conversations_total", {"outcome": "added"}) == 9
    assert value("frictionary_stream_lag") == 0
    assert len(told) == 1  # at the beginning, and then every few seconds
    assert told[0]["lag"] in range(11)
