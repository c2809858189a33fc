"""The formats are listed; a file is shown as it would be read, masked, and nothing is stored."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.errors import BadInput
from pipelines import sources
from pipelines.settings import ROOT

SAMPLE = ROOT / "corpora" / "sample"


def run(folder: Path, *arguments: str, stdin: bytes | None = None) -> Result:
    environment = {"FRICTIONARY_KEY": "a key for tests", "FRICTIONARY_STORE": str(folder / "none.db")}
    return CliRunner().invoke(group, ["sources", *arguments], env=environment, input=stdin, catch_exceptions=False)


def test_every_format_is_listed_with_what_it_is(tmp_path: Path) -> None:
    formats = json.loads(run(tmp_path, "--json").stdout)
    assert list(formats) == sources.known()
    assert all(formats.values())


def test_an_export_is_shown_masked_and_nothing_is_stored(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "inspect", str(SAMPLE / "tickets.jsonl"), "--no-names", "--json").stdout)
    assert (told["format"], len(told["records"]), told["dead"]) == ("zendesk", 10, [])
    raw = [json.loads(line) for line in (SAMPLE / "tickets.jsonl").read_text("utf-8").splitlines()[:10]]
    addresses = [ticket["requester"]["email"] for ticket in raw if ticket["requester"].get("email")]
    assert addresses
    assert not any(address in json.dumps(told["records"]) for address in addresses)
    assert not (tmp_path / "none.db").exists()


def test_a_table_shows_its_mapping_and_proposes_what_its_header_does_not_tell(tmp_path: Path) -> None:
    rows = "Fall,Was geschah,Am,Wer,Stand\n" + "".join(
        f"K-{number},Der Kocher leckt seit {number} Tagen.,2024-05-0{number},ann{number}@example.org,offen\n"
        for number in range(1, 6)
    )
    path = tmp_path / "complaints.csv.gz"
    path.write_bytes(gzip.compress(rows.encode()))
    told = json.loads(run(tmp_path, "inspect", str(path), "--no-names", "--json").stdout)
    assert told["proposed"] == {"text": "Was geschah", "started_at": "Am", "customer": "Wer", "id": "Fall"}
    assert [record["id"] for record in told["records"]] == [f"table:K-{number}" for number in range(1, 6)]
    shown = run(tmp_path, "inspect", str(path), "--no-names", "--column", "id=Fall").stdout
    assert 'id = "Fall"\n' in shown
    assert 'text = "Was geschah"   # by its contents alone: tell ingest\n' in shown
    assert "# not read: Stand" in shown
    assert "customer: Der Kocher leckt seit 1 Tagen." in shown


@pytest.mark.parametrize(
    "text",
    [
        "customer,event,at\nC1,purchase,03/04/2020\nC1,purchase,14/04/2020\n",
        "customer_id,date,NPS\n1,03/04/2020,9\n2,14/04/2020,2\n",
        "id,name,email,since\n1,Ann,a@b.org,03/04/2020\n2,Bo,b@b.org,14/04/2020\n",
    ],
    ids=["events", "scores", "customers"],
)
def test_the_order_of_dates_is_proposed_for_what_is_no_table_too(text: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text, "utf-8")
    shown = run(tmp_path, "inspect", str(path), "--no-names").stdout
    assert 'dates = "day-first"   # by its contents alone: tell ingest' in shown
    assert "2020-04-03" in shown
    assert "not read" not in shown
    told = json.loads(run(tmp_path, "inspect", str(path), "--no-names", "--column", "dates=day-first", "--json").stdout)
    assert (told["mapping"], told["proposed"], told["dead"]) == ({"dates": "day-first"}, {}, [])


@pytest.mark.parametrize("bytes_", [b"", b"\xef\xbb\xbf\r\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_said_to_be_empty(bytes_: bytes, tmp_path: Path) -> None:
    (tmp_path / "nothing").write_bytes(bytes_)
    with pytest.raises(BadInput, match="nothing: the file is empty"):
        run(tmp_path, "inspect", str(tmp_path / "nothing"), "--no-names")


def test_a_table_that_holds_nothing_said_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "sizes.csv"
    path.write_text("a,b\n1,2\n1,2\n")
    shown = run(tmp_path, "inspect", str(path), "--no-names").stdout
    assert "# needed: --column id=NAME and --column text=NAME" in shown
    assert "not read: record 0" in shown


def test_customers_and_events_are_shown_by_pseudonym(tmp_path: Path) -> None:
    for name in ("customers.csv", "events.csv"):
        told = json.loads(run(tmp_path, "inspect", str(SAMPLE / name), "--json", "--limit", "3").stdout)
        assert len(told["records"]) == 3
        assert "@" not in json.dumps(told["records"])


@pytest.mark.parametrize("told", [[], ["--format", "threads"]])
def test_what_is_piped_in_is_inspected(tmp_path: Path, told: list[str], request: pytest.FixtureRequest) -> None:
    from pipelines.sources import _held

    _held.forget()
    request.addfinalizer(_held.forget)
    thread = {"id": "t", "started_at": 1714554000, "turns": [{"speaker": "customer", "text": "hi there"}]}
    shown = run(tmp_path, "inspect", "-", "--no-names", *told, stdin=json.dumps([thread]).encode()).stdout
    assert "threads" in shown.splitlines()[0]
    assert "customer: hi there" in shown
