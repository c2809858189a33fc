"""A scan finds whatever is left of a person in any cell of any database and any file, and tells no value."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.errors import BadInput
from pipelines.scan import Known, known_from, scan
from pipelines.sources import Options
from pipelines.stores.sql import SqlStore

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def known(*identifiers: str) -> Known:
    found = Known()
    for identifier in identifiers:
        found.add(identifier)
    return found


def put(store: SqlStore, text: str, **facts: object) -> None:
    turns = (Turn(0, Speaker.CUSTOMER, text, AT),)
    store.conversations.put([Conversation("s:1", "s", Channel.TICKET, "c1", AT, turns, facts)])


def test_a_clean_store_is_clean(store: SqlStore) -> None:
    put(store, "mail <EMAIL>, or ask <NAME> about order 20417", plan="pro")
    report = scan(store, [], known=known("email:jo@example.com", "name:Jo Bloggs", "id:C-20418"))
    assert report.clean
    assert (report.identifiers, report.looked > 0) == (3, True)


def test_known_identifiers_are_found_in_texts_and_facts_as_people_write_them(store: SqlStore) -> None:
    put(store, "Jo  BLOGGS, +44 (0)20-7946 0018 here", nick="say hello to @Jo_B.")
    report = scan(store, [], known=known("name:Jo Bloggs", "phone:020 7946 0018", "x:jo_b", "name:Jo", "id:7"))
    assert report.known[("turns.text", "name")] == 1
    assert report.known[("turns.text", "phone")] == 1
    assert report.known[("conversations.metadata", "identifier")] == 1
    assert report.skipped == 2


def test_the_rules_find_what_no_list_knows_but_what_the_policy_keeps(store: SqlStore) -> None:
    put(store, "card 4111 1111 1111 1111, <EMAIL>, from host 198.51.100.7")
    assert scan(store, [], known=known()).detected == {("turns.text", "CARD"): 1, ("turns.text", "IP"): 1}
    assert scan(store, [], known=known(), keep=frozenset(["IP", "CARD"])).clean


def test_files_of_any_kind_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "run.log").write_text("INFO told jo@example.com\n")
    with gzip.open(tmp_path / "a" / "old.log.gz", "wt") as file:
        file.write("told jo@example.com")
    (tmp_path / "a" / "rows.jsonl").write_text(json.dumps({"text": "J\u00f6 M\u00fcller rang"}))
    np.savez(tmp_path / "a" / "model.npz", names=np.array(["jo@example.com"]), vectors=np.ones(3))
    report = scan(None, [tmp_path / "a"], known=known("email:jo@example.com", "name:Jö Müller"))
    places = {Path(place).name for place, _ in report.known}
    assert places == {"run.log", "old.log.gz", "rows.jsonl", "model.npz"}
    with pytest.raises(BadInput, match="no such file"):
        scan(None, [tmp_path / "b"], known=known())


def test_what_is_known_comes_from_raw_exports_or_a_list(tmp_path: Path) -> None:
    people, listed = tmp_path / "customers.csv", tmp_path / "list.txt"
    people.write_text("id,name,email,phone\nC-1001,Jo Bloggs,jo@example.com,020 7946 0018\n")
    listed.write_text("# a remark\nkim@example.com\n@kim_lee\n")
    found = known_from([people, listed], Options())
    assert found.words == {"c-1001", "jo@example.com", "kim@example.com", "kim_lee"}
    assert (found.phones, found.names) == ({"079460018"}, {("jo", "bloggs")})
    with pytest.raises(BadInput, match="no such file"):
        known_from([tmp_path / "none"], Options())
