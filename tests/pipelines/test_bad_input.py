"""Bad input of every kind: a clear dead letter, never a crash, never a good record lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.conversation import Conversation, Speaker
from pipelines.annotate import Annotator, annotate
from pipelines.ingest import IngestReport, ingest
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import Options, files
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


def run(folder: Path, store: Store, *paths: Path, **options: object) -> IngestReport:
    settings = Settings(dead_letters=folder / "dead.jsonl")
    protect = Protector(b"k", names=False)
    return ingest(paths, store=store, protect=protect, settings=settings, options=Options(**options))  # type: ignore[arg-type]


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / "in" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def letters(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "dead.jsonl").read_text().splitlines()]


def stored(store: Store) -> dict[str, Conversation]:
    return {c.id: c for c, _ in store.conversations.page(Filter(), limit=1000)}


def ticket(id: int, body: str = "Where is it?", *, by: int = 1) -> dict[str, object]:
    at = "2026-05-01T09:00:00Z"
    comment = {"author_id": by, "body": body, "public": True, "created_at": at}
    requester = {"id": 1, "email": "a@example.org"}
    return {"id": id, "created_at": at, "requester_id": 1, "requester": requester, "via": {}, "comments": [comment]}


def test_a_folder_of_all_kinds_of_files_gives_its_good_records_and_a_letter_for_each_bad_file(
    tmp_path: Path, store: Store
) -> None:
    put(tmp_path, "a.jsonl", json.dumps(ticket(1)))
    put(tmp_path, "b.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    put(tmp_path, "c.csv", "id,text,date\n1,hello,2026-05-01\n")
    put(tmp_path, "d.json", b"")
    put(tmp_path, "e.parquet", b"PAR1 not really")
    put(tmp_path, "f.csv", "colour,size\nred,1\nblue,2\n")
    put(tmp_path, ".hidden.csv", "id,text,date\n9,hello,2026-05-01\n")
    report = run(tmp_path, store, *files([tmp_path / "in"]))
    assert sorted(stored(store)) == ["table:1", "zendesk:1"]
    assert (report.files, report.dead) == (6, 4)
    reasons = {Path(letter["file"]).name: letter["reason"] for letter in letters(tmp_path)}
    assert sorted(reasons) == ["b.png", "d.json", "e.parquet", "f.csv"]
    assert "cannot be guessed" in reasons["b.png"]
    assert "no column for id and text: map one; columns: colour, size" in reasons["f.csv"]


def test_a_record_of_fifty_megabytes_is_dead_and_its_neighbours_live(tmp_path: Path, store: Store) -> None:
    huge = json.dumps(ticket(2, "x" * 50_000_000))
    path = put(tmp_path, "a.jsonl", f"{json.dumps(ticket(1))}\n{huge}\n{json.dumps(ticket(3))}\n")
    report = run(tmp_path, store, path)
    assert sorted(stored(store)) == ["zendesk:1", "zendesk:3"]
    (letter,) = letters(tmp_path)
    assert (report.dead, letter["record"], letter["field"]) == (1, 2, "size")
    assert "max_record" in letter["reason"]


def test_utf_16_null_bytes_and_doubled_ids_lose_no_good_record(tmp_path: Path, store: Store) -> None:
    twice = [json.dumps(ticket(1, "é\x00à")), json.dumps(ticket(1))]
    wide = put(tmp_path, "wide.jsonl", "\n".join(twice).encode("utf-16"))
    nulls = put(tmp_path, "nulls.csv", b"id,text,date\n1,he\x00llo,2026-05-01\n\x00\n2,bye,2026-05-01\n")
    run(tmp_path, store, wide, nulls)
    texts = {id: [turn.text for turn in found.turns] for id, found in stored(store).items()}
    assert texts == {"zendesk:1": ["éà"], "table:1": ["hello"], "table:2": ["bye"]}
    assert ["second record" in letter["reason"] for letter in letters(tmp_path)] == [True]


def test_an_unclosed_quote_costs_its_own_row_alone(tmp_path: Path, store: Store) -> None:
    rows = [f'{n},"row, {n}",2026-05-01\n' for n in range(1, 2001)]
    rows[4] = '5,"never closed,2026-05-01\n'
    rows[9] = '10,"two\nlines and a ""quote""",2026-05-01\n'
    rows[1500] = '1501,"nor is this,2026-05-01\n'
    run(tmp_path, store, put(tmp_path, "t.csv", "id,text,date\n" + "".join(rows)))
    assert store.conversations.count() == 1998
    assert stored_text(store, "table:10") == 'two\nlines and a "quote"'
    assert stored_text(store, "table:2000") == "row, 2000"
    assert [letter["record"] for letter in letters(tmp_path)] == [5, 1501]
    assert "quote" in letters(tmp_path)[0]["reason"]


def stored_text(store: Store, id: str) -> str:
    return store.conversations.get(id).turns[0].text


def test_a_row_of_parquet_over_the_limit_is_dead_and_the_next_is_read(tmp_path: Path, store: Store) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = ["fine", "x" * 21_000_000, "fine too"]
    table = pa.table({"id": [1, 2, 3], "text": texts, "date": ["2026-05-01"] * 3})
    path = put(tmp_path, "t.parquet", b"")
    pq.write_table(table, path)
    run(tmp_path, store, path)
    assert sorted(stored(store)) == ["table:1", "table:3"]
    assert [letter["record"] for letter in letters(tmp_path)] == [2]


def test_replies_in_a_circle_are_one_thread(tmp_path: Path, store: Store) -> None:
    posts = [
        {"id": str(n), "conversation_id": "1", "author_id": "a", "text": f"post {n}", "created_at": f"2026-05-0{n}"}
        | {"referenced_tweets": [{"type": "replied_to", "id": str(3 - n)}]}
        for n in (1, 2)
    ]
    threads = [{"id": "t", "started_at": "2026-05-01", "reply_to": "t", "turns": [{"role": "user", "text": "hi"}]}]
    page = {"data": posts, "includes": {"tweets": posts, "users": [{"id": "a", "username": "ann"}]}}
    first, second = put(tmp_path, "p.json", json.dumps(page)), put(tmp_path, "t.json", json.dumps(threads))
    report = run(tmp_path, store, first, second)
    assert report.dead == 0
    assert {id: len(c.turns) for id, c in stored(store).items()} == {"x:1": 2, "threads:t": 1}


def test_a_time_without_zone_is_read_in_the_zone_given(tmp_path: Path, store: Store) -> None:
    path = put(tmp_path, "t.csv", "id,text,date\n1,hello,2026-01-05 09:00\n2,hello,not a date\n")
    run(tmp_path, store, path, timezone="America/New_York")
    assert stored(store)["table:1"].started_at.hour == 14
    assert [letter["field"] for letter in letters(tmp_path)] == ["started_at"]


def test_a_ticket_of_html_emoji_or_no_customer_goes_the_whole_way(
    tmp_path: Path, store: Store, annotator: Annotator
) -> None:
    html = "<html><style>p{}</style><p>It <b>never</b> came&nbsp;&amp; I want my money back</p><script>x()</script>"
    tickets = [ticket(1, html), ticket(2, "😀" * 100_000), ticket(3, "We are closed.", by=2), ticket(4, "")]
    path = put(tmp_path, "a.jsonl", "\n".join(map(json.dumps, tickets)))
    assert run(tmp_path, store, path).read == 4
    assert stored_text(store, "zendesk:1") == "It never came & I want my money back"
    assert len(stored_text(store, "zendesk:2")) == 100_000
    assert [turn.speaker for turn in stored(store)["zendesk:3"].turns] == [Speaker.AGENT]
    assert annotate(store, annotator) == 4
    found = {id: store.signals.summary(id) for id in stored(store)}
    assert {id: s.language for id, s in found.items() if s} == {
        "zendesk:1": "en",
        "zendesk:2": "und",
        "zendesk:3": "und",
        "zendesk:4": "und",
    }
