"""Files that are dropped: read once they lie still, and again when what is in them changes, over restarts."""

import os
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from nlp.errors import BadInput
from pipelines.ingest import ingest
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.stores import Store, open_store
from pipelines.stores.protocols import Run
from pipelines.watch import Drops, watch

ROWS = "id,text,date\n1,where is it,2026-05-03\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drops").mkdir()
    return tmp_path / "drops"


@pytest.fixture
def take(tmp_path: Path, store: Store) -> Callable[[Sequence[Path]], None]:
    """Takes files in under a run of their own, as the command does."""

    def take(files: Sequence[Path]) -> None:
        id = f"run-{len(store.runs.page())}"
        store.runs.put(Run(id, datetime.now(UTC)))
        settings = Settings(dead_letters=tmp_path / "dead.jsonl")
        ingest(files, store=store, protect=Protector(b"a key", names=False), settings=settings, run=id)

    return take


def put(path: Path, text: str, *, age: float = 60.0) -> Path:
    """A file that was last written so many seconds ago."""
    path.write_text(text)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_file_that_is_being_written_waits_until_it_lies_still(folder: Path, store: Store) -> None:
    whole, growing = put(folder / "a.csv", ROWS), put(folder / "b.csv", ROWS, age=0)
    drops = Drops([folder], store, quiet=0.2)
    assert drops.ready() == [whole]
    drops.done([whole])
    assert drops.unsettled
    put(growing, ROWS + "2,hello,2026-05-03\n", age=0)
    time.sleep(0.15)
    assert drops.ready() == []
    time.sleep(0.25)
    assert drops.ready() == [growing]
    drops.done([growing])
    assert (drops.ready(), drops.unsettled) == ([], False)


def test_hidden_files_and_unfinished_names_are_left_alone(folder: Path, store: Store) -> None:
    for name in (".tickets.csv", "tickets.csv.part", "tickets.crdownload", "tickets.csv~"):
        put(folder / name, ROWS)
    assert Drops([folder], store).ready() == []


def test_what_was_read_is_remembered_by_name_and_content_after_a_restart(
    folder: Path, store: Store, take: Callable[[Sequence[Path]], None]
) -> None:
    path = put(folder / "a.csv", ROWS)
    take(Drops([folder], store).ready())
    os.utime(path)
    time.sleep(0.02)
    assert Drops([folder], store, quiet=0.01).ready() == []
    changed, other = put(path, ROWS + "2,hello,2026-05-03\n"), put(folder / "b.csv", ROWS)
    assert Drops([folder], store).ready() == [changed, other]


def test_a_file_whose_run_was_killed_is_read_again(folder: Path, store: Store) -> None:
    path = put(folder / "a.csv", ROWS)

    class Killed(BaseException):
        pass

    def killed(_: object) -> None:
        raise Killed

    store.runs.put(Run("run", datetime.now(UTC)))
    with pytest.raises(Killed):
        ingest(
            [path],
            store=store,
            protect=Protector(b"a key", names=False),
            settings=Settings(dead_letters=folder.parent / "dead.jsonl"),
            run="run",
            progress=killed,
        )
    assert Drops([folder], store).ready() == [path]


def test_files_of_a_dropped_archive_are_remembered_one_by_one(
    folder: Path, store: Store, take: Callable[[Sequence[Path]], None]
) -> None:
    def pack(*names: str) -> None:
        with zipfile.ZipFile(folder / "export.zip", "w") as packed:
            for name in names:
                packed.writestr(name, f"id,text,date\n{name},hello,2026-05-03\n")
        os.utime(folder / "export.zip", (time.time() - 60,) * 2)

    pack("a.csv")
    take(Drops([folder], store).ready())
    pack("a.csv", "b.csv")
    assert Drops([folder], store).ready() == [folder / "export.zip" / "b.csv"]


def test_what_lies_there_and_what_is_dropped_later_is_taken_until_it_is_stopped(
    folder: Path, store: Store, take: Callable[[Sequence[Path]], None]
) -> None:
    put(folder / "a.csv", ROWS)
    stop, taken = Event(), []

    def noted(files: Sequence[Path]) -> None:
        take(files)
        taken.append([path.name for path in files])
        if ["b.csv"] in taken:
            stop.set()

    watching = Thread(target=watch, args=([folder], noted), kwargs={"store": store, "stop": stop, "quiet": 0.1})
    watching.start()
    while not taken and watching.is_alive():
        time.sleep(0.02)
    part = put(folder / "b.csv.part", ROWS.replace("\n1,", "\n2,"))
    time.sleep(0.3)
    part.rename(folder / "b.csv")
    watching.join(timeout=20)
    assert not watching.is_alive()
    assert taken == [["a.csv"], ["b.csv"]]
    assert store.conversations.count() == 2


def test_a_watch_begins_with_what_a_killed_run_left_undone_even_where_no_file_is_new(
    folder: Path, store: Store
) -> None:
    stop, taken = Event(), []

    def take(files: Sequence[Path]) -> None:
        taken.append(files)
        stop.set()

    watch([folder / "*.csv"], take, store=store, stop=stop)
    assert taken == [[]]


def test_a_folder_that_is_not_there_is_told(folder: Path, store: Store) -> None:
    with pytest.raises(BadInput, match="no such folder to watch"):
        watch([folder / "none" / "*.csv"], lambda _: None, store=store, stop=Event())
