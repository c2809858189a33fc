"""Customers, events and scores out of CRMs, customer data platforms and surveys."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nlp.customer import Customer, Event
from nlp.errors import BadSetting
from pipelines import sources
from pipelines.settings import Settings
from pipelines.sources import Contact, DeadRecord, Options, Record, Same
from pipelines.vocabulary import vocabulary

NAMES = vocabulary(Settings())
AT = "2024-05-01T09:30:00.000Z"


def read(path: Path, content: str, **options: Any) -> tuple[list[Record], list[DeadRecord], Options]:
    path.write_text(content, "utf-8")
    chosen = Options(names=NAMES, **options)
    found = list(sources.read(path, chosen))
    dead = [one for one in found if isinstance(one, DeadRecord)]
    return [one for one in found if not isinstance(one, DeadRecord)], dead, chosen  # type: ignore[misc]


def calls(*made: dict[str, Any]) -> str:
    return "\n".join(json.dumps({"messageId": f"m{n}", "timestamp": AT, **call}) for n, call in enumerate(made))


def told(found: list[Record]) -> list[tuple[str, float | None]]:
    return [(one.name, one.value) for one in found if isinstance(one, Event)]


def test_an_identify_call_links_user_device_and_address_and_keeps_what_is_known(tmp_path: Path) -> None:
    traits = {"email": "Ann@b.org", "tier": "pro", "LTV": 120.5, "address": {"city": "Graz"}, "avatar": "https://a/b"}
    call = {"type": "identify", "userId": "U1", "anonymousId": "d-1", "traits": traits}
    (contact,), dead, _ = read(tmp_path / "s.jsonl", calls(call))
    assert isinstance(contact, Contact)
    assert dead == []
    assert contact.identifiers == ("id:segment/U1", "id:U1", "anonymous:d-1", "email:ann@b.org")
    assert contact.customer == Customer("id:segment/U1", {"plan": "pro", "lifetime_value": 120.5})


def test_a_track_call_is_an_event_under_its_canonical_name_and_its_order_is_the_customers(tmp_path: Path) -> None:
    order = {"order_id": "bh 204", "revenue": 25.0}
    found, dead, options = read(
        tmp_path / "s.jsonl",
        calls(
            {"type": "track", "event": "Order Completed", "userId": "U1", "properties": order},
            {"type": "track", "event": "Cart Viewed", "anonymousId": "d-1"},
            {"type": "page", "anonymousId": "d-1"},
            {"type": "alias", "userId": "U1", "previousId": "d-1"},
            {"type": "track", "event": "x"},
            {"type": "trackk", "userId": "U1"},
        ),
    )
    assert told(found) == [("ordered", 25.0), ("Cart Viewed", None)]
    assert [one for one in found if isinstance(one, Same)] == [
        Same(("id:U1", "order:BH204")),
        Same(("id:U1", "anonymous:d-1")),
    ]
    assert [(one.record, one.field) for one in dead] == [(5, "userId"), (6, "type")]
    assert (options.unnamed, options.skipped) == ({"Cart Viewed": 1}, {"page call": 1})


def test_a_batch_of_calls_is_read_as_its_calls_are(tmp_path: Path) -> None:
    batch = {"batch": [{"type": "track", "event": "Signed Up", "userId": "U1", "timestamp": AT, "messageId": "m"}] * 2}
    found, _, _ = read(tmp_path / "s.json", json.dumps(batch))
    assert told(found) == [("signed_up", None)] * 2
    assert len({one.id for one in found if isinstance(one, Event)}) == 1


def test_scores_are_events_within_their_range(tmp_path: Path) -> None:
    rows = "Response ID,Email,Date,NPS,CSAT\n1,a@b.org,2024-05-01,9,\n2,c@d.org,2024-05-02,11,4\n3,,2024-05-02,1,1\n"
    found, dead, _ = read(tmp_path / "s.csv", rows)
    assert told(found) == [("recommendation", 9.0)]
    assert [(one.record, one.field, one.reason) for one in dead] == [
        (2, "value", "recommendation is a score from 0 to 10"),
        (3, "customer", "an answer needs a customer; known columns for it: customer, customer_id, user_id, "
         "contact_id, email, phone"),
    ]  # fmt: skip


def test_a_survey_may_be_named_in_a_column(tmp_path: Path) -> None:
    rows = "customer,survey,score,at\nC1,Customer Effort Score,2,2024-05-01\nC1,mood,2,2024-05-01\nC1,ces,,2024-05-01\n"
    found, dead, _ = read(tmp_path / "s.csv", rows)
    assert told(found) == [("effort", 2.0)]
    assert [(one.field, one.value) for one in dead] == [("survey", "mood"), ("score", "")]


def test_a_crm_is_known_by_what_crms_call_their_columns(tmp_path: Path) -> None:
    rows = "customer_id,Email,Phone,Mobile,LTV,Tier,created_at\nC1,A@b.org,020 1,0777 2,99.5,pro,2024\n"
    (contact,), _, _ = read(tmp_path / "crm.csv", rows)
    assert isinstance(contact, Contact)
    assert contact.identifiers == ("id:C1", "email:a@b.org", "phone:0201", "phone:07772")
    assert contact.customer.attributes == {"lifetime_value": 99.5, "plan": "pro", "created_at": 2024.0}


def test_a_mapping_names_the_columns_of_a_crm(tmp_path: Path) -> None:
    path = tmp_path / "crm.csv"
    path.write_text("Kundennummer,E-Post,Ort\n7,a@b.org,Graz\n", "utf-8")
    options = Options(names=NAMES, mapping={"id": "Kundennummer", "email": "E-Post"})
    (contact,) = sources.read(path, options, format="customers")
    assert isinstance(contact, Contact)
    assert (contact.identifiers, contact.customer.attributes) == (("id:7", "email:a@b.org"), {"Ort": "Graz"})


EVENTS = "customer,event,at,value\nC1,purchase,{},9\n"
SCORES = "customer_id,date,NPS\n7,{},9\n"


@pytest.mark.parametrize("text", [EVENTS, SCORES], ids=["events", "scores"])
@pytest.mark.parametrize(
    ("written", "mapping", "at"),
    [
        ("03/04/2020", {"dates": "day-first"}, datetime(2020, 4, 3, tzinfo=UTC)),
        ("03/04/2020", {"dates": "month-first"}, datetime(2020, 3, 4, tzinfo=UTC)),
        ("3.4.2020 15:07", {"dates": "day-first", "timezone": "Europe/Paris"}, datetime(2020, 4, 3, 13, 7, tzinfo=UTC)),
        ("2020-04-03T08:00:00Z", {"dates": "month-first"}, datetime(2020, 4, 3, 8, tzinfo=UTC)),
    ],
)
def test_the_time_of_an_event_or_answer_is_read_in_the_order_that_the_mapping_tells(
    text: str, written: str, mapping: dict[str, str], at: datetime, tmp_path: Path
) -> None:
    (tmp_path / "e.csv").write_text(text.format(written), "utf-8")
    (event,) = sources.read(tmp_path / "e.csv", Options(names=NAMES, mapping=mapping))
    assert isinstance(event, Event)
    assert event.at == at


@pytest.mark.parametrize("text", [EVENTS, SCORES], ids=["events", "scores"])
@pytest.mark.parametrize(
    ("written", "mapping", "reason"),
    [
        ("03/04/2020", {}, "a date of unknown order: map dates=day-first or dates=month-first"),
        ("14/05/2024", {"dates": "month-first"}, "not a time; use ISO 8601, such as 2024-05-01T09:30:00Z"),
        ("31/02/2024", {"dates": "day-first"}, "not a time; use ISO 8601, such as 2024-05-01T09:30:00Z"),
    ],
)
def test_a_date_that_may_be_two_or_none_is_a_dead_letter_as_it_was_written(
    text: str, written: str, mapping: dict[str, str], reason: str, tmp_path: Path
) -> None:
    (tmp_path / "e.csv").write_text(text.format(written), "utf-8")
    (dead,) = sources.read(tmp_path / "e.csv", Options(names=NAMES, mapping=mapping))
    assert isinstance(dead, DeadRecord)
    assert (dead.reason, dead.field, dead.value, dead.record) == (reason, "at", written, 1)


CRM = "id,name,email,since,city\n7,Ann,a@b.org,{},Graz\n"


@pytest.mark.parametrize(
    ("written", "mapping", "kept"),
    [
        ("03/04/2020", {"dates": "day-first"}, "2020-04-03"),
        ("03/04/2020 15:07", {"dates": "month-first"}, "2020-03-04T15:07:00"),
        ("2020-04-03", {"dates": "month-first"}, "2020-04-03"),
        ("03/04/2020", {}, "03/04/2020"),
    ],
)
def test_a_date_among_the_facts_of_a_customer_is_kept_as_iso_8601_where_its_order_is_told(
    written: str, mapping: dict[str, str], kept: str, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text(CRM.format(written), "utf-8")
    (contact,) = sources.read(tmp_path / "c.csv", Options(names=NAMES, mapping=mapping))
    assert isinstance(contact, Contact)
    assert contact.customer.attributes == {"since": kept, "city": "Graz"}


def test_a_customer_whose_date_is_none_in_the_order_told_is_a_dead_letter_and_a_right_row_of_theirs_is_kept(
    tmp_path: Path,
) -> None:
    (tmp_path / "c.csv").write_text(CRM.format("14/05/2024") + "7,Ann,a@b.org,05/14/2024,Graz\n", "utf-8")
    dead, contact = sources.read(tmp_path / "c.csv", Options(names=NAMES, mapping={"dates": "month-first"}))
    assert isinstance(dead, DeadRecord)
    assert (dead.field, dead.value) == ("since", "14/05/2024")
    assert isinstance(contact, Contact)
    assert contact.customer.attributes["since"] == "2024-05-14"


@pytest.mark.parametrize("text", [EVENTS, SCORES, CRM], ids=["events", "scores", "customers"])
def test_an_unknown_order_of_dates_is_refused_before_a_row_is_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(text.format("03/04/2020"), "utf-8")
    with pytest.raises(BadSetting, match="mapping: dates='year-first': known: day-first, month-first"):
        list(sources.read(tmp_path / "e.csv", Options(names=NAMES, mapping={"dates": "year-first"})))


def test_an_order_of_an_event_is_the_customers(tmp_path: Path) -> None:
    found, _, _ = read(tmp_path / "e.csv", "customer,event,at,value,order\nC1,purchase,2024-05-01,9,#A-1\n")
    assert [type(one) for one in found] == [Event, Same]
    assert found[1] == Same(("id:C1", "order:A-1"))
