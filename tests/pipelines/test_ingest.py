"""Ingest: batches into a store, protected first, with dead letters that give nothing away and are kept once."""

import gzip
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from nlp.errors import BadInput
from pipelines.ingest import IngestReport, ingest
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import files
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store

CRM = (
    "id,name,email,handle,phone,city,notes\n"
    "C1,Ada Reed,ada@example.org,@adareed,,Leeds,likes tea\n"
    "C2,Bo Lind,,,555-0100,,\n"
)
LOG = "customer,event,at,value\nC1,ordered,2026-05-01,10\nemail:ada@example.org,renewed,2026-05-02,\n"
TICKETS = "id,text,date,email\n1,where is it,2026-05-03,ada@example.org\n2,hello,2026-05-03,else@example.org\n"
CALL = "WEBVTT\n\nNOTE\nstarted: 2026-05-04\ncaller: 555-0100\n\n00:00.000 --> 00:01.000\n<v Customer>no heat\n"
PROTECT = Protector(b"a key for tests", names=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


def run(folder: Path, store: Store, *paths: Path) -> IngestReport:
    settings = Settings(dead_letters=folder / "letters" / "dead.jsonl")
    return ingest(paths, store=store, protect=PROTECT, settings=settings)


def put(folder: Path, **contents: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name.replace("_", ".")).write_text(content)
    return files([folder])


def test_a_second_run_changes_nothing(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text,date\n" + "".join(f"{n},hello,2024-05-01\n" for n in range(1200)))
    assert run(tmp_path, store, path) == IngestReport(files=1, read=1200, added=1200)
    assert run(tmp_path, store, path) == IngestReport(files=1, read=1200, same=1200)


def test_an_archive_of_exports_leaves_the_same_store_as_the_exports(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TICKETS)
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(path, "may/t.csv")
        packed.writestr("may/more.jsonl.gz", gzip.compress(b'{"id": 3, "text": "hi", "date": "soon"}\n'))
    assert run(tmp_path, store, *files([archive])) == IngestReport(files=2, read=2, added=2, dead=1)
    assert run(tmp_path, store, path) == IngestReport(files=1, read=2, same=2)
    (letter,) = map(json.loads, (tmp_path / "letters" / "dead.jsonl").read_text().splitlines())
    assert (letter["file"], letter["field"]) == (f"{archive}/may/more.jsonl.gz", "started_at")


def test_a_dead_letter_shows_twenty_characters_without_personal_data_and_is_kept_once(
    tmp_path: Path, store: Store
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text,date\n1,hello,card 4111 1111 1111 1111\n2,,2024-05-01\n3,hello,jo@example.org 12\n")
    for _ in range(2):
        report = run(tmp_path, store, path)
        assert (report.dead, report.skipped, report.read) == (2, 1, 0)
    first, second = map(json.loads, (tmp_path / "letters" / "dead.jsonl").read_text().splitlines())
    assert first == {
        "file": str(path),
        "record": 1,
        "field": "started_at",
        "reason": "not a time; use ISO 8601, such as 2024-05-01T09:30:00Z",
        "value": "card <CARD>",
    }
    assert second["value"] == "<EMAIL> ##"


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("7,Ann Marlow,ann@example.org,1,2", "#,<NAME>,<EMAIL>,#,#"),
        ('8,"Siobhan Kearney,s@example.org', '#,"<NAME>,<EMAIL>'),
        ("9,Narrative of the storm,Leeds,1,2", "#,Narrative of the s"),
    ],
)
def test_a_row_that_cannot_be_read_shows_nobodys_name(row: str, value: str, tmp_path: Path, store: Store) -> None:
    (path,) = put(tmp_path / "in", t_csv=f"id,text,date\n{row}\n")
    assert run(tmp_path, store, path).dead == 1
    (letter,) = map(json.loads, (tmp_path / "letters" / "dead.jsonl").read_text().splitlines())
    assert letter["value"].strip() == value


def test_a_letter_cut_off_by_a_kill_does_not_swallow_the_next(tmp_path: Path, store: Store) -> None:
    letters = tmp_path / "letters" / "dead.jsonl"
    letters.parent.mkdir()
    letters.write_text('{"file": "t.cs')
    (path,) = put(tmp_path / "in", t_csv="id,text,date\n1,hello,soon\n")
    run(tmp_path, store, path)
    assert json.loads(letters.read_text().splitlines()[1])["record"] == 1


def test_a_missing_file_stops_before_anything_is_read(tmp_path: Path, store: Store) -> None:
    with pytest.raises(BadInput, match="no such file"):
        run(tmp_path, store, tmp_path / "none.csv")


def everything(store: Store) -> dict[str, object]:
    return {
        "conversations": sorted((c.id, c.customer, c.turns) for c, _ in store.conversations.page(Filter(), limit=100)),
        "customers": sorted(str(row) for row in store.customers.page(limit=100)),
        "events": [asdict(event) for event in store.events.all()],
        "links": store.identity.links(),
    }


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])
def test_one_contact_over_channels_is_one_customer_in_whatever_order_files_come(
    tmp_path: Path, store: Store, order: list[int]
) -> None:
    paths = put(tmp_path / "in", crm_csv=CRM, log_csv=LOG, t_csv=TICKETS, call_vtt=CALL)
    report = run(tmp_path, store, *[paths[n] for n in order])
    assert (report.read, report.customers, report.events, report.dead) == (3, 2, 2, 0)
    ada, bo = PROTECT.customer("id:C1"), PROTECT.customer("id:C2")
    stranger = PROTECT.customer("email:else@example.org")
    owners = {c.id: c.customer for c, _ in store.conversations.page(Filter(), limit=9)}
    assert owners == {"table:1": ada, "table:2": stranger, "webvtt:call": bo}
    assert [event.name for event in store.events.of(ada)] == ["ordered", "renewed"]
    assert store.customers.get(ada).attributes == {"city": "Leeds"}
    before = everything(store)
    again = run(tmp_path, store, *paths)
    assert (again.added, again.changed, again.moved) == (0, 0, 0)
    assert everything(store) == before


def test_conversations_that_come_after_their_contact_in_a_later_run_join_it(tmp_path: Path, store: Store) -> None:
    crm, tickets = put(tmp_path / "in", crm_csv=CRM, t_csv=TICKETS)
    run(tmp_path, store, crm)
    run(tmp_path, store, tickets)
    assert store.conversations.get("table:1").customer == PROTECT.customer("id:C1")


def test_an_identifier_that_two_contacts_share_belongs_to_neither(tmp_path: Path, store: Store) -> None:
    shared = CRM + "C3,Adam Reed,ada@example.org,,,,\n"
    run(tmp_path, store, *put(tmp_path / "in", crm_csv=shared, t_csv=TICKETS))
    assert store.conversations.get("table:1").customer == PROTECT.customer("email:ada@example.org")


def test_two_contacts_of_one_name_and_address_are_one_customer(tmp_path: Path, store: Store) -> None:
    twice = CRM + "C3,Ada Reed,ada@example.org,,,,\n"
    run(tmp_path, store, *put(tmp_path / "in", crm_csv=twice, t_csv=TICKETS))
    assert store.conversations.get("table:1").customer in {PROTECT.customer("id:C1"), PROTECT.customer("id:C3")}
    assert store.identity.conflicts() == []


def test_nothing_personal_of_a_contact_reaches_the_store(tmp_path: Path, store: Store) -> None:
    run(tmp_path, store, *put(tmp_path / "in", crm_csv=CRM, log_csv=LOG))
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*")).lower()
    assert [
        word for word in (b"ada reed", b"reed", b"likes tea", b"example.org", b"555-0100", b"c1,") if word in stored
    ] == []
