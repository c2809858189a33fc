"""Every database finishes what a refusal has begun: whoever has refused is forgotten, whatever is killed in between."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from nlp.errors import StoreError
from pipelines.forgetting import FORGOTTEN, finish, forget
from pipelines.ingest import ingest
from pipelines.policy import read
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import Options
from pipelines.stores.database import Database
from pipelines.stores.protocols import Audit, Filter
from pipelines.stores.protocols.privacy import Refusal
from pipelines.stores.sql import SqlStore, migrate

HEAD = "id,name,email,phone,consent\n"
ANN, BOB = "7,Ann,ann@example.com,+447700900123", "8,Bob,bob@example.com,+447700900123"
TALKS = "id,email,date,text,agreed\n1,ann@example.com,2026-03-02,It broke,{}\n2,bob@example.com,2026-03-02,Here too,\n"
KILLED = """
import sys, time
from pathlib import Path
from pipelines import sources
from pipelines.consent import Door
from pipelines.policy import read
from pipelines.protect import Protector
from pipelines.sources import Options
from pipelines.stores.sql import SqlStore, migrate

url, folder, file = sys.argv[1:]
protect = Protector(b"k", names=False, policy=read(Path(folder) / "privacy.toml"))
door = Door(SqlStore.open(url), protect)
door.open(list(sources.read(Path(folder) / file, Options(mapping=Path(folder) / "mapping.toml"))), "crm")
print("refused", flush=True)
time.sleep(60)
"""


def taken(store: SqlStore, folder: Path, **files: str) -> None:
    protect = Protector(b"k", names=False, policy=read(folder / "privacy.toml"))
    settings = Settings(dead_letters=folder / "dead.jsonl")
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text(rows)
    paths = [folder / f"{name}.csv" for name in files]
    options = Options(mapping=folder / "mapping.toml")
    ingest(paths, store=store, protect=protect, settings=settings, options=options)


def stored(store: SqlStore) -> list[str]:
    return sorted(talk.id for talk, _ in store.conversations.page(Filter(), limit=9))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fields = '[consent]\nfield = "agreed"\n[source.{}.consent]\nfield = "consent"\n'
    (tmp_path / "privacy.toml").write_text(fields.format("crm") + '[source.customers.consent]\nfield = "consent"\n')
    columns = 'id = "id"\ntext = "text"\ncustomer = "email"\nstarted_at = "date"\nmetadata = ["agreed"]\n'
    (tmp_path / "mapping.toml").write_text(columns)
    return tmp_path


def killed(url: str, folder: Path, file: str) -> None:
    """A run that was killed when it had recorded who refuses, and forgotten nothing yet."""
    child = subprocess.Popen([sys.executable, "-c", KILLED, url, str(folder), file], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "refused\n"
    child.kill()
    child.communicate()


def test_a_run_goes_on_with_what_a_killed_one_has_not_forgotten(url: str, store: SqlStore, folder: Path) -> None:
    taken(store, folder, people=f"{HEAD}{BOB},yes\n{ANN},yes\n", talks=TALKS.format(""))
    assert store.conversations.count() == 2
    (folder / "people.csv").write_text(f"{HEAD}{ANN},no\n")
    killed(url, folder, "people.csv")
    assert store.conversations.count() == 2
    assert len(store.privacy.pending()) == 1
    taken(store, folder, other="id,email,date,text,agreed\n3,cas@example.com,2026-03-02,Mine as well,\n")
    assert stored(store) == ["table:2", "table:3"]  # Bob shares a phone with her
    assert [one.id for one in store.customers.all()] == [Protector(b"k").customer("id:8")]
    assert store.privacy.pending() == []
    assert [entry.what for entry in store.audits.page()] == ["privacy.forget"]


def test_so_does_it_with_a_conversation_that_has_refused(url: str, store: SqlStore, folder: Path) -> None:
    taken(store, folder, talks=TALKS.format("yes"))
    (folder / "talks.csv").write_text(TALKS.format("no"))
    killed(url, folder, "talks.csv")
    assert store.conversations.count() == 2
    assert finish(store)["conversations"] == 1
    assert stored(store) == ["table:2"]
    assert (finish(store), store.privacy.refusals()) == ({}, {})


def test_nothing_is_forgotten_and_nobody_refused_where_not_all_of_it_can_be_done(store: SqlStore, folder: Path) -> None:
    taken(store, folder, talks=TALKS.format(""))
    ann = Protector(b"k").customer("email:ann@example.com")
    naive = Audit(datetime.now(UTC).replace(tzinfo=None), "privacy.forget", "ann")  # no store takes such a time
    with pytest.raises(StoreError, match="no time zone"):
        store.sweep.forget([ann], refusals=[Refusal(ann, FORGOTTEN, frozenset({ann}))], entry=naive)
    assert (store.conversations.count(), store.privacy.refusals(), list(store.audits.page())) == (2, {}, [])
    assert forget(store, [ann])["conversations"] == 1
    assert store.privacy.refusals() == {ann: {FORGOTTEN}}


def test_a_request_to_be_forgotten_holds_beside_a_record_that_has_refused_before(store: SqlStore, folder: Path) -> None:
    taken(store, folder, people=f"{HEAD}{ANN},no\n")
    forget(store, [Protector(b"k").customer("id:7")])
    taken(store, folder, people=f"{HEAD}{ANN},yes\n")
    assert list(store.customers.all()) == []


def test_refusals_of_an_older_store_hold_and_go_back_to_it(url: str) -> None:
    database = Database(url)
    migrate(database, "0025")
    with database.write() as connection:
        rows = "('a', '2026-03-02 09:00:00+00:00', 'consent'), ('b', '2026-03-02 09:00:00+00:00', 'forget')"
        connection.execute(text(f"INSERT INTO refusals (identifier, at, why) VALUES {rows}"))
    migrate(database)
    with SqlStore.open(url) as store:
        assert store.privacy.refusals() == {"a": {"consent"}, "b": {"forget"}}
        store.privacy.refuse([Refusal("c", "consent", frozenset({"a", "c"}))], at=datetime.now(UTC))
    migrate(database, "0025")
    with database.read() as connection:
        found = connection.execute(text("SELECT identifier, why FROM refusals ORDER BY identifier")).all()
        assert list(map(tuple, found)) == [("a", "consent"), ("b", "forget"), ("c", "consent")]
    database.engine.dispose()
