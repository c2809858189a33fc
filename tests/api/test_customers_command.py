"""frictionary customers: why two are one, what is in conflict, and what people say of it, over re-runs."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.redaction import pseudonym
from pipelines.ingest import ingest
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.stores import open_store

KEY = "a-key-for-tests"
CRM = """id,name,email,phone,plan
C1,Ada Reed,ada@example.org,020 1,pro
C2,Bo Lind,bo@example.org,020 1,free
"""
TICKETS = """id,text,created_at,email
1,no heat,2024-05-01T09:00:00Z,ada@example.org
2,late,2024-05-02T09:00:00Z,bo@example.org
3,lost,2024-05-03T09:00:00Z,work@example.org
"""


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/store.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    take(tmp_path)
    return tmp_path


def take(folder: Path) -> int:
    """Ingest everything; returns how many conversations moved."""
    for name, text in (("crm.csv", CRM), ("tickets.csv", TICKETS)):
        (folder / name).write_text(text, "utf-8")
    settings = Settings(dead_letters=folder / "dead.jsonl")
    with open_store(url(folder)) as store:
        paths = [folder / "crm.csv", folder / "tickets.csv"]
        return ingest(paths, store=store, protect=Protector(KEY.encode(), names=False), settings=settings).moved


def call(folder: Path, *arguments: str) -> Result:
    environment = {"FRICTIONARY_KEY": KEY, "FRICTIONARY_STORE": url(folder)}
    return CliRunner().invoke(group, ["customers", *arguments], env=environment, catch_exceptions=True)


def printed(folder: Path, *arguments: str) -> Any:
    result = call(folder, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def known(identifier: str) -> str:
    return pseudonym(identifier, KEY.encode())


def owner(folder: Path, conversation: str) -> str:
    with open_store(url(folder)) as store:
        return store.conversations.get(conversation).customer


def test_a_shared_phone_is_listed_as_a_conflict(folder: Path) -> None:
    (conflict,) = printed(folder, "conflicts")
    assert (conflict["node"], conflict["kind"]) == (known("phone:0201"), "phone")
    assert conflict["customers"] == sorted([known("id:C1"), known("id:C2")])
    assert "1 conflicts" in call(folder, "conflicts").stdout


def test_a_customer_is_explained_by_its_identifiers_and_who_claims_them(folder: Path) -> None:
    found = printed(folder, "explain", "email:ada@example.org")
    assert found["customer"] == known("id:C1")
    kinds = {member["kind"]: member for member in found["members"]}
    assert kinds.keys() == {"id", "email", "name"}
    assert (kinds["email"]["conversations"], kinds["email"]["sources"]) == (1, ["customers"])
    assert [step["reason"] for step in kinds["email"]["steps"]] == ["one record of customers"]
    text = call(folder, "explain", "id:C1").stdout
    assert "one record of customers" in text
    assert "set aside: phone" in text


def test_a_link_holds_over_a_later_run_and_an_unlink_undoes_it(folder: Path) -> None:
    result = call(folder, "link", "id:C1", "email:work@example.org", "--note", "she told us", "--who", "Bea")
    assert result.stdout == "decision 1: 1 conversations moved\n"
    assert (take(folder), owner(folder, "table:3")) == (0, known("id:C1"))
    assert "decision 1: Bea linked" in call(folder, "explain", "id:C1").stdout
    assert (
        call(folder, "unlink", "id:C1", known("email:work@example.org")).stdout == "decision 2: 1 conversations moved\n"
    )
    assert (take(folder), owner(folder, "table:3")) == (0, known("email:work@example.org"))


def test_two_customers_are_made_one_and_parted_with_their_facts(folder: Path) -> None:
    call(folder, "link", "id:C1", "id:C2")
    first = min(known("id:C1"), known("id:C2"))
    assert (owner(folder, "table:1"), owner(folder, "table:2")) == (first, first)
    call(folder, "unlink", "id:C1", "id:C2")
    with open_store(url(folder)) as store:
        assert store.customers.get(known("id:C2")).attributes == {"plan": "free"}
    assert owner(folder, "table:2") == known("id:C2")


def test_nothing_is_decided_of_what_nobody_knows_or_of_one_alone(folder: Path) -> None:
    assert "nothing is known by" in str(call(folder, "link", "id:C1", "id:C9").exception)
    assert "twice" in str(call(folder, "link", "id:C1", "id:C1").exception)
    assert "nothing is known by" in str(call(folder, "explain", "id:C9").exception)
